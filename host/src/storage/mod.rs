//! What outlives the process: accepted events with their deliveries, and plugins' values.
//!
//! Both stand in one place on purpose. A handler's writes are committed in the very transaction
//! that acknowledges its delivery, so that each happens exactly when the other does.
//!
//! What is promised, by every implementation and in one suite of tests:
//! - An event whose acceptance was answered is on the disk. It is delivered at least once, or ends
//!   as a dead letter that an operator can see and replay.
//! - Deliveries of one plugin with the same account and ordering key go one after the other, in the
//!   order of acceptance. Other keys never wait for them.
//! - A delivery is finished only by who holds it: a claim that was taken over has an older fence.
//! - Time comes in as an argument. Nothing in here reads a clock.

pub mod memory;
mod name;
mod pace;
mod person;
pub mod quota;
#[cfg_attr(
    not(feature = "server"),
    expect(dead_code, reason = "what is in memory is measured, not read back")
)]
mod record;
#[cfg(feature = "server")]
pub mod sqlite;
mod turn;

use crate::model::delivery::{
    Attempt, Backlog, Claim, Delivery, DeliveryId, DeliveryState, Ending, Receipt,
};
use crate::model::event::Event;
use crate::model::id::{AccountId, InstallationId, PluginId};
use crate::model::store::{StoreChanges, Stored};
use crate::model::time::Millis;
use std::fmt;
use std::pin::Pin;
use std::time::Duration;
use tokio::sync::watch;

/// How far ahead a retry can be set; one beyond is brought forward. A delivery that is due later than
/// this was written by a clock that has been set back since, and is due at once.
pub const FARTHEST_RETRY: Duration = Duration::from_secs(24 * 3600);

/// A future that is boxed because storage is one trait object a host.
pub type Kept<'a, T> = Pin<Box<dyn Future<Output = Result<T, StorageError>> + Send + 'a>>;

/// Durable storage of events, deliveries and values.
pub trait Storage: fmt::Debug + Send + Sync + 'static {
    /// Takes an event with one delivery for each of `subscribers`. When this answers, it is on the
    /// disk. An event that is known (same account, source and id, within the window) is answered
    /// with what became of the first one and adds nothing.
    ///
    /// # Errors
    /// `Quota` when a plugin's waiting deliveries are as many as may be, `Full`, `Failed`. Then
    /// nothing was taken.
    fn accept(&self, event: Event, subscribers: Vec<PluginId>, now: Millis) -> Kept<'_, Receipt>;

    /// Gives up to `most` deliveries of a plugin that are due, each the first of its key, to be
    /// held for `lease`. One whose holder is gone, because the lease ran out or the process ended,
    /// is given again; the second time in a row it is set aside as a dead letter, with the code
    /// `event.poison`.
    fn claim(
        &self,
        plugin: PluginId,
        most: usize,
        now: Millis,
        lease: Duration,
    ) -> Kept<'_, Claims>;

    /// Finishes one attempt. `Delivered` commits `changes` with it; every other ending discards
    /// them.
    ///
    /// # Errors
    /// `Lost` when another holds the delivery, `Conflict` when a value that the call read has
    /// changed (the delivery is still held, and the handler is to be run again), `Quota` when the
    /// installation's values would take more room than they may, `Full`, `Failed`.
    fn finish<'a>(
        &'a self,
        claim: &'a Claim,
        attempt: Attempt,
        ending: Ending,
        changes: StoreChanges,
        now: Millis,
    ) -> Kept<'a, ()>;

    /// Gives a delivery back as if it had never been claimed: the host ends, or has no place.
    ///
    /// # Errors
    /// `Lost`, `Failed`.
    fn release<'a>(&'a self, claim: &'a Claim) -> Kept<'a, ()>;

    /// One value, unless it has expired.
    fn value<'a>(
        &'a self,
        of: &'a InstallationId,
        key: &'a str,
        now: Millis,
    ) -> Kept<'a, Option<Stored>>;

    /// Keys that start with `prefix` and stand behind `after`, in the order of their bytes, at most
    /// `most`.
    fn keys<'a>(
        &'a self,
        of: &'a InstallationId,
        prefix: &'a str,
        after: Option<&'a str>,
        most: usize,
        now: Millis,
    ) -> Kept<'a, Vec<String>>;

    /// Commits the writes of a call that was no delivery.
    ///
    /// # Errors
    /// `Conflict`, `Quota`, `Full`, `Failed`. Then nothing was written.
    fn commit<'a>(
        &'a self,
        of: &'a InstallationId,
        changes: StoreChanges,
        now: Millis,
    ) -> Kept<'a, ()>;

    /// Deliveries, newest first.
    fn deliveries(&self, filter: Filter) -> Kept<'_, Vec<Delivery>>;

    /// One delivery with its tries and its event.
    fn delivery<'a>(&'a self, id: &'a DeliveryId) -> Kept<'a, Option<Detail>>;

    /// Begins a new series of tries for every final delivery that the filter finds, at the end of
    /// its key's row. Answers how many; one that waits already is left alone.
    fn replay(&self, filter: Filter, now: Millis) -> Kept<'_, u64>;

    /// Removes what is kept about a contact: events that are theirs (`Person::is_in`) with their
    /// deliveries, dead letters included, and values whose key or value names them
    /// (`Person::is_named_in`). Whoever holds one of the deliveries has lost it.
    fn forget(&self, person: Person) -> Kept<'_, Forgotten>;

    /// Lets go of what is older than it has to be kept, and of expired values; drops deliveries
    /// that waited for longer than `stale`, where the operator set that. An event goes as a whole,
    /// when all its deliveries may go and its id may come as news.
    fn sweep(&self, keep: Retention, now: Millis) -> Kept<'_, Swept>;

    /// How much of each plugin's work waits.
    fn backlog(&self) -> Kept<'_, Vec<Backlog>>;

    /// Writes down which events a plugin takes, so that they are kept for it while it cannot be
    /// loaded; none at all forgets the plugin.
    fn subscribe(&self, plugin: PluginId, events: Vec<String>) -> Kept<'_, ()>;

    /// Every plugin that was written down, with the events it takes.
    fn subscriptions(&self) -> Kept<'_, Vec<(PluginId, Vec<String>)>>;

    /// How the storage is. Once unhealthy it stays so until the process is started anew: what a
    /// failed fsync left on the disk, nobody knows.
    fn health(&self) -> Health;

    /// Changes whenever something may have become due: a hint to look, never the only reason to.
    fn stirred(&self) -> watch::Receiver<u64>;
}

/// What a claim found.
#[derive(Debug, Default)]
pub struct Claims {
    /// The deliveries, held by the caller.
    pub held: Vec<Claim>,
    /// When the next one of this plugin is due; none when nothing waits for time alone.
    pub next: Option<Millis>,
}

/// Which deliveries are meant. What is left out restricts nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// These alone.
    pub ids: Vec<DeliveryId>,
    /// Of this plugin.
    pub plugin: Option<PluginId>,
    /// Of this account.
    pub account: Option<AccountId>,
    /// In this state.
    pub state: Option<DeliveryState>,
    /// With this ordering key.
    pub key: Option<String>,
    /// Accepted at this moment or later.
    pub from: Option<Millis>,
    /// Accepted before this moment.
    pub until: Option<Millis>,
    /// Behind this delivery, for the next page.
    pub after: Option<DeliveryId>,
    /// At most so many. 0 is a page of 100 where deliveries are listed, and all of them where they
    /// are replayed; 1000 is the longest page.
    pub most: usize,
}

/// The most deliveries that one listing gives, whatever is asked for.
const MOST_LISTED: usize = 1000;

/// How many deliveries a listing gives: 100 where nobody says.
fn page(filter: &Filter) -> usize {
    match filter.most {
        0 => 100,
        most => most.min(MOST_LISTED),
    }
}

/// One delivery in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// The delivery.
    pub delivery: Delivery,
    /// Its tries, oldest first, those of earlier series included.
    pub attempts: Vec<Attempt>,
    /// Its event.
    pub event: Event,
}

/// Somebody to be forgotten, by the marks that desks know them by. At least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// At which tenant.
    pub account: AccountId,
    /// Ids at desks, external ids, e-mail addresses, telephone numbers; none of them empty.
    pub marks: Vec<String>,
}

/// What was removed for somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Events with all that belongs to them.
    pub events: u64,
    /// Deliveries of those events.
    pub deliveries: u64,
    /// Values of plugins.
    pub values: u64,
}

/// How long things are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Ids of accepted events, to recognise repetitions; at least, since an id is known for as long
    /// as anything of its event is kept.
    pub duplicates: Duration,
    /// Delivered and dropped deliveries.
    pub delivered: Duration,
    /// Dead letters.
    pub dead: Duration,
    /// Deliveries that wait for longer are dropped; none waits for ever.
    pub stale: Option<Duration>,
}

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Events that are gone, with their final deliveries.
    pub events: u64,
    /// Values that had expired.
    pub values: u64,
    /// Deliveries that were dropped because they waited too long.
    pub dropped: u64,
}

/// How the storage is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// It accepts and delivers.
    Good,
    /// The disk is full: nothing new is accepted, what is there is delivered.
    Full,
    /// A write to the disk failed: nothing is acknowledged any more. The text says which.
    Failed(String),
}

/// Why storage did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// So much may be kept and no more.
    #[error("{what}: {used} of {limit}")]
    Quota {
        /// Of what.
        what: &'static str,
        /// How much there is.
        used: u64,
        /// How much there may be.
        limit: u64,
    },
    /// A value that the call had read was changed by another.
    #[error("`{0}` was changed by another call in the meantime")]
    Conflict(String),
    /// Somebody else holds the delivery.
    #[error("the delivery is held by another")]
    Lost,
    /// No room on the disk.
    #[error("the disk is full")]
    Full,
    /// The storage does not answer; the text is for the log.
    #[error("the storage failed: {0}")]
    Failed(String),
}
