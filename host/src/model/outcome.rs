//! What became of asking the plugins: one outcome for each, and the pane made of them.

use super::card::{Card, Link};
use super::explain::Explained;
use super::id::{Generation, PluginId, RequestId};
use super::problem::{Code, Problem};
use super::usage::Usage;
use std::sync::Arc;
use std::time::Duration;

/// What one plugin answered.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Who was asked.
    pub plugin: PluginId,
    /// The title from its manifest.
    pub title: String,
    /// Which version of it.
    pub generation: Generation,
    /// Its card, nothing, or why there is none.
    pub answer: Answer,
    /// What was left out of the card, with the reason (bad links).
    pub notes: Vec<Problem>,
    /// What the call used. None when it never ran.
    pub usage: Option<Usage>,
    /// None when the answer was made for this question.
    pub kept: Option<Kept>,
}

/// An answer that was made for an earlier question, and kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// How long ago.
    pub age: Duration,
    /// Why there is no newer one. None as long as its plugin lets it be kept.
    pub stale: Option<Problem>,
}

/// The three things a plugin can answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Answer {
    /// A card. Answers that are kept share it.
    Card(Arc<Card>),
    /// Nothing is known about this contact.
    Empty,
    /// No answer, and why.
    Failed(Problem),
}

/// One outcome and its place in the pane.
#[derive(Debug)]
pub struct Placed {
    /// The place, counted over the plugins that were asked.
    pub order: usize,
    /// What came of it.
    pub outcome: Outcome,
}

/// All outcomes of one request, in the operator's order.
#[derive(Clone, Debug)]
pub struct Pane {
    /// The request they answer.
    pub request_id: RequestId,
    /// In the operator's order.
    pub outcomes: Vec<Outcome>,
    /// Every plugin of the folder, and why its card is here or is not; none unless asked for.
    pub explained: Option<Vec<Explained>>,
}

impl Pane {
    /// The first name that a card gives.
    pub fn contact_name(&self) -> Option<&str> {
        self.cards().find_map(|card| card.contact_name.as_deref())
    }

    /// The first link that a card gives.
    pub fn contact_link(&self) -> Option<&Link> {
        self.cards().find_map(|card| card.contact_link.as_ref())
    }

    /// Whether a plugin had no place for the call, so that asking again soon may give its card.
    pub fn is_busy(&self) -> bool {
        self.outcomes.iter().any(
            |outcome| matches!(&outcome.answer, Answer::Failed(why) if why.code == Code::CallBusy),
        )
    }

    /// The cards there are, in order.
    pub fn cards(&self) -> impl Iterator<Item = &Card> {
        self.outcomes
            .iter()
            .filter_map(|outcome| match &outcome.answer {
                Answer::Card(card) => Some(card.as_ref()),
                Answer::Empty | Answer::Failed(_) => None,
            })
    }
}
