//! From a canvas to what its components do, and back.

use super::*;
use crate::model::action::{Command, Pressed};
use crate::model::card::*;
use crate::model::id::{AccountId, Generation, PluginId};
use crate::model::manifest::{Choice, Field, FieldKind};
use crate::model::outcome::{Answer, Outcome};
use crate::surface::Signer;
use crate::surface::keys::{AccountKeys, Seal, Seals};
use http::HeaderMap;
use serde_json::Value;

const NOW: Millis = Millis(1_764_000_000_000);

fn keys() -> Keys {
    Keys {
        accounts: vec![AccountKeys {
            account: AccountId::parse("eu").expect("an account"),
            ..AccountKeys::default()
        }],
        seals: Some(Seals {
            sessions: Seal::new(&[1; 32]),
            presses: Seal::new(&[2; 32]),
        }),
        ..Keys::default()
    }
}

fn caller() -> Caller {
    Caller::program(AccountId::parse("eu").expect("an account"))
}

/// What Intercom sends of the conversation, with more.
fn body(more: &Value) -> Vec<u8> {
    let mut body = json!({
        "workspace_id": "w1", "admin": {"id": "7", "name": "Sam"},
        "contact": {"id": "c1", "role": "user", "email": "ada@example.com"},
        "conversation": {"id": "215"},
    });
    for (name, value) in more.as_object().expect("an object") {
        body[name] = value.clone();
    }
    body.to_string().into_bytes()
}

fn inbound<'a>(headers: &'a HeaderMap, body: &'a [u8]) -> Inbound<'a> {
    Inbound {
        method: &Method::POST,
        path: "/intercom/submit",
        query: "",
        headers,
        body,
        plugin: None,
        public_url: None,
    }
}

fn submit(more: &Value) -> Submitted {
    let (headers, body) = (HeaderMap::new(), body(more));
    let inbound = inbound(&headers, &body);
    let submitted = Submit.submitted(&inbound, &caller(), &keys(), RequestId::new("r2"), NOW);
    submitted.unwrap_or_else(|problem| panic!("{problem}"))
}

fn press(more: &Value) -> Press {
    match submit(more) {
        Submitted::Press(press) => *press,
        Submitted::Answered(reply) => panic!("{}", String::from_utf8_lossy(&reply.body)),
        Submitted::Ask(..) => panic!("cards are asked for"),
    }
}

fn said(more: &Value) -> String {
    match submit(more) {
        Submitted::Answered(reply) => components(&reply)[0]["text"]
            .as_str()
            .expect("a text")
            .to_owned(),
        Submitted::Press(_) | Submitted::Ask(..) => panic!("something is asked"),
    }
}

fn field(name: &str, kind: FieldKind, required: bool) -> Field {
    Field {
        name: name.into(),
        label: name.to_uppercase(),
        help: None,
        kind,
        default_value: None,
        required,
    }
}

fn button(id: &str, confirm: bool, fields: Vec<Field>) -> Button {
    Button {
        id: id.into(),
        label: format!("Do {id}"),
        style: ButtonStyle::Danger,
        value: "1001".into(),
        confirm: confirm.then(|| Confirm {
            title: "Refund 42 EUR?".into(),
            text: None,
            button: "Refund".into(),
        }),
        fields,
        token: None,
    }
}

fn row(label: &str, text: &str) -> Row {
    Row {
        label: label.into(),
        text: text.into(),
        url: None,
    }
}

/// A pane of one plugin's blocks, signed for the conversation of `body`.
fn pane(blocks: Vec<Block>) -> Pane {
    let card = Card {
        blocks,
        ..Card::default()
    };
    let mut outcome = Outcome {
        plugin: PluginId::parse("orders").expect("an id"),
        title: "Orders".into(),
        generation: Generation([0; 32]),
        answer: Answer::Card(std::sync::Arc::new(card)),
        notes: Vec::new(),
        usage: None,
        kept: None,
    };
    let (headers, body) = (HeaderMap::new(), body(&json!({})));
    let question = Initialize.parse(&inbound(&headers, &body), &caller(), RequestId::new("r1"));
    let context = question.expect("a question").context;
    let seals = keys().seals.expect("seals");
    Signer::new(&seals.presses, &context, NOW).stamp(&mut outcome);
    Pane {
        request_id: RequestId::new("r1"),
        outcomes: vec![outcome],
        explained: None,
    }
}

fn block(data: Vec<Element>) -> Block {
    Block {
        name: "Orders".into(),
        icon: None,
        data,
    }
}

fn components(reply: &Reply) -> Vec<Value> {
    let body: Value = serde_json::from_slice(&reply.body).expect("JSON");
    let content = &body["canvas"]["content"];
    assert!(
        content.to_string().len() <= 64 << 10,
        "content is within 64 KB"
    );
    content["components"]
        .as_array()
        .expect("components")
        .clone()
}

/// The id of the component with this label.
fn id_of(components: &[Value], label: &str) -> String {
    let found = components
        .iter()
        .find(|component| component["label"] == label);
    found.expect("a component")["id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

#[test]
fn a_button_of_a_canvas_is_pressed_with_its_form_once_its_question_is_ticked() {
    let choice = |value: &str| Choice {
        value: value.into(),
        label: value.into(),
    };
    let choices = || vec![choice("late"), choice("broken")];
    let form = vec![
        field("reason", FieldKind::Select(choices()), true),
        field("tell", FieldKind::Checkbox, false),
        field("marks", FieldKind::MultiSelect(choices()), false),
        field("one", FieldKind::MultiSelect(vec![choice("only")]), false),
        field("note", FieldKind::Paragraph, false),
    ];
    let buttons = vec![
        button("count", false, Vec::new()),
        button("refund", true, form),
    ];
    let reply = Whole.render(
        &pane(vec![block(vec![Element::Actions(buttons)])]),
        Reveal::Cards,
    );
    let shown = components(&reply);
    let kinds: Vec<&str> = shown.iter().filter_map(|it| it["type"].as_str()).collect();
    let want = [
        "text", "button", "dropdown", "checkbox", "checkbox", "input", "textarea", "checkbox",
        "button",
    ];
    assert_eq!(kinds, want);

    let plain = press(&json!({"component_id": id_of(&shown, "Do count")}));
    assert_eq!(
        (plain.action.as_str(), plain.value.as_str()),
        ("count", "1001")
    );
    assert_eq!(plain.key, "r1-orders-0");

    let refund = id_of(&shown, "Do refund");
    let tick = id_of(&shown, "Refund 42 EUR?");
    let ids: Vec<String> = ["REASON *", "TELL", "MARKS", "ONE: only", "NOTE"]
        .iter()
        .map(|label| id_of(&shown, label))
        .collect();
    let mut inputs = json!({
        ids[0].as_str(): "late", ids[1].as_str(): ["true"], ids[2].as_str(): ["late", "broken"],
        ids[3].as_str(): " only ", ids[4].as_str(): "two\nlines",
        // An input of another form, and one that nobody made.
        "f9t.reason": "x", "other": "y",
    });
    let unticked = said(&json!({"component_id": refund, "input_values": inputs}));
    assert!(unticked.contains("tick the question"), "{unticked}");
    inputs[tick.as_str()] = json!([]);
    assert!(said(&json!({"component_id": refund, "input_values": inputs})).contains("tick"));
    inputs[tick.as_str()] = json!(["yes"]);
    let pressed = press(&json!({"component_id": refund, "input_values": inputs}));
    let filled = [
        ("reason", "late"),
        ("tell", "true"),
        ("marks", "[\"late\",\"broken\"]"),
        ("one", "[\"only\"]"),
        ("note", "two\nlines"),
    ];
    assert_eq!(
        pressed.fields,
        filled.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    assert_eq!(
        pressed.context.agent.expect("an agent").name.as_deref(),
        Some("Sam")
    );

    inputs[ids[0].as_str()] = json!("never");
    let wrong = said(&json!({"component_id": refund, "input_values": inputs}));
    assert!(wrong.contains("none of the choices"), "{wrong}");
    // The same button in another conversation is another's.
    let elsewhere = json!({
        "component_id": id_of(&shown, "Do count"), "conversation": {"id": "216"},
    });
    assert!(said(&elsewhere).contains("no button of a card"));
}

#[test]
fn what_is_no_button_is_asked_again_or_said() {
    for id in ["all", "back"] {
        let Submitted::Ask(question, cards) = submit(&json!({"component_id": id})) else {
            panic!("the cards are asked for");
        };
        assert_eq!(question.context.view, "chat");
        assert_eq!(cards.name(), "intercom");
    }
    for id in ["", "p1", "p.spa_x", "x1.spa_x", "pp1.spa_x"] {
        assert!(
            said(&json!({"component_id": id})).contains("earlier version"),
            "{id}"
        );
    }
    assert!(said(&json!({"component_id": "p1.spa_x"})).contains("no button of a card"));
    assert!(said(&json!({})).contains("earlier version"));
}

#[test]
fn the_first_canvas_is_cut_where_it_would_scroll_and_the_whole_one_at_64_kb() {
    let rows = |count: usize, text: &str| {
        let rows = (0..count).map(|n| row(&format!("Row {n}"), text)).collect();
        block(vec![Element::Content(Content::List(rows))])
    };
    let short = components(&Initialize.render(&pane(vec![rows(5, "x")]), Reveal::Cards));
    assert_eq!(short.len(), 2, "a heading and a table");
    let long = pane(vec![rows(100, "x")]);
    let first = components(&Initialize.render(&long, Reveal::Cards));
    assert_eq!(first.last().expect("a button")["id"], "all");
    let seen = first[1]["items"].as_array().expect("rows").len();
    assert!((5..20).contains(&seen), "{seen} rows are about 400 pixels");
    let whole = components(&Whole.render(&long, Reveal::Cards));
    assert_eq!(whole[1]["items"].as_array().expect("rows").len(), 100);
    let huge = pane((0..30).map(|_| rows(200, &"é".repeat(40))).collect());
    let cut = components(&Whole.render(&huge, Reveal::Cards));
    let last = cut.last().expect("a text")["text"]
        .as_str()
        .expect("a text")
        .to_owned();
    assert_eq!(last, "There is more than fits here.");
}

#[test]
fn every_element_has_its_components_and_no_text_becomes_a_link() {
    let cell = |text: &str| Cell {
        text: text.into(),
        url: None,
    };
    let table = |headers: &[&str], row: &[&str]| {
        Content::Table(Table {
            headers: headers.iter().map(|text| (*text).to_owned()).collect(),
            rows: vec![row.iter().map(|text| cell(text)).collect()],
        })
    };
    let data = vec![
        Element::Content(table(&["State", "Since"], &["shipped", "Monday"])),
        Element::Content(table(&["A", "B", "C"], &["1", "", ""])),
        Element::Content(Content::Html("<p>Gold since <b>2024</b></p>".into())),
        Element::Accordion(Accordion {
            name: "Order\n1001".into(),
            open: false,
            data: vec![Content::List(vec![row(
                "Evil",
                "[pay](https://evil.example) <https://evil.example>",
            )])],
        }),
        Element::Accordion(Accordion {
            name: "Empty".into(),
            open: false,
            data: Vec::new(),
        }),
    ];
    let shown =
        components(&Whole.render(&pane(vec![block(data), block(Vec::new())]), Reveal::Cards));
    let want = json!([
        {"type": "text", "text": "Orders", "style": "header"},
        {"type": "data-table", "items": [{"type": "field-value", "field": "shipped", "value": "Monday"}]},
        {"type": "text", "text": "A · B · C", "style": "muted"},
        {"type": "text", "text": "1", "style": "paragraph"},
        {"type": "text", "text": "Gold since 2024", "style": "paragraph"},
        {"type": "text", "text": "Order 1001", "style": "muted"},
        {"type": "data-table", "items": [{"type": "field-value", "field": "Evil",
            "value": "[\u{200b}pay]\u{200b}(https://evil.example) <\u{200b}https://evil.example>"}]},
    ]);
    assert_eq!(Value::Array(shown), want);
}

#[test]
fn what_came_of_a_press_is_told_with_the_card_as_it_is_now_and_a_way_back() {
    let after = pane(vec![block(vec![Element::Actions(vec![button(
        "count",
        false,
        Vec::new(),
    )])])]);
    let mut acted = Acted {
        plugin: PluginId::parse("orders").expect("an id"),
        title: "Orders".into(),
        generation: Generation([0; 32]),
        result: Pressed::Done {
            message: Some("Refunded 42 EUR.".into()),
            commands: vec![
                Command::InsertDraft("Dear Ada".into()),
                Command::OpenUrl("https://crm.example/42".into()),
                Command::AddTags(vec!["refunded".into(), "vip".into()]),
            ],
            extra: Vec::new(),
        },
        after: after.outcomes.into_iter().next(),
        notes: Vec::new(),
        usage: None,
    };
    let shown = components(&Submit.acted(&acted, Reveal::Cards, &RequestId::new("r")));
    let texts: Vec<&str> = shown.iter().filter_map(|it| it["text"].as_str()).collect();
    assert_eq!(
        texts,
        [
            "Refunded 42 EUR.",
            "To write: Dear Ada",
            "To tag: refunded, vip",
            "Orders"
        ]
    );
    let labels: Vec<&str> = shown.iter().filter_map(|it| it["label"].as_str()).collect();
    assert_eq!(labels, ["Open", "Do count", "Back to all cards"]);
    acted.after = None;
    acted.result = Pressed::Invalid {
        message: None,
        fields: vec![("reason".into(), "Choose one.".into())],
    };
    let shown = components(&Submit.acted(&acted, Reveal::Cards, &RequestId::new("r")));
    assert_eq!(shown[0]["style"], "error");
    assert_eq!(shown[1]["items"][0]["value"], "Choose one.");
}
