//! Who stands in which lane.
//!
//! Lanes come as scattered as ids do (`known`), and most deliveries are over before many more have
//! come. The newest therefore stand in memory alone and go into the table `row` many at a time, in
//! its order; one that ends before that was never in it.

use super::ledger::Ledger;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeSet;

/// A place in a lane: plugin, lane, number. In memory, the number is the delivery's own.
type Place = (i64, i64, i64);

/// The places that the table `row` has not.
#[derive(Debug, Default)]
pub(super) struct Rows {
    newest: BTreeSet<Place>,
    /// What the open transaction did: places taken, and places left.
    since: Vec<Step>,
    /// How much of that stands whatever becomes of the request that runs.
    stands: usize,
    /// Whether the open transaction has written them down.
    written: bool,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Took(Place),
    Left(Place),
}

impl Rows {
    /// Those that the last process had in memory.
    pub(super) fn read(db: &Connection) -> rusqlite::Result<Self> {
        let mut statement = db.prepare(
            "SELECT plugin, lane, place FROM delivery \
             WHERE seq > (SELECT known FROM counter) AND place = seq",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(Self {
            newest: rows.collect::<Result<_, _>>()?,
            ..Self::default()
        })
    }

    /// How many stand in memory.
    pub(super) fn len(&self) -> usize {
        self.newest.len()
    }

    /// From here on, steps can be taken back.
    pub(super) fn begin(&mut self) {
        self.stands = self.since.len();
    }

    /// Takes back the steps since the last beginning.
    pub(super) fn undo(&mut self) {
        while self.since.len() > self.stands
            && let Some(step) = self.since.pop()
        {
            match step {
                Step::Took(place) => self.newest.remove(&place),
                Step::Left(place) => self.newest.insert(place),
            };
        }
    }

    /// The transaction is on the disk.
    pub(super) fn kept(&mut self) {
        self.since.clear();
        self.stands = 0;
        if std::mem::take(&mut self.written) {
            self.newest.clear();
        }
    }

    /// The transaction was undone.
    pub(super) fn lost(&mut self) {
        self.stands = 0;
        self.undo();
        self.written = false;
    }
}

/// The delivery at the head of a lane.
pub(super) fn first(ledger: &Ledger, plugin: i64, lane: i64) -> rusqlite::Result<Option<i64>> {
    let written: Option<(i64, i64)> = ledger
        .sql(
            "SELECT place, delivery FROM row WHERE plugin = ?1 AND lane = ?2 \
             ORDER BY place LIMIT 1",
        )?
        .query_row([plugin, lane], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let rows = ledger.rows.borrow();
    let mut newest = rows
        .newest
        .range((plugin, lane, 0)..=(plugin, lane, i64::MAX));
    let newest = newest.next().map(|(_, _, place)| (*place, *place));
    let both = written.into_iter().chain(newest);
    Ok(both.min().map(|(_, delivery)| delivery))
}

/// A new delivery stands at the end of its lane; its place is its own number.
pub(super) fn enter(ledger: &Ledger, plugin: i64, lane: i64, delivery: i64) {
    let mut rows = ledger.rows.borrow_mut();
    let place = (plugin, lane, delivery);
    rows.newest.insert(place);
    rows.since.push(Step::Took(place));
}

/// One that had left stands at the end of its lane again, at a new place.
pub(super) fn return_to(
    ledger: &Ledger,
    (plugin, lane, place): Place,
    delivery: i64,
) -> rusqlite::Result<()> {
    ledger
        .sql("INSERT INTO row (plugin, lane, place, delivery) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![plugin, lane, place, delivery])?;
    Ok(())
}

/// A delivery leaves its lane, wherever in it it stands.
pub(super) fn leave(ledger: &Ledger, place: Place) -> rusqlite::Result<()> {
    {
        let mut rows = ledger.rows.borrow_mut();
        if rows.newest.remove(&place) {
            rows.since.push(Step::Left(place));
            return Ok(());
        }
    }
    let (plugin, lane, number) = place;
    ledger
        .sql("DELETE FROM row WHERE plugin = ?1 AND lane = ?2 AND place = ?3")?
        .execute(params![plugin, lane, number])?;
    Ok(())
}

/// Writes down those that stand in memory alone.
pub(super) fn keep(ledger: &Ledger) -> rusqlite::Result<()> {
    ledger
        .sql(
            "INSERT INTO row (plugin, lane, place, delivery) \
             SELECT plugin, lane, place, seq FROM delivery \
             WHERE seq > (SELECT known FROM counter) AND place = seq ORDER BY plugin, lane, place",
        )?
        .execute([])?;
    ledger.rows.borrow_mut().written = true;
    Ok(())
}
