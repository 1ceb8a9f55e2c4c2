//! A plugin's own values: what a call can do with them, and how its writes are kept.

use super::calls::Waiting;
use super::live::World;
use crate::model::id::InstallationId;
use crate::model::problem::{Code, Problem};
use crate::model::store::{StoreChanges, StoreError};
use crate::model::time::Millis;
use crate::model::usage::Used;
use crate::storage::StorageError;
use std::time::Duration;

/// How long a card waits for its writes to be on the disk: a disk that takes longer does not
/// answer.
const COMMIT: Duration = Duration::from_secs(2);

/// What one call can do with its installation's values; semantics as in `wit/store.wit`.
pub trait StoreCalls: Send + Sync {
    /// Reads a value.
    fn get<'a>(&'a self, key: &'a str) -> Stored<'a, Option<String>>;

    /// Writes a value, for ever or for `ttl_s` seconds.
    fn set(&self, key: String, value: String, ttl_s: Option<u32>) -> Stored<'_, ()>;

    /// Writes a value where `expected` stands, and tells whether it did.
    fn compare_and_set(
        &self,
        key: String,
        expected: Option<String>,
        value: String,
        ttl_s: Option<u32>,
    ) -> Stored<'_, bool>;

    /// Adds to a whole number and answers the sum. An expiry stays.
    fn increment(&self, key: String, delta: i64) -> Stored<'_, i64>;

    /// Makes a key empty.
    fn remove(&self, key: String) -> Stored<'_, ()>;

    /// Keys that start with `prefix` and stand behind `after`, at most `limit`.
    fn list_keys<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a str>,
        limit: u32,
    ) -> Stored<'a, Vec<String>>;

    /// Takes out what the call read and wants to write.
    fn take_changes(&self) -> StoreChanges;

    /// Operations so far.
    fn operations(&self) -> Used;

    /// Bytes written so far.
    fn bytes(&self) -> Used;
}

/// What an operation of the store waits for.
pub type Stored<'a, T> = Waiting<'a, Result<T, StoreError>>;

/// A store that refuses everything for one reason.
#[derive(Clone, Debug)]
pub struct NoStore(pub StoreError);

impl World {
    /// Keeps what a call that was no delivery wrote. What does not fit to what others wrote in the
    /// meantime is not written at all.
    ///
    /// # Errors
    /// `store.conflict`, `store.quota`, `store.unavailable`.
    pub async fn commit(&self, of: &InstallationId, changes: StoreChanges) -> Result<(), Problem> {
        if changes.is_empty() {
            return Ok(());
        }
        let failed = |why: &str| problem(&StorageError::Failed(why.to_owned()));
        let storage = self.storage.as_ref();
        let storage = storage.ok_or_else(|| failed("this host keeps no values"))?;
        let now = Millis::from(self.clock.wall());
        match tokio::time::timeout(COMMIT, storage.commit(of, changes, now)).await {
            Ok(kept) => kept.map_err(|error| problem(&error)),
            Err(_elapsed) => Err(failed("the disk takes too long")),
        }
    }
}

/// Why a call's writes were not kept.
pub fn problem(error: &StorageError) -> Problem {
    let mut problem = match error {
        StorageError::Conflict(_) => Problem::new(
            Code::StoreConflict,
            "Another call changed the plugin's values in the meantime; ask again.",
        ),
        StorageError::Quota { used, limit, .. } => Problem::new(
            Code::StoreQuota,
            "The plugin's values take more room than they may.",
        )
        .of_limit(*used, *limit),
        StorageError::Lost | StorageError::Full | StorageError::Failed(_) => Problem::new(
            Code::StoreUnavailable,
            "The plugin's values cannot be kept at the moment.",
        ),
    };
    problem.retryable = problem.code != Code::StoreQuota;
    problem.detail(error.to_string())
}

impl NoStore {
    fn refuse<T: Send + 'static>(&self) -> Stored<'static, T> {
        Box::pin(std::future::ready(Err(self.0.clone())))
    }
}

impl StoreCalls for NoStore {
    fn get<'a>(&'a self, _key: &'a str) -> Stored<'a, Option<String>> {
        self.refuse()
    }

    fn set(&self, _key: String, _value: String, _ttl_s: Option<u32>) -> Stored<'_, ()> {
        self.refuse()
    }

    fn compare_and_set(
        &self,
        _key: String,
        _expected: Option<String>,
        _value: String,
        _ttl_s: Option<u32>,
    ) -> Stored<'_, bool> {
        self.refuse()
    }

    fn increment(&self, _key: String, _delta: i64) -> Stored<'_, i64> {
        self.refuse()
    }

    fn remove(&self, _key: String) -> Stored<'_, ()> {
        self.refuse()
    }

    fn list_keys<'a>(
        &'a self,
        _prefix: &'a str,
        _after: Option<&'a str>,
        _limit: u32,
    ) -> Stored<'a, Vec<String>> {
        self.refuse()
    }

    fn take_changes(&self) -> StoreChanges {
        StoreChanges::default()
    }

    fn operations(&self) -> Used {
        Used::default()
    }

    fn bytes(&self) -> Used {
        Used::default()
    }
}
