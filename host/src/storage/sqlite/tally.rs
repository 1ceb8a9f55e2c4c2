//! The plugins' counts while a transaction is open: changed in memory, written once before the
//! commit, however many deliveries it moves.

use crate::model::delivery::DeliveryState;
use crate::model::id::PluginId;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashMap;
use std::ops::{AddAssign, Sub};

/// Deliveries of one plugin in each state, in the order of `DeliveryState::ALL`, and the bytes of
/// those that wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    each: [i64; 6],
    bytes: i64,
}

impl Counts {
    /// Those of one delivery; none is before and after its life.
    pub(super) fn of_one(state: Option<DeliveryState>, bytes: i64) -> Self {
        let waits = state.is_some_and(|state| !state.is_final());
        Self {
            each: DeliveryState::ALL.map(|one| i64::from(state == Some(one))),
            bytes: if waits { bytes } else { 0 },
        }
    }

    /// How many wait, held ones included, and their bytes.
    pub(super) fn waiting(&self) -> (u64, u64) {
        let each = DeliveryState::ALL.iter().zip(self.each);
        let waiting: i64 = each
            .filter(|(state, _)| !state.is_final())
            .map(|(_, count)| count)
            .sum();
        (waiting.unsigned_abs(), self.bytes.unsigned_abs())
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        for (count, more) in self.each.iter_mut().zip(other.each) {
            *count += more;
        }
        self.bytes += other.bytes;
    }
}

impl Sub for Counts {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        let mut each = self.each;
        for (count, less) in each.iter_mut().zip(other.each) {
            *count -= less;
        }
        let bytes = self.bytes - other.bytes;
        Self { each, bytes }
    }
}

/// What is known of the plugins. It grows with them and with nothing else.
#[derive(Debug, Default)]
pub(super) struct Tally {
    names: HashMap<PluginId, i64>,
    plugins: HashMap<i64, Plugin>,
    /// Changes since the last beginning.
    since: Vec<(i64, Counts)>,
}

#[derive(Debug)]
struct Plugin {
    counts: Counts,
    changed: bool,
}

impl Tally {
    /// From here on, changes can be taken back.
    pub(super) fn begin(&mut self) {
        self.since.clear();
    }

    /// Takes back what was changed since the last beginning.
    pub(super) fn undo(&mut self) {
        for (plugin, change) in self.since.drain(..) {
            if let Some(plugin) = self.plugins.get_mut(&plugin) {
                plugin.counts = plugin.counts - change;
            }
        }
        // One that was new then is not there any more.
        self.names.clear();
    }

    /// The number of a plugin, if it has one.
    pub(super) fn plugin(
        &mut self,
        db: &Connection,
        name: &PluginId,
    ) -> rusqlite::Result<Option<i64>> {
        if let Some(known) = self.names.get(name) {
            return Ok(Some(*known));
        }
        let found = db
            .prepare_cached("SELECT id FROM plugin WHERE name = ?1")?
            .query_row([name.as_str()], |row| row.get(0))
            .optional()?;
        if let Some(found) = found {
            self.names.insert(name.clone(), found);
        }
        Ok(found)
    }

    /// The counts of a plugin by its number.
    pub(super) fn counts(&mut self, db: &Connection, plugin: i64) -> rusqlite::Result<Counts> {
        if let Some(known) = self.plugins.get(&plugin) {
            return Ok(known.counts);
        }
        let counts = db
            .prepare_cached(
                "SELECT queued, running, retrying, delivered, dead, dropped, bytes FROM plugin \
                 WHERE id = ?1",
            )?
            .query_row([plugin], |row| {
                let mut counts = Counts {
                    bytes: row.get("bytes")?,
                    ..Counts::default()
                };
                for (count, state) in counts.each.iter_mut().zip(DeliveryState::ALL) {
                    *count = row.get(state.as_str())?;
                }
                Ok(counts)
            })?;
        let changed = false;
        self.plugins.insert(plugin, Plugin { counts, changed });
        Ok(counts)
    }

    /// Changes the counts of a plugin.
    pub(super) fn add(
        &mut self,
        db: &Connection,
        plugin: i64,
        change: Counts,
    ) -> rusqlite::Result<()> {
        let mut counts = self.counts(db, plugin)?;
        counts += change;
        let changed = true;
        self.plugins.insert(plugin, Plugin { counts, changed });
        self.since.push((plugin, change));
        Ok(())
    }

    /// Writes down what was changed.
    pub(super) fn keep(&mut self, db: &Connection) -> rusqlite::Result<()> {
        for (id, plugin) in &mut self.plugins {
            if !std::mem::take(&mut plugin.changed) {
                continue;
            }
            let [queued, running, retrying, delivered, dead, dropped] = plugin.counts.each;
            db.prepare_cached(
                "UPDATE plugin SET queued = ?2, running = ?3, retrying = ?4, delivered = ?5, \
                 dead = ?6, dropped = ?7, bytes = ?8 WHERE id = ?1",
            )?
            .execute(params![
                id,
                queued,
                running,
                retrying,
                delivered,
                dead,
                dropped,
                plugin.counts.bytes
            ])?;
        }
        Ok(())
    }
}
