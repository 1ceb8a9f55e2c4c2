//! What passed between the plugin and the world: requests with their answers, and the values that the
//! store had before.

use super::form::{Form, as_text};
use crate::bindings::host::sidepane::plugin::http::{
    Body, Denial, HeaderValue, HttpError, Phase, Response, SecretFormat, SecretValue,
};
use crate::testing::exchange::Exchange;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Every request with its answer.
#[track_caller]
pub(super) fn exchanges(whole: &Form<'_>) -> Vec<Exchange> {
    let mut exchanges = Vec::new();
    for step in whole.list("steps").iter().map(Form::of) {
        if step.maybe("step").as_deref() != Some("http") {
            continue;
        }
        let mut answers = step.list("answers").iter();
        for request in step.list("requests").iter().map(Form::of) {
            let answer = match answers.next() {
                Some(value) => answer(&Form::of(value)),
                // The recorded call was cut off while it waited.
                None => Err(HttpError::Timeout(Phase::Wait)),
            };
            let headers = request.list("headers").iter().map(header).collect();
            exchanges.push(Exchange::recorded(
                request.text("method"),
                request.text("url"),
                headers,
                request.maybe("body"),
                answer,
            ));
        }
    }
    exchanges
}

fn header(pair: &Value) -> (String, HeaderValue) {
    let name = pair.get(0).map(as_text).unwrap_or_default();
    let value = match pair.get(1) {
        Some(Value::String(text)) => HeaderValue::Plain(text.clone()),
        Some(secret) => HeaderValue::Secret(self::secret(&Form::of(secret))),
        None => HeaderValue::Plain(String::new()),
    };
    (name, value)
}

fn secret(secret: &Form<'_>) -> SecretValue {
    let format = match secret.maybe("format").as_deref() {
        Some("raw") => SecretFormat::Raw,
        Some(_) => SecretFormat::Bearer,
        None => {
            let format = secret.form("format");
            match format.maybe_form("basic_user") {
                Some(user) => SecretFormat::BasicUser(user.text("password")),
                None => SecretFormat::BasicPassword(format.form("basic_password").text("user")),
            }
        }
    };
    let name = secret.text("secret");
    SecretValue { name, format }
}

#[track_caller]
fn answer(answer: &Form<'_>) -> Result<Response, HttpError> {
    if let Some(error) = answer.maybe_form("error") {
        return Err(failure(&error));
    }
    let response = answer.form("response");
    let Some(text) = response.maybe("body") else {
        let bytes = response.form("body").number("withheld_bytes");
        panic!(
            "the recording lacks the body of an answer, {bytes} bytes that are no text or too many; \
             expect the request in the test instead"
        );
    };
    let pair = |pair: &Value| {
        let text = |at: usize| pair.get(at).map(as_text).unwrap_or_default();
        (text(0), text(1))
    };
    Ok(Response {
        status: u16::try_from(response.number("status")).unwrap_or(u16::MAX),
        headers: response.list("headers").iter().map(pair).collect(),
        body: Body::Text(text),
    })
}

fn failure(error: &Form<'_>) -> HttpError {
    let Some((case, value)) = error.case() else {
        return HttpError::Other(String::new());
    };
    let text = as_text(value);
    match case {
        "denied" => HttpError::Denied(Denial {
            rule: Form::of(value).text("rule"),
            hint: Form::of(value).maybe("hint"),
        }),
        "dns" => HttpError::Dns(text),
        "connect" => HttpError::Connect(text),
        "tls" => HttpError::Tls(text),
        "timeout" => HttpError::Timeout(match text.as_str() {
            "resolve" => Phase::Resolve,
            "connect" => Phase::Connect,
            "tls" => Phase::Tls,
            "send" => Phase::Send,
            "receive" => Phase::Receive,
            _ => Phase::Wait,
        }),
        "too_large" => HttpError::TooLarge(text.parse().unwrap_or(u32::MAX)),
        "quota" => HttpError::Quota(text),
        "protocol" => HttpError::Protocol(text),
        _ => HttpError::Other(text),
    }
}

/// The values that the store had before the call, as far as the call shows them.
pub(super) fn store(whole: &Form<'_>) -> BTreeMap<String, String> {
    let mut before = BTreeMap::new();
    let (mut touched, mut listed) = (BTreeSet::new(), Vec::new());
    for step in whole.list("steps").iter().map(Form::of) {
        let kind = step.maybe("step").unwrap_or_default();
        let answer = step.form("answer");
        if kind == "store_list_keys" {
            listed.extend(answer.list("keys").iter().map(as_text));
        }
        let Some(key) = step.maybe("key").filter(|_| kind.starts_with("store_")) else {
            continue;
        };
        if !touched.insert(key.clone()) {
            continue;
        }
        let value = match kind.as_str() {
            "store_get" => answer.maybe("value"),
            "store_compare_and_set" if answer.flag("swapped") => step.maybe("expected"),
            "store_increment" => counted(&step, &answer),
            _ => None,
        };
        before.extend(value.map(|value| (key, value)));
    }
    // What else there is has a key, and a value that nobody looked at.
    let untouched = listed.into_iter().filter(|key| !touched.contains(key));
    before.extend(untouched.map(|key| (key, String::new())));
    before
}

/// What a number was before it was added to; none when that was nothing.
fn counted(step: &Form<'_>, answer: &Form<'_>) -> Option<String> {
    let sum = answer.get("sum")?.as_i64()?;
    let before = sum.checked_sub(step.get("delta")?.as_i64()?)?;
    (before != 0).then(|| before.to_string())
}
