//! The one thread that writes: it takes what waits, runs it in one transaction, and answers after
//! the commit.

use super::ballast::Ballast;
use super::fault::{Reach, Trouble, reach, told};
use super::ledger::{Ledger, Outcome};
use crate::storage::{Health, StorageError};
use rusqlite::config::DbConfig;
use rusqlite::wal::CheckpointMode;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, watch};

/// The most requests of one transaction.
const BATCH: usize = 256;

/// Pages in the log from which on they are moved into the database: 4 MiB, as SQLite does it.
const LOG_PAGES: i32 = 1024;

/// How often room is looked for on a disk that was full.
const LOOK_FOR_ROOM: Duration = Duration::from_secs(1);

/// One request to the writer. It may be run again when the transaction it ran in was undone.
pub(super) trait Job: Send {
    /// Whether it adds what was not there: such requests end first when there is no room.
    fn adds(&self) -> bool;
    /// Does the work inside its savepoint.
    fn run(&mut self, ledger: &Ledger) -> Result<(), Trouble>;
    /// Says why it was not done.
    fn fail(&mut self, error: StorageError);
    /// Answers who asked. What comes back is to be done next, since nobody waited for the answer.
    fn answer(self: Box<Self>) -> Option<Box<dyn Job>>;
}

/// What undoes an answer that nobody heard.
pub(super) type Undo<T> = fn(T) -> Option<Box<dyn Job>>;

/// A request by what it does.
pub(super) struct Request<T, W> {
    work: W,
    adds: bool,
    undo: Undo<T>,
    outcome: Result<T, StorageError>,
    to: oneshot::Sender<Result<T, StorageError>>,
}

impl<T, W> Request<T, W>
where
    W: FnMut(&Ledger) -> Outcome<T>,
{
    /// A request, and where its answer will be.
    pub(super) fn new(
        adds: bool,
        undo: Undo<T>,
        work: W,
    ) -> (Self, oneshot::Receiver<Result<T, StorageError>>) {
        let (to, answer) = oneshot::channel();
        let outcome = Err(StorageError::Failed("it was not run".into()));
        let request = Self {
            work,
            adds,
            undo,
            outcome,
            to,
        };
        (request, answer)
    }
}

impl<T: Send, W> Job for Request<T, W>
where
    W: FnMut(&Ledger) -> Outcome<T> + Send,
{
    fn adds(&self) -> bool {
        self.adds
    }

    fn run(&mut self, ledger: &Ledger) -> Result<(), Trouble> {
        self.outcome = Ok((self.work)(ledger)?);
        Ok(())
    }

    fn fail(&mut self, error: StorageError) {
        self.outcome = Err(error);
    }

    fn answer(self: Box<Self>) -> Option<Box<dyn Job>> {
        match self.to.send(self.outcome) {
            Err(Ok(unheard)) => (self.undo)(unheard),
            _ => None,
        }
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
        if let Health::Failed(why) = self.health() {
            return fail_all(batch, &StorageError::Failed(why));
        }
        if self.health() == Health::Full && batch.iter().any(|job| job.adds()) {
            self.look_for_room();
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
        self.ledger.stirred.set(false);
        let done = self
            .ledger
            .step("BEGIN IMMEDIATE")
            .and_then(|()| self.run_each(batch, full))
            .and_then(|()| self.ledger.keep_count())
            .and_then(|()| self.ledger.step("COMMIT"));
        match done {
            Ok(()) => self.ledger.kept_count(),
            // SQLite undoes some failed transactions by itself.
            Err(_) if self.ledger.db.is_autocommit() => {}
            Err(_) => {
                let _ = self.ledger.step("ROLLBACK");
            }
        }
        done
    }

    fn run_each(&self, batch: &mut [Box<dyn Job>], full: bool) -> rusqlite::Result<()> {
        for job in batch {
            if full && job.adds() {
                job.fail(StorageError::Full);
                continue;
            }
            self.ledger.step("SAVEPOINT request")?;
            match job.run(&self.ledger) {
                Ok(()) => {}
                Err(Trouble::Broke(error)) if reach(&error) != Reach::Request => return Err(error),
                Err(trouble) => {
                    self.ledger.step("ROLLBACK TO request")?;
                    job.fail(trouble.into());
                }
            }
            self.ledger.step("RELEASE request")?;
        }
        Ok(())
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
