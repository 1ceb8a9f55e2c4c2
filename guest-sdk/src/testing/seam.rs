//! The fake host's side of [`crate::host`]: one call's state, in a thread-local since a plugin's
//! calls to its host carry none. Each test runs on a thread of its own.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::coverage;
use super::exchange::Exchange;
use crate::bindings::host::sidepane::plugin::http::{
    Body, HeaderValue, HttpError, Request, Response, SecretFormat,
};
use crate::bindings::host::sidepane::plugin::{log::Level, store::StoreError};
use crate::host::absent;
use crate::manifest::Manifest;

thread_local! {
    static CALL: RefCell<Option<Call>> = const { RefCell::new(None) };
}

/// A request as the fake host got it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Names in lower case, with their values. A secret stands as `{name}` in the place where the
    /// host would write it: `Bearer {api_key}`.
    pub headers: Vec<(String, String)>,
    /// The body as text, if there is one.
    pub body: Option<String>,
}

struct Call {
    manifest: Manifest,
    settings: Vec<(String, String)>,
    expected: Vec<Exchange>,
    outcome: Outcome,
}

#[derive(Default)]
pub(super) struct Outcome {
    pub(super) sent: Vec<Sent>,
    pub(super) log: Vec<String>,
    pub(super) store: BTreeMap<String, String>,
    pub(super) problems: Vec<String>,
}

/// Starts a call on this thread.
pub(super) fn begin(
    manifest: Manifest,
    settings: Vec<(String, String)>,
    expected: Vec<Exchange>,
    store: BTreeMap<String, String>,
) {
    let outcome = Outcome {
        store,
        ..Outcome::default()
    };
    CALL.set(Some(Call {
        manifest,
        settings,
        expected,
        outcome,
    }));
}

/// Ends the call; what was expected and did not come is a problem.
pub(super) fn end() -> Outcome {
    let Some(Call {
        expected,
        mut outcome,
        ..
    }) = CALL.take()
    else {
        return Outcome::default();
    };
    for exchange in expected {
        outcome
            .problems
            .push(format!("the plugin did not send: {}", exchange.line()));
    }
    outcome
}

/// Does something in the running call; none when there is none.
fn in_call<T>(work: impl FnOnce(&mut Call) -> T) -> Option<T> {
    CALL.with_borrow_mut(|call| call.as_mut().map(work))
}

pub(crate) fn send(request: &Request) -> Result<Response, HttpError> {
    in_call(|call| call.answer(request)).unwrap_or_else(|| absent::send(request))
}

pub(crate) fn send_all(requests: &[Request]) -> Vec<Result<Response, HttpError>> {
    requests.iter().map(send).collect()
}

pub(crate) fn setting(name: &str) -> Option<String> {
    let value = |call: &mut Call| crate::context::value(&call.settings, name).map(str::to_owned);
    in_call(value).unwrap_or_else(|| absent::setting(name))
}

pub(crate) fn settings() -> Vec<(String, String)> {
    in_call(|call| call.settings.clone()).unwrap_or_else(absent::settings)
}

pub(crate) fn log(level: Level, message: &str, fields: &[(String, String)]) {
    let mut line = format!("{}: {message}", level.as_str());
    for (name, value) in fields {
        line.push_str(&format!(" {name}={value}"));
    }
    if in_call(|call| call.outcome.log.push(line)).is_none() {
        absent::log(level, message, fields);
    }
}

pub(crate) fn store_get(key: &str) -> Result<Option<String>, StoreError> {
    in_call(|call| Ok(call.outcome.store.get(key).cloned()))
        .unwrap_or_else(|| absent::store_get(key))
}

pub(crate) fn store_set(key: &str, value: &str, ttl_s: Option<u32>) -> Result<(), StoreError> {
    let set = |call: &mut Call| {
        call.outcome.store.insert(key.to_owned(), value.to_owned());
        Ok(())
    };
    in_call(set).unwrap_or_else(|| absent::store_set(key, value, ttl_s))
}

pub(crate) fn store_compare_and_set(
    key: &str,
    expected: Option<&str>,
    value: &str,
    ttl_s: Option<u32>,
) -> Result<bool, StoreError> {
    let swap = |call: &mut Call| {
        let matches = call.outcome.store.get(key).map(String::as_str) == expected;
        if matches {
            call.outcome.store.insert(key.to_owned(), value.to_owned());
        }
        Ok(matches)
    };
    in_call(swap).unwrap_or_else(|| absent::store_compare_and_set(key, expected, value, ttl_s))
}

pub(crate) fn store_increment(key: &str, delta: i64) -> Result<i64, StoreError> {
    let add = |call: &mut Call| {
        let old = call
            .outcome
            .store
            .get(key)
            .map_or(Ok(0), |text| text.parse::<i64>());
        let sum = old
            .ok()
            .and_then(|old| old.checked_add(delta))
            .ok_or(StoreError::NotANumber)?;
        call.outcome.store.insert(key.to_owned(), sum.to_string());
        Ok(sum)
    };
    in_call(add).unwrap_or_else(|| absent::store_increment(key, delta))
}

pub(crate) fn store_remove(key: &str) -> Result<(), StoreError> {
    let remove = |call: &mut Call| {
        call.outcome.store.remove(key);
        Ok(())
    };
    in_call(remove).unwrap_or_else(|| absent::store_remove(key))
}

pub(crate) fn store_list_keys(
    prefix: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<String>, StoreError> {
    let list = |call: &mut Call| {
        let keys = call.outcome.store.keys();
        let limit = usize::try_from(limit.min(1000)).unwrap_or(1000);
        Ok(keys
            .filter(|key| key.starts_with(prefix) && after.is_none_or(|after| key.as_str() > after))
            .take(limit)
            .cloned()
            .collect())
    };
    in_call(list).unwrap_or_else(|| absent::store_list_keys(prefix, after, limit))
}

impl Call {
    fn answer(&mut self, request: &Request) -> Result<Response, HttpError> {
        let sent = sent(request);
        let problems = &mut self.outcome.problems;
        problems.extend(coverage::missing(&self.manifest, request));
        let expected = self
            .expected
            .iter()
            .position(|exchange| exchange.fits(&sent));
        let answer = if let Some(at) = expected {
            self.expected.remove(at).into_answer()
        } else {
            problems.push(format!("the test does not expect: {sent:?}"));
            Err(HttpError::Other(
                "the test does not expect this request".into(),
            ))
        };
        self.outcome.sent.push(sent);
        answer
    }
}

fn sent(request: &Request) -> Sent {
    Sent {
        method: request.method.clone(),
        url: request.url.clone(),
        headers: request
            .headers
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), shown(value)))
            .collect(),
        body: request.body.as_ref().map(|body| match body {
            Body::Text(text) => text.clone(),
            Body::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        }),
    }
}

/// A header's value with its secret as `{name}`.
pub(super) fn shown(value: &HeaderValue) -> String {
    match value {
        HeaderValue::Plain(text) => text.clone(),
        HeaderValue::Secret(secret) => {
            let name = &secret.name;
            match &secret.format {
                SecretFormat::Raw => format!("{{{name}}}"),
                SecretFormat::Bearer => format!("Bearer {{{name}}}"),
                SecretFormat::BasicUser(password) => format!("Basic {{{name}}}:{password}"),
                SecretFormat::BasicPassword(user) => format!("Basic {user}:{{{name}}}"),
            }
        }
    }
}
