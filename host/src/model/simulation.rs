//! A call that is only tried: what is played, and what came of it.

use super::context::Context;
use super::event::Event;
use super::id::{Generation, PluginId};
use super::outcome::Outcome;
use super::problem::Problem;
use super::recording::Recording;
use super::refusal::Wish;
use std::time::Duration;

/// One call to try. Nothing is queued, values are thrown away after it, and what it does is recorded.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// Who is called.
    pub plugin: PluginId,
    /// With what.
    pub input: Played,
    /// Whether requests that may change something are sent, too; without, GET and HEAD alone are.
    pub real_http: bool,
}

/// What a simulation plays.
#[derive(Clone, Debug)]
pub enum Played {
    /// A question for the card.
    Card(Box<Context>),
    /// An event, tried once.
    Event(Box<Event>),
}

/// What came of a simulation.
#[derive(Clone, Debug)]
pub struct Simulated {
    /// Which version was called.
    pub generation: Generation,
    /// How it ended.
    pub end: End,
    /// What to do about it where it failed; empty where it did not.
    pub next: String,
    /// The call from inside, secrets blacked out and nobody masked. None when it never ran.
    pub recording: Option<Recording>,
    /// The same as it may be kept and handed on.
    pub masked: Option<Recording>,
    /// How many requests were held back because they might change something.
    pub held_back: u64,
    /// How long it took, waiting for a place included.
    pub took: Duration,
}

/// How a simulated call ended.
#[derive(Clone, Debug)]
pub enum End {
    /// With an answer about a contact, or without one.
    Card(Box<Outcome>),
    /// The event was dealt with.
    Acknowledged,
    /// The event was not dealt with.
    Refused {
        /// What a host would do with it now.
        wish: Wish,
        /// Why.
        problem: Problem,
    },
}
