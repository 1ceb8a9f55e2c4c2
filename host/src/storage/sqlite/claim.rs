//! Holding deliveries: claim, finish, release, and what becomes of those whose holder is gone.

use super::fault::Trouble;
use super::ledger::{self, Ledger, Outcome, number};
use super::row;
use super::values;
use crate::model::delivery::{Attempt, AttemptError, Claim, DeliveryId, DeliveryState, Ending};
use crate::model::id::{InstallationId, PluginId};
use crate::model::problem::Code;
use crate::model::store::StoreChanges;
use crate::model::time::Millis;
use crate::storage::turn::mix;
use crate::storage::{Claims, FARTHEST_RETRY, StorageError, record, turn};
use rusqlite::{Row, params};
use std::sync::Arc;
use std::time::Duration;

/// A delivery that waits, as far as moving it needs.
struct Waiting {
    seq: i64,
    plugin: i64,
    lane: i64,
    place: i64,
    state: DeliveryState,
    bytes: i64,
    attempts: u32,
    tries: i64,
    aborts: u32,
    fence: u64,
    began: Option<Millis>,
}

const WAITING: &str = "SELECT seq, plugin, lane, place, state, bytes, attempts, tries, aborts, fence, began \
                       FROM delivery WHERE seq = ?1 AND place IS NOT NULL";

fn waiting(ledger: &Ledger, seq: i64) -> Outcome<Option<Waiting>> {
    let mut statement = ledger.sql(WAITING)?;
    let mut rows = statement.query([seq])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    Ok(Some(Waiting {
        seq,
        plugin: row.get("plugin")?,
        lane: row.get("lane")?,
        place: row.get("place")?,
        state: ledger::state(row, "state")?,
        bytes: row.get("bytes")?,
        attempts: row.get("attempts")?,
        tries: row.get("tries")?,
        aborts: row.get("aborts")?,
        fence: row.get("fence")?,
        began: row.get::<_, Option<i64>>("began")?.map(Millis),
    }))
}

/// Gives up to `most` deliveries of a plugin that are due.
pub(super) fn claim(
    ledger: &Ledger,
    plugin: &PluginId,
    most: usize,
    now: Millis,
    lease: Duration,
) -> Outcome<Claims> {
    let passed = ledger.pace.until(now);
    let Some(row) = ledger.known_plugin(plugin)? else {
        return Ok(Claims::default());
    };
    let lapsed = seqs(
        ledger,
        "SELECT seq FROM delivery WHERE plugin = ?1 AND state = 1 AND lease <= ?2 LIMIT ?3",
        (row, passed, usize::MAX),
    )?;
    for seq in lapsed {
        interrupted(ledger, seq, now)?;
    }
    let lease = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
    let until = passed.saturating_add(lease);
    let mut held = Vec::new();
    for seq in due(ledger, row, most, now)? {
        held.extend(hold(ledger, plugin, seq, now, until)?);
    }
    let next: Option<i64> = ledger
        .sql("SELECT min(due) FROM delivery WHERE plugin = ?1 AND due > 0")?
        .query_row([row], |row| row.get(0))?;
    let next = next.map(|due| Millis(due).max(now).min(now.after(FARTHEST_RETRY)));
    Ok(Claims { held, next })
}

/// The first ones of their lanes that are due: those never tried in the order of their acceptance,
/// those to be tried again by their time, neither side more than half while the other has some.
fn due(ledger: &Ledger, plugin: i64, most: usize, now: Millis) -> Outcome<Vec<i64>> {
    let fresh = seqs(
        ledger,
        "SELECT seq FROM delivery WHERE plugin = ?1 AND due = ?2 ORDER BY place LIMIT ?3",
        (plugin, 0, most),
    )?;
    let mut again = seqs(
        ledger,
        "SELECT seq FROM delivery WHERE plugin = ?1 AND due > 0 AND due <= ?2 ORDER BY due LIMIT ?3",
        (plugin, now.0, most),
    )?;
    // No retry is set that far ahead: the clock was ahead when this one was.
    again.extend(seqs(
        ledger,
        "SELECT seq FROM delivery WHERE plugin = ?1 AND due > ?2 ORDER BY due LIMIT ?3",
        (plugin, now.after(FARTHEST_RETRY).0, most - again.len()),
    )?);
    Ok(mix(fresh, again, most))
}

fn seqs(ledger: &Ledger, sql: &str, of: (i64, i64, usize)) -> Outcome<Vec<i64>> {
    let (plugin, bound, most) = of;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut statement = ledger.sql(sql)?;
    let rows = statement.query_map(params![plugin, bound, most], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn hold(
    ledger: &Ledger,
    plugin: &PluginId,
    seq: i64,
    now: Millis,
    until: i64,
) -> Outcome<Option<Claim>> {
    let fence = ledger.draw();
    let claim = ledger
        .sql(
            "SELECT d.accepted, d.since, d.attempts, e.account, e.body, e.raw \
             FROM delivery d JOIN event e ON e.seq = d.event WHERE d.seq = ?1",
        )?
        .query_row([seq], |row| Ok(read(ledger, plugin, seq, fence, row)))?;
    let Some(delivery) = waiting(ledger, seq)? else {
        return Ok(None);
    };
    let claim = match claim {
        Ok(claim) => claim,
        // A record that nobody can read would hold its plugin up for ever.
        Err(trouble) => {
            let error = AttemptError {
                code: Code::EventPoison.as_str().into(),
                message: "The event's record cannot be read.".into(),
                detail: StorageError::from(trouble).to_string(),
            };
            tried(ledger, &delivery, &attempt(&delivery, now, error))?;
            settle(ledger, &delivery, DeliveryState::Dead, now)?;
            return Ok(None);
        }
    };
    ledger
        .sql(
            "UPDATE delivery SET state = 1, due = NULL, fence = ?2, began = ?3, lease = ?4 \
             WHERE seq = ?1",
        )?
        .execute(params![seq, fence, now.0, until])?;
    let (from, to) = (delivery.state, DeliveryState::Running);
    ledger.count(delivery.plugin, Some(from), Some(to), delivery.bytes)?;
    Ok(Some(claim))
}

fn read(ledger: &Ledger, plugin: &PluginId, seq: i64, fence: i64, row: &Row<'_>) -> Outcome<Claim> {
    let body: String = row.get("body")?;
    let attempts: u32 = row.get("attempts")?;
    Ok(Claim {
        delivery: ledger.tag.id(ledger::moment(row, "accepted")?, seq),
        installation: InstallationId {
            plugin: plugin.clone(),
            account: ledger::account(row, "account")?,
        },
        event: Arc::new(record::event(&body, row.get("raw")?)?),
        fence: fence.unsigned_abs(),
        attempt: attempts.saturating_add(1),
        since: ledger::moment(row, "since")?,
    })
}

/// What identifies a claim.
#[derive(Clone, Debug)]
pub(super) struct Hold {
    delivery: DeliveryId,
    installation: InstallationId,
    fence: u64,
}

impl From<&Claim> for Hold {
    fn from(claim: &Claim) -> Self {
        Self {
            delivery: claim.delivery.clone(),
            installation: claim.installation.clone(),
            fence: claim.fence,
        }
    }
}

fn held(ledger: &Ledger, hold: &Hold) -> Outcome<Waiting> {
    let Some((seq, _)) = ledger.tag.row(&hold.delivery) else {
        return Err(StorageError::Lost.into());
    };
    waiting(ledger, seq)?
        .filter(|found| found.state == DeliveryState::Running && found.fence == hold.fence)
        .ok_or_else(|| StorageError::Lost.into())
}

/// Finishes one attempt.
pub(super) fn finish(
    ledger: &Ledger,
    hold: &Hold,
    attempt: &Attempt,
    ending: Ending,
    changes: &StoreChanges,
    now: Millis,
) -> Outcome<()> {
    let delivery = held(ledger, hold)?;
    if ending == Ending::Delivered {
        values::commit(ledger, &hold.installation, changes, now)?;
    }
    tried(ledger, &delivery, attempt)?;
    match ending {
        Ending::Delivered => settle(ledger, &delivery, DeliveryState::Delivered, now),
        Ending::Dead => settle(ledger, &delivery, DeliveryState::Dead, now),
        Ending::Retry(at) => again(ledger, &delivery, turn::bounded(at, now), 0),
    }
}

/// Gives a delivery back as if it had never been claimed.
pub(super) fn release(ledger: &Ledger, hold: &Hold) -> Outcome<()> {
    let delivery = held(ledger, hold)?;
    let to = match delivery.attempts {
        0 => DeliveryState::Queued,
        _ => DeliveryState::Retrying,
    };
    ledger
        .sql("UPDATE delivery SET state = ?2, due = 0, began = NULL, lease = NULL WHERE seq = ?1")?
        .execute(params![delivery.seq, number(to)])?;
    let from = Some(DeliveryState::Running);
    ledger.count(delivery.plugin, from, Some(to), delivery.bytes)?;
    ledger.stirred.set(true);
    Ok(())
}

/// All that run. The plugins come first, so that an index finds the few among a million.
const RUNNING: &str = "SELECT d.seq, d.began FROM plugin p CROSS JOIN delivery d \
                       ON d.plugin = p.id AND d.state = 1";

/// At the start: whoever held something is gone with the last process.
pub(super) fn take_over(ledger: &Ledger) -> rusqlite::Result<()> {
    let running: Vec<(i64, i64)> = {
        let mut statement = ledger.sql(RUNNING)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<Result<_, _>>()?
    };
    let change = ledger.db.unchecked_transaction()?;
    for (seq, began) in running {
        match interrupted(ledger, seq, Millis(began)) {
            Err(Trouble::Broke(error)) => {
                ledger.lost_count();
                return Err(error);
            }
            Ok(()) | Err(Trouble::Refused(_)) => {}
        }
    }
    let kept = ledger.keep_count().and_then(|()| change.commit());
    match kept {
        Ok(()) => ledger.kept_count(),
        Err(_) => ledger.lost_count(),
    }
    kept
}

/// Whoever held this one is gone. Twice in a row, and the payload is taken for the cause.
pub(super) fn interrupted(ledger: &Ledger, seq: i64, now: Millis) -> Outcome<()> {
    let Some(delivery) = waiting(ledger, seq)? else {
        return Ok(());
    };
    let aborts = delivery.aborts + 1;
    let (error, poison) = turn::interruption(aborts);
    let began = delivery.began.unwrap_or(now);
    tried(ledger, &delivery, &attempt(&delivery, began, error))?;
    if poison {
        return settle(ledger, &delivery, DeliveryState::Dead, now);
    }
    again(ledger, &delivery, Millis(0), aborts)
}

fn attempt(delivery: &Waiting, began: Millis, error: AttemptError) -> Attempt {
    Attempt {
        number: delivery.attempts.saturating_add(1),
        began,
        took_ms: 0,
        generation: None,
        error: Some(error),
        usage: None,
    }
}

/// Writes one try down.
fn tried(ledger: &Ledger, delivery: &Waiting, attempt: &Attempt) -> Outcome<()> {
    let generation = attempt.generation.as_ref().map(|digest| digest.0);
    ledger
        .sql(
            "INSERT INTO attempt (delivery, try, number, began, took_ms, generation, error, usage) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            delivery.seq,
            delivery.tries + 1,
            attempt.number,
            attempt.began.0,
            i64::try_from(attempt.took_ms).unwrap_or(i64::MAX),
            generation,
            attempt.error.as_ref().map(record::of_error),
            attempt.usage.as_ref().map(record::of_usage),
        ])?;
    Ok(())
}

/// It is to be tried again, not before `at`.
fn again(ledger: &Ledger, delivery: &Waiting, at: Millis, aborts: u32) -> Outcome<()> {
    ledger
        .sql(
            "UPDATE delivery SET state = 2, due = ?2, aborts = ?3, attempts = attempts + 1, \
             tries = tries + 1, began = NULL, lease = NULL WHERE seq = ?1",
        )?
        .execute(params![delivery.seq, at.0, aborts])?;
    let to = Some(DeliveryState::Retrying);
    ledger.count(delivery.plugin, Some(delivery.state), to, delivery.bytes)?;
    ledger.stirred.set(true);
    Ok(())
}

/// It was tried for the last time, and the next one of its lane has its turn.
fn settle(ledger: &Ledger, delivery: &Waiting, to: DeliveryState, now: Millis) -> Outcome<()> {
    end(ledger, delivery, to, 1, now)
}

/// Nothing more happens to it, after so many tries more.
fn end(
    ledger: &Ledger,
    delivery: &Waiting,
    to: DeliveryState,
    tries: i64,
    now: Millis,
) -> Outcome<()> {
    ledger
        .sql(
            "UPDATE delivery SET state = ?2, place = NULL, due = NULL, began = NULL, lease = NULL, \
             attempts = attempts + ?4, tries = tries + ?4, ended = ?3 WHERE seq = ?1",
        )?
        .execute(params![delivery.seq, number(to), now.0, tries])?;
    ledger.count(
        delivery.plugin,
        Some(delivery.state),
        Some(to),
        delivery.bytes,
    )?;
    row::leave(ledger, (delivery.plugin, delivery.lane, delivery.place))?;
    advance(ledger, delivery.plugin, delivery.lane)
}

/// Leaves a delivery out, wherever in its lane it stands.
pub(super) fn drop_waiting(ledger: &Ledger, seq: i64, now: Millis) -> Outcome<()> {
    match waiting(ledger, seq)? {
        Some(delivery) => end(ledger, &delivery, DeliveryState::Dropped, 0, now),
        None => Ok(()),
    }
}

/// Makes the first one of a lane due, unless it is held or has its time already.
pub(super) fn advance(ledger: &Ledger, plugin: i64, lane: i64) -> Outcome<()> {
    let Some(seq) = row::first(ledger, plugin, lane)? else {
        return Ok(());
    };
    let waits = ledger
        .sql("UPDATE delivery SET due = 0 WHERE seq = ?1 AND state != 1 AND due IS NULL")?
        .execute([seq])?;
    if waits > 0 {
        ledger.stirred.set(true);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    #[test]
    fn a_start_goes_through_no_table_of_deliveries() {
        let db = Connection::open_in_memory().expect("a database");
        db.execute_batch(include_str!("schema.sql"))
            .expect("the schema");
        let mut plan = db
            .prepare(&format!("EXPLAIN QUERY PLAN {RUNNING}"))
            .expect("a plan");
        let steps = plan.query_map([], |row| row.get("detail")).expect("steps");
        let steps: Vec<String> = steps.map(|step| step.expect("a step")).collect();
        assert!(
            steps.iter().any(|step| step.contains("delivery_standing")),
            "{steps:?}"
        );
        assert!(
            !steps.iter().any(|step| step.starts_with("SCAN d")),
            "{steps:?}"
        );
    }
}
