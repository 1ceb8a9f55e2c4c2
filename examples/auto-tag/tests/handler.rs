//! The plugin against a desk that a fake host plays.

use auto_tag::AutoTag;
use auto_tag::rules::Rules;
use serde_json::json;
use sidepane_sdk::event::{Actor, ActorKind, Event, Message, MessageDirection, MessageKind};
use sidepane_sdk::testing::{Exchange, FakeHost, message_created, on};
use sidepane_sdk::{EventError, Plugin};

fn tags() -> Exchange {
    on("POST", "http://127.0.0.1:7119/v1/conversations/c1/tags").bearer("api_key")
}

#[test]
fn a_message_tags_its_conversation() {
    let run = FakeHost::new()
        .expect(tags().json(&json!({ "tags": ["refund", "delivery"] })))
        .handle::<AutoTag>(message_created("My PARCEL has not arrived. Money back!"));
    assert_eq!(run.answer, Ok(()));
    assert_eq!(run.log, ["info: tagged refund, delivery conversation=c1"]);
}

#[test]
fn nothing_is_sent_where_there_is_nothing_to_tag() {
    let by = |kind: ActorKind| {
        let event = message_created("refund");
        Event {
            actor: event.actor.map(|actor| Actor { kind, ..actor }),
            ..message_created("refund")
        }
    };
    let as_a = |kind: MessageKind, direction: MessageDirection| {
        let event = message_created("refund");
        let message = event.message.map(|message| Message {
            kind,
            direction,
            ..message
        });
        Event {
            message,
            ..message_created("refund")
        }
    };
    for event in [
        message_created("Hello"),
        message_created(""),
        by(ActorKind::Bot),
        by(ActorKind::System),
        by(ActorKind::Agent),
        as_a(MessageKind::Private, MessageDirection::Other),
        as_a(MessageKind::System, MessageDirection::Other),
        as_a(MessageKind::Public, MessageDirection::Outgoing),
        Event {
            conversation: None,
            ..message_created("refund")
        },
    ] {
        // A request that is not expected would fail the run.
        let run = FakeHost::new().handle::<AutoTag>(event);
        assert_eq!((run.answer, run.requests.len()), (Ok(()), 0));
    }
}

#[test]
fn a_desk_that_does_not_answer_is_asked_again() {
    let fails = |exchange: Exchange| {
        let mut host = FakeHost::new().expect(exchange);
        host.handle::<AutoTag>(message_created("refund")).error()
    };
    let busy = fails(tags().reply(429, "").reply_header("retry-after", "9"));
    assert!(matches!(busy, EventError::RetryAfter(retry) if retry.after_s == 9));
    assert!(matches!(fails(tags().reply(500, "")), EventError::Other(_)));
    let gone = fails(tags().reply(404, ""));
    assert_eq!(gone, EventError::give_up("the desk has no conversation c1"));
}

#[test]
fn rules_that_cannot_be_read_say_which_line() {
    let error = FakeHost::new()
        .setting("rules", "refund: refund\n\nno rule")
        .handle::<AutoTag>(message_created("refund"))
        .error();
    let why = "rules, line 3: it is no `tag: word, other words`";
    assert_eq!(error, EventError::failed(why));
    for text in ["tag:", "tag: ,", ": word", "word"] {
        assert!(Rules::read(text).is_err(), "{text}");
    }
}

#[test]
fn words_count_whole_and_in_any_case() {
    let rules = Rules::read(" vip : Gold Customer , VIP \nodd: ärger\n").expect("rules");
    for (message, tags) in [
        ("I am a gold customer.", &["vip"][..]),
        ("gold, customer", &["vip"]),
        ("gold customers", &[]),
        ("a customer of gold", &[]),
        ("VIP? vip!", &["vip"]),
        ("ÄRGER mit VIP", &["vip", "odd"]),
    ] {
        assert_eq!(rules.tags(message), tags, "{message}");
    }
    assert_eq!(Rules::read("").expect("no rules").tags("vip"), [""; 0]);
}

#[test]
fn the_desk_can_be_elsewhere() {
    assert_eq!(AutoTag::manifest().name, "Auto-tag");
    let there = "https://desk.acme.example/v1/conversations/c1/tags";
    let run = FakeHost::new()
        .setting("desk_url", "https://desk.acme.example/")
        .expect(on("POST", there).bearer("api_key"))
        .handle::<AutoTag>(message_created("refund"));
    assert_eq!(run.answer, Ok(()));
}
