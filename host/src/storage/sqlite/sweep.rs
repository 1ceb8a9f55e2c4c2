//! Letting go and beginning again: retention, replay, `forget`. Each step is a small transaction.

use super::claim::{advance, drop_waiting};
use super::ledger::{self, Ledger, Outcome};
use super::list::{conditions, scopes};
use super::row;
use super::values;
use crate::model::delivery::DeliveryState;
use crate::model::id::InstallationId;
use crate::model::time::Millis;
use crate::storage::{Filter, Forgotten, Person, Retention, Swept, record};
use rusqlite::types::Value;
use rusqlite::{params, params_from_iter};

/// Rows of one step. Whoever waits behind it waits for some milliseconds.
const STEP: usize = 256;

/// Pages that are given back to the disk in one step.
const PAGES: i64 = 256;

/// One step of a sweep; done when it finds nothing any more.
pub(super) fn sweep(ledger: &Ledger, keep: Retention, now: Millis) -> Outcome<(Swept, bool)> {
    let mut swept = Swept {
        values: values::purge(ledger, None, now, STEP)?,
        ..Swept::default()
    };
    if let Some(stale) = keep.stale {
        swept.dropped = drop_stale(ledger, before(now, stale), now)?;
    }
    let ids = before(now, keep.duplicates);
    let mut gone = 0;
    for (state, kept) in [
        (DeliveryState::Delivered, keep.delivered),
        (DeliveryState::Dropped, keep.delivered),
        (DeliveryState::Dead, keep.dead),
    ] {
        // An event goes as a whole, not before its repetitions may come as news.
        let bound = before(now, kept).min(ids);
        let (deliveries, events) = end_of_life(ledger, state, bound)?;
        gone += deliveries;
        swept.events += events;
    }
    let alone = alone(ledger, ids)?;
    swept.events += alone;
    let found = swept.values + swept.dropped + gone + alone > 0;
    let more = found || give_back(ledger)?;
    Ok((swept, more))
}

/// The last moment that is `age` old at `now`.
fn before(now: Millis, age: std::time::Duration) -> Millis {
    let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
    Millis(now.0.saturating_sub(age))
}

/// Drops those among the oldest that waited too long; those that are held stay. Rows are looked at
/// in the order of acceptance, so that a sweep costs what it drops, whatever waits.
fn drop_stale(ledger: &Ledger, bound: Millis, now: Millis) -> Outcome<u64> {
    let mut dropped = 0;
    for plugin in plugins(ledger)? {
        for state in [DeliveryState::Queued, DeliveryState::Retrying] {
            let stale = rows(
                ledger,
                "SELECT seq FROM (SELECT seq, since FROM delivery WHERE plugin = ?1 AND state = ?2 \
                 ORDER BY seq LIMIT ?4) WHERE since <= ?3",
                params![plugin, ledger::number(state), bound.0, STEP],
            )?;
            for seq in stale {
                drop_waiting(ledger, seq, now)?;
                dropped += 1;
            }
        }
    }
    Ok(dropped)
}

fn plugins(ledger: &Ledger) -> Outcome<Vec<i64>> {
    let mut all = rows(ledger, "SELECT id FROM plugin", [])?;
    // What this transaction has counted so far stands in no row yet.
    let mut counts = Vec::new();
    for plugin in &all {
        counts.push(ledger.counts(*plugin)?.waiting().0 > 0);
    }
    let mut waits = counts.into_iter();
    all.retain(|_| waits.next().unwrap_or_default());
    Ok(all)
}

fn rows(ledger: &Ledger, sql: &str, of: impl rusqlite::Params) -> Outcome<Vec<i64>> {
    let mut statement = ledger.sql(sql)?;
    let rows = statement.query_map(of, |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Removes final deliveries that ended at `bound` or earlier, and events whose last one that was.
fn end_of_life(ledger: &Ledger, state: DeliveryState, bound: Millis) -> Outcome<(u64, u64)> {
    let old = rows(
        ledger,
        "SELECT seq FROM delivery WHERE state = ?1 AND ended <= ?2 ORDER BY ended LIMIT ?3",
        params![ledger::number(state), bound.0, STEP],
    )?;
    let (mut deliveries, mut events) = (0, 0);
    for seq in old {
        deliveries += 1;
        let event = remove(ledger, seq)?;
        let left: bool = ledger
            .sql(
                "SELECT EXISTS (SELECT 1 FROM event e JOIN delivery d \
                 ON d.seq > e.seq AND d.seq <= e.seq + e.fanout WHERE e.seq = ?1)",
            )?
            .query_row([event], |row| row.get(0))?;
        if !left {
            ledger
                .sql("DELETE FROM event WHERE seq = ?1")?
                .execute([event])?;
            events += 1;
        }
    }
    Ok((deliveries, events))
}

/// Removes one delivery and tells whose it was.
fn remove(ledger: &Ledger, seq: i64) -> Outcome<i64> {
    let mut statement = ledger.sql(
        "DELETE FROM delivery WHERE seq = ?1 RETURNING event, plugin, lane, state, bytes, place",
    )?;
    let mut rows = statement.query([seq])?;
    let Some(row) = rows.next()? else {
        return Ok(0);
    };
    let (event, plugin, lane): (i64, i64, i64) =
        (row.get("event")?, row.get("plugin")?, row.get("lane")?);
    let state = ledger::state(row, "state")?;
    let (bytes, place): (i64, Option<i64>) = (row.get("bytes")?, row.get("place")?);
    while rows.next()?.is_some() {}
    ledger.count(plugin, Some(state), None, bytes)?;
    if let Some(place) = place {
        row::leave(ledger, (plugin, lane, place))?;
        advance(ledger, plugin, lane)?;
    }
    Ok(event)
}

/// Removes events that nobody took.
fn alone(ledger: &Ledger, bound: Millis) -> Outcome<u64> {
    let gone = ledger
        .sql(
            "DELETE FROM event WHERE seq IN (\
               SELECT seq FROM event WHERE fanout = 0 AND accepted <= ?1 ORDER BY accepted LIMIT ?2)",
        )?
        .execute(params![bound.0, STEP])?;
    Ok(u64::try_from(gone).unwrap_or(u64::MAX))
}

/// Makes the file smaller by a step when more than a quarter of it is empty; less is used again
/// anyway. Whether it did.
fn give_back(ledger: &Ledger) -> Outcome<bool> {
    let pragma = |sql: &str| ledger.db.query_row(sql, [], |row| row.get::<_, i64>(0));
    let (free, all) = (
        pragma("PRAGMA freelist_count")?,
        pragma("PRAGMA page_count")?,
    );
    let much = free > PAGES && free > all / 4;
    if much {
        let mut statement = ledger
            .db
            .prepare(&format!("PRAGMA incremental_vacuum({PAGES})"))?;
        let mut rows = statement.query([])?;
        while rows.next()?.is_some() {}
    }
    Ok(much)
}

/// One step of a replay of rows behind `after`: how many, and the last one. Each row is looked at
/// once, so that a delivery which is final again meanwhile is not replayed twice.
pub(super) fn replay(
    ledger: &Ledger,
    filter: &Filter,
    after: i64,
    most: u64,
    now: Millis,
) -> Outcome<(u64, i64)> {
    let step = usize::try_from(most).unwrap_or(STEP).min(STEP);
    let mut found = Vec::new();
    for (plugin, state) in scopes(&ledger.db, filter)? {
        if state.is_some_and(|state| !state.is_final()) {
            continue;
        }
        let (clause, mut values) = conditions(ledger.tag, filter, plugin, state);
        values.push(Value::from(after));
        let sql = format!(
            "SELECT d.seq FROM delivery d JOIN event e ON e.seq = d.event \
             WHERE {clause} AND d.place IS NULL AND d.seq > ? ORDER BY d.seq LIMIT {step}"
        );
        found.extend(rows(ledger, &sql, params_from_iter(values))?);
    }
    // In the order in which they were accepted.
    found.sort_unstable();
    found.truncate(step);
    for seq in &found {
        begin_again(ledger, *seq, now)?;
    }
    let last = found.last().copied().unwrap_or(after);
    Ok((u64::try_from(found.len()).unwrap_or(u64::MAX), last))
}

fn begin_again(ledger: &Ledger, seq: i64, now: Millis) -> Outcome<()> {
    let mut statement =
        ledger.sql("SELECT plugin, lane, state, bytes FROM delivery WHERE seq = ?1")?;
    let mut rows = statement.query([seq])?;
    let Some(row) = rows.next()? else {
        return Ok(());
    };
    let (plugin, lane): (i64, i64) = (row.get("plugin")?, row.get("lane")?);
    let (state, bytes) = (ledger::state(row, "state")?, row.get("bytes")?);
    drop(rows);
    let place = ledger.draw();
    ledger
        .sql(
            "UPDATE delivery SET state = 0, place = ?2, due = NULL, since = ?3, attempts = 0, \
             aborts = 0, ended = NULL WHERE seq = ?1",
        )?
        .execute(params![seq, place, now.0])?;
    row::return_to(ledger, (plugin, lane, place), seq)?;
    ledger.count(plugin, Some(state), Some(DeliveryState::Queued), bytes)?;
    advance(ledger, plugin, lane)
}

/// How far forgetting somebody has come.
#[derive(Clone, Debug, Default)]
pub(super) enum Step {
    /// Events behind this row.
    Events(i64),
    /// Values behind this key, of installations of the account.
    Values(String, String),
    /// Nothing is left to look at.
    #[default]
    Done,
}

/// One step of forgetting: what was removed, and where to go on.
pub(super) fn forget(ledger: &Ledger, person: &Person, step: &Step) -> Outcome<(Forgotten, Step)> {
    match step {
        Step::Events(after) => forget_events(ledger, person, *after),
        Step::Values(plugin, key) => forget_values(ledger, person, plugin, key),
        Step::Done => {
            // What was removed is overwritten in the database; its copies in the log go too.
            ledger.wipe.set(true);
            Ok((Forgotten::default(), Step::Done))
        }
    }
}

fn forget_events(ledger: &Ledger, person: &Person, after: i64) -> Outcome<(Forgotten, Step)> {
    let mut statement = ledger.sql(
        "SELECT seq, fanout, account, body, raw FROM event WHERE seq > ?1 ORDER BY seq LIMIT ?2",
    )?;
    let mut found = statement.query(params![after, STEP])?;
    let (mut last, mut theirs) = (None, Vec::new());
    while let Some(row) = found.next()? {
        let seq: i64 = row.get("seq")?;
        last = Some(seq);
        if ledger::account(row, "account")? != person.account {
            continue;
        }
        let body: String = row.get("body")?;
        if person.is_in(&record::event(&body, row.get("raw")?)?) {
            theirs.push((seq, row.get::<_, i64>("fanout")?));
        }
    }
    drop(found);
    let mut forgotten = Forgotten::default();
    for (event, fanout) in theirs {
        let deliveries = rows(
            ledger,
            "SELECT seq FROM delivery WHERE seq > ?1 AND seq <= ?1 + ?2",
            params![event, fanout],
        )?;
        for seq in deliveries {
            remove(ledger, seq)?;
            forgotten.deliveries += 1;
        }
        ledger
            .sql("DELETE FROM event WHERE seq = ?1")?
            .execute([event])?;
        forgotten.events += 1;
    }
    let next = last.map_or(Step::Values(String::new(), String::new()), Step::Events);
    Ok((forgotten, next))
}

fn forget_values(
    ledger: &Ledger,
    person: &Person,
    plugin: &str,
    key: &str,
) -> Outcome<(Forgotten, Step)> {
    let mut statement = ledger.sql(
        "SELECT plugin, key, value FROM value WHERE account = ?3 AND (plugin, key) > (?1, ?2) \
         ORDER BY plugin, key LIMIT ?4",
    )?;
    let account = person.account.as_str();
    let mut found = statement.query(params![plugin, key, account, STEP])?;
    let (mut next, mut theirs) = (Step::Done, Vec::new());
    while let Some(row) = found.next()? {
        let (key, value): (String, String) = (row.get("key")?, row.get("value")?);
        let plugin = ledger::plugin(row, "plugin")?;
        next = Step::Values(plugin.to_string(), key.clone());
        if person.is_named_in(&key) || person.is_named_in(&value) {
            let account = person.account.clone();
            theirs.push((InstallationId { plugin, account }, key));
        }
    }
    drop(found);
    let forgotten = Forgotten {
        values: values::discard(ledger, &theirs)?,
        ..Forgotten::default()
    };
    Ok((forgotten, next))
}
