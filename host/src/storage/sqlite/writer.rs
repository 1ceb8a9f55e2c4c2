//! The one thread that writes: it takes what waits, runs it in one transaction, and answers after
//! the commit.

use super::ballast::Ballast;
use super::fault::{Reach, Trouble, reach, told};
use super::ledger::Ledger;
use super::request::Job;
use crate::storage::{Health, StorageError};
use rusqlite::config::DbConfig;
use rusqlite::wal::CheckpointMode;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};

/// The most requests of one transaction.
const BATCH: usize = 256;

/// Pages in the log from which on they are moved into the database: 4 MiB, as SQLite does it.
const LOG_PAGES: i32 = 1024;

/// How often room is looked for on a disk that was full.
const LOOK_FOR_ROOM: Duration = Duration::from_secs(1);

/// Why a transaction was undone.
enum Broken {
    /// A request that has no savepoint was refused when it had written something already.
    Midway,
    /// SQLite, or the disk.
    All(rusqlite::Error),
}

impl From<rusqlite::Error> for Broken {
    fn from(error: rusqlite::Error) -> Self {
        Self::All(error)
    }
}

/// What the writer tells everybody.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) health: watch::Sender<Health>,
    pub(super) stirred: watch::Sender<u64>,
}

/// The thread's own.
pub(super) struct Writer {
    ledger: Ledger,
    ballast: Ballast,
    told: Told,
    log_pages: Arc<AtomicI32>,
    looked: Option<Instant>,
}

impl Writer {
    /// A writer with its ballast; where there is no room for it, it begins as on a full disk.
    pub(super) fn new(mut ledger: Ledger, ballast: Ballast, told: Told) -> rusqlite::Result<Self> {
        let log_pages = Arc::new(AtomicI32::new(0));
        let seen = Arc::clone(&log_pages);
        ledger.db.wal_hook(Some(move |_: &mut _, pages| {
            seen.store(pages, Ordering::Relaxed);
            Ok(())
        }))?;
        let mut writer = Self {
            ledger,
            ballast,
            told,
            log_pages,
            looked: None,
        };
        writer.look_for_room();
        Ok(writer)
    }

    /// Serves until nobody can ask any more.
    pub(super) fn run(mut self, mut jobs: mpsc::Receiver<Box<dyn Job>>) {
        let mut batch: Vec<Box<dyn Job>> = Vec::new();
        loop {
            if batch.is_empty() {
                match jobs.blocking_recv() {
                    Some(job) => batch.push(job),
                    None => break,
                }
            }
            while batch.len() < BATCH {
                match jobs.try_recv() {
                    Ok(job) => batch.push(job),
                    Err(_) => break,
                }
            }
            self.serve(&mut batch);
            batch = batch.into_iter().filter_map(Job::answer).collect();
            self.checkpoint();
        }
        if let Health::Failed(_) = self.health() {
            // Whatever is in the log stays there: the next start reads what really is on the disk.
            let _ = self
                .ledger
                .db
                .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        }
    }

    fn health(&self) -> Health {
        self.told.health.borrow().clone()
    }

    /// Runs a batch so that each of its requests has its outcome.
    fn serve(&mut self, batch: &mut [Box<dyn Job>]) {
        if self.health() == Health::Full && batch.iter().any(|job| job.adds()) {
            self.look_for_room();
        }
        if let Health::Failed(why) = self.health() {
            return fail_all(batch, &StorageError::Failed(why));
        }
        let mut done = self.transact(batch, self.health() == Health::Full);
        if done
            .as_ref()
            .is_err_and(|error| reach(error) == Reach::Room)
        {
            self.full();
            done = self.transact(batch, true);
        }
        match done {
            Ok(()) => {
                if self.ledger.stirred.take() {
                    self.told.stirred.send_modify(|count| *count += 1);
                }
            }
            Err(error) => fail_all(batch, &self.fault(&error)),
        }
    }

    /// One transaction. An error is one that concerns all of it; then nothing of it was done.
    fn transact(&self, batch: &mut [Box<dyn Job>], full: bool) -> rusqlite::Result<()> {
        match self.attempt(batch, full, false) {
            // Something stands there half done, and nobody knows which half.
            Err(Broken::Midway) => self
                .attempt(batch, full, true)
                .map_err(|broken| match broken {
                    Broken::All(error) => error,
                    // With savepoints everywhere there is no such thing.
                    Broken::Midway => rusqlite::Error::InvalidQuery,
                }),
            Err(Broken::All(error)) => Err(error),
            Ok(()) => Ok(()),
        }
    }

    fn attempt(&self, batch: &mut [Box<dyn Job>], full: bool, guarded: bool) -> Result<(), Broken> {
        let ledger = &self.ledger;
        ledger.stirred.set(false);
        let done = ledger
            .step("BEGIN IMMEDIATE")
            .map_err(Broken::All)
            .and_then(|()| self.run_each(batch, full, guarded))
            .and_then(|()| Ok(ledger.keep_count()?))
            // Room for that is found when there is some.
            .and_then(|()| {
                if full {
                    Ok(())
                } else {
                    Ok(ledger.keep_newest()?)
                }
            })
            .and_then(|()| Ok(ledger.step("COMMIT")?));
        match done {
            Ok(()) => ledger.kept_count(),
            Err(_) => {
                ledger.lost_count();
                // SQLite undoes some failed transactions by itself.
                if !ledger.db.is_autocommit() {
                    let _ = ledger.step("ROLLBACK");
                }
            }
        }
        done
    }

    fn run_each(
        &self,
        batch: &mut [Box<dyn Job>],
        full: bool,
        guarded: bool,
    ) -> Result<(), Broken> {
        for job in batch {
            if full && job.adds() {
                job.fail(StorageError::Full);
            } else if guarded || job.late() {
                self.run_guarded(job)?;
            } else {
                self.run_plain(job)?;
            }
        }
        Ok(())
    }

    /// Runs a request that is refused before it has written anything, if at all.
    fn run_plain(&self, job: &mut Box<dyn Job>) -> Result<(), Broken> {
        let before = self.ledger.db.total_changes();
        match job.run(&self.ledger) {
            Ok(()) => Ok(()),
            Err(Trouble::Broke(error)) if reach(&error) != Reach::Request => {
                Err(Broken::All(error))
            }
            Err(_) if self.ledger.db.total_changes() != before => Err(Broken::Midway),
            Err(trouble) => {
                job.fail(trouble.into());
                Ok(())
            }
        }
    }

    /// Runs a request inside a savepoint.
    fn run_guarded(&self, job: &mut Box<dyn Job>) -> rusqlite::Result<()> {
        let ledger = &self.ledger;
        ledger.step("SAVEPOINT request")?;
        ledger.begin_count();
        match job.run(ledger) {
            Ok(()) => {}
            Err(Trouble::Broke(error)) if reach(&error) != Reach::Request => return Err(error),
            Err(trouble) => {
                ledger.step("ROLLBACK TO request")?;
                ledger.undo_count();
                job.fail(trouble.into());
            }
        }
        ledger.step("RELEASE request")
    }

    /// Moves the log into the database when there is enough of it. Nobody waits for this.
    fn checkpoint(&mut self) {
        let wipe = self.ledger.wipe.take();
        let due = wipe || self.log_pages.load(Ordering::Relaxed) >= LOG_PAGES;
        if !due || matches!(self.health(), Health::Failed(_)) {
            return;
        }
        let mode = if wipe {
            CheckpointMode::TRUNCATE
        } else {
            CheckpointMode::PASSIVE
        };
        match self.ledger.db.wal_checkpoint_v2(None::<&str>, mode) {
            Ok(_) => self.log_pages.store(0, Ordering::Relaxed),
            Err(error) => {
                // Somebody looks into the log: the next one empties it.
                self.ledger.wipe.set(wipe);
                self.fault(&error);
            }
        }
    }

    /// Draws the conclusions from an error that concerns everybody.
    fn fault(&mut self, error: &rusqlite::Error) -> StorageError {
        match reach(error) {
            Reach::Room => {
                self.full();
                StorageError::Full
            }
            Reach::Storage => {
                let why = told(error);
                tracing::error!(error = %why, "the storage failed; nothing is acknowledged until the host is started anew");
                self.told.health.send_replace(Health::Failed(why.clone()));
                StorageError::Failed(why)
            }
            Reach::Batch | Reach::Request => StorageError::Failed(told(error)),
        }
    }

    /// The disk is full: what was accepted gets the ballast's room.
    fn full(&mut self) {
        self.ballast.give();
        self.looked = Some(Instant::now());
        if self.told.health.send_replace(Health::Full) != Health::Full {
            tracing::error!("the disk is full: no events are accepted, deliveries go on");
        }
    }

    /// Takes the ballast, and with it accepts again.
    fn look_for_room(&mut self) {
        if self.looked.is_some_and(|at| at.elapsed() < LOOK_FOR_ROOM) {
            return;
        }
        // What was removed makes the file smaller only when the log is moved into it.
        let moved = self
            .ledger
            .db
            .wal_checkpoint_v2(None::<&str>, CheckpointMode::PASSIVE);
        if let Err(error) = moved
            && reach(&error) == Reach::Storage
        {
            self.fault(&error);
            return;
        }
        match self.ballast.take() {
            Ok(()) => {
                if self.told.health.send_replace(Health::Good) == Health::Full {
                    tracing::info!("the disk has room again: events are accepted");
                }
            }
            Err(error) => {
                tracing::warn!(%error, "no room for the ballast");
                self.full();
            }
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let why = "the storage's thread ended; please report it".to_owned();
            self.told.health.send_replace(Health::Failed(why));
        }
    }
}

fn fail_all(batch: &mut [Box<dyn Job>], error: &StorageError) {
    for job in batch {
        job.fail(error.clone());
    }
}
