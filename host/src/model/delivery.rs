//! One event on its way to one plugin.

use super::event::Event;
use super::id::{Generation, InstallationId, PluginId};
use super::time::Millis;
use super::usage::Usage;
use std::fmt;
use std::sync::Arc;

/// A delivery's name: a ULID.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct DeliveryId(pub Arc<str>);

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// Waiting for its turn; never tried.
    Queued,
    /// A plugin has it.
    Running,
    /// Tried, and to be tried again.
    Retrying,
    /// Acknowledged by the plugin.
    Delivered,
    /// Given up; a dead letter until somebody replays it.
    Dead,
    /// Left out by the operator's policy.
    Dropped,
}

impl DeliveryState {
    /// All of them, in the order a delivery may go through them.
    pub const ALL: [Self; 6] = [
        Self::Queued,
        Self::Running,
        Self::Retrying,
        Self::Delivered,
        Self::Dead,
        Self::Dropped,
    ];

    /// The word in answers and in storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Retrying => "retrying",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
            Self::Dropped => "dropped",
        }
    }

    /// The state of this word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether nothing more happens to it by itself.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Delivered | Self::Dead | Self::Dropped)
    }
}

/// What acceptance made of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The event's id.
    pub event_id: String,
    /// Whether it was known already; then the deliveries are those of the first time.
    pub duplicate: bool,
    /// One for each plugin that takes the event; none when nobody does.
    pub deliveries: Vec<Queued>,
}

/// A delivery, as its sender is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// Its name.
    pub id: DeliveryId,
    /// Who gets it.
    pub plugin: PluginId,
    /// How it stands.
    pub state: DeliveryState,
}

/// A delivery that a worker holds. Whoever finishes it shows the fence; one that was taken over in
/// the meantime has another.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The delivery.
    pub delivery: DeliveryId,
    /// To whom, for which account.
    pub installation: InstallationId,
    /// What happened.
    pub event: Arc<Event>,
    /// Tells this holder from every other; grows with each claim.
    pub fence: u64,
    /// The number of this attempt in its series; the first is 1.
    pub attempt: u32,
    /// When the event was accepted, or replayed.
    pub since: Millis,
}

/// One try, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its number in its series; a replay begins a new series at 1.
    pub number: u32,
    /// When it began.
    pub began: Millis,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Which version of the plugin had it; none when there was none to call.
    pub generation: Option<Generation>,
    /// What went wrong.
    pub error: Option<AttemptError>,
    /// What it used.
    pub usage: Option<Usage>,
}

/// Why an attempt failed: a code and two texts, as in a `Problem`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptError {
    /// A stable code.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// More, for operators.
    pub detail: String,
}

/// What becomes of a delivery after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The plugin acknowledged it.
    Delivered,
    /// Again, not before this moment.
    Retry(Millis),
    /// No more tries.
    Dead,
}

/// A delivery with all that is known about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its name.
    pub id: DeliveryId,
    /// To whom, for which account.
    pub installation: InstallationId,
    /// Where it stands.
    pub state: DeliveryState,
    /// The event's id.
    pub event_id: String,
    /// The event's source.
    pub source: String,
    /// The event's normal type.
    pub event_type: String,
    /// Its place: deliveries of a plugin with the same key go one after the other.
    pub key: String,
    /// When the event was accepted.
    pub accepted: Millis,
    /// When it is tried next, where it waits.
    pub due: Option<Millis>,
    /// Tries in the present series.
    pub attempts: u32,
    /// Why the last try failed.
    pub error: Option<AttemptError>,
}

/// How much of a plugin's work waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// The plugin.
    pub plugin: PluginId,
    /// Deliveries in each state, in the order of `DeliveryState::ALL`.
    pub counts: [u64; 6],
    /// When the first accepted one of those that wait was accepted.
    pub oldest: Option<Millis>,
}
