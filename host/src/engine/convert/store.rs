//! Why a value was not read or written, on its way into a plugin.

use crate::model::store::StoreError;
use sidepane_bindings::imports::store as wit;

/// The error as the plugin gets it.
pub(in crate::engine) fn error_to_wit(error: StoreError) -> wit::StoreError {
    match error {
        StoreError::TooLarge(limit) => wit::StoreError::TooLarge(limit),
        StoreError::Quota(text) => wit::StoreError::Quota(text),
        StoreError::NotANumber => wit::StoreError::NotANumber,
        StoreError::Unavailable(text) => wit::StoreError::Unavailable(text),
        StoreError::Unsupported => wit::StoreError::Unsupported,
        StoreError::Other(text) => wit::StoreError::Other(text),
    }
}
