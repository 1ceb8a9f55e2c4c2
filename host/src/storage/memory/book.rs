//! Accepting, claiming, finishing, and values: the rules.

use crate::model::delivery::{
    Attempt, Claim, Delivery, DeliveryId, DeliveryState, Ending, Queued, Receipt,
};
use crate::model::event::Event;
use crate::model::id::{InstallationId, PluginId};
use crate::model::store::{StoreChanges, StoreWrite, Stored};
use crate::model::time::Millis;
use crate::storage::name::Tag;
use crate::storage::pace::Pace;
use crate::storage::quota::Quotas;
use crate::storage::turn::{bounded, interruption, mix};
use crate::storage::{Claims, FARTHEST_RETRY, StorageError, record};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// All there is.
#[derive(Default)]
pub(super) struct Book {
    pub(super) tick: i64,
    pub(super) pace: Pace,
    pub(super) stirred: bool,
    pub(super) events: BTreeMap<i64, KeptEvent>,
    pub(super) deliveries: BTreeMap<i64, Entry>,
    pub(super) values: BTreeMap<(InstallationId, String), Stored>,
    pub(super) subscriptions: BTreeMap<PluginId, Vec<String>>,
}

/// An event that was accepted.
pub(super) struct KeptEvent {
    pub(super) event: Arc<Event>,
    pub(super) accepted: Millis,
    pub(super) bytes: u64,
    /// Whether nobody takes it; then it goes by its own age.
    pub(super) alone: bool,
}

/// A delivery.
pub(super) struct Entry {
    pub(super) event: i64,
    pub(super) of: InstallationId,
    pub(super) key: String,
    /// Its place in its row, as long as it waits.
    pub(super) place: Option<i64>,
    pub(super) state: DeliveryState,
    /// When it may be tried; 0 is at once.
    pub(super) due: Millis,
    pub(super) accepted: Millis,
    pub(super) since: Millis,
    pub(super) attempts: u32,
    pub(super) aborts: u32,
    pub(super) fence: u64,
    pub(super) began: Millis,
    pub(super) lease: i64,
    pub(super) ended: Millis,
    pub(super) tries: Vec<Attempt>,
}

/// There is one such storage a process, and nothing to mistake it for.
pub(super) const TAG: Tag = Tag(0);

impl Entry {
    pub(super) fn id(&self, seq: i64) -> DeliveryId {
        TAG.id(self.accepted, seq)
    }

    pub(super) fn told(&self, seq: i64, event: &Event) -> Delivery {
        let last = self.tries.last().filter(|_| self.attempts > 0);
        let waits = self.state == DeliveryState::Retrying && self.due.0 > 0;
        Delivery {
            id: self.id(seq),
            installation: self.of.clone(),
            state: self.state,
            event_id: event.id.clone(),
            source: event.source.clone(),
            event_type: event.event_type.clone(),
            key: self.key.clone(),
            accepted: self.accepted,
            due: waits.then_some(self.due),
            attempts: self.attempts,
            error: last.and_then(|attempt| attempt.error.clone()),
        }
    }

    fn tried(&mut self, attempt: Attempt) {
        self.attempts += 1;
        self.tries.push(attempt);
    }

    pub(super) fn end(&mut self, state: DeliveryState, now: Millis) {
        (self.state, self.place, self.ended) = (state, None, now);
    }

    fn again(&mut self, due: Millis, aborts: u32) {
        (self.state, self.due, self.aborts) = (DeliveryState::Retrying, due, aborts);
    }

    /// Its holder is gone.
    fn interrupted(&mut self, now: Millis) {
        let aborts = self.aborts + 1;
        let (error, poison) = interruption(aborts);
        self.tried(Attempt {
            number: self.attempts + 1,
            began: self.began,
            took_ms: 0,
            generation: None,
            error: Some(error),
            usage: None,
        });
        if poison {
            self.end(DeliveryState::Dead, now);
        } else {
            self.again(Millis(0), aborts);
        }
    }
}

impl Book {
    pub(super) fn draw(&mut self) -> i64 {
        self.tick += 1;
        self.tick
    }

    pub(super) fn accept(
        &mut self,
        event: Event,
        subscribers: Vec<PluginId>,
        now: Millis,
        quotas: &Quotas,
    ) -> Result<Receipt, StorageError> {
        let known = self.events.iter().find(|(_, kept)| {
            let known = &kept.event;
            (&known.account, &known.source, &known.id) == (&event.account, &event.source, &event.id)
        });
        let event_id = event.id.clone();
        let (duplicate, seq) = match known {
            Some((seq, _)) => (true, *seq),
            None => (false, self.take(event, subscribers, now, quotas)?),
        };
        let deliveries = self
            .deliveries
            .iter()
            .filter(|(_, entry)| entry.event == seq);
        let deliveries = deliveries.map(|(seq, entry)| Queued {
            id: entry.id(*seq),
            plugin: entry.of.plugin.clone(),
            state: entry.state,
        });
        Ok(Receipt {
            event_id,
            duplicate,
            deliveries: deliveries.collect(),
        })
    }

    fn take(
        &mut self,
        event: Event,
        subscribers: Vec<PluginId>,
        now: Millis,
        quotas: &Quotas,
    ) -> Result<i64, StorageError> {
        let bytes = (record::of_event(&event).len() + event.raw.len()) as u64;
        for plugin in &subscribers {
            let waiting = self.deliveries.values();
            let waiting = waiting.filter(|e| e.of.plugin == *plugin && e.place.is_some());
            let sizes = waiting.filter_map(|entry| self.events.get(&entry.event));
            let sizes: Vec<u64> = sizes.map(|kept| kept.bytes).collect();
            quotas.one_more(sizes.len() as u64, sizes.iter().sum(), bytes)?;
        }
        let seq = self.draw();
        let alone = subscribers.is_empty();
        for plugin in subscribers {
            let place = self.draw();
            let of = InstallationId {
                plugin,
                account: event.account.clone(),
            };
            let entry = Entry {
                event: seq,
                of,
                key: event.ordering_key(),
                place: Some(place),
                state: DeliveryState::Queued,
                due: Millis(0),
                accepted: now,
                since: now,
                attempts: 0,
                aborts: 0,
                fence: 0,
                began: now,
                lease: 0,
                ended: now,
                tries: Vec::new(),
            };
            self.deliveries.insert(place, entry);
            self.stirred = true;
        }
        let kept = KeptEvent {
            event: Arc::new(event),
            accepted: now,
            bytes,
            alone,
        };
        self.events.insert(seq, kept);
        Ok(seq)
    }

    /// The first ones of their rows that nobody holds: place and row number.
    fn heads(&self, plugin: &PluginId) -> Vec<(i64, i64)> {
        let mut rows: BTreeMap<(&InstallationId, &str), (i64, i64)> = BTreeMap::new();
        for (seq, entry) in &self.deliveries {
            if let (true, Some(place)) = (entry.of.plugin == *plugin, entry.place) {
                let first = rows.entry((&entry.of, &entry.key)).or_insert((place, *seq));
                *first = (*first).min((place, *seq));
            }
        }
        let free = |seq: &i64| {
            let head = self.deliveries.get(seq);
            head.is_some_and(|entry| entry.state != DeliveryState::Running)
        };
        let mut heads: Vec<_> = rows.into_values().filter(|(_, seq)| free(seq)).collect();
        heads.sort_unstable();
        heads
    }

    pub(super) fn claim(
        &mut self,
        plugin: &PluginId,
        most: usize,
        now: Millis,
        lease: Duration,
    ) -> Claims {
        let passed = self.pace.until(now);
        for entry in self.deliveries.values_mut() {
            let held = entry.of.plugin == *plugin && entry.state == DeliveryState::Running;
            if held && entry.lease <= passed {
                entry.interrupted(now);
                self.stirred = true;
            }
        }
        let due = |(_, seq): &(i64, i64)| {
            self.deliveries
                .get(seq)
                .map_or(Millis(0), |entry| entry.due)
        };
        let (fresh, mut later): (Vec<_>, Vec<_>) = self
            .heads(plugin)
            .into_iter()
            .partition(|head| due(head) == Millis(0));
        later.sort_by_key(due);
        let far = now.after(FARTHEST_RETRY);
        let mut again: Vec<_> = later.iter().copied().filter(|h| due(h) <= now).collect();
        again.extend(later.iter().copied().filter(|head| due(head) > far));
        let chosen = mix(fresh, again, most);
        later.retain(|head| !chosen.contains(head));
        let next = later.first().map(|head| due(head).max(now).min(far));
        let lease = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
        let until = passed.saturating_add(lease);
        let held = chosen
            .into_iter()
            .filter_map(|(_, seq)| self.hold(seq, now, until))
            .collect();
        Claims { held, next }
    }

    fn hold(&mut self, seq: i64, now: Millis, until: i64) -> Option<Claim> {
        let fence = self.draw().unsigned_abs();
        let entry = self.deliveries.get_mut(&seq)?;
        entry.state = DeliveryState::Running;
        (entry.fence, entry.began, entry.lease) = (fence, now, until);
        Some(Claim {
            delivery: entry.id(seq),
            installation: entry.of.clone(),
            event: Arc::clone(&self.events.get(&entry.event)?.event),
            fence,
            attempt: entry.attempts + 1,
            since: entry.since,
        })
    }

    fn held(&mut self, claim: &Claim) -> Result<&mut Entry, StorageError> {
        let seq = TAG.row(&claim.delivery).map_or(0, |(seq, _)| seq);
        let entry = self.deliveries.get_mut(&seq);
        entry
            .filter(|e| e.state == DeliveryState::Running && e.fence == claim.fence)
            .ok_or(StorageError::Lost)
    }

    pub(super) fn finish(
        &mut self,
        claim: &Claim,
        attempt: Attempt,
        ending: Ending,
        changes: StoreChanges,
        now: Millis,
        quotas: &Quotas,
    ) -> Result<(), StorageError> {
        self.held(claim)?;
        if ending == Ending::Delivered {
            self.commit(&claim.installation, changes, now, quotas)?;
        }
        let entry = self.held(claim)?;
        entry.tried(attempt);
        match ending {
            Ending::Delivered => entry.end(DeliveryState::Delivered, now),
            Ending::Dead => entry.end(DeliveryState::Dead, now),
            Ending::Retry(at) => entry.again(bounded(at, now), 0),
        }
        self.stirred = true;
        Ok(())
    }

    pub(super) fn release(&mut self, claim: &Claim) -> Result<(), StorageError> {
        let entry = self.held(claim)?;
        entry.due = Millis(0);
        entry.state = match entry.attempts {
            0 => DeliveryState::Queued,
            _ => DeliveryState::Retrying,
        };
        self.stirred = true;
        Ok(())
    }

    pub(super) fn value(&self, of: &InstallationId, key: &str, now: Millis) -> Option<&Stored> {
        let stored = self.values.get(&(of.clone(), key.to_owned()))?;
        Some(stored).filter(|stored| stored.expires.is_none_or(|at| at > now))
    }

    pub(super) fn commit(
        &mut self,
        of: &InstallationId,
        changes: StoreChanges,
        now: Millis,
        quotas: &Quotas,
    ) -> Result<(), StorageError> {
        if changes.is_empty() {
            return Ok(());
        }
        for (key, version) in &changes.reads {
            if self.value(of, key, now).map_or(0, |stored| stored.version) != *version {
                return Err(StorageError::Conflict(key.clone()));
            }
        }
        let grows = |write: &StoreWrite| matches!(write, StoreWrite::Set { .. });
        let grows = changes.writes.values().any(grows);
        let mut after = self.values.clone();
        for (key, write) in changes.writes {
            after.remove(&(of.clone(), key.clone()));
            if let StoreWrite::Set { value, expires } = write {
                let version = self.draw().unsigned_abs();
                let stored = Stored {
                    value,
                    version,
                    expires,
                };
                after.insert((of.clone(), key), stored);
            }
        }
        if grows && weighed(&after, of, quotas).is_err() {
            // What has expired takes no room.
            after.retain(|(owner, _), stored| {
                owner != of || stored.expires.is_none_or(|at| at > now)
            });
            weighed(&after, of, quotas)?;
        }
        self.values = after;
        Ok(())
    }
}

fn weighed(
    values: &BTreeMap<(InstallationId, String), Stored>,
    of: &InstallationId,
    quotas: &Quotas,
) -> Result<(), StorageError> {
    let mine = values.iter().filter(|((owner, _), _)| owner == of);
    let sizes = mine.map(|((_, key), stored)| (key.len() + stored.value.len()) as u64);
    let sizes: Vec<u64> = sizes.collect();
    quotas.values(sizes.len() as u64, sizes.iter().sum())
}
