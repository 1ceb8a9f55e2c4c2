//! Values that last as long as the process: for trying a plugin out, where nothing is to be kept.
//! Events are not taken here.

use super::{
    Claims, Detail, Filter, Forgotten, Health, Kept, Person, Retention, Storage, StorageError,
    Swept,
};
use crate::model::delivery::{Attempt, Backlog, Claim, Delivery, DeliveryId, Ending, Receipt};
use crate::model::event::Event;
use crate::model::id::{InstallationId, PluginId};
use crate::model::store::{StoreChanges, StoreWrite, Stored};
use crate::model::time::Millis;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// Values in memory.
#[derive(Debug)]
pub struct Scratch {
    values: Mutex<Values>,
    stirred: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Values {
    version: u64,
    of: BTreeMap<InstallationId, BTreeMap<String, Stored>>,
}

impl Default for Scratch {
    fn default() -> Self {
        Self {
            values: Mutex::default(),
            stirred: watch::Sender::new(0),
        }
    }
}

impl Scratch {
    fn values(&self) -> MutexGuard<'_, Values> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Values {
    fn value(&self, of: &InstallationId, key: &str, now: Millis) -> Option<&Stored> {
        let stored = self.of.get(of)?.get(key)?;
        lasts(stored, now).then_some(stored)
    }

    fn commit(
        &mut self,
        of: &InstallationId,
        changes: StoreChanges,
        now: Millis,
    ) -> Result<(), StorageError> {
        for (key, version) in &changes.reads {
            let stored = self.value(of, key, now).map_or(0, |stored| stored.version);
            if stored != *version {
                return Err(StorageError::Conflict(key.clone()));
            }
        }
        let values = self.of.entry(of.clone()).or_default();
        for (key, write) in changes.writes {
            match write {
                StoreWrite::Set { value, expires } => {
                    self.version += 1;
                    let version = self.version;
                    let stored = Stored {
                        value,
                        version,
                        expires,
                    };
                    values.insert(key, stored);
                }
                StoreWrite::Remove => {
                    values.remove(&key);
                }
            }
        }
        Ok(())
    }
}

fn lasts(stored: &Stored, now: Millis) -> bool {
    stored.expires.is_none_or(|at| now < at)
}

fn kept<'a, T: Send + 'a>(answer: Result<T, StorageError>) -> Kept<'a, T> {
    Box::pin(std::future::ready(answer))
}

fn no_events<'a, T: Send + 'a>() -> Kept<'a, T> {
    kept(Err(StorageError::Failed("no events are kept here".into())))
}

impl Storage for Scratch {
    fn value<'a>(
        &'a self,
        of: &'a InstallationId,
        key: &'a str,
        now: Millis,
    ) -> Kept<'a, Option<Stored>> {
        kept(Ok(self.values().value(of, key, now).cloned()))
    }

    fn keys<'a>(
        &'a self,
        of: &'a InstallationId,
        prefix: &'a str,
        after: Option<&'a str>,
        most: usize,
        now: Millis,
    ) -> Kept<'a, Vec<String>> {
        let values = self.values();
        let all = values.of.get(of).into_iter().flatten();
        let found = all
            .filter(|(key, stored)| key.starts_with(prefix) && lasts(stored, now))
            .map(|(key, _)| key)
            .filter(|key| after.is_none_or(|after| key.as_str() > after));
        kept(Ok(found.take(most).cloned().collect()))
    }

    fn commit<'a>(
        &'a self,
        of: &'a InstallationId,
        changes: StoreChanges,
        now: Millis,
    ) -> Kept<'a, ()> {
        kept(self.values().commit(of, changes, now))
    }

    fn accept(&self, _: Event, _: Vec<PluginId>, _: Millis) -> Kept<'_, Receipt> {
        no_events()
    }

    fn claim(&self, _: PluginId, _: usize, _: Millis, _: Duration) -> Kept<'_, Claims> {
        no_events()
    }

    fn finish<'a>(
        &'a self,
        _: &'a Claim,
        _: Attempt,
        _: Ending,
        _: StoreChanges,
        _: Millis,
    ) -> Kept<'a, ()> {
        no_events()
    }

    fn release<'a>(&'a self, _: &'a Claim) -> Kept<'a, ()> {
        no_events()
    }

    fn deliveries(&self, _: Filter) -> Kept<'_, Vec<Delivery>> {
        no_events()
    }

    fn delivery<'a>(&'a self, _: &'a DeliveryId) -> Kept<'a, Option<Detail>> {
        no_events()
    }

    fn replay(&self, _: Filter, _: Millis) -> Kept<'_, u64> {
        no_events()
    }

    fn forget(&self, _: Person) -> Kept<'_, Forgotten> {
        no_events()
    }

    fn sweep(&self, _: Retention, _: Millis) -> Kept<'_, Swept> {
        no_events()
    }

    fn backlog(&self) -> Kept<'_, Vec<Backlog>> {
        no_events()
    }

    fn health(&self) -> Health {
        Health::Good
    }

    fn stirred(&self) -> watch::Receiver<u64> {
        self.stirred.subscribe()
    }
}
