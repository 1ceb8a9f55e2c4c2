//! Whatever comes to a door for events: it never panics, every refusal has a code of the request,
//! and every event that is let in keeps the promises that storage relies on.

use super::event_fixtures::{NOW, keys, read};
use super::recording::{Recording, fixtures, requests};
use super::{EventSurface, events, identity};
use crate::model::event::Event;
use crate::model::id::AccountId;
use crate::model::problem::Problem;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::LazyLock;

const FOLDERS: &[&str] = &[
    "native-events",
    "freshchat",
    "freshchat-webhook",
    "chatwoot",
];

static RECORDINGS: LazyLock<Vec<Recording>> = LazyLock::new(|| {
    let files = FOLDERS.iter().flat_map(|folder| requests(folder));
    files
        .map(|path| Recording::read(&std::fs::read_to_string(path).expect("a request")))
        .collect()
});

/// Those that a door lets in for their signature, with the door.
static SIGNED: LazyLock<Vec<(&Recording, &dyn EventSurface)>> = LazyLock::new(|| {
    let recordings = RECORDINGS.iter();
    recordings
        .filter_map(|it| Some((it, signed_door(it)?)))
        .collect()
});

/// Sends a request to every door, past its guard too, and judges what comes of it.
fn storm(request: &Recording) {
    for surface in events() {
        let inbound = request.inbound(None);
        if let Err(problem) = read(*surface, &inbound) {
            typed(&problem);
        }
        let north = AccountId::parse("north").unwrap();
        match surface.parse(&inbound, north, NOW) {
            Ok(event) => sound(*surface, &event),
            Err(problem) => typed(&problem),
        }
    }
}

fn typed(problem: &Problem) {
    let code = problem.code.as_str();
    assert!(
        code.starts_with("request.") || code.starts_with("auth."),
        "{problem}"
    );
}

fn sound(surface: &dyn EventSurface, event: &Event) {
    let ids = [&event.id, &event.source];
    let conversation = event.conversation.as_ref().map(|it| &it.id);
    for id in ids.into_iter().chain(conversation) {
        assert!(identity::is_id(id), "{} {id:?}", surface.name());
    }
    assert!(!event.event_type.is_empty());
    assert!(event.time.0 >= 0);
    let raw: Value = serde_json::from_str(&event.raw).expect("the raw form is JSON");
    let dropped: &[&str] = match surface.routes()[0].path {
        "/freshchat/events" => &["iparams", "iparam", "app_settings"],
        "/chatwoot/events" => &["pubsub_token"],
        _ => &[],
    };
    for secret in dropped {
        assert!(!has(&raw, secret), "{secret}");
    }
}

/// Whether a member of this name stands anywhere. Its letters alone may: in a text, or at the end of
/// another name.
fn has(value: &Value, name: &str) -> bool {
    match value {
        Value::Object(members) => members
            .iter()
            .any(|(key, value)| key.eq_ignore_ascii_case(name) || has(value, name)),
        Value::Array(items) => items.iter().any(|item| has(item, name)),
        _ => false,
    }
}

/// What stands in the place of a value.
fn stranger() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!({})),
        Just(json!([])),
        Just(json!("")),
        Just(json!("\u{0}\u{202e}")),
        Just(json!("x".repeat(5000))),
        Just(json!(true)),
        Just(json!(-1)),
        Just(json!(1e300)),
        Just(json!(u64::MAX)),
        Just(json!([[[null]]])),
        Just(json!({"text": {"content": 1}, "id": []})),
        Just(json!({"iparams": {"key": "x"}})),
    ]
}

/// Puts `stranger` where the value number `at` of the document stands, counted as they come.
fn replace(value: &mut Value, at: &mut usize, stranger: &Value) {
    if *at == 0 {
        *value = stranger.clone();
    }
    *at = at.wrapping_sub(1);
    match value {
        Value::Array(items) if *at < usize::MAX / 2 => {
            items
                .iter_mut()
                .for_each(|item| replace(item, at, stranger));
        }
        Value::Object(members) if *at < usize::MAX / 2 => {
            members
                .values_mut()
                .for_each(|item| replace(item, at, stranger));
        }
        _ => {}
    }
}

fn again(recording: &Recording, body: Vec<u8>) -> Recording {
    Recording {
        method: Method::POST,
        path: recording.path.clone(),
        query: recording.query.clone(),
        headers: recording.headers.clone(),
        body,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_bytes_are_answered(
        body in prop::collection::vec(any::<u8>(), 0..512),
        headers in prop::collection::vec((0..HEADERS.len(), "[ -~]{0,80}"), 0..6),
        query in "[ -~]{0,24}",
    ) {
        let mut sent = HeaderMap::new();
        sent.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in headers {
            let value = HeaderValue::from_str(&value).expect("visible");
            sent.append(HeaderName::from_static(HEADERS[name]), value);
        }
        storm(&Recording { method: Method::POST, path: String::new(), query, headers: sent, body });
    }

    #[test]
    fn a_recording_with_bytes_changed_is_answered(
        which in any::<prop::sample::Index>(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..24, "[\\[\\]{}:,\"0-9a-z\\\\\u{e4} ]{0,6}"), 1..4),
    ) {
        let recording = which.get(&RECORDINGS);
        let mut body = recording.body.clone();
        for (at, length, instead) in cuts {
            let from = at.index(body.len() + 1);
            let to = body.len().min(from + length);
            body.splice(from..to, instead.bytes());
        }
        storm(&again(recording, body));
    }

    #[test]
    fn a_recording_with_values_changed_is_answered(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((0_usize..120, stranger()), 1..4),
    ) {
        let recording = which.get(&RECORDINGS);
        if let Ok(mut value) = serde_json::from_slice::<Value>(&recording.body) {
            for (mut at, stranger) in changes {
                replace(&mut value, &mut at, &stranger);
            }
            storm(&again(recording, serde_json::to_vec(&value).expect("JSON")));
        }
    }

    #[test]
    fn a_signed_recording_with_anything_changed_is_refused(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        flip in 1_u8..,
    ) {
        let (recording, surface) = which.get(&SIGNED);
        let mut body = recording.body.clone();
        let at = at.index(body.len());
        body[at] ^= flip;
        let changed = again(recording, body);
        prop_assert!(surface.verify(&changed.inbound(None), &keys(), NOW).is_err());
    }
}

/// The door that lets a recording in for its signature.
fn signed_door(recording: &Recording) -> Option<&'static dyn EventSurface> {
    let at = |surface: &&dyn EventSurface| surface.routes()[0].path == recording.path;
    let surface = *events().iter().find(|surface| at(surface))?;
    let signed = [
        "webhook-signature",
        "x-chatwoot-signature",
        "x-freshchat-signature",
    ]
    .iter()
    .any(|name| recording.headers.contains_key(*name));
    let verified = surface.verify(&recording.inbound(None), &keys(), NOW);
    (signed && verified.is_ok()).then_some(surface)
}

const HEADERS: &[&str] = &[
    "authorization",
    "content-type",
    "ce-id",
    "ce-source",
    "ce-specversion",
    "ce-type",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "x-chatwoot-delivery",
    "x-chatwoot-signature",
    "x-chatwoot-timestamp",
    "x-freshchat-signature",
    "x-freshchat-payload-version",
];

/// Bodies of as many short names as fit are read in a time that grows with them, not with its
/// square, which would be ten times as long and more.
#[test]
fn many_names_are_read_at_once() {
    let many =
        |count: usize| -> Value { (0..count).map(|n| (format!("{n:x}"), json!(n))).collect() };
    let named = |count: usize| -> Value {
        let pair = |n| json!({"name": format!("{n:x}"), "value": 1});
        (0..count).map(pair).collect()
    };
    let (half, third) = (many(9_000), many(5_000));
    let bodies = [
        many(18_000),
        json!({"type": "a.b", "contact": {"attributes": many(18_000)}}),
        json!({"event": "onUserUpdate", "data": {"user": {"id": "u", "properties": many(18_000)}}}),
        json!({"event": "onUserUpdate", "data": {"user": {"id": "u", "properties": named(8_000)}}}),
        json!({"event": "onUserUpdate", "data": {"user": half, "changes": half}}),
        json!({"event": "onUserUpdate", "data": {"user": {"x": third}, "changes": {"x": [third, third]}}}),
        json!({"event": "contact_updated", "id": 1, "x": half, "changed_attributes": [half]}),
    ];
    let began = std::time::Instant::now();
    for body in bodies {
        let body = serde_json::to_vec(&body).expect("JSON");
        assert!(
            (150_000..super::MAX_EVENT).contains(&body.len()),
            "{}",
            body.len()
        );
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        storm(&Recording {
            method: Method::POST,
            path: String::new(),
            query: String::new(),
            headers,
            body,
        });
    }
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
}

#[test]
fn there_is_something_to_change() {
    for folder in FOLDERS {
        assert!(fixtures().join(folder).is_dir());
    }
    assert!(RECORDINGS.len() > 150, "{}", RECORDINGS.len());
    assert!(SIGNED.len() > 30, "{}", SIGNED.len());
    for (folder, surface) in FOLDERS.iter().zip(events()) {
        let at_door = |path: &PathBuf| {
            let text = std::fs::read_to_string(path).expect("a request");
            Recording::read(&text).path == surface.routes()[0].path
        };
        assert!(requests(folder).iter().all(at_door), "{folder}");
    }
}
