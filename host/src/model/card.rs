//! A checked card: what a plugin answered, inside every limit, links judged and markup cleaned.
//!
//! Only `engine::convert` makes one, from what a plugin returned, so that no surface ever holds an
//! unchecked text.

use super::context::Pairs;

/// One plugin's answer about one contact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    /// The contact's name as this plugin knows it.
    pub contact_name: Option<String>,
    /// Where the agent can open the contact elsewhere.
    pub contact_link: Option<Link>,
    /// For how many seconds it may be shown again without asking.
    pub cache_s: Option<u32>,
    /// What is shown, in order.
    pub blocks: Vec<Block>,
    /// What later hosts can show, by name.
    pub extra: Pairs,
}

impl Card {
    /// Whether there is something on it to be pressed.
    pub fn has_buttons(&self) -> bool {
        let mut elements = self.blocks.iter().flat_map(|block| &block.data);
        elements.any(|element| matches!(element, Element::Actions(_)))
    }
}

/// A link that passed `policy::link`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Absolute; `https`, `mailto` or `tel`.
    pub url: String,
    /// What the agent reads; none shows the host.
    pub text: Option<String>,
}

/// A part of the card with a heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The heading.
    pub name: String,
    /// A Material Symbols name.
    pub icon: Option<String>,
    /// What stands in it, in order.
    pub data: Vec<Element>,
}

/// One thing in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Element {
    /// Something that may also stand in an accordion.
    Content(Content),
    /// A part that folds.
    Accordion(Accordion),
    /// Buttons, side by side.
    Actions(Vec<Button>),
}

/// What may stand in a block and in an accordion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Labels with their values.
    List(Vec<Row>),
    /// Columns.
    Table(Table),
    /// Markup, cleaned. It is shown only in a frame without origin, scripts or network.
    Html(String),
    /// A kind of a later contract: shown as its text.
    Other(Other),
}

/// One line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What the value is.
    pub label: String,
    /// The value.
    pub text: String,
    /// Makes the value a link.
    pub url: Option<String>,
}

/// A table; every row has as many cells as there are headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Column headings.
    pub headers: Vec<String>,
    /// Rows of cells.
    pub rows: Vec<Vec<Cell>>,
}

/// One cell of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The value; may be empty.
    pub text: String,
    /// Makes the value a link.
    pub url: Option<String>,
}

/// A part that folds, one level deep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accordion {
    /// What stands on the fold.
    pub name: String,
    /// Whether it is open at first.
    pub open: bool,
    /// What it holds, in order.
    pub data: Vec<Content>,
}

/// An element of a kind this version has no case for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// Its kind.
    pub kind: String,
    /// Plain text for whoever does not know the kind.
    pub text: String,
    /// JSON for whoever does.
    pub json: String,
}

/// A button that calls the plugin's `action.submit`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// One of the manifest's actions.
    pub id: String,
    /// What stands on it.
    pub label: String,
    /// How it looks.
    pub style: ButtonStyle,
    /// Handed back when pressed.
    pub value: String,
    /// Asked before it acts.
    pub confirm: Option<Confirm>,
    /// Filled in before it acts.
    pub fields: Vec<super::manifest::Field>,
    /// What a press has to show; put there by the door that shows the button, if it takes presses.
    pub token: Option<String>,
}

/// How a button looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ButtonStyle {
    /// Like any other.
    Plain,
    /// The one most people want.
    Primary,
    /// It takes something away.
    Danger,
}

/// The question before an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirm {
    /// The question.
    pub title: String,
    /// More about it.
    pub text: Option<String>,
    /// What stands on the button that goes on.
    pub button: String,
}
