//! One call's view of its installation's values: what it wrote stands before what is stored, and
//! nothing is stored before the call has succeeded.
//!
//! Keys are names inside one installation and mean nothing outside of it: there is no path in them,
//! and no key reaches another plugin's or account's values.

use super::clock::Clock;
use super::live::World;
use super::store::{StoreCalls, Stored};
use crate::model::id::InstallationId;
use crate::model::store::{
    ENTRY_BYTES, KEY_BYTES, LISTED_KEYS, StoreChanges, StoreError, StoreWrite,
};
use crate::model::time::Millis;
use crate::model::usage::Used;
use crate::policy::limits::Limits;
use crate::storage::{Storage, StorageError};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// One call's view of its installation's values.
pub struct Session {
    storage: Option<Arc<dyn Storage>>,
    clock: Arc<dyn Clock>,
    of: InstallationId,
    most_operations: u64,
    most_bytes: u64,
    ledger: Mutex<Ledger>,
}

#[derive(Debug, Default)]
struct Ledger {
    operations: u64,
    bytes: u64,
    changes: StoreChanges,
}

/// What a call sees at a key.
struct Seen {
    value: String,
    expires: Option<Millis>,
}

impl Session {
    /// A call's view, before it has looked at anything.
    pub fn new(world: &World, of: InstallationId, limits: &Limits) -> Self {
        Self {
            storage: world.storage.clone(),
            clock: Arc::clone(&world.clock),
            of,
            most_operations: limits.store_ops,
            most_bytes: limits.store_bytes,
            ledger: Mutex::default(),
        }
    }

    /// Counts an operation, and gives it the storage and the time.
    fn begin(&self) -> Result<(&dyn Storage, Millis), StoreError> {
        let storage = self.storage.as_deref().ok_or(StoreError::Unsupported)?;
        let mut ledger = self.ledger();
        if ledger.operations >= self.most_operations {
            return Err(StoreError::Quota(format!(
                "a call has {} operations of the store",
                self.most_operations
            )));
        }
        ledger.operations += 1;
        Ok((storage, Millis::from(self.clock.wall())))
    }

    /// What stands at a key for this call. The version that it has outside is noted the first time:
    /// whether it still has it is checked when the writes are kept.
    async fn look(
        &self,
        storage: &dyn Storage,
        key: &str,
        now: Millis,
    ) -> Result<Option<Seen>, StoreError> {
        let written = self.ledger().changes.writes.get(key).cloned();
        if let Some(write) = written {
            return Ok(seen(write, now));
        }
        let stored = storage.value(&self.of, key, now).await;
        let stored = stored.map_err(|error| self.failure(&error))?;
        let version = stored.as_ref().map_or(0, |stored| stored.version);
        let mut ledger = self.ledger();
        let reads = &mut ledger.changes.reads;
        reads.entry(key.to_owned()).or_insert(version);
        Ok(stored.map(|stored| Seen {
            value: stored.value,
            expires: stored.expires,
        }))
    }

    fn write(&self, key: String, write: StoreWrite) -> Result<(), StoreError> {
        let value = match &write {
            StoreWrite::Set { value, .. } => value.len(),
            StoreWrite::Remove => 0,
        };
        let mut ledger = self.ledger();
        let bytes = ledger.bytes.saturating_add((key.len() + value) as u64);
        if bytes > self.most_bytes {
            return Err(StoreError::Quota(format!(
                "a call writes at most {} bytes of keys and values",
                self.most_bytes
            )));
        }
        ledger.bytes = bytes;
        ledger.changes.writes.insert(key, write);
        Ok(())
    }

    /// What the plugin is told of a storage that failed; the rest is the operator's to know.
    fn failure(&self, error: &StorageError) -> StoreError {
        tracing::warn!(
            plugin = %self.of.plugin,
            account = %self.of.account,
            %error,
            "a plugin's values cannot be read"
        );
        StoreError::Unavailable("the storage does not answer".to_owned())
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StoreCalls for Session {
    fn get<'a>(&'a self, key: &'a str) -> Stored<'a, Option<String>> {
        Box::pin(async move {
            let (storage, now) = self.begin()?;
            fits_key(key)?;
            let seen = self.look(storage, key, now).await?;
            Ok(seen.map(|seen| seen.value))
        })
    }

    fn set(&self, key: String, value: String, ttl_s: Option<u32>) -> Stored<'_, ()> {
        Box::pin(async move {
            let (_, now) = self.begin()?;
            fits(&key, &value)?;
            self.write(key, lasting(value, ttl_s, now))
        })
    }

    fn compare_and_set(
        &self,
        key: String,
        expected: Option<String>,
        value: String,
        ttl_s: Option<u32>,
    ) -> Stored<'_, bool> {
        Box::pin(async move {
            let (storage, now) = self.begin()?;
            fits(&key, &value)?;
            let seen = self.look(storage, &key, now).await?;
            if seen.map(|seen| seen.value) != expected {
                return Ok(false);
            }
            self.write(key, lasting(value, ttl_s, now))?;
            Ok(true)
        })
    }

    fn increment(&self, key: String, delta: i64) -> Stored<'_, i64> {
        Box::pin(async move {
            let (storage, now) = self.begin()?;
            fits_key(&key)?;
            let seen = self.look(storage, &key, now).await?;
            let (number, expires) = match seen {
                Some(Seen { value, expires }) => {
                    let number: i64 = value.parse().map_err(|_| StoreError::NotANumber)?;
                    (number, expires)
                }
                None => (0, None),
            };
            let sum = number.checked_add(delta).ok_or_else(|| {
                StoreError::Other(format!("{number} and {delta} add up to more than 64 bits"))
            })?;
            let value = sum.to_string();
            self.write(key, StoreWrite::Set { value, expires })?;
            Ok(sum)
        })
    }

    fn remove(&self, key: String) -> Stored<'_, ()> {
        Box::pin(async move {
            self.begin()?;
            fits_key(&key)?;
            self.write(key, StoreWrite::Remove)
        })
    }

    fn list_keys<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a str>,
        limit: u32,
    ) -> Stored<'a, Vec<String>> {
        Box::pin(async move {
            let (storage, now) = self.begin()?;
            if prefix.len().max(after.map_or(0, str::len)) > KEY_BYTES {
                return Err(StoreError::TooLarge(KEY_BYTES as u32));
            }
            let limit = usize::try_from(limit).map_or(LISTED_KEYS, |limit| limit.min(LISTED_KEYS));
            let (mut here, gone) = self.written(prefix, after, now);
            // As many more as may turn out to be gone: the page stays whole.
            let stored = storage
                .keys(&self.of, prefix, after, limit + gone.len(), now)
                .await
                .map_err(|error| self.failure(&error))?;
            here.extend(stored.into_iter().filter(|key| !gone.contains(key)));
            Ok(here.into_iter().take(limit).collect())
        })
    }

    fn take_changes(&self) -> StoreChanges {
        std::mem::take(&mut self.ledger().changes)
    }

    fn operations(&self) -> Used {
        Used {
            used: self.ledger().operations,
            limit: self.most_operations,
        }
    }

    fn bytes(&self) -> Used {
        Used {
            used: self.ledger().bytes,
            limit: self.most_bytes,
        }
    }
}

impl Session {
    /// The keys of a listing that this call wrote, and those that it emptied.
    fn written(
        &self,
        prefix: &str,
        after: Option<&str>,
        now: Millis,
    ) -> (BTreeSet<String>, BTreeSet<String>) {
        let ledger = self.ledger();
        let writes = ledger.changes.writes.iter();
        let (mut here, mut gone) = (BTreeSet::new(), BTreeSet::new());
        for (key, write) in writes {
            if key.starts_with(prefix) && after.is_none_or(|after| key.as_str() > after) {
                let to = match seen(write.clone(), now) {
                    Some(_) => &mut here,
                    None => &mut gone,
                };
                to.insert(key.clone());
            }
        }
        (here, gone)
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("of", &self.of)
            .finish_non_exhaustive()
    }
}

fn seen(write: StoreWrite, now: Millis) -> Option<Seen> {
    match write {
        StoreWrite::Set { value, expires } => {
            let lasts = expires.is_none_or(|at| now < at);
            lasts.then_some(Seen { value, expires })
        }
        StoreWrite::Remove => None,
    }
}

/// What expires in no time is gone at once.
fn lasting(value: String, ttl_s: Option<u32>, now: Millis) -> StoreWrite {
    match ttl_s {
        Some(0) => StoreWrite::Remove,
        _ => StoreWrite::Set {
            value,
            expires: ttl_s.map(|ttl_s| now.after(Duration::from_secs(ttl_s.into()))),
        },
    }
}

fn fits_key(key: &str) -> Result<(), StoreError> {
    match key.len() {
        0 => Err(StoreError::Other("a key has at least one byte".to_owned())),
        1..=KEY_BYTES => Ok(()),
        _ => Err(StoreError::TooLarge(KEY_BYTES as u32)),
    }
}

fn fits(key: &str, value: &str) -> Result<(), StoreError> {
    fits_key(key)?;
    match key.len() + value.len() > ENTRY_BYTES {
        true => Err(StoreError::TooLarge(ENTRY_BYTES as u32)),
        false => Ok(()),
    }
}
