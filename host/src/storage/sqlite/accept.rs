//! Taking events.

use super::known;
use super::ledger::{self, Ledger, Outcome, digest, lane, number};
use super::row;
use super::tally::Counts;
use crate::model::delivery::{DeliveryState, Queued, Receipt};
use crate::model::event::Event;
use crate::model::id::{AccountId, PluginId};
use crate::model::time::Millis;
use crate::storage::record;
use rusqlite::params;

/// An event, written down before the writer has to.
#[derive(Debug)]
pub(super) struct Arrival {
    account: AccountId,
    source: String,
    id: String,
    pub(super) digest: i64,
    event_type: String,
    key: String,
    lane: i64,
    body: String,
    raw: String,
    subscribers: Vec<PluginId>,
    now: Millis,
}

impl Arrival {
    /// What is kept of an event, and for whom.
    pub(super) fn new(event: Event, subscribers: Vec<PluginId>, now: Millis) -> Self {
        let key = event.ordering_key();
        let (account, source) = (event.account.as_str(), &event.source);
        Self {
            digest: digest([account, "\0", source, "\0", &event.id]),
            lane: lane(&event.account, &key),
            key,
            body: record::of_event(&event),
            account: event.account,
            source: event.source,
            id: event.id,
            event_type: event.event_type,
            raw: event.raw,
            subscribers,
            now,
        }
    }

    /// What tells it from every other: account, source, id.
    pub(super) fn name(&self) -> [&str; 3] {
        [self.account.as_str(), &self.source, &self.id]
    }

    fn bytes(&self) -> i64 {
        i64::try_from(self.body.len() + self.raw.len()).unwrap_or(i64::MAX)
    }
}

/// Takes an event, or tells what became of it when it came before. It is refused before anything is
/// written, if at all.
pub(super) fn accept(ledger: &Ledger, arrival: &Arrival) -> Outcome<Receipt> {
    let known = known::find(ledger, arrival)?;
    let (duplicate, deliveries) = match known {
        Some((seq, fanout)) => (true, first_ones(ledger, seq, fanout)?),
        None => (false, take(ledger, arrival)?),
    };
    Ok(Receipt {
        event_id: arrival.id.clone(),
        duplicate,
        deliveries,
    })
}

fn first_ones(ledger: &Ledger, event: i64, fanout: i64) -> Outcome<Vec<Queued>> {
    let mut found = ledger.sql(
        "SELECT d.seq, d.accepted, d.state, p.name FROM delivery d JOIN plugin p ON p.id = d.plugin \
         WHERE d.seq > ?1 AND d.seq <= ?1 + ?2 ORDER BY d.seq",
    )?;
    let mut rows = found.query(params![event, fanout])?;
    let mut deliveries = Vec::new();
    while let Some(row) = rows.next()? {
        deliveries.push(Queued {
            id: ledger
                .tag
                .id(ledger::moment(row, "accepted")?, row.get("seq")?),
            plugin: ledger::plugin(row, "name")?,
            state: ledger::state(row, "state")?,
        });
    }
    Ok(deliveries)
}

fn take(ledger: &Ledger, arrival: &Arrival) -> Outcome<Vec<Queued>> {
    let bytes = arrival.bytes();
    for plugin in &arrival.subscribers {
        check_quota(ledger, plugin, bytes)?;
    }
    let event = ledger.draw();
    ledger
        .sql(
            "INSERT INTO event \
             (seq, account, source, id, digest, type, key, accepted, fanout, body, raw) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            event,
            arrival.account.as_str(),
            arrival.source,
            arrival.id,
            arrival.digest,
            arrival.event_type,
            arrival.key,
            arrival.now.0,
            arrival.subscribers.len(),
            arrival.body,
            arrival.raw,
        ])?;
    known::note(ledger, arrival, event);
    let mut deliveries = Vec::new();
    for plugin in &arrival.subscribers {
        let row = ledger.plugin(plugin)?;
        let seq = ledger.draw();
        // The first of its lane is due at once; the others when it is their turn.
        let due = match row::first(ledger, row, arrival.lane)? {
            None => Some(0),
            Some(_) => None,
        };
        ledger
            .sql(
                "INSERT INTO delivery (seq, event, plugin, lane, place, state, due, accepted, since, bytes) \
                 VALUES (?1, ?2, ?3, ?4, ?1, ?5, ?6, ?7, ?7, ?8)",
            )?
            .execute(params![
                seq,
                event,
                row,
                arrival.lane,
                number(DeliveryState::Queued),
                due,
                arrival.now.0,
                bytes,
            ])?;
        row::enter(ledger, row, arrival.lane, seq);
        ledger.count(row, None, Some(DeliveryState::Queued), bytes)?;
        ledger.stirred.set(true);
        deliveries.push(Queued {
            id: ledger.tag.id(arrival.now, seq),
            plugin: plugin.clone(),
            state: DeliveryState::Queued,
        });
    }
    Ok(deliveries)
}

fn check_quota(ledger: &Ledger, plugin: &PluginId, bytes: i64) -> Outcome<()> {
    let counts = match ledger.known_plugin(plugin)? {
        Some(row) => ledger.counts(row)?,
        None => Counts::default(),
    };
    let (waiting, kept) = counts.waiting();
    let quotas = &ledger.settings.quotas;
    Ok(quotas.one_more(waiting, kept, bytes.unsigned_abs())?)
}
