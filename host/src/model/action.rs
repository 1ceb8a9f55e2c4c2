//! Pressing a button: what was pressed, and what came of it.

use super::card::Link;
use super::context::{Context, Pairs};
use super::id::{Generation, PluginId};
use super::outcome::Outcome;
use super::problem::Problem;
use super::usage::Usage;

/// A button that was pressed, as its signature vouches for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Press {
    /// Whose button.
    pub plugin: PluginId,
    /// Which: one of the manifest's actions.
    pub action: String,
    /// What the plugin had it carry.
    pub value: String,
    /// What was filled in, by the field's name, each as its kind writes it. What is required is
    /// there, and what was chosen could be chosen.
    pub fields: Pairs,
    /// Names the press: the same button of the same answer has the same. Of two presses with one
    /// key, the plugin sees one.
    pub key: String,
    /// The context of the card that the button was on. Its `agent` did the pressing.
    pub context: Context,
}

/// What came of a press.
#[derive(Clone, Debug)]
pub struct Acted {
    /// Who was called.
    pub plugin: PluginId,
    /// The title from its manifest.
    pub title: String,
    /// Which version of it.
    pub generation: Generation,
    /// What it answered, or why it did not.
    pub result: Pressed,
    /// The card afterwards: the plugin's own, or what it shows when it is asked again. None when
    /// nothing was done, or the plugin makes no cards.
    pub after: Option<Outcome>,
    /// What was left out of the answer, with the reason (commands with bad links).
    pub notes: Vec<Problem>,
    /// What the call used. None when it never ran.
    pub usage: Option<Usage>,
}

/// The three things that can come of a press.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pressed {
    /// It was done.
    Done {
        /// Words for the agent.
        message: Option<String>,
        /// What the desk is to do next, step by step.
        commands: Vec<Command>,
        /// What later hosts can use, by name.
        extra: Pairs,
    },
    /// Nothing was done: these fields cannot be accepted.
    Invalid {
        /// Words for the agent.
        message: Option<String>,
        /// By the field's name, the reason in the agent's words. At least one.
        fields: Pairs,
    },
    /// The call failed.
    Failed(Problem),
}

/// A step for the agent's desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Open a page in a tab of its own; the URL passed `policy::link`.
    OpenUrl(String),
    /// Offer a text for copying.
    Copy(String),
    /// Append plain text to what the agent is writing.
    InsertDraft(String),
    /// Put tags on the conversation.
    AddTags(Vec<String>),
    /// Hand the conversation to somebody; with neither, nobody has it.
    Assign {
        /// An agent, by the desk's id or by e-mail address.
        agent: Option<String>,
        /// A group, by the desk's id.
        group: Option<String>,
    },
    /// Give the conversation a status that the desk has a word for.
    SetStatus(String),
    /// Keep a link with the conversation.
    AddLink(Link),
    /// Flash a short text.
    Notify(String),
    /// A step that one desk or a later version knows.
    Other {
        /// What it is called.
        kind: String,
        /// What agents read where it cannot be done.
        text: String,
        /// What it consists of, in JSON.
        json: String,
    },
}
