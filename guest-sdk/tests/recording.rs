//! Recordings as fixtures: what a host wrote is what the plugin meets.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use serde_json::{Value, json};
use sidepane_sdk::event::{Event, Handlers, MessageDirection, MessagePart};
use sidepane_sdk::testing::Recording;
use sidepane_sdk::*;

struct Counter;

impl Plugin for Counter {
    fn manifest() -> Manifest {
        Manifest::new("Counter", "1.0.0")
            .setting(Field::text("shop", "Shop"))
            .secret("key", "the shop's key")
            .host(
                manifest::Host::new("https://shop.example/v1/", "tells")
                    .methods(["GET", "POST"])
                    .secret("key"),
            )
            .action("count", "counts")
    }
}

impl CardPlugin for Counter {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let email = context.email.unwrap_or_default();
        let asked = store::increment(&format!("asked:{email}"), 1)?;
        let before = store::get("note")?.unwrap_or_default();
        store::set("note", "new")?;
        let answer = http::post("https://shop.example/v1/visits")
            .basic_password("bot", "key")
            .json(&json!({"count": asked}))
            .send();
        let told = match answer {
            Ok(answer) => answer.text().into_owned(),
            Err(error) => error.to_string(),
        };
        let shop = settings::text("shop").unwrap_or_default();
        let keys = store::list_keys("", None, 10)?.join(",");
        Ok(Some(Card::new().contact_name(format!(
            "{shop} {asked} {before} {told} {keys} {}",
            context.attributes.iter().map(|(name, _)| name.as_str()).collect::<String>()
        ))))
    }
}

impl EventPlugin for Counter {
    fn handlers() -> Handlers {
        Handlers::new().otherwise(|event: Event| {
            store::set("last", &event.id)?;
            Ok(())
        })
    }
}

impl ActionPlugin for Counter {
    fn actions() -> Actions {
        Actions::new().on("count", |action: Action| {
            Ok(ActionResult::done().message(action.value))
        })
    }
}

fn recording(input: Value, steps: Value) -> Recording {
    let whole = json!({
        "sidepane_recording": 1, "id": "01J", "plugin": "counter", "account": "eu",
        "generation": "sha256:0", "begun": "2026-11-22T14:25:08.000Z",
        "input": input, "settings": {"shop": "acme"}, "steps": steps, "whole": true,
        "ending": {"kind": "failed", "code": "call.trap",
                   "texts": {"message": "The plugin crashed."}, "detail": ""},
        "usage": {},
    });
    Recording::parse(&whole.to_string())
}

fn question() -> Value {
    json!({"surface": "imbox", "request_id": "r-1", "extra": {"later": "x"}, "context": {
        "view": "chat", "email": "person1@masked.example", "contact_linked": true,
        "visitor": {"ip": "192.0.2.1"}, "agent": {"name": "Namea"},
        "attributes": {"z": "1", "a": "2"}, "params": {"source": "crm"},
    }})
}

fn steps(answer: Value) -> Value {
    json!([
        {"step": "store_increment", "key": "asked:person1@masked.example", "delta": 1,
         "answer": {"sum": 5}},
        {"step": "store_get", "key": "note", "answer": {"value": "old"}},
        {"step": "store_set", "key": "note", "value": "new", "ttl_s": null, "answer": "done"},
        {"step": "http", "requests": [{
            "method": "POST", "url": "https://shop.example/v1/visits",
            "headers": [
                ["authorization", {"secret": "key", "format": {"basic_password": {"user": "bot"}}}],
                ["content-type", "application/json"],
            ],
            "body": "{ \"count\": 5 }", "timeout_ms": null,
         }], "answers": [answer]},
        {"step": "store_list_keys", "prefix": "", "after": null, "limit": 10, "answer": {"keys": [
            "asked:person1@masked.example", "note", "untouched"]}},
    ])
}

fn card(answer: Value) -> String {
    let recorded = recording(
        json!({"kind": "card", "question": question()}),
        steps(answer),
    );
    let mut host = recorded.host();
    let card = host.render::<Counter>(recorded.context()).card();
    assert_eq!(host.store()["note"], "new");
    card.contact_name.unwrap()
}

#[test]
fn a_card_meets_the_recorded_store_settings_and_answers() {
    let keys = "asked:person1@masked.example,note,untouched";
    let told = card(json!({"response": {"status": 200, "headers": [], "body": "counted"}}));
    assert_eq!(told, format!("acme 5 old counted {keys} za"));
    for (error, part) in [
        (json!({"timeout": "connect"}), "connect"),
        (
            json!({"denied": {"rule": "path", "why": "no", "hint": null}}),
            "path",
        ),
        (json!({"dns": "no such name"}), "no such name"),
        (json!({"too_large": 7}), "7"),
    ] {
        let told = card(json!({"error": error}));
        assert!(told.contains(part), "{part} in {told}");
    }
}

#[test]
fn a_context_is_as_it_was_recorded() {
    let recorded = recording(json!({"kind": "card", "question": question()}), json!([]));
    let context = recorded.context();
    assert_eq!(
        (
            context.surface.as_str(),
            context.view.as_str(),
            context.account.as_str()
        ),
        ("imbox", "chat", "eu")
    );
    assert_eq!(context.visitor.ip.as_deref(), Some("192.0.2.1"));
    assert_eq!(
        context.agent.as_ref().unwrap().name.as_deref(),
        Some("Namea")
    );
    assert_eq!(context.param("source"), Some("crm"));
    assert_eq!(context.extra("later"), Some("x"));
    assert_eq!(context.phone, None);
    assert_eq!(recorded.code(), Some("call.trap"));
    let message = ("message".to_owned(), "The plugin crashed.".to_owned());
    assert_eq!(recorded.texts(), [message]);
}

#[test]
fn an_event_and_a_press_are_as_they_were_recorded() {
    let event = json!({"id": "e1", "source": "shop", "type": "message.created",
        "time": "2026-11-22T14:25:08.000Z", "raw": "{}", "extra": {"v": "2"},
        "contact": {"email": "person1@masked.example"}, "conversation": {"id": "c1"},
        "message": {"kind": "public", "direction": "incoming", "text": "Hi",
                    "parts": [{"type": "text", "text": "Hi"}]}});
    let recorded = recording(
        json!({"kind": "event", "event": event, "attempt": 3}),
        json!([]),
    );
    let event = recorded.event();
    assert_eq!(
        (event.attempt, event.event_type.as_str()),
        (3, "message.created")
    );
    let message = event.message.as_ref().unwrap();
    assert_eq!(message.direction, MessageDirection::Incoming);
    assert_eq!(message.parts, [MessagePart::Text("Hi".into())]);
    let mut host = recorded.host();
    host.handle::<Counter>(event).answer.unwrap();
    assert_eq!(host.store()["last"], "e1");

    let press = json!({"kind": "press", "plugin": "counter", "action": "count", "value": "7",
        "fields": {"why": "late"}, "key": "k", "question": question()});
    let recorded = recording(press, json!([]));
    let action = recorded.action();
    assert_eq!(action.field("why"), Some("late"));
    let done = recorded.host().submit::<Counter>(action).answer.unwrap();
    assert_eq!(done.message.as_deref(), Some("7"));
}

#[test]
#[should_panic(expected = "the recording is of a card")]
fn what_was_not_recorded_is_not_made_up() {
    recording(json!({"kind": "card", "question": question()}), json!([])).event();
}

#[test]
#[should_panic(expected = "version 1")]
fn a_later_version_is_refused() {
    Recording::parse(r#"{"sidepane_recording": 2}"#);
}

#[test]
#[should_panic(expected = "the recording lacks the body of an answer, 9000 bytes")]
fn a_body_that_was_withheld_is_told() {
    card(json!({"response": {"status": 200, "headers": [], "body": {"withheld_bytes": 9000}}}));
}
