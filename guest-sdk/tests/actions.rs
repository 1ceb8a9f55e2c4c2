//! What reaches the functions that carry out actions, run against the fake host.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use serde::Deserialize;
use sidepane_sdk::action::Submitted;
use sidepane_sdk::testing::{FakeHost, action};
use sidepane_sdk::{Action, ActionPlugin, ActionResult, Actions, Manifest, Plugin, store};

struct Counter;

impl Plugin for Counter {
    fn manifest() -> Manifest {
        Manifest::new("Counter", "1.0.0").action("count", "counts")
    }
}

impl ActionPlugin for Counter {
    fn actions() -> Actions {
        Actions::new().on("count", count)
    }
}

fn count(action: Action) -> Submitted {
    #[derive(Deserialize)]
    struct Form {
        by: i64,
        #[serde(default)]
        twice: bool,
        note: Option<String>,
    }
    store::set("pressed", &action.idempotency_key)?;
    let form: Form = action.form()?;
    let by = if form.twice { form.by * 2 } else { form.by };
    let sum = store::increment("count", by)?;
    Ok(ActionResult::done().message(form.note.unwrap_or_else(|| sum.to_string())))
}

#[test]
fn a_form_is_read_as_what_the_function_wants() {
    let mut host = FakeHost::new();
    let pressed = action("count", "")
        .filled("by", "3")
        .filled("twice", "true");
    let result = host.submit::<Counter>(pressed).answer.unwrap();
    assert_eq!(result, ActionResult::done().message("6"));
    for (by, told) in [
        (Some("many"), "This is not a whole number that fits."),
        (None, "This has to be filled in."),
    ] {
        let mut pressed = Action {
            idempotency_key: "second".into(),
            ..action("count", "")
        };
        pressed.fields.extend(by.map(|by| ("by".into(), by.into())));
        let result = host.submit::<Counter>(pressed).answer.unwrap();
        assert_eq!(result, ActionResult::invalid("by", told));
    }
    let store: Vec<_> = host.store().iter().collect();
    let kept = [("count", "6"), ("pressed", "test")];
    let kept = kept.map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(store, kept.each_ref().map(|(key, value)| (key, value)));
}

#[test]
#[should_panic(expected = "no function for the action `delete`")]
fn an_action_without_a_function_fails_the_test() {
    FakeHost::new().submit::<Counter>(action("delete", "7"));
}

#[test]
#[should_panic(expected = "`count` has a function already")]
fn one_action_has_one_function() {
    let _ = Counter::actions().on("count", count);
}
