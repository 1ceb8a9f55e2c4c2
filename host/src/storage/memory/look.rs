//! Looking: listings, one in full, the backlog, keys.

use super::book::{Book, Entry, TAG};
use crate::model::delivery::{Backlog, Delivery, DeliveryId, DeliveryState};
use crate::model::event::Event;
use crate::model::id::{InstallationId, PluginId};
use crate::model::time::Millis;
use crate::storage::{Detail, Filter, page};
use std::collections::BTreeMap;

impl Book {
    pub(super) fn matching(&self, filter: &Filter) -> Vec<i64> {
        let after = filter.after.as_ref();
        let after = after.map(|id| TAG.row(id).map_or(0, |(seq, _)| seq));
        let fits = |seq: i64, entry: &Entry| {
            (filter.ids.is_empty() || filter.ids.contains(&entry.id(seq)))
                && filter
                    .plugin
                    .as_ref()
                    .is_none_or(|plugin| *plugin == entry.of.plugin)
                && filter
                    .account
                    .as_ref()
                    .is_none_or(|account| *account == entry.of.account)
                && filter.state.is_none_or(|state| state == entry.state)
                && filter.key.as_ref().is_none_or(|key| *key == entry.key)
                && filter.from.is_none_or(|from| entry.accepted >= from)
                && filter.until.is_none_or(|until| entry.accepted < until)
                && after.is_none_or(|after| seq < after)
        };
        let all = self.deliveries.iter();
        all.filter(|(seq, entry)| fits(**seq, entry))
            .map(|(seq, _)| *seq)
            .collect()
    }

    pub(super) fn listed(&self, filter: &Filter) -> Vec<Delivery> {
        let newest = self.matching(filter).into_iter().rev().take(page(filter));
        newest.filter_map(|seq| self.told(seq)).collect()
    }

    fn told(&self, seq: i64) -> Option<Delivery> {
        let entry = self.deliveries.get(&seq)?;
        Some(entry.told(seq, &self.events.get(&entry.event)?.event))
    }

    pub(super) fn detail(&self, id: &DeliveryId) -> Option<Detail> {
        let (seq, _) = TAG.row(id)?;
        let entry = self
            .deliveries
            .get(&seq)
            .filter(|entry| entry.id(seq) == *id)?;
        Some(Detail {
            delivery: self.told(seq)?,
            attempts: entry.tries.clone(),
            event: Event::clone(&self.events.get(&entry.event)?.event),
        })
    }

    pub(super) fn backlog(&self) -> Vec<Backlog> {
        let mut found: BTreeMap<&PluginId, Backlog> = BTreeMap::new();
        for entry in self.deliveries.values() {
            let plugin = &entry.of.plugin;
            let backlog = found.entry(plugin).or_insert_with(|| Backlog {
                plugin: plugin.clone(),
                counts: [0; 6],
                oldest: None,
            });
            let states = DeliveryState::ALL.into_iter();
            for (count, state) in backlog.counts.iter_mut().zip(states) {
                *count += u64::from(state == entry.state);
            }
            if entry.place.is_some() {
                // They come in the order of their acceptance.
                backlog.oldest.get_or_insert(entry.accepted);
            }
        }
        found.into_values().collect()
    }

    pub(super) fn keys(
        &self,
        of: &InstallationId,
        prefix: &str,
        after: Option<&str>,
        most: usize,
        now: Millis,
    ) -> Vec<String> {
        let mine = self.values.iter().filter(|((owner, key), stored)| {
            owner == of
                && key.starts_with(prefix)
                && after.is_none_or(|after| key.as_str() > after)
                && stored.expires.is_none_or(|at| at > now)
        });
        mine.map(|((_, key), _)| key.clone()).take(most).collect()
    }
}
