//! Looking: deliveries, one in full, the backlog. On a connection that cannot write.

use super::ledger::{self, Outcome, number};
use crate::model::delivery::{Attempt, Backlog, Delivery, DeliveryId, DeliveryState};
use crate::model::id::{Generation, InstallationId};
use crate::model::time::Millis;
use crate::storage::name::Tag;
use crate::storage::{Detail, Filter, page, record};
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params, params_from_iter};

const SELECT: &str = "SELECT d.seq, d.state, d.due, d.accepted, d.attempts, d.began, \
    p.name AS plugin, e.account, e.source, e.id AS event_id, e.type, e.key, \
    (SELECT error FROM attempt WHERE delivery = d.seq AND try = d.tries AND d.attempts > 0) AS error \
    FROM delivery d JOIN plugin p ON p.id = d.plugin JOIN event e ON e.seq = d.event";

/// Deliveries, newest first.
pub(super) fn deliveries(db: &Connection, tag: Tag, filter: &Filter) -> Outcome<Vec<Delivery>> {
    let most = page(filter);
    let mut found = Vec::new();
    for (plugin, state) in scopes(db, filter)? {
        let (clause, values) = conditions(tag, filter, plugin, state);
        let sql = format!("{SELECT} WHERE {clause} ORDER BY d.seq DESC LIMIT {most}");
        let mut statement = db.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            found.push((row.get::<_, i64>("seq")?, delivery(tag, row)?));
        }
    }
    found.sort_by_key(|(seq, _)| std::cmp::Reverse(*seq));
    found.truncate(most);
    Ok(found.into_iter().map(|(_, delivery)| delivery).collect())
}

/// The parts of the table that the filter can mean, each one stretch of an index: every plugin with
/// every state. Without plugin and state it is the whole table.
pub(super) fn scopes(
    db: &Connection,
    filter: &Filter,
) -> Outcome<Vec<(Option<i64>, Option<DeliveryState>)>> {
    if !filter.ids.is_empty() || (filter.plugin.is_none() && filter.state.is_none()) {
        let plugin = match &filter.plugin {
            Some(_) => plugins(db, filter)?.first().copied().or(Some(0)),
            None => None,
        };
        return Ok(vec![(plugin, filter.state)]);
    }
    let states = match filter.state {
        Some(state) => vec![state],
        None => DeliveryState::ALL.to_vec(),
    };
    let pairs = plugins(db, filter)?.into_iter().flat_map(|plugin| {
        let states = states.iter();
        states.map(move |state| (Some(plugin), Some(*state)))
    });
    Ok(pairs.collect())
}

fn plugins(db: &Connection, filter: &Filter) -> Outcome<Vec<i64>> {
    let name = filter.plugin.as_ref().map(|plugin| plugin.as_str());
    let mut statement = db.prepare_cached("SELECT id FROM plugin WHERE ?1 IS NULL OR name = ?1")?;
    let rows = statement.query_map([name], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What has to hold of a row `d` of `delivery` and `e` of `event`, with its values.
pub(super) fn conditions(
    tag: Tag,
    filter: &Filter,
    plugin: Option<i64>,
    state: Option<DeliveryState>,
) -> (String, Vec<Value>) {
    let mut clauses = vec!["1".to_owned()];
    let mut values = Vec::new();
    let mut and = |clause: &str, value: Option<Value>| {
        if let Some(value) = value {
            clauses.push(format!("{clause} ?"));
            values.push(value);
        }
    };
    and("d.plugin =", plugin.map(Value::from));
    and("d.state =", state.map(|state| number(state).into()));
    let account = filter.account.as_ref();
    and(
        "e.account =",
        account.map(|account| account.to_string().into()),
    );
    and("e.key =", filter.key.clone().map(Value::from));
    and("d.accepted >=", filter.from.map(|from| from.0.into()));
    and("d.accepted <", filter.until.map(|until| until.0.into()));
    let after = filter.after.as_ref();
    // Behind a name that is none of ours stands nothing.
    and(
        "d.seq <",
        after.map(|id| tag.row(id).map_or(0, |(seq, _)| seq).into()),
    );
    if !filter.ids.is_empty() {
        let rows: Vec<_> = filter.ids.iter().filter_map(|id| tag.row(id)).collect();
        let one_of = |parts: Vec<String>| parts.join(", ");
        // The rows by their numbers, and of those the ones that were accepted when the names say.
        let seqs = one_of(rows.iter().map(|(seq, _)| seq.to_string()).collect());
        let names = rows.iter().map(|(seq, at)| format!("({seq}, {})", at.0));
        let names = one_of(std::iter::once("(0, 0)".to_owned()).chain(names).collect());
        clauses.push(format!("d.seq IN ({seqs})"));
        clauses.push(format!("(d.seq, d.accepted) IN (VALUES {names})"));
    }
    (clauses.join(" AND "), values)
}

fn delivery(tag: Tag, row: &Row<'_>) -> Outcome<Delivery> {
    let accepted = ledger::moment(row, "accepted")?;
    let error: Option<String> = row.get("error")?;
    Ok(Delivery {
        id: tag.id(accepted, row.get("seq")?),
        installation: InstallationId {
            plugin: ledger::plugin(row, "plugin")?,
            account: ledger::account(row, "account")?,
        },
        state: ledger::state(row, "state")?,
        event_id: row.get("event_id")?,
        source: row.get("source")?,
        event_type: row.get("type")?,
        key: row.get("key")?,
        accepted,
        due: row
            .get::<_, Option<i64>>("due")?
            .filter(|due| *due > 0)
            .map(Millis),
        attempts: row.get("attempts")?,
        error: error.map(|error| record::error(&error)).transpose()?,
    })
}

/// One delivery with its tries and its event.
pub(super) fn detail(db: &Connection, tag: Tag, id: &DeliveryId) -> Outcome<Option<Detail>> {
    let Some((seq, accepted)) = tag.row(id) else {
        return Ok(None);
    };
    let sql = format!("{SELECT} WHERE d.seq = ?1 AND d.accepted = ?2");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params![seq, accepted.0])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let delivery = delivery(tag, row)?;
    let (body, raw): (String, String) = db
        .prepare_cached(
            "SELECT body, raw FROM event WHERE seq = (SELECT event FROM delivery WHERE seq = ?1)",
        )?
        .query_row([seq], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Some(Detail {
        delivery,
        attempts: attempts(db, seq)?,
        event: record::event(&body, raw)?,
    }))
}

fn attempts(db: &Connection, delivery: i64) -> Outcome<Vec<Attempt>> {
    let mut statement = db.prepare_cached(
        "SELECT number, began, took_ms, generation, error, usage FROM attempt \
         WHERE delivery = ?1 ORDER BY try",
    )?;
    let mut rows = statement.query([delivery])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let error: Option<String> = row.get("error")?;
        let usage: Option<String> = row.get("usage")?;
        found.push(Attempt {
            number: row.get("number")?,
            began: ledger::moment(row, "began")?,
            took_ms: row.get("took_ms")?,
            generation: row
                .get::<_, Option<[u8; 32]>>("generation")?
                .map(Generation),
            error: error.map(|error| record::error(&error)).transpose()?,
            usage: usage.map(|usage| record::usage(&usage)).transpose()?,
        });
    }
    Ok(found)
}

/// How much of each plugin's work waits.
pub(super) fn backlog(db: &Connection) -> Outcome<Vec<Backlog>> {
    let mut statement = db.prepare_cached(
        "SELECT name, queued, running, retrying, delivered, dead, dropped, \
         (SELECT accepted FROM delivery WHERE seq = (SELECT min(seq) FROM (\
            SELECT min(seq) AS seq FROM delivery WHERE plugin = p.id AND state = 0 UNION ALL \
            SELECT min(seq) FROM delivery WHERE plugin = p.id AND state = 1 UNION ALL \
            SELECT min(seq) FROM delivery WHERE plugin = p.id AND state = 2))) AS oldest \
         FROM plugin p ORDER BY name",
    )?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let mut counts = [0; 6];
        for (count, state) in counts.iter_mut().zip(DeliveryState::ALL) {
            *count = row.get(state.as_str())?;
        }
        found.push(Backlog {
            plugin: ledger::plugin(row, "name")?,
            counts,
            oldest: row.get::<_, Option<i64>>("oldest")?.map(Millis),
        });
    }
    Ok(found)
}
