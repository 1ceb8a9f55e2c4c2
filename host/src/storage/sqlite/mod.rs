//! Storage in one SQLite file: durable on one machine, without a server to run.
//!
//! One thread writes and puts whatever waits into one transaction, so that one fsync serves many.
//! Two more threads read, one for plugins' values and one for listings. A folder belongs to one
//! process at a time.

mod accept;
mod ballast;
mod claim;
mod fault;
mod header;
mod known;
mod ledger;
mod list;
mod open;
mod reader;
mod request;
mod row;
mod subscription;
mod sweep;
mod tally;
mod values;
mod writer;

use super::name::Tag;
use super::quota::Quotas;
use super::{
    Claims, Detail, Filter, Forgotten, Health, Kept, Person, Retention, Storage, StorageError,
    Swept,
};
use crate::model::delivery::{Attempt, Backlog, Claim, Delivery, DeliveryId, Ending, Receipt};
use crate::model::event::Event;
use crate::model::id::{InstallationId, PluginId};
use crate::model::problem::{Code, Problem};
use crate::model::store::{StoreChanges, Stored};
use crate::model::time::Millis;
use accept::Arrival;
use ballast::Ballast;
use claim::Hold;
use fault::Reach;
use ledger::{Ledger, Outcome};
use open::Locked;
use reader::Reader;
use request::{Job, Kind, Request, Undo};
use std::fmt;
use std::path::Path;
use std::thread::JoinHandle;
use std::time::Duration;
use sweep::Step;
use tokio::sync::{mpsc, watch};
use writer::{Told, Writer};

/// Requests that may wait for the writer; who comes later waits for a place.
const WAITING_REQUESTS: usize = 256;

/// How a database is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqliteSettings {
    /// How much it takes.
    pub quotas: Quotas,
    /// Bytes that are held on the disk and given up when it is full, so that what was accepted is
    /// delivered: 16 MiB, four times what the log needs.
    pub ballast_bytes: u64,
    /// Which of SQLite's file systems is used; its own when none is named.
    pub vfs: Option<String>,
    /// How many events are known from memory before they are written down among all that are.
    #[doc(hidden)]
    pub recent_events: usize,
    /// When the disk is waited for. Anything but `Full` loses acknowledged events with the power.
    #[doc(hidden)]
    pub synchronous: Synchronous,
}

impl Default for SqliteSettings {
    fn default() -> Self {
        Self {
            quotas: Quotas::default(),
            ballast_bytes: 16 << 20,
            vfs: None,
            recent_events: known::RECENT,
            synchronous: Synchronous::Full,
        }
    }
}

/// When the disk is waited for.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Synchronous {
    /// Before every answer.
    #[default]
    Full,
    /// When the log is moved; there for the test that has to find the losses of it.
    Normal,
}

/// Storage in `sidepane.db` of one folder.
pub struct SqliteStorage {
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    values: Option<Reader>,
    listings: Option<Reader>,
    thread: Option<JoinHandle<()>>,
    told: Told,
    tag: Tag,
    /// Let go of last.
    _locked: Locked,
}

impl fmt::Debug for SqliteStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStorage")
            .field("health", &*self.told.health.borrow())
            .finish_non_exhaustive()
    }
}

impl SqliteStorage {
    /// Opens the folder's database, or makes one. What was running when the last host ended waits
    /// again, or is set aside.
    ///
    /// # Errors
    /// `config.data_*`: another process has the folder; the file is another program's, a later
    /// version's or damaged, and was not touched; the folder cannot be used.
    pub fn open(folder: &Path, settings: SqliteSettings) -> Result<Self, Problem> {
        let locked = open::lock(folder, &settings)?;
        let db = open::writer(&locked, &settings)?;
        let failed = |error: rusqlite::Error| {
            Problem::new(Code::DataUnusable, "The data folder cannot be used.")
                .detail(fault::told(&error))
        };
        let ballast = Ballast::new(locked.files.ballast.clone(), settings.ballast_bytes);
        let told = Told {
            health: watch::Sender::new(Health::Good),
            stirred: watch::Sender::new(0),
        };
        let values = Reader::start("values", open::reader(&locked, &settings)?)?;
        let listings = Reader::start("listings", open::reader(&locked, &settings)?)?;
        let ledger = Ledger::new(db, settings).map_err(failed)?;
        let tag = ledger.tag;
        let taken_over = claim::take_over(&ledger).or_else(|error| match fault::reach(&error) {
            Reach::Room => {
                ballast.give();
                claim::take_over(&ledger)
            }
            _ => Err(error),
        });
        taken_over.map_err(failed)?;
        let writer = Writer::new(ledger, ballast, told.clone()).map_err(failed)?;
        let (jobs, receiver) = mpsc::channel(WAITING_REQUESTS);
        let thread = std::thread::Builder::new()
            .name("storage".into())
            .spawn(move || writer.run(receiver))
            .map_err(|error| no_thread(&error))?;
        Ok(Self {
            jobs: Some(jobs),
            values: Some(values),
            listings: Some(listings),
            thread: Some(thread),
            told,
            tag,
            _locked: locked,
        })
    }

    async fn write<T: Send + 'static>(
        &self,
        kind: Kind,
        undo: Undo<T>,
        work: impl FnMut(&Ledger) -> Outcome<T> + Send + 'static,
    ) -> Result<T, StorageError> {
        let (request, answer) = Request::new(kind, undo, work);
        let jobs = self.jobs.as_ref().ok_or_else(ended)?;
        jobs.send(Box::new(request)).await.map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }

    async fn look<T: Send + 'static>(
        &self,
        reader: &Option<Reader>,
        work: impl FnOnce(&rusqlite::Connection) -> Outcome<T> + Send + 'static,
    ) -> Result<T, StorageError> {
        if let Health::Failed(why) = self.health() {
            return Err(StorageError::Failed(why));
        }
        reader.as_ref().ok_or_else(ended)?.ask(work).await
    }
}

fn ended() -> StorageError {
    StorageError::Failed("its thread has ended".into())
}

fn no_thread(error: &std::io::Error) -> Problem {
    Problem::new(Code::DataUnusable, "The storage has no thread to run on.")
        .detail(error.to_string())
}

/// What was asked stays done, heard or not.
fn stays<T>(_: T) -> Option<Box<dyn Job>> {
    None
}

/// Deliveries that nobody waited for are given back.
fn give_back(claims: Claims) -> Option<Box<dyn Job>> {
    let holds: Vec<Hold> = claims.held.iter().map(Hold::from).collect();
    let work = move |ledger: &Ledger| {
        holds
            .iter()
            .try_for_each(|hold| claim::release(ledger, hold))
    };
    let (request, _) = Request::new(Kind::MOVES.late(true), stays, work);
    (!claims.held.is_empty()).then(|| Box::new(request) as Box<dyn Job>)
}

impl Drop for SqliteStorage {
    /// Waits for what was asked before; then the files are closed and the folder is free.
    fn drop(&mut self) {
        self.values = None;
        self.listings = None;
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Storage for SqliteStorage {
    fn accept(&self, event: Event, subscribers: Vec<PluginId>, now: Millis) -> Kept<'_, Receipt> {
        let arrival = Arrival::new(event, subscribers, now);
        Box::pin(self.write(Kind::ADDS, stays, move |ledger| {
            accept::accept(ledger, &arrival)
        }))
    }

    fn claim(
        &self,
        plugin: PluginId,
        most: usize,
        now: Millis,
        lease: Duration,
    ) -> Kept<'_, Claims> {
        Box::pin(self.write(Kind::MOVES, give_back, move |ledger| {
            claim::claim(ledger, &plugin, most, now, lease)
        }))
    }

    fn finish<'a>(
        &'a self,
        claim: &'a Claim,
        attempt: Attempt,
        ending: Ending,
        changes: StoreChanges,
        now: Millis,
    ) -> Kept<'a, ()> {
        let hold = Hold::from(claim);
        // Who holds it is looked at first; values are weighed when they are written.
        let kind = Kind::MOVES.late(!changes.is_empty());
        Box::pin(self.write(kind, stays, move |ledger| {
            claim::finish(ledger, &hold, &attempt, ending, &changes, now)
        }))
    }

    fn release<'a>(&'a self, claim: &'a Claim) -> Kept<'a, ()> {
        let hold = Hold::from(claim);
        Box::pin(self.write(Kind::MOVES, stays, move |ledger| {
            claim::release(ledger, &hold)
        }))
    }

    fn value<'a>(
        &'a self,
        of: &'a InstallationId,
        key: &'a str,
        now: Millis,
    ) -> Kept<'a, Option<Stored>> {
        let (of, key) = (of.clone(), key.to_owned());
        Box::pin(self.look(&self.values, move |db| {
            Ok(values::value(db, &of, &key, now)?)
        }))
    }

    fn keys<'a>(
        &'a self,
        of: &'a InstallationId,
        prefix: &'a str,
        after: Option<&'a str>,
        most: usize,
        now: Millis,
    ) -> Kept<'a, Vec<String>> {
        let (of, prefix, after) = (of.clone(), prefix.to_owned(), after.map(str::to_owned));
        Box::pin(self.look(&self.values, move |db| {
            Ok(values::keys(db, &of, &prefix, after.as_deref(), most, now)?)
        }))
    }

    fn commit<'a>(
        &'a self,
        of: &'a InstallationId,
        changes: StoreChanges,
        now: Millis,
    ) -> Kept<'a, ()> {
        let of = of.clone();
        Box::pin(self.write(Kind::ADDS.late(true), stays, move |ledger| {
            values::commit(ledger, &of, &changes, now)
        }))
    }

    fn deliveries(&self, filter: Filter) -> Kept<'_, Vec<Delivery>> {
        let tag = self.tag;
        Box::pin(self.look(&self.listings, move |db| list::deliveries(db, tag, &filter)))
    }

    fn delivery<'a>(&'a self, id: &'a DeliveryId) -> Kept<'a, Option<Detail>> {
        let (tag, id) = (self.tag, id.clone());
        Box::pin(self.look(&self.listings, move |db| list::detail(db, tag, &id)))
    }

    fn replay(&self, filter: Filter, now: Millis) -> Kept<'_, u64> {
        Box::pin(async move {
            let most = match filter.most {
                0 => u64::MAX,
                most => u64::try_from(most).unwrap_or(u64::MAX),
            };
            let (mut count, mut after) = (0, 0);
            while count < most {
                let (filter, left, behind) = (filter.clone(), most - count, after);
                let step = self.write(Kind::ADDS.late(true), stays, move |ledger| {
                    sweep::replay(ledger, &filter, behind, left, now)
                });
                let (found, last) = step.await?;
                if found == 0 {
                    break;
                }
                (count, after) = (count + found, last);
            }
            Ok(count)
        })
    }

    fn forget(&self, person: Person) -> Kept<'_, Forgotten> {
        Box::pin(async move {
            let (mut all, mut step) = (Forgotten::default(), Step::Events(0));
            loop {
                let (whom, from) = (person.clone(), step.clone());
                let taken = self.write(Kind::MOVES.late(true), stays, move |ledger| {
                    sweep::forget(ledger, &whom, &from)
                });
                let (forgotten, next) = taken.await?;
                all.events += forgotten.events;
                all.deliveries += forgotten.deliveries;
                all.values += forgotten.values;
                if let Step::Done = step {
                    return Ok(all);
                }
                step = next;
            }
        })
    }

    fn sweep(&self, keep: Retention, now: Millis) -> Kept<'_, Swept> {
        Box::pin(async move {
            let mut all = Swept::default();
            loop {
                let step = self.write(Kind::MOVES.late(true), stays, move |ledger| {
                    sweep::sweep(ledger, keep, now)
                });
                let (swept, more) = step.await?;
                all.events += swept.events;
                all.values += swept.values;
                all.dropped += swept.dropped;
                if !more {
                    return Ok(all);
                }
            }
        })
    }

    fn backlog(&self) -> Kept<'_, Vec<Backlog>> {
        Box::pin(self.look(&self.listings, list::backlog))
    }

    fn subscribe(&self, plugin: PluginId, events: Vec<String>) -> Kept<'_, ()> {
        Box::pin(self.write(Kind::MOVES, stays, move |ledger| {
            subscription::write(ledger, &plugin, &events)
        }))
    }

    fn subscriptions(&self) -> Kept<'_, Vec<(PluginId, Vec<String>)>> {
        Box::pin(self.look(&self.listings, subscription::read))
    }

    fn health(&self) -> Health {
        self.told.health.borrow().clone()
    }

    fn stirred(&self) -> watch::Receiver<u64> {
        self.told.stirred.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::delivery::DeliveryState;

    /// In one transaction, behind one that waits until all of them wait.
    #[tokio::test]
    async fn one_that_is_refused_midway_is_undone_alone() {
        let folder = std::env::temp_dir().join(format!("sidepane-midway-{}", std::process::id()));
        let storage = SqliteStorage::open(&folder, SqliteSettings::default()).expect("opened");
        let plugin = |name: &str| PluginId::parse(name).expect("a plugin's name");
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let first = storage.write(Kind::MOVES, stays, move |_| {
            let _ = wait.recv();
            Ok(())
        });
        let before = storage.subscribe(plugin("before"), vec!["a".into()]);
        let half = storage.write(Kind::MOVES, stays, |ledger| -> Outcome<()> {
            let half = PluginId::parse("half").expect("a plugin's name");
            let row = ledger.plugin(&half)?;
            ledger.count(row, None, Some(DeliveryState::Queued), 7)?;
            subscription::write(ledger, &half, &["b".into()])?;
            Err(StorageError::Lost.into())
        });
        let after = storage.subscribe(plugin("after"), vec!["c".into()]);
        let go = async move { go.send(()).expect("it waits") };
        let (first, before, half, after, ()) = tokio::join!(first, before, half, after, go);
        assert_eq!((first, before, after), (Ok(()), Ok(()), Ok(())));
        assert_eq!(half, Err(StorageError::Lost));
        let kept = storage.subscriptions().await.expect("read");
        let kept: Vec<&str> = kept.iter().map(|(plugin, _)| plugin.as_str()).collect();
        assert_eq!(kept, ["after", "before"]);
        assert_eq!(storage.backlog().await, Ok(Vec::new()));
        drop(storage);
        let _ = std::fs::remove_dir_all(folder);
    }
}
