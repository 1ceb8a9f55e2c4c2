//! Cards and what stands on them.
//!
//! Every type here is the contract's own, with builders added; fields can be set directly as well.

mod button;
mod table;

#[doc(inline)]
pub use crate::bindings::host::sidepane::plugin::card::{
    Accordion, AccordionElement, Block, Button, ButtonStyle, Card, Cell, Confirm, Element, Link,
    OtherElement, PluginError, Row, Table,
};

/// ```
/// use sidepane_sdk::{Accordion, Block, Card, Row, Table, html};
///
/// let orders = Table::new(["Order", "Value"]).row(["1001", "42.00 EUR"]);
/// let card = Card::new()
///     .contact_name("Ada Lovelace")
///     .contact_link("https://crm.example/42", "Open in CRM")
///     .cache_s(30)
///     .block(
///         Block::new("Orders")
///             .icon("receipt_long")
///             .list([Row::new("Customer", "42")])
///             .table(orders)
///             .html(html!("<p>Gold since {}</p>", 2024))
///             .accordion(Accordion::new("Order 1001").list([("State", "shipped")])),
///     );
/// # assert_eq!(card.blocks[0].data.len(), 4);
/// ```
impl Card {
    /// A card that says nothing yet.
    pub fn new() -> Self {
        Self {
            contact_name: None,
            contact_link: None,
            cache_s: None,
            blocks: Vec::new(),
            extra: Vec::new(),
        }
    }

    /// The contact's name as this plugin knows it.
    #[must_use]
    pub fn contact_name(mut self, name: impl Into<String>) -> Self {
        self.contact_name = Some(name.into());
        self
    }

    /// Where the agent can open the contact elsewhere, and the words of that link.
    #[must_use]
    pub fn contact_link(mut self, url: impl Into<String>, text: impl Into<String>) -> Self {
        self.contact_link = Some(Link {
            url: url.into(),
            text: Some(text.into()),
        });
        self
    }

    /// For how many seconds the host may show this card again without asking.
    #[must_use]
    pub fn cache_s(mut self, seconds: u32) -> Self {
        self.cache_s = Some(seconds);
        self
    }

    /// Adds a block.
    #[must_use]
    pub fn block(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// Adds something for later hosts, by name.
    #[must_use]
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extra.push((name.into(), value.into()));
        self
    }
}

impl Default for Card {
    fn default() -> Self {
        Self::new()
    }
}

impl Block {
    /// An empty block with this heading, which should be the same from call to call.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            icon: None,
            data: Vec::new(),
        }
    }

    /// The heading's icon, by its Material Symbols name.
    #[must_use]
    pub fn icon(mut self, name: impl Into<String>) -> Self {
        self.icon = Some(name.into());
        self
    }

    /// Adds labels with their values.
    #[must_use]
    pub fn list<R: Into<Row>>(self, rows: impl IntoIterator<Item = R>) -> Self {
        self.element(Element::List(rows.into_iter().map(Into::into).collect()))
    }

    /// Adds a table.
    #[must_use]
    pub fn table(self, table: Table) -> Self {
        self.element(Element::Table(table))
    }

    /// Adds markup; make it with [`html!`](crate::html!), which escapes what is put in.
    #[must_use]
    pub fn html(self, markup: impl Into<String>) -> Self {
        self.element(Element::Html(markup.into()))
    }

    /// Adds a part that folds.
    #[must_use]
    pub fn accordion(self, accordion: Accordion) -> Self {
        self.element(Element::Accordion(accordion))
    }

    /// Adds buttons, side by side.
    #[must_use]
    pub fn actions(self, buttons: impl IntoIterator<Item = Button>) -> Self {
        self.element(Element::Actions(buttons.into_iter().collect()))
    }

    /// Adds an element that is made already.
    #[must_use]
    pub fn element(mut self, element: Element) -> Self {
        self.data.push(element);
        self
    }
}

impl Accordion {
    /// An empty accordion, closed, with these words on the fold.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            open: false,
            data: Vec::new(),
        }
    }

    /// Open at first.
    #[must_use]
    pub fn open(mut self) -> Self {
        self.open = true;
        self
    }

    /// Adds labels with their values.
    #[must_use]
    pub fn list<R: Into<Row>>(self, rows: impl IntoIterator<Item = R>) -> Self {
        self.element(AccordionElement::List(
            rows.into_iter().map(Into::into).collect(),
        ))
    }

    /// Adds a table.
    #[must_use]
    pub fn table(self, table: Table) -> Self {
        self.element(AccordionElement::Table(table))
    }

    /// Adds markup; make it with [`html!`](crate::html!), which escapes what is put in.
    #[must_use]
    pub fn html(self, markup: impl Into<String>) -> Self {
        self.element(AccordionElement::Html(markup.into()))
    }

    /// Adds an element that is made already.
    #[must_use]
    pub fn element(mut self, element: AccordionElement) -> Self {
        self.data.push(element);
        self
    }
}

impl Row {
    /// A label and its value.
    pub fn new(label: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            text: text.into(),
            url: None,
        }
    }

    /// The same where there is a value. An array of these goes into a list by
    /// `.into_iter().flatten()`.
    pub fn maybe(label: impl Into<String>, text: Option<impl Into<String>>) -> Option<Self> {
        Some(Self::new(label, text?))
    }

    /// Makes the value a link.
    #[must_use]
    pub fn link(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }
}

impl<L: Into<String>, T: Into<String>> From<(L, T)> for Row {
    fn from((label, text): (L, T)) -> Self {
        Self::new(label, text)
    }
}
