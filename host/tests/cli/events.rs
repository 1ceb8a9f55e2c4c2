//! `call --event`, and what `check` says of plugins that take events.

use crate::stage::{Ended, Stage};
use serde_json::{Value, json};

fn event(stage: &Stage, plugin: &str, more: &[&str]) -> Ended {
    let arguments = [&["call", plugin, "--event", "message.json"][..], more];
    stage.sidepane(&arguments.concat())
}

fn answer(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

/// A stage with a guest, and a message of this text.
fn says(guest: &str, text: &str) -> Stage {
    let stage = Stage::empty();
    stage.guest(guest);
    let message = json!({
        "event_type": "message.created",
        "message": {"kind": "public", "direction": "incoming", "text": text},
    });
    stage.file("message.json", message.to_string().as_bytes());
    stage
}

#[test]
fn a_handler_that_is_done_shows_what_it_would_keep() {
    let stage = says("counts_events", "Hi");
    let ended = event(&stage, "counts-events.wasm", &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let answer = answer(&ended);
    assert_eq!(answer["status"], "ok");
    let kept = json!([{"key": "message.created", "value": "1", "expires": null}]);
    assert_eq!(answer["store"], kept);
    assert!(ended.stderr.contains("1 of 1,000"), "{}", ended.stderr);
    let limit = "time_ms        ";
    let line = ended.stderr.lines().find(|line| line.contains(limit));
    assert!(
        line.is_some_and(|line| line.ends_with("of 20,000")),
        "{line:?}"
    );
}

#[test]
fn a_refusal_tells_how_a_host_would_go_on() {
    for (text, status, pause, code) in [
        ("later", "retry", json!(30), "event.retry"),
        ("never", "give_up", Value::Null, "event.give_up"),
        ("odd", "retry", Value::Null, "event.failed"),
        ("denied", "retry", Value::Null, "http.denied"),
    ] {
        let ended = event(&says("refuses_events", text), "refuses-events.wasm", &[]);
        assert_eq!(ended.code, 1, "{ended:?}");
        let answer = answer(&ended);
        assert_eq!(answer["status"], status);
        assert_eq!(answer["retry_after_s"], pause);
        assert_eq!(answer["error"]["code"], code);
        let error = format!("error: {code}: ");
        assert!(ended.stderr.contains(&error), "{}", ended.stderr);
    }
}

#[test]
fn a_crash_keeps_nothing() {
    let stage = says("traps_after_writing", "Hi");
    let ended = event(&stage, "traps-after-writing.wasm", &["--json"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let whole = answer(&ended);
    assert_eq!(whole["answer"]["status"], "error");
    assert_eq!(whole["answer"]["error"]["code"], "call.trap");
    assert_eq!(whole["answer"]["store"], json!([]));
    assert_eq!(whole["usage"]["store_ops"]["used"], 1);
    assert!(
        whole["log"].to_string().contains("after writing"),
        "{whole}"
    );
}

#[test]
fn what_a_host_would_not_deliver_is_not_handed_over() {
    let stage = Stage::set();
    let arguments = ["call", "auto-tag.wasm", "--event", "conversation.json"];
    let ended = stage.sidepane(&arguments);
    assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{ended:?}");
    let said = "auto-tag.wasm does not take `conversation.created`: its manifest names \
                message.created";
    assert!(ended.stderr.contains(said), "{}", ended.stderr);
    let ended = event(&stage, "hello.wasm", &[]);
    assert_eq!(ended.code, 1);
    assert!(
        ended.stderr.contains("hello.wasm takes no events"),
        "{ended:?}"
    );
}

#[test]
fn what_cannot_be_taken_ends_with_2() {
    let stage = says("counts_events", "Hi");
    stage.file("broken.json", b"{\n  \"event_type\" \"x\"}");
    for (arguments, said) in [
        (
            &["--event", "broken.json"][..],
            "broken.json: request.malformed",
        ),
        (
            &["--event", "nowhere.json"],
            "the event nowhere.json cannot be read",
        ),
        (
            &["--event", "message.json", "--desk", "pigeon"],
            "no events come from a desk \"pigeon\"",
        ),
        (
            &["--event", "message.json", "--view", "ticket"],
            "cannot be used with",
        ),
        (
            &["--event", "message.json", "--account", "a b"],
            "is no account's name",
        ),
    ] {
        let arguments = [&["call", "counts-events.wasm"][..], arguments].concat();
        let ended = stage.sidepane(&arguments);
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(ended.stderr.contains(said), "{said} in {}", ended.stderr);
    }
}

#[test]
fn the_account_is_the_one_that_is_named() {
    let stage = says("echoes_event", "Hi");
    let ended = event(&stage, "echoes-event.wasm", &["--account", "eu"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stderr.contains("account: \"eu\""), "{}", ended.stderr);
}

#[test]
fn check_says_which_events_a_plugin_gets() {
    let stage = Stage::set();
    for guest in ["counts_events", "names_events", "takes_no_event"] {
        stage.guest(guest);
    }
    for (plugin, said) in [
        (
            "auto-tag.wasm",
            "serves      events; the events message.created\n",
        ),
        (
            "counts-events.wasm",
            "cards, events; every view; every event\n",
        ),
        (
            "takes-no-event.wasm",
            "note        it takes events and its manifest names none: none is delivered to it\n",
        ),
        (
            "names-events.wasm",
            "note        its manifest names events and it does not export `product-event`: none is \
             delivered to it\n            onUserCreate is no type of the normal form; a desk's own \
             type has the desk in front, as in freshchat:onUserCreate\n",
        ),
    ] {
        let ended = stage.sidepane(&["check", plugin]);
        assert_eq!(ended.code, 0, "{ended:?}");
        assert!(ended.stdout.contains(said), "{said} in {}", ended.stdout);
    }
}
