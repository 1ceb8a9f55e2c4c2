//! Why a plugin's card stands in a pane or does not: for the operator, one entry for each plugin.

use super::id::Generation;
use super::problem::Problem;
use super::usage::Used;

/// One plugin's part in one question, also when it was not asked.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The plugin's id, or the file's name where the name is no id.
    pub plugin: String,
    /// The title from its manifest, where one could be read.
    pub title: Option<String>,
    /// What became of it.
    pub fate: Fate,
    /// Which version is served.
    pub generation: Option<Generation>,
    /// What it asks for and gets, in words.
    pub permission: Vec<String>,
    /// How long its call took, of its deadline, in milliseconds.
    pub time_ms: Option<Used>,
    /// What went wrong.
    pub problem: Option<Problem>,
    /// What to do next, in one sentence and the lines to write.
    pub next: String,
}

/// What became of a plugin in one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was asked and has a card.
    Card,
    /// It was asked and knows nothing of this contact.
    Empty,
    /// It was asked and failed.
    Failed,
    /// It was asked and had no place free.
    Busy,
    /// It was not asked: it makes no card for this view.
    OtherView,
    /// It was not asked: it makes no cards at all.
    NoCards,
    /// It was not asked: it is not installed for this account.
    NotInstalled,
    /// It was not asked: the request named others.
    NotNamed,
    /// It is not served: its grant switches it off.
    Disabled,
    /// It is not served: its file or its grant was refused.
    Refused,
}

impl Fate {
    /// The word in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Card => "ok",
            Self::Empty => "empty",
            Self::Failed => "error",
            Self::Busy => "busy",
            Self::OtherView => "other_view",
            Self::NoCards => "no_cards",
            Self::NotInstalled => "not_installed",
            Self::NotNamed => "not_named",
            Self::Disabled => "disabled",
            Self::Refused => "refused",
        }
    }

    /// Whether the plugin was called.
    pub fn was_asked(self) -> bool {
        matches!(self, Self::Card | Self::Empty | Self::Failed | Self::Busy)
    }
}
