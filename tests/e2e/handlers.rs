//! What a handler is told of an event, and what its answer says of what to do next.

use e2e::event::{event, everything, message};
use e2e::handler::Handler;
use sidepane::Code;
use sidepane::model::refusal::{Refusal, Wish};
use sidepane::storage::memory::MemoryStorage;
use std::sync::Arc;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_arrives_whole() {
    let handler = Handler::of("echoes_event", "").await;
    let call = handler.call(&everything(), 3).await;
    assert!(matches!(call.answer, Ok(Ok(()))), "{:?}", call.answer);
    let line = handler.lines.messages().concat();
    for part in [
        "id: \"e1\"",
        "source: \"native\"",
        "event-type: \"message.created\"",
        "vendor-type: Some(\"onMessageCreate\")",
        "time: \"2025-11-24T16:00:00.000Z\"",
        "account: \"default\"",
        "region: Some(\"EU\")",
        "attempt: 3",
        "kind: ActorKind::Bot",
        "name: Some(\"actor name\")",
        "email: Some(\"actor email\")",
        "phone: Some(\"actor phone\")",
        "cause: Some(\"actor cause\")",
        "id: Some(\"contact id\")",
        "external-id: Some(\"contact external\")",
        "name: Some(\"contact name\")",
        "(\"contact attribute\", \"of contact attribute\")",
        "id: \"conversation id\"",
        "status: Some(\"open\")",
        "vendor-status: Some(\"snoozed\")",
        "channel: Some(Entity { id: \"channel id\", name: Some(\"channel name\") })",
        "group: Some(Entity { id: \"group id\"",
        "agent: Some(Entity { id: \"agent id\"",
        "labels: [\"label\"]",
        "(\"conversation attribute\", \"of conversation attribute\")",
        "id: Some(\"message id\"), kind: MessageKind::Private",
        "direction: MessageDirection::Outgoing",
        "text: \"message text\"",
        "MessagePart::Text(\"part text\")",
        "url: \"https://files.example/1\", name: Some(\"file name\"), content-type: \
         Some(\"image/png\")",
        "kind: \"quick_reply\", text: \"other text\", json: \"{\\\"other\\\":1}\"",
        "kind: ChangeKind::Misc, field: \"changed field\", old-value: Some(\"changed from\"), \
         new-value: Some(\"changed to\"), disputed: true",
        "raw: \"{\\\"raw\\\":true}\"",
        "(\"extra\", \"of extra\")",
    ] {
        assert!(line.contains(part), "{part} in {line}");
    }
}

async fn refusal(text: &str) -> Refusal {
    let handler = Handler::of("refuses_events", "").await;
    let call = handler.call(&message(text), 1).await;
    assert!(call.changes.is_empty());
    call.answer.expect("an answer").expect_err("a refusal")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_says_what_the_plugin_wants_and_why() {
    let later = Wish::RetryAfter(Duration::from_secs(30));
    for (text, wish, code, detail) in [
        ("later", later, Code::EventRetry, "the shop is closed"),
        ("never", Wish::GiveUp, Code::EventGiveUp, "the shop is gone"),
        ("odd", Wish::Retry, Code::EventFailed, "odd"),
    ] {
        let refusal = refusal(text).await;
        assert_eq!((refusal.wish, refusal.problem.code), (wish, code), "{text}");
        assert_eq!(refusal.problem.detail, detail);
        assert_eq!(refusal.problem.retryable, wish != Wish::GiveUp);
    }
    assert_eq!(refusal("long").await.problem.detail.len(), 4 << 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_was_refused_a_request_says_which_lines_allow_it() {
    let refusal = refusal("denied").await;
    assert_eq!(refusal.wish, Wish::Retry, "the operator may allow it");
    assert_eq!(refusal.problem.code, Code::HttpDenied);
    let hint = refusal.problem.hint.expect("a hint");
    assert!(hint.contains("https://shop.example/"), "{hint}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_failed_handler_wrote_is_not_there() {
    for (guest, answers) in [("traps_after_writing", false), ("writes_then_fails", true)] {
        let handler = Handler::of(guest, "").await;
        let call = handler.call(&event("a.b"), 1).await;
        match &call.answer {
            Ok(refused) => assert!(answers && refused.is_err(), "{guest}"),
            Err(problem) => {
                assert_eq!(problem.code, Code::CallTrap, "{problem}");
                assert!(problem.detail.contains("after writing"), "{problem}");
            }
        }
        assert_eq!(call.usage.store_ops.used, 1, "it wrote: {guest}");
        assert!(call.changes.is_empty(), "{guest}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_counts_and_two_at_a_time_are_told_apart() {
    let handler = Handler::of("counts_events", "").await;
    for _ in 0..2 {
        let call = handler.call(&event("a.b"), 1).await;
        handler.keep(call).await.expect("nobody else writes");
    }
    let event = event("a.b");
    let (first, second) = tokio::join!(handler.call(&event, 1), handler.call(&event, 1));
    handler.keep(first).await.expect("the first");
    let conflict = handler.keep(second).await.expect_err("a conflict");
    assert_eq!(conflict.code, Code::StoreConflict);
    assert!(conflict.retryable);
    let again = handler.call(&event, 2).await;
    let written = format!("{:?}", again.changes.writes);
    assert!(
        written.contains("\"4\""),
        "run again, on the new value: {written}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_manifest_names_what_the_handlers_take() {
    let events = |handler: Handler| handler.plugin.manifest.events;
    assert_eq!(events(Handler::of("counts_events", "").await), ["*"]);
    let refuses = Handler::of("refuses_events", "").await;
    assert!(refuses.plugin.takes(&message("x")));
    assert!(!refuses.plugin.takes(&event("contact.created")));
    assert_eq!(events(refuses), ["message.created"]);
    let deaf = Handler::of("takes_no_event", "").await;
    assert!(!deaf.plugin.takes(&event("a.b")));
    let names = Handler::of("names_events", "").await;
    assert!(!names.plugin.takes(&message("x")), "it exports no handler");
    let call = names.call(&message("x"), 1).await;
    let problem = call.answer.expect_err("no handler");
    assert_eq!(problem.code, Code::LoadMissingExport);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_no_handler_wants_any_more_is_given_up() {
    let handler = Handler::of("refuses_events", "").await;
    let call = handler.call(&event("contact.created"), 1).await;
    let refusal = call.answer.expect("an answer").expect_err("a refusal");
    assert_eq!(refusal.wish, Wish::GiveUp);
    assert!(refusal.problem.detail.contains("contact.created"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_ends_at_its_limits_as_a_card_does() {
    let storage = Arc::new(MemoryStorage::default());
    let handler = Handler::with("counts_events", "[limits]\nstore_ops = 0", storage).await;
    let call = handler.call(&event("a.b"), 1).await;
    let refusal = call.answer.expect("an answer").expect_err("a refusal");
    assert!(
        refusal.problem.detail.contains("store quota"),
        "{}",
        refusal.problem
    );
    let mut handler = Handler::of("counts_events", "").await;
    handler.plugin.limits.fuel = 100;
    let call = handler.call(&event("a.b"), 1).await;
    let problem = call.answer.expect_err("no fuel");
    assert_eq!(problem.code, Code::CallFuelExhausted);
    assert_eq!((call.usage.fuel.used, call.usage.fuel.limit), (100, 100));
}
