//! Beginning again and letting go: replay, `forget`, retention.

use super::book::Book;
use crate::model::delivery::DeliveryState;
use crate::model::time::Millis;
use crate::storage::{Filter, Forgotten, Person, Retention, Swept};
use std::time::Duration;

impl Book {
    pub(super) fn replay(&mut self, filter: &Filter, now: Millis) -> u64 {
        let most = if filter.most == 0 {
            usize::MAX
        } else {
            filter.most
        };
        let mut found = self.matching(filter);
        found.retain(|seq| self.deliveries.get(seq).is_some_and(|e| e.place.is_none()));
        found.truncate(most);
        for seq in &found {
            let place = self.draw();
            if let Some(entry) = self.deliveries.get_mut(seq) {
                (entry.state, entry.place) = (DeliveryState::Queued, Some(place));
                (entry.due, entry.since) = (Millis(0), now);
                (entry.attempts, entry.aborts) = (0, 0);
                self.stirred = true;
            }
        }
        found.len() as u64
    }

    pub(super) fn forget(&mut self, person: &Person) -> Forgotten {
        let before = (self.events.len(), self.deliveries.len(), self.values.len());
        self.events
            .retain(|_, kept| kept.event.account != person.account || !person.is_in(&kept.event));
        self.deliveries
            .retain(|_, entry| self.events.contains_key(&entry.event));
        self.values.retain(|(of, key), stored| {
            of.account != person.account
                || !(person.is_named_in(key) || person.is_named_in(&stored.value))
        });
        self.stirred = true;
        Forgotten {
            events: (before.0 - self.events.len()) as u64,
            deliveries: (before.1 - self.deliveries.len()) as u64,
            values: (before.2 - self.values.len()) as u64,
        }
    }

    pub(super) fn sweep(&mut self, keep: Retention, now: Millis) -> Swept {
        let old = |since: Millis, age: Duration| now.since(since) >= age && now >= since;
        let mut dropped = 0;
        for entry in self.deliveries.values_mut() {
            let waits = entry.place.is_some() && entry.state != DeliveryState::Running;
            if waits && keep.stale.is_some_and(|stale| old(entry.since, stale)) {
                entry.end(DeliveryState::Dropped, now);
                self.stirred = true;
                dropped += 1;
            }
        }
        let before = (self.events.len(), self.values.len());
        self.deliveries.retain(|_, entry| {
            let kept = match entry.state {
                DeliveryState::Dead => keep.dead,
                _ => keep.delivered,
            };
            entry.place.is_some() || !old(entry.ended, kept.max(keep.duplicates))
        });
        self.events.retain(|seq, kept| {
            let taken = self.deliveries.values().any(|entry| entry.event == *seq);
            taken || (kept.alone && !old(kept.accepted, keep.duplicates))
        });
        self.values
            .retain(|_, stored| stored.expires.is_none_or(|at| at > now));
        Swept {
            events: (before.0 - self.events.len()) as u64,
            values: (before.1 - self.values.len()) as u64,
            dropped,
        }
    }
}
