//! What every write has at hand: the open transaction, the counter, the plugins' counts.

use super::SqliteSettings;
use super::fault::Trouble;
use super::known::{self, Recent};
use super::row::{self, Rows};
use super::tally::{Counts, Tally};
use crate::model::delivery::DeliveryState;
use crate::model::id::{AccountId, PluginId};
use crate::model::time::Millis;
use crate::storage::StorageError;
use crate::storage::name::Tag;
use crate::storage::pace::Pace;
use rusqlite::{CachedStatement, Connection, Row};
use sha2::{Digest, Sha256};
use std::cell::{Cell, RefCell};

/// What a request came to inside the transaction.
pub(super) type Outcome<T> = Result<T, Trouble>;

/// The writer's view of the database during one transaction.
#[derive(Debug)]
pub(super) struct Ledger {
    /// The only connection that writes.
    pub(super) db: Connection,
    /// Tells this database's deliveries from others'.
    pub(super) tag: Tag,
    /// How long leases have run.
    pub(super) pace: Pace,
    /// Quotas.
    pub(super) settings: SqliteSettings,
    /// Whether the transaction made something due.
    pub(super) stirred: Cell<bool>,
    /// Whether the log of the database is to be emptied after the transaction.
    pub(super) wipe: Cell<bool>,
    /// The newest events.
    pub(super) recent: RefCell<Recent>,
    /// The places of the newest deliveries.
    pub(super) rows: RefCell<Rows>,
    /// The plugins with their counts.
    tally: RefCell<Tally>,
    /// The last number drawn.
    tick: Cell<i64>,
    /// The last number that is on the disk.
    kept: Cell<i64>,
}

impl Ledger {
    /// Begins where the database ended.
    pub(super) fn new(db: Connection, settings: SqliteSettings) -> rusqlite::Result<Self> {
        let (tick, tag) = counter(&db)?;
        let recent = RefCell::new(Recent::read(&db)?);
        let rows = RefCell::new(Rows::read(&db)?);
        Ok(Self {
            db,
            tag,
            pace: Pace::default(),
            settings,
            stirred: Cell::new(false),
            wipe: Cell::new(false),
            recent,
            rows,
            tally: RefCell::default(),
            tick: Cell::new(tick),
            kept: Cell::new(tick),
        })
    }

    /// A statement that stays prepared.
    pub(super) fn sql(&self, text: &str) -> rusqlite::Result<CachedStatement<'_>> {
        self.db.prepare_cached(text)
    }

    /// Begins, ends or undoes something.
    pub(super) fn step(&self, text: &str) -> rusqlite::Result<()> {
        self.sql(text)?.execute([]).map(|_| ())
    }

    /// A number that was never used before.
    pub(super) fn draw(&self) -> i64 {
        self.tick.set(self.tick.get() + 1);
        self.tick.get()
    }

    /// Writes the counter and the plugins' counts down, in the transaction that changed them.
    pub(super) fn keep_count(&self) -> rusqlite::Result<()> {
        if self.tick.get() != self.kept.get() {
            self.sql("UPDATE counter SET tick = ?1")?
                .execute([self.tick.get()])?;
        }
        self.tally.borrow_mut().keep(&self.db)
    }

    /// Writes down what is known of the newest from memory alone, once that is much.
    pub(super) fn keep_newest(&self) -> rusqlite::Result<()> {
        let many = self.settings.recent_events;
        if self.recent.borrow().len() < many && self.rows.borrow().len() < many {
            return Ok(());
        }
        known::keep(self)?;
        row::keep(self)?;
        self.step("UPDATE counter SET known = tick")
    }

    /// The transaction is on the disk.
    pub(super) fn kept_count(&self) {
        self.kept.set(self.tick.get());
        self.recent.borrow_mut().kept();
        self.rows.borrow_mut().kept();
        self.tally.borrow_mut().begin();
    }

    /// The transaction was undone.
    pub(super) fn lost_count(&self) {
        self.recent.borrow_mut().lost();
        self.rows.borrow_mut().lost();
        *self.tally.borrow_mut() = Tally::default();
    }

    /// From here on, what is counted can be taken back.
    pub(super) fn begin_count(&self) {
        self.tally.borrow_mut().begin();
        self.rows.borrow_mut().begin();
    }

    /// Takes back what was counted since.
    pub(super) fn undo_count(&self) {
        self.tally.borrow_mut().undo();
        self.rows.borrow_mut().undo();
    }

    /// The number of a plugin that has had deliveries.
    pub(super) fn known_plugin(&self, plugin: &PluginId) -> rusqlite::Result<Option<i64>> {
        self.tally.borrow_mut().plugin(&self.db, plugin)
    }

    /// The number of a plugin, new or known.
    pub(super) fn plugin(&self, plugin: &PluginId) -> rusqlite::Result<i64> {
        if let Some(known) = self.known_plugin(plugin)? {
            return Ok(known);
        }
        self.sql("INSERT INTO plugin (name) VALUES (?1)")?
            .insert([plugin.as_str()])
    }

    /// The counts of a plugin by its number.
    pub(super) fn counts(&self, plugin: i64) -> rusqlite::Result<Counts> {
        self.tally.borrow_mut().counts(&self.db, plugin)
    }

    /// Counts a delivery that goes from one state to another: none is before and after its life.
    pub(super) fn count(
        &self,
        plugin: i64,
        from: Option<DeliveryState>,
        to: Option<DeliveryState>,
        bytes: i64,
    ) -> rusqlite::Result<()> {
        let change = Counts::of_one(to, bytes) - Counts::of_one(from, bytes);
        self.tally.borrow_mut().add(&self.db, plugin, change)
    }
}

/// The counter and the tag, as they are on the disk.
pub(super) fn counter(db: &Connection) -> rusqlite::Result<(i64, Tag)> {
    db.query_row("SELECT tick, tag FROM counter", [], |row| {
        Ok((row.get(0)?, Tag(row.get(1)?)))
    })
}

/// The number of a lane: deliveries of a plugin in the same lane go one after the other. Two lanes
/// that share a number, one in 2⁶⁴, would wait for each other and nothing more.
pub(super) fn lane(account: &AccountId, key: &str) -> i64 {
    digest([account.as_str(), "\0", key])
}

/// The beginning of a digest of some texts.
pub(super) fn digest<const TEXTS: usize>(texts: [&str; TEXTS]) -> i64 {
    let whole = texts.iter().fold(Sha256::new(), Sha256::chain_update);
    let digest = whole.finalize();
    let mut first = [0; 8];
    first
        .iter_mut()
        .zip(digest)
        .for_each(|(to, from)| *to = from);
    i64::from_be_bytes(first)
}

/// The number that stands for a state.
pub(super) fn number(state: DeliveryState) -> i64 {
    match state {
        DeliveryState::Queued => 0,
        DeliveryState::Running => 1,
        DeliveryState::Retrying => 2,
        DeliveryState::Delivered => 3,
        DeliveryState::Dead => 4,
        DeliveryState::Dropped => 5,
    }
}

/// The state in a column.
pub(super) fn state(row: &Row<'_>, column: &str) -> Outcome<DeliveryState> {
    let stored: i64 = row.get(column)?;
    DeliveryState::ALL
        .into_iter()
        .find(|state| number(*state) == stored)
        .ok_or_else(|| unreadable("state", &stored))
}

/// The plugin in a column.
pub(super) fn plugin(row: &Row<'_>, column: &str) -> Outcome<PluginId> {
    let stored: String = row.get(column)?;
    PluginId::parse(&stored).ok_or_else(|| unreadable("plugin", &stored))
}

/// The account in a column.
pub(super) fn account(row: &Row<'_>, column: &str) -> Outcome<AccountId> {
    let stored: String = row.get(column)?;
    AccountId::parse(&stored).ok_or_else(|| unreadable("account", &stored))
}

/// The moment in a column.
pub(super) fn moment(row: &Row<'_>, column: &str) -> Outcome<Millis> {
    Ok(Millis(row.get(column)?))
}

fn unreadable(what: &str, stored: &dyn std::fmt::Debug) -> Trouble {
    Trouble::Refused(StorageError::Failed(format!(
        "a stored {what} cannot be read: {stored:?}"
    )))
}
