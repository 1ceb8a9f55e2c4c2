//! What is written is read again, and what cannot be is refused.

use super::*;
use crate::model::action::Press;
use crate::model::context::{Agent, Context};
use crate::model::http::{Denial, HeaderValue, HttpError, Phase, Rule, SecretFormat};
use crate::model::recording::{Input, Received, Sent, Step, StoreAnswer, StoreCall, Written};
use crate::model::store::StoreError;

fn context() -> Context {
    let mut context = Context::of_view("ticket")
        .request_id("r-1")
        .email("person1@masked.example")
        .linked()
        .attribute("zone", "b")
        .attribute("area", "a")
        .param("source", "crm");
    context.surface = "imbox";
    context.visitor.ip = Some("192.0.2.1".into());
    context.agent = Some(Agent {
        id: Some("a1".into()),
        ..Agent::default()
    });
    context.extra.push(("later".into(), "thing".into()));
    context
}

fn steps() -> Vec<Step> {
    let sent = |body: Option<Written>, value| Sent {
        method: "POST".into(),
        url: "https://crm.example/".into(),
        headers: vec![("Authorization".into(), value)],
        body,
        timeout_ms: Some(500),
    };
    let secret = |format| HeaderValue::Secret {
        name: "key".into(),
        format,
    };
    let password = "x".to_owned();
    let user = "bot".to_owned();
    let requests = vec![
        sent(None, HeaderValue::Plain("none".into())),
        sent(Some(Written::Text("{}".into())), secret(SecretFormat::Raw)),
        sent(
            Some(Written::Withheld { bytes: 7 }),
            secret(SecretFormat::BasicUser { password }),
        ),
        sent(None, secret(SecretFormat::BasicPassword { user })),
    ];
    let answers = vec![
        Ok(Received {
            status: 200,
            headers: vec![
                ("set-cookie".into(), "a".into()),
                ("set-cookie".into(), "b".into()),
            ],
            body: Written::Text("[]".into()),
        }),
        Err(HttpError::Denied(Denial {
            rule: Rule::Path,
            why: "no".into(),
            hint: None,
        })),
        Err(HttpError::Timeout(Phase::Wait)),
        Err(HttpError::TooLarge(9)),
    ];
    let store = |call, answer| Step::Store {
        call,
        answer: Some(answer),
    };
    let key = || "k".to_owned();
    vec![
        Step::Wall { ms: 5, times: 2 },
        Step::Monotonic { ms: 6, times: 1 },
        Step::Random(vec![0, 255, 16]),
        Step::Sleep {
            ms: None,
            over: false,
        },
        Step::Log {
            level: "info".into(),
            message: "hi".into(),
            fields: vec![("a".into(), "b".into())],
        },
        Step::Http {
            requests: requests.clone(),
            answers: Some(answers),
        },
        Step::Http {
            requests,
            answers: None,
        },
        store(StoreCall::Get { key: key() }, Ok(StoreAnswer::Value(None))),
        store(
            StoreCall::Increment {
                key: key(),
                delta: -1,
            },
            Ok(StoreAnswer::Sum(4)),
        ),
        store(
            StoreCall::ListKeys {
                prefix: key(),
                after: None,
                limit: 3,
            },
            Ok(StoreAnswer::Keys(vec![key()])),
        ),
        store(
            StoreCall::Remove { key: key() },
            Err(StoreError::NotANumber),
        ),
        Step::Store {
            call: StoreCall::CompareAndSet {
                key: key(),
                expected: None,
                value: "v".into(),
                ttl_s: Some(1),
            },
            answer: None,
        },
    ]
}

fn whole(input: Input) -> Recording {
    Recording {
        id: "01J".into(),
        plugin: PluginId::parse("shop").expect("an id"),
        account: AccountId::default(),
        generation: Generation([7; 32]),
        begun: Millis(1_700_000_000_123),
        input,
        settings: vec![("b".into(), "2".into()), ("a".into(), "1".into())],
        steps: steps(),
        whole: true,
        ending: Ending {
            code: Some("call.trap".into()),
            texts: vec![("message".into(), "It crashed.".into())],
            detail: "unreachable".into(),
            ..Ending::of(EndingKind::Failed)
        },
        usage: Usage {
            fuel: Used { used: 1, limit: 2 },
            ..Usage::default()
        },
    }
}

#[test]
fn what_is_written_is_read_again() {
    let event = br#"{"id":"e-1","type":"message.created","account":"default",
        "time":"2026-11-22T14:25:08.000Z","contact":{"attributes":{"z":"1","a":"2"}},"raw":"{}"}"#;
    let form = super::super::super::strict::Strict::of(
        "event",
        crate::surface::json::Json::read(event).expect("JSON"),
    );
    let defaults = super::super::event::Defaults {
        account: AccountId::default(),
        now: Millis::default(),
        id: String::new(),
        raw: String::new(),
    };
    let event = super::super::event::read(form.expect("an object"), defaults).expect("an event");
    let press = Press {
        plugin: PluginId::parse("shop").expect("an id"),
        action: "refund".into(),
        value: "7".into(),
        fields: vec![("why".into(), "late".into())],
        key: "r-1-shop-0".into(),
        context: context(),
    };
    for input in [
        Input::Card(context()),
        Input::Event {
            event: Box::new(event),
            attempt: 3,
        },
        Input::Press(press),
    ] {
        let recorded = whole(input);
        let read = read_recording(&recording(&recorded));
        assert_eq!(read.expect("a recording"), recorded);
    }
}

#[test]
fn what_is_no_recording_is_refused_with_what_is_wrong() {
    let file = String::from_utf8(recording(&whole(Input::Card(context())))).expect("UTF-8");
    for (from, to, code, said) in [
        ("{", "", Code::RequestMalformed, "no recording"),
        (
            "\"sidepane_recording\": 1",
            "\"sidepane_recording\": 2",
            Code::RequestInvalidField,
            "version 1",
        ),
        (
            "\"whole\"",
            "\"hole\"",
            Code::RequestMalformed,
            "no recording",
        ),
        (
            "\"imbox\"",
            "\"pigeon\"",
            Code::RequestInvalidField,
            "no such desk",
        ),
        (
            "\"path\"",
            "\"moon\"",
            Code::RequestInvalidField,
            "no such rule",
        ),
        ("\"00ff10\"", "\"00ff1\"", Code::RequestInvalidField, "hex"),
        (
            "sha256:07",
            "sha256:x7",
            Code::RequestInvalidField,
            "generation",
        ),
        (
            "\"failed\"",
            "\"vanished\"",
            Code::RequestInvalidField,
            "ending.kind",
        ),
        (
            "\"plugin\": \"shop\"",
            "\"plugin\": \"Shop\"",
            Code::RequestInvalidField,
            "plugin",
        ),
    ] {
        let changed = file.replacen(from, to, 1);
        assert_ne!(changed, file, "{from}");
        let problem = read_recording(changed.as_bytes()).expect_err(to);
        assert_eq!(problem.code, code, "{to}: {problem}");
        assert!(problem.to_string().contains(said), "{to}: {problem}");
    }
    let long = vec![b' '; FILE_BYTES + 1];
    let problem = read_recording(&long).expect_err("too long");
    assert_eq!(problem.code, Code::RequestTooLarge);
}
