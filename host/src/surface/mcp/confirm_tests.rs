//! What a confirmation is good for.

use super::super::{name, wish};
use super::*;
use crate::model::card::{Block, ButtonStyle, Confirm};
use crate::model::id::{Generation, PluginId, RequestId};
use crate::model::manifest::{Field, FieldKind};
use crate::model::outcome::Outcome;
use crate::surface::keys::Seal;
use crate::surface::{Signer, press as presses};
use serde_json::{Value, json};

const NOW: Millis = Millis(1_764_000_000_000);

fn seals() -> Seals {
    Seals {
        sessions: Seal::new(&[1; 32]),
        presses: Seal::new(&[2; 32]),
    }
}

fn caller(account: &str) -> Caller {
    Caller::program(crate::model::id::AccountId::parse(account).expect("an account"))
}

fn plugin() -> PluginId {
    PluginId::parse("orders").expect("an id")
}

fn wished(account: &str, id: &str, arguments: Value) -> Result<Wish, Problem> {
    let Value::Object(arguments) = arguments else {
        panic!("arguments are an object");
    };
    wish(
        plugin(),
        "refund",
        arguments,
        &caller(account),
        RequestId::new(id),
    )
}

fn button(value: &str, field: bool) -> Button {
    let note = Field {
        name: "note".into(),
        label: "Note".into(),
        help: None,
        kind: FieldKind::Text,
        default_value: None,
        required: true,
    };
    Button {
        id: "refund".into(),
        label: format!("Refund {value}"),
        style: ButtonStyle::Danger,
        value: value.into(),
        confirm: Some(Confirm {
            title: "Refund 42 EUR?".into(),
            text: Some("It cannot be undone.".into()),
            button: "Refund".into(),
        }),
        fields: field.then_some(note).into_iter().collect(),
        token: None,
    }
}

/// The plugin's card with these buttons, signed for the wish's contact.
fn pane(wish: &Wish, buttons: Vec<Button>) -> Pane {
    let card = Card {
        blocks: vec![Block {
            name: "Orders".into(),
            icon: None,
            data: vec![Element::Actions(buttons)],
        }],
        ..Card::default()
    };
    let mut outcome = Outcome {
        plugin: plugin(),
        title: "Orders".into(),
        generation: Generation([0; 32]),
        answer: Answer::Card(std::sync::Arc::new(card)),
        notes: Vec::new(),
        usage: None,
        kept: None,
    };
    Signer::new(&seals().presses, &wish.context, NOW).stamp(&mut outcome);
    Pane {
        request_id: RequestId::new("r"),
        outcomes: vec![outcome],
        explained: None,
    }
}

fn ask(wish: &Wish, buttons: Vec<Button>) -> Result<Asked, Problem> {
    asked(&seals(), &caller("eu"), wish, &pane(wish, buttons), NOW)
}

fn confirm(account: &str, again: Value, confirmation: &str, now: Millis) -> Result<Press, Code> {
    let wish = wished(account, "r2", again).expect("a wish");
    let press = confirmed(&seals(), &caller(account), wish, confirmation, now);
    press.map_err(|problem| problem.code)
}

#[test]
fn a_confirmation_is_for_one_call_of_one_account_and_for_half_an_hour() {
    let arguments = json!({
        "context": {"view": "ticket", "email": "ada@example.com"}, "fields": {"note": "late"},
    });
    let wish = wished("eu", "r1", arguments.clone()).expect("a wish");
    let asked = ask(&wish, vec![button("7", true)]).expect("a question");
    let question = "Press \u{201c}Refund 7\u{201d} (orders)?\nRefund 42 EUR?\nIt cannot be undone.\nNote: late";
    assert_eq!(asked.question, question);

    // The order of the arguments says nothing; the press is the one of the first call, so that it is
    // done once however often it is confirmed.
    let again = json!({
        "fields": {"note": "late"}, "context": {"email": "ada@example.com", "view": "ticket"},
    });
    let press = confirm("eu", again, &asked.confirmation, NOW).expect("a press");
    assert_eq!(
        (press.action.as_str(), press.value.as_str()),
        ("refund", "7")
    );
    assert_eq!(press.fields, [("note".to_owned(), "late".to_owned())]);
    assert_eq!(press.key, "r1-orders-0");
    assert_eq!(press.context.surface, "mcp");

    for other in [
        json!({"context": {"view": "ticket", "email": "eve@example.com"}, "fields": {"note": "late"}}),
        json!({"context": {"view": "ticket", "email": "ada@example.com"}, "fields": {"note": "Late"}}),
        json!({"context": {"view": "ticket", "email": "ada@example.com"}, "fields": {"note": "late"}, "value": "7"}),
    ] {
        let refused = confirm("eu", other.clone(), &asked.confirmation, NOW);
        assert_eq!(refused, Err(Code::AuthActionInvalid), "{other}");
    }
    let elsewhere = confirm("us", arguments.clone(), &asked.confirmation, NOW);
    assert_eq!(elsewhere, Err(Code::AuthActionInvalid));
    let late = NOW.after(std::time::Duration::from_secs(31 * 60));
    let late = confirm("eu", arguments.clone(), &asked.confirmation, late);
    assert_eq!(late, Err(Code::AuthActionExpired));
    // A button's own token is no confirmation: an agent who may press it is another than this one.
    let Answer::Card(card) = pane(&wish, vec![button("7", true)])
        .outcomes
        .remove(0)
        .answer
    else {
        panic!("a card");
    };
    let Element::Actions(buttons) = &card.blocks[0].data[0] else {
        panic!("buttons");
    };
    let token = buttons[0].token.clone().expect("a token");
    for forged in ["", "spc_", "spc_e30.AAAA", token.as_str()] {
        let refused = confirm("eu", arguments.clone(), forged, NOW);
        assert_eq!(refused, Err(Code::AuthActionInvalid), "{forged}");
    }
    // Nor is a confirmation a button's token.
    let context = wish.context.clone();
    let fields = wish.fields.clone();
    let pressed = presses::read(
        &seals().presses,
        &caller("eu"),
        &asked.confirmation,
        context,
        fields,
        NOW,
    );
    assert_eq!(
        pressed.expect_err("no button").code,
        Code::AuthActionInvalid
    );
}

#[test]
fn what_cannot_be_pressed_is_not_asked_about() {
    let of = |more: Value| {
        let mut arguments = json!({"context": {"view": "ticket"}});
        for (name, value) in more.as_object().expect("an object") {
            arguments[name] = value.clone();
        }
        wished("eu", "r", arguments)
    };
    let field = |problem: Problem| (problem.code, problem.field);
    let plain = of(json!({})).expect("a wish");
    let none = ask(&plain, Vec::new()).expect_err("no button");
    assert_eq!(none.code, Code::RequestUnknownAction);
    let two = ask(&plain, vec![button("7", false), button("8", false)]).expect_err("two");
    assert_eq!(
        field(two),
        (Code::RequestInvalidField, Some("value".into()))
    );
    let eight = of(json!({"value": "8"})).expect("a wish");
    let asked = ask(&eight, vec![button("7", false), button("8", false)]).expect("one");
    assert!(asked.question.contains("Refund 8"));
    let nine = of(json!({"value": "9"})).expect("a wish");
    let gone = ask(&nine, vec![button("7", false)]).expect_err("none");
    assert_eq!(
        field(gone),
        (Code::RequestInvalidField, Some("value".into()))
    );
    let unfilled = ask(&plain, vec![button("7", true)]).expect_err("a form");
    assert_eq!(
        field(unfilled),
        (Code::RequestInvalidField, Some("fields.note".into()))
    );
    for (more, at) in [
        (json!({"value": 7}), "value"),
        (json!({"fields": []}), "fields"),
        (json!({"confirmation": "spc_"}), "confirmation"),
        (
            json!({"context": {"view": "ticket", "emial": "x"}}),
            "context.emial",
        ),
        (json!({"context": {}}), "context.view"),
    ] {
        let problem = of(more.clone()).expect_err("refused");
        assert_eq!(problem.field.as_deref(), Some(at), "{more}");
    }
    let looker = Caller {
        acts: false,
        ..caller("eu")
    };
    let arguments = json!({"context": {"view": "ticket"}})
        .as_object()
        .expect("an object")
        .clone();
    let scope = wish(plugin(), "refund", arguments, &looker, RequestId::new("r"));
    assert_eq!(scope.expect_err("may only look").code, Code::AuthScope);
    assert_eq!(name(&plugin(), "refund"), "orders__refund");
}
