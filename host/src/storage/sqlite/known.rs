//! Which events are known already.
//!
//! Ids come scattered, so that every new row of an index by id would change a page of its own and
//! write it to the log. The newest events are therefore known from memory, and go into the table
//! `known` many at a time, in its order.

use super::accept::Arrival;
use super::ledger::Ledger;
use rusqlite::{OptionalExtension, params};
use std::collections::BTreeSet;

/// How many events are known from memory alone, and how many deliveries have their place there alone
/// (`row`), unless a test says otherwise: some 100 KB each, and some milliseconds to write them down
/// or to read them at a start.
pub(super) const RECENT: usize = 4096;

/// Digests and numbers of events that the table `known` has not. One whose transaction was undone or
/// that was removed may stand here too: whoever finds it looks for its row.
#[derive(Debug, Default)]
pub(super) struct Recent {
    events: BTreeSet<(i64, i64)>,
    /// Whether the open transaction has written them down.
    written: bool,
}

impl Recent {
    /// Those that the last process knew from memory.
    pub(super) fn read(db: &rusqlite::Connection) -> rusqlite::Result<Self> {
        let mut statement =
            db.prepare("SELECT digest, seq FROM event WHERE seq > (SELECT known FROM counter)")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Self {
            events: rows.collect::<Result<_, _>>()?,
            written: false,
        })
    }

    /// How many are known from memory.
    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    /// The transaction is on the disk.
    pub(super) fn kept(&mut self) {
        if std::mem::take(&mut self.written) {
            self.events.clear();
        }
    }

    /// The transaction was undone.
    pub(super) fn lost(&mut self) {
        self.written = false;
    }
}

/// The event that came before under the same name: its number and for how many it was.
pub(super) fn find(ledger: &Ledger, arrival: &Arrival) -> rusqlite::Result<Option<(i64, i64)>> {
    let digest = arrival.digest;
    let recent = ledger.recent.borrow();
    let mut alike: Vec<i64> = recent
        .events
        .range((digest, 0)..=(digest, i64::MAX))
        .map(|(_, event)| *event)
        .collect();
    {
        let mut written = ledger.sql("SELECT event FROM known WHERE digest = ?1")?;
        let mut rows = written.query([digest])?;
        while let Some(row) = rows.next()? {
            alike.push(row.get(0)?);
        }
    }
    for event in alike {
        let [account, source, id] = arrival.name();
        let found = ledger
            .sql(
                "SELECT fanout FROM event \
                 WHERE seq = ?1 AND account = ?2 AND source = ?3 AND id = ?4",
            )?
            .query_row(params![event, account, source, id], |row| row.get(0))
            .optional()?;
        if let Some(fanout) = found {
            return Ok(Some((event, fanout)));
        }
    }
    Ok(None)
}

/// Knows a new event.
pub(super) fn note(ledger: &Ledger, arrival: &Arrival, event: i64) {
    let mut recent = ledger.recent.borrow_mut();
    recent.events.insert((arrival.digest, event));
}

/// Writes down those that are known from memory alone.
pub(super) fn keep(ledger: &Ledger) -> rusqlite::Result<()> {
    ledger
        .sql(
            "INSERT INTO known (digest, event) SELECT digest, seq FROM event \
             WHERE seq > (SELECT known FROM counter) ORDER BY digest, seq",
        )?
        .execute([])?;
    ledger.recent.borrow_mut().written = true;
    Ok(())
}
