//! A plugin's own values: what a call read and wants to write.

use super::time::Millis;
use std::collections::BTreeMap;

/// Bytes of the longest key; the contract's number. The shortest has one.
pub const KEY_BYTES: usize = 256;
/// Bytes of a key and its value together, at most; the contract's number.
pub const ENTRY_BYTES: usize = 64 << 10;
/// Keys that one listing gives, at most; the contract's number.
pub const LISTED_KEYS: usize = 1_000;

/// A value with the version it has. Versions are never used twice, so that a value which was
/// removed and written anew is told from the old one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The value.
    pub value: String,
    /// Its version; at least 1.
    pub version: u64,
    /// When it stops being there.
    pub expires: Option<Millis>,
}

/// What one call did to its installation's values, held back until the call has succeeded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreChanges {
    /// The version of every key that the call looked at; 0 where there was nothing. Whoever commits
    /// checks that they still stand.
    pub reads: BTreeMap<String, u64>,
    /// The last write to each key.
    pub writes: BTreeMap<String, StoreWrite>,
}

impl StoreChanges {
    /// Whether there is nothing to commit. Reads alone change nothing.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }
}

/// Why a value was not read or written; cases as in `wit/store.wit`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// The key, or key and value together, have more bytes than this.
    TooLarge(u32),
    /// So much may be done in a call, or kept, and no more. The text says of what.
    Quota(String),
    /// What stands there is no whole number.
    NotANumber,
    /// The storage does not answer now. The text is the plugin's to see.
    Unavailable(String),
    /// This host keeps no values.
    Unsupported,
    /// Something else.
    Other(String),
}

/// What becomes of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreWrite {
    /// It holds this value, until it expires.
    Set {
        /// The value.
        value: String,
        /// When it stops being there; none is never.
        expires: Option<Millis>,
    },
    /// It is empty.
    Remove,
}
