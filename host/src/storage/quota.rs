//! How much a storage takes of each plugin.

use super::StorageError;

/// Quotas, the same for every implementation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotas {
    /// Deliveries of one plugin that may wait, held ones included. A million: what a desk with ten
    /// events a second sends in a day, so that a plugin may be broken over night.
    pub waiting_deliveries: u64,
    /// Bytes of events that may wait for one plugin: 4 GiB, four kilobytes for each of a million.
    pub waiting_bytes: u64,
    /// Keys of one installation: 100 000, ten times the records of the largest peer.
    pub value_keys: u64,
    /// Bytes of one installation's keys and values: 256 MiB.
    pub value_bytes: u64,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            waiting_deliveries: 1_000_000,
            waiting_bytes: 4 << 30,
            value_keys: 100_000,
            value_bytes: 256 << 20,
        }
    }
}

impl Quotas {
    /// Whether a plugin with so many deliveries and bytes waiting may get one more of `bytes`.
    pub(super) fn one_more(&self, waiting: u64, kept: u64, bytes: u64) -> Result<(), StorageError> {
        let quota = |what, used, limit| Err(StorageError::Quota { what, used, limit });
        if waiting >= self.waiting_deliveries {
            return quota("waiting deliveries", waiting, self.waiting_deliveries);
        }
        if kept.saturating_add(bytes) > self.waiting_bytes {
            return quota("bytes of waiting deliveries", kept, self.waiting_bytes);
        }
        Ok(())
    }

    /// Whether an installation may have so many keys and bytes.
    pub(super) fn values(&self, keys: u64, bytes: u64) -> Result<(), StorageError> {
        let quota = |what, used, limit| Err(StorageError::Quota { what, used, limit });
        if keys > self.value_keys {
            return quota("keys of the installation", keys, self.value_keys);
        }
        if bytes > self.value_bytes {
            return quota(
                "bytes of the installation's values",
                bytes,
                self.value_bytes,
            );
        }
        Ok(())
    }
}
