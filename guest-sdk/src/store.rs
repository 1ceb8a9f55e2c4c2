//! Small values that outlast a call, kept apart for each account.
//!
//! What a call wrote lasts when the call succeeds, all of it; a call that fails leaves nothing.
//! Within the call, reads see the writes.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bindings::host::sidepane::plugin::store as wire;
use crate::host;

/// The text at `key`, or none when there is none or its time is up.
///
/// # Errors
///
/// The storage does not answer, or the call's number of operations is used up.
pub fn get(key: &str) -> Result<Option<String>, StoreError> {
    Ok(host::store_get(key)?)
}

/// The value at `key`, which [`set_json`] wrote.
///
/// # Errors
///
/// As [`get`], and when what is there is no such value.
pub fn get_json<T: DeserializeOwned>(key: &str) -> Result<Option<T>, StoreError> {
    let Some(text) = get(key)? else {
        return Ok(None);
    };
    serde_json::from_str(&text)
        .map(Some)
        .map_err(|error| StoreError::json(key, &error))
}

/// Writes a text that stays.
///
/// # Errors
///
/// Key or value is too long, the plugin's space is used up, or the storage does not answer.
pub fn set(key: &str, value: &str) -> Result<(), StoreError> {
    Ok(host::store_set(key, value, None)?)
}

/// Writes a text that vanishes after so many seconds.
///
/// # Errors
///
/// As [`set`].
pub fn set_for(key: &str, value: &str, ttl_s: u32) -> Result<(), StoreError> {
    Ok(host::store_set(key, value, Some(ttl_s))?)
}

/// Writes a value as JSON; it vanishes after `ttl_s` seconds, and none keeps it.
///
/// # Errors
///
/// As [`set`], and when the value cannot be written as JSON.
pub fn set_json(key: &str, value: &impl Serialize, ttl_s: Option<u32>) -> Result<(), StoreError> {
    let text = serde_json::to_string(value).map_err(|error| StoreError::json(key, &error))?;
    Ok(host::store_set(key, &text, ttl_s)?)
}

/// Writes `value` only where `expected` stands now, none meaning that nothing may stand there.
/// False when something else does. The value vanishes after `ttl_s` seconds, and none keeps it.
///
/// # Errors
///
/// As [`set`].
pub fn compare_and_set(
    key: &str,
    expected: Option<&str>,
    value: &str,
    ttl_s: Option<u32>,
) -> Result<bool, StoreError> {
    Ok(host::store_compare_and_set(key, expected, value, ttl_s)?)
}

/// Adds to the whole number at `key`, from 0 where nothing stands, and answers the sum.
///
/// # Errors
///
/// As [`set`], and when something else than a whole number stands there.
pub fn increment(key: &str, delta: i64) -> Result<i64, StoreError> {
    Ok(host::store_increment(key, delta)?)
}

/// Removes what stands at `key`, if anything does.
///
/// # Errors
///
/// The storage does not answer, or the call's number of operations is used up.
pub fn remove(key: &str) -> Result<(), StoreError> {
    Ok(host::store_remove(key)?)
}

/// One page of the keys that begin with `prefix`, sorted, those behind `after` only. At most `limit`
/// of them and at most 1000; fewer means that there are no more.
///
/// # Errors
///
/// As [`get`].
pub fn list_keys(prefix: &str, after: Option<&str>, limit: u32) -> Result<Vec<String>, StoreError> {
    Ok(host::store_list_keys(prefix, after, limit)?)
}

/// Why a value was not read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreError {
    /// Key or value is longer than this many bytes.
    TooLarge(u32),
    /// The plugin's space, or the call's number of operations, is used up; the text names which.
    Quota(String),
    /// The value is not a whole number.
    NotANumber,
    /// The storage does not answer; trying later may help.
    Unavailable(String),
    /// This host keeps no values.
    Unsupported,
    /// The value cannot be written as JSON, or is not the JSON that was asked for.
    Json(String),
    /// Anything else, for the log.
    Other(String),
}

impl StoreError {
    fn json(key: &str, error: &serde_json::Error) -> Self {
        Self::Json(format!("{key}: {error}"))
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge(limit) => write!(f, "stored key or value exceeds {limit} bytes"),
            Self::Quota(what) => write!(f, "store quota is used up: {what}"),
            Self::NotANumber => f.write_str("stored value is not a whole number"),
            Self::Unavailable(why) => write!(f, "store does not answer: {why}"),
            Self::Unsupported => f.write_str("this host has no store"),
            Self::Json(why) => write!(f, "stored json is not as expected: {why}"),
            Self::Other(why) => write!(f, "store failed: {why}"),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<wire::StoreError> for StoreError {
    fn from(error: wire::StoreError) -> Self {
        match error {
            wire::StoreError::TooLarge(limit) => Self::TooLarge(limit),
            wire::StoreError::Quota(what) => Self::Quota(what),
            wire::StoreError::NotANumber => Self::NotANumber,
            wire::StoreError::Unavailable(why) => Self::Unavailable(why),
            wire::StoreError::Unsupported => Self::Unsupported,
            wire::StoreError::Other(why) => Self::Other(why),
        }
    }
}
