//! Where a replay ends before its call does.

use super::*;
use crate::model::context::Context;
use crate::model::id::{AccountId, Generation, PluginId};
use crate::model::recording::{Ending, EndingKind, Input};
use crate::model::time::Millis;
use crate::model::usage::Usage;
use futures_util::FutureExt;

fn replay(steps: Vec<Step>, whole: bool) -> Replay {
    Replay::of(Arc::new(Recording {
        id: String::new(),
        plugin: PluginId::parse("shop").expect("an id"),
        account: AccountId::default(),
        generation: Generation([0; 32]),
        begun: Millis::default(),
        input: Input::Card(Context::of_view("ticket")),
        settings: vec![("shop".into(), "acme".into())],
        steps,
        whole,
        ending: Ending {
            code: Some("call.deadline_exceeded".into()),
            ..Ending::of(EndingKind::Failed)
        },
        usage: Usage::default(),
    }))
}

fn get(answer: Option<Result<StoreAnswer, StoreError>>) -> Step {
    let call = StoreCall::Get { key: "k".into() };
    Step::Store { call, answer }
}

fn request() -> Request {
    Request {
        method: "GET".into(),
        url: "https://crm.example/".into(),
        headers: Vec::new(),
        body: None,
        timeout_ms: None,
    }
}

fn exchange(body: Written) -> Step {
    Step::Http {
        requests: vec![Sent::of(&request())],
        answers: Some(vec![Ok(Received {
            status: 200,
            headers: Vec::new(),
            body,
        })]),
    }
}

/// Why it ends at a read of `k`, which is then never answered.
fn ends_at_get(replay: &Replay) -> Stop {
    let waits = replay.get("k").now_or_never();
    assert!(waits.is_none(), "{waits:?}");
    replay.stopped().now_or_never().expect("an end")
}

#[test]
fn what_was_recorded_is_answered_in_order() {
    let value = Some(Ok(StoreAnswer::Value(Some("v".into()))));
    let error = Some(Err(StoreError::NotANumber));
    let steps = vec![get(value), exchange(Written::Text("hi".into())), get(error)];
    let replay = replay(steps, true);
    assert_eq!(replay.get("k").now_or_never(), Some(Ok(Some("v".into()))));
    let answers = replay
        .send(vec![request()])
        .now_or_never()
        .expect("at once");
    assert_eq!(answers[0].as_ref().expect("an answer").status, 200);
    let rest = replay.rest().expect("a read");
    assert_eq!(
        (rest.place.as_str(), rest.expected.as_str()),
        ("call 3", "store get \"k\"")
    );
    assert_eq!(replay.setting("shop").as_deref(), Some("acme"));
    assert_eq!(replay.answered(), 2);
}

#[test]
fn a_replay_ends_where_the_recording_says_no_more() {
    let Stop::Differs(found) = ends_at_get(&replay(Vec::new(), true)) else {
        panic!("the call asks for more than was recorded");
    };
    assert_eq!(
        found.expected,
        "the end of the call: failed, call.deadline_exceeded"
    );
    let cut = ends_at_get(&replay(Vec::new(), false));
    assert!(matches!(cut, Stop::Missing(_)), "{cut:?}");
    assert_eq!(ends_at_get(&replay(vec![get(None)], true)), Stop::CutOff);
    let other = Some(Ok(StoreAnswer::Sum(1)));
    let other = ends_at_get(&replay(vec![get(other)], true));
    assert!(matches!(other, Stop::Missing(_)), "{other:?}");
    let Stop::Differs(found) =
        ends_at_get(&replay(vec![exchange(Written::Text(String::new()))], true))
    else {
        panic!("a request was recorded");
    };
    assert_eq!(found.expected, "GET https://crm.example/");
    assert_eq!(found.came, "store get \"k\"");

    let withheld = replay(vec![exchange(Written::Withheld { bytes: 9_000 })], true);
    assert!(withheld.send(vec![request()]).now_or_never().is_none());
    let Some(Stop::Missing(why)) = withheld.stopped().now_or_never() else {
        panic!("there is no body to answer with");
    };
    assert!(why.contains("9000 bytes"), "{why}");
}

#[test]
fn a_sleep_that_the_deadline_ended_ends_the_replay() {
    let sleep = |over| Step::Sleep { ms: None, over };
    let replay = replay(vec![sleep(true), sleep(false)], true);
    assert_eq!(replay.sleep(None).now_or_never(), Some(()));
    assert_eq!(replay.sleep(None).now_or_never(), None);
    assert_eq!(replay.stopped().now_or_never(), Some(Stop::CutOff));
}
