//! The one door to the host. In a component it leads to the imports, in a native test to the fake
//! host of [`testing`](crate::testing), and natively without that feature to a polite refusal.

#[cfg(all(not(target_arch = "wasm32"), not(feature = "testing")))]
pub(crate) use absent::*;
#[cfg(target_arch = "wasm32")]
pub(crate) use live::*;

#[cfg(all(not(target_arch = "wasm32"), feature = "testing"))]
pub(crate) use crate::testing::seam::*;

#[cfg(target_arch = "wasm32")]
mod live {
    use crate::bindings::host::sidepane::plugin;

    pub(crate) use plugin::http::{send, send_all};
    pub(crate) use plugin::log::write as log;
    pub(crate) use plugin::settings::{all as settings, get as setting};
    pub(crate) use plugin::store::{
        compare_and_set as store_compare_and_set, get as store_get, increment as store_increment,
        list_keys as store_list_keys, remove as store_remove, set as store_set,
    };
}

/// What a plugin meets outside of wasm when nobody plays the host: no HTTP, no settings, no store,
/// and log lines on standard error.
#[cfg(not(target_arch = "wasm32"))]
#[cfg_attr(
    feature = "testing",
    allow(dead_code, reason = "the fake host uses some of them")
)]
pub(crate) mod absent {
    use crate::bindings::host::sidepane::plugin::{
        http::{HttpError, Request, Response},
        log::Level,
        store::StoreError,
    };

    pub(crate) fn send(_: &Request) -> Result<Response, HttpError> {
        Err(HttpError::Other(
            "there is no host here; run the plugin through sidepane_sdk::testing".into(),
        ))
    }

    pub(crate) fn send_all(requests: &[Request]) -> Vec<Result<Response, HttpError>> {
        requests.iter().map(send).collect()
    }

    pub(crate) fn setting(_: &str) -> Option<String> {
        None
    }

    pub(crate) fn settings() -> Vec<(String, String)> {
        Vec::new()
    }

    pub(crate) fn log(level: Level, message: &str, fields: &[(String, String)]) {
        eprintln!("{}: {message} {fields:?}", level.as_str());
    }

    pub(crate) fn store_get(_: &str) -> Result<Option<String>, StoreError> {
        Err(StoreError::Unsupported)
    }

    pub(crate) fn store_set(_: &str, _: &str, _: Option<u32>) -> Result<(), StoreError> {
        Err(StoreError::Unsupported)
    }

    pub(crate) fn store_compare_and_set(
        _: &str,
        _: Option<&str>,
        _: &str,
        _: Option<u32>,
    ) -> Result<bool, StoreError> {
        Err(StoreError::Unsupported)
    }

    pub(crate) fn store_increment(_: &str, _: i64) -> Result<i64, StoreError> {
        Err(StoreError::Unsupported)
    }

    pub(crate) fn store_remove(_: &str) -> Result<(), StoreError> {
        Err(StoreError::Unsupported)
    }

    pub(crate) fn store_list_keys(
        _: &str,
        _: Option<&str>,
        _: u32,
    ) -> Result<Vec<String>, StoreError> {
        Err(StoreError::Unsupported)
    }
}
