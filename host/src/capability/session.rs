//! One call's view of its installation's values: what it wrote stands before what is stored, and
//! nothing is stored before the call has succeeded.
//!
//! Keys are names inside one installation and mean nothing outside of it: there is no path in them,
//! and no key reaches another plugin's or account's values.

use super::clock::Clock;
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
    pub fn new(
        storage: Option<Arc<dyn Storage>>,
        clock: Arc<dyn Clock>,
        of: InstallationId,
        limits: &Limits,
    ) -> Self {
        Self {
            storage,
            clock,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::{AccountId, PluginId};
    use crate::storage::memory::MemoryStorage;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// Seconds since 1970 that a test sets.
    #[derive(Default)]
    struct Hand(AtomicU64);

    impl Clock for Hand {
        fn wall(&self) -> Duration {
            Duration::from_secs(self.0.load(Ordering::SeqCst))
        }
        fn monotonic(&self) -> Duration {
            self.wall()
        }
    }

    #[derive(Default)]
    struct Shop {
        storage: Arc<MemoryStorage>,
        clock: Arc<Hand>,
    }

    impl Shop {
        fn call(&self) -> Session {
            self.call_of("counter", "eu", &Limits::default())
        }

        fn call_of(&self, plugin: &str, account: &str, limits: &Limits) -> Session {
            let of = InstallationId {
                plugin: PluginId::parse(plugin).expect("an id"),
                account: AccountId::parse(account).expect("a name"),
            };
            let (storage, clock) = (self.storage.clone(), self.clock.clone());
            Session::new(Some(storage), clock, of, limits)
        }

        async fn keep(&self, call: Session) -> Result<(), StorageError> {
            let now = Millis::from(self.clock.wall());
            self.storage
                .commit(&call.of, call.take_changes(), now)
                .await
        }

        async fn with(pairs: &[(&str, &str)]) -> Self {
            let shop = Self::default();
            let call = shop.call();
            for (key, value) in pairs {
                let set = call.set((*key).into(), (*value).into(), None).await;
                set.expect("room");
            }
            shop.keep(call).await.expect("nobody else writes");
            shop
        }

        async fn value(&self, key: &str) -> Option<String> {
            self.call().get(key).await.expect("a storage that answers")
        }
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[tokio::test]
    async fn a_call_sees_its_writes_and_others_see_them_when_they_are_kept() {
        let shop = Shop::with(&[("a", "1"), ("b", "2")]).await;
        let call = shop.call();
        call.set("a".into(), "9".into(), None).await.expect("room");
        call.remove("b".into()).await.expect("room");
        assert_eq!(call.get("a").await, Ok(some("9")));
        assert_eq!(call.get("b").await, Ok(None));
        assert_eq!(shop.value("a").await, some("1"), "not kept yet");
        shop.keep(call).await.expect("nobody else writes");
        assert_eq!(shop.value("a").await, some("9"));
        assert_eq!(shop.value("b").await, None);
    }

    #[tokio::test]
    async fn a_value_that_was_read_and_changed_meanwhile_is_a_conflict() {
        for (name, looks) in [("read", true), ("blind", false)] {
            let shop = Shop::with(&[("n", "1")]).await;
            let (first, second) = (shop.call(), shop.call());
            if looks {
                first.get("n").await.expect("an answer");
            }
            first.set("n".into(), "5".into(), None).await.expect("room");
            second.increment("n".into(), 1).await.expect("a number");
            shop.keep(second).await.expect("the first to be kept");
            let kept = shop.keep(first).await;
            assert_eq!(kept.is_err(), looks, "{name}");
            let now = if looks { "2" } else { "5" };
            assert_eq!(shop.value("n").await.as_deref(), Some(now), "{name}");
        }
        let shop = Shop::default();
        let (first, second) = (shop.call(), shop.call());
        assert_eq!(first.increment("new".into(), 1).await, Ok(1));
        assert_eq!(second.increment("new".into(), 1).await, Ok(1));
        shop.keep(first).await.expect("the first");
        let kept = shop.keep(second).await;
        assert_eq!(kept, Err(StorageError::Conflict("new".into())));
    }

    #[tokio::test]
    async fn compare_and_set_writes_only_over_what_it_expects() {
        let shop = Shop::with(&[("a", "1")]).await;
        let call = shop.call();
        for (key, expected, done) in [
            ("a", some("2"), false),
            ("a", None, false),
            ("a", some("1"), true),
            ("a", some("x"), true),
            ("b", some(""), false),
            ("b", None, true),
        ] {
            let text = format!("{key} {expected:?}");
            let set = call.compare_and_set(key.into(), expected, "x".into(), None);
            assert_eq!(set.await, Ok(done), "{text}");
        }
        shop.keep(call).await.expect("nobody else writes");
        assert_eq!(shop.value("b").await, some("x"));
    }

    #[tokio::test]
    async fn increments_add_up_and_say_what_they_cannot_add() {
        let shop = Shop::with(&[
            ("n", "40"),
            ("text", "many"),
            ("max", "9223372036854775807"),
        ]);
        let shop = shop.await;
        let call = shop.call();
        assert_eq!(call.increment("n".into(), 2).await, Ok(42));
        assert_eq!(call.increment("n".into(), -50).await, Ok(-8));
        assert_eq!(call.get("n").await, Ok(some("-8")));
        let refused = call.increment("text".into(), 1).await;
        assert_eq!(refused, Err(StoreError::NotANumber));
        let refused = call.increment("max".into(), 1).await;
        assert!(matches!(refused, Err(StoreError::Other(_))), "{refused:?}");
        assert_eq!(call.get("max").await, Ok(some("9223372036854775807")));
    }

    #[tokio::test]
    async fn values_expire_and_counting_does_not_renew_them() {
        let shop = Shop::default();
        let call = shop.call();
        call.set("n".into(), "1".into(), Some(10))
            .await
            .expect("room");
        call.set("gone".into(), "1".into(), Some(0))
            .await
            .expect("room");
        assert_eq!(call.get("gone").await, Ok(None));
        shop.clock.0.store(5, Ordering::SeqCst);
        call.increment("n".into(), 1).await.expect("a number");
        shop.keep(call).await.expect("nobody else writes");
        shop.clock.0.store(9, Ordering::SeqCst);
        assert_eq!(shop.value("n").await, some("2"));
        let late = shop.call();
        late.get("n").await.expect("an answer");
        shop.clock.0.store(10, Ordering::SeqCst);
        assert_eq!(shop.value("n").await, None);
        late.set("m".into(), "1".into(), None).await.expect("room");
        let kept = shop.keep(late).await;
        assert_eq!(kept, Err(StorageError::Conflict("n".into())), "it expired");
    }

    #[tokio::test]
    async fn a_listing_has_what_is_stored_and_what_the_call_wrote() {
        let shop = Shop::with(&[("a1", ""), ("a2", ""), ("a3", ""), ("a4", ""), ("b", "")]).await;
        let call = shop.call();
        call.remove("a1".into()).await.expect("room");
        call.remove("a3".into()).await.expect("room");
        for key in ["a0", "a22", "a4", "c"] {
            call.set(key.into(), String::new(), None)
                .await
                .expect("room");
        }
        for (prefix, after, limit, keys) in [
            ("a", None, 10, &["a0", "a2", "a22", "a4"][..]),
            ("a", None, 2, &["a0", "a2"]),
            ("a", Some("a2"), 2, &["a22", "a4"]),
            ("", Some("a4"), 10, &["b", "c"]),
            ("x", None, 10, &[]),
            ("a", None, 0, &[]),
        ] {
            let listed = call.list_keys(prefix, after, limit).await.expect("keys");
            assert_eq!(listed, keys, "{prefix} {after:?} {limit}");
        }
    }

    #[tokio::test]
    async fn no_listing_is_longer_than_the_contract_says() {
        let limits = Limits {
            store_ops: 2_000,
            ..Limits::default()
        };
        let shop = Shop::default();
        let call = shop.call_of("counter", "eu", &limits);
        for number in 0..1_100 {
            let key = format!("{number:04}");
            call.set(key, String::new(), None).await.expect("room");
        }
        shop.keep(call).await.expect("nobody else writes");
        let page = shop.call().list_keys("", None, u32::MAX).await;
        let page = page.expect("keys");
        assert_eq!((page.len(), page[999].as_str()), (1_000, "0999"));
        let rest = shop.call().list_keys("", Some("0999"), 1_000).await;
        assert_eq!(rest.expect("keys").len(), 100);
    }

    #[tokio::test]
    async fn lengths_are_those_of_the_contract() {
        let shop = Shop::default();
        let call = shop.call();
        let (key, value) = (
            |bytes: usize| "k".repeat(bytes),
            |bytes: usize| "v".repeat(bytes),
        );
        for (key, value, expected) in [
            (key(256), value(ENTRY_BYTES - 256), Ok(())),
            (key(1), String::new(), Ok(())),
            (key(257), String::new(), Err(StoreError::TooLarge(256))),
            ("ä".repeat(129), value(0), Err(StoreError::TooLarge(256))),
            (
                key(1),
                value(ENTRY_BYTES),
                Err(StoreError::TooLarge(65_536)),
            ),
        ] {
            let lengths = (key.len(), value.len());
            assert_eq!(call.set(key, value, None).await, expected, "{lengths:?}");
        }
        let long = key(257);
        assert_eq!(call.get(&long).await, Err(StoreError::TooLarge(256)));
        let listed = call.list_keys(&long, None, 1).await;
        assert_eq!(listed, Err(StoreError::TooLarge(256)));
        for refused in [
            call.get("").await.map(drop),
            call.remove(String::new()).await,
        ] {
            assert!(matches!(refused, Err(StoreError::Other(_))), "{refused:?}");
        }
    }

    #[tokio::test]
    async fn a_call_has_so_many_operations_and_bytes() {
        let limits = Limits {
            store_ops: 3,
            store_bytes: 10,
            ..Limits::default()
        };
        let call = Shop::default().call_of("counter", "eu", &limits);
        let set = |key: &str, value: &str| call.set(key.into(), value.into(), None);
        assert_eq!(set("a", "1234567").await, Ok(()));
        let refused = set("b", "12").await;
        assert!(matches!(refused, Err(StoreError::Quota(_))), "{refused:?}");
        assert_eq!(call.get("b").await, Ok(None), "it was not written");
        let refused = call.get("a").await;
        assert!(matches!(refused, Err(StoreError::Quota(_))), "{refused:?}");
        let used = |used: Used| (used.used, used.limit);
        assert_eq!(used(call.operations()), (3, 3));
        assert_eq!(used(call.bytes()), (8, 10));
    }

    #[tokio::test]
    async fn no_key_leads_into_another_installation() {
        let shop = Shop::with(&[("k", "mine"), ("eu/k", "mine")]).await;
        let limits = Limits::default();
        for (plugin, account) in [("counter", "us"), ("other", "eu")] {
            let call = shop.call_of(plugin, account, &limits);
            for key in ["k", "../counter/eu/k", "counter\0eu\0k", "/eu/k", "eu/k"] {
                assert_eq!(call.get(key).await, Ok(None), "{plugin} {account} {key}");
            }
            assert_eq!(call.list_keys("", None, 10).await, Ok(Vec::new()));
            call.set("k".into(), "theirs".into(), None)
                .await
                .expect("room");
            shop.keep(call).await.expect("nobody else writes");
        }
        assert_eq!(shop.value("k").await, some("mine"));
    }

    #[tokio::test]
    async fn without_a_storage_the_contract_has_a_word_for_it() {
        let (clock, limits) = (Arc::new(Hand::default()), Limits::default());
        let of = Shop::default().call().of.clone();
        let call = Session::new(None, clock, of, &limits);
        assert_eq!(call.get("k").await, Err(StoreError::Unsupported));
        assert_eq!(
            call.increment("k".into(), 1).await,
            Err(StoreError::Unsupported)
        );
        assert_eq!(call.take_changes(), StoreChanges::default());
    }
}
