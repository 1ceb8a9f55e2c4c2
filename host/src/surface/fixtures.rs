//! Runs the recorded requests of `tests/fixtures` through the doors and compares the exact replies.
//!
//! `<name>.http` is a request as sent. `<name>.expect` begins with the pane that the plugins answer
//! with, how much of it is revealed, and where browsers reach the host if that is known, then what was asked of them, then the reply.
//! `SIDEPANE_BLESS=1 cargo test -p sidepane --lib fixtures` writes the `.expect` files anew: read
//! the difference before keeping it.

use super::keys::{AccountKeys, Key, Keys};
use super::recording::{self, Recording};
use super::{CardSurface, Inbound, Question, Reveal};
use crate::model::card::*;
use crate::model::id::{AccountId, Generation, PluginId, RequestId};
use crate::model::manifest::{Choice, Field, FieldKind};
use crate::model::outcome::{Answer, Outcome, Pane};
use crate::model::problem::{Code, Problem};
use crate::model::time::Millis;
use crate::model::usage::{Usage, Used};
use http::StatusCode;
use std::fmt::Write;
use std::sync::Arc;

const NOW: Millis = Millis(1_764_000_000_000);

#[test]
fn native_answers_as_recorded() {
    run("native", &super::native::Native);
}

#[test]
fn imbox_answers_as_recorded() {
    run("imbox", &super::imbox::ImBox);
}

#[test]
fn snapengage_answers_as_recorded() {
    run("snapengage", &super::snapengage::SnapEngage);
}

#[test]
fn intercom_answers_as_recorded() {
    run("intercom", &super::intercom::Initialize);
}

fn run(folder: &str, surface: &dyn CardSurface) {
    recording::run(folder, "pane: one, cards", |request, setup| {
        answer(surface, request, setup)
    });
}

/// The whole way of one request, as text.
fn answer(surface: &dyn CardSurface, request: &Recording, setup: &str) -> String {
    let plugin = ["/imbox/", "/snapengage/"]
        .iter()
        .find_map(|front| request.path.strip_prefix(front));
    let (setup_of_pane, public_url) = match setup.split_once(", at ") {
        Some((pane, url)) => (pane, Some(url)),
        None => (setup, None),
    };
    let inbound = Inbound {
        public_url,
        ..request.inbound(plugin)
    };
    let request_id = RequestId::new("req-1");
    let asked =
        surface
            .verify(&inbound, &keys(), NOW)
            .and_then(|caller| match surface.at_once(&inbound) {
                Some(reply) => Ok(Err(reply)),
                None => surface.parse(&inbound, &caller, request_id.clone()).map(Ok),
            });
    let mut text = format!("{setup}\n\n");
    let reply = match asked {
        Ok(Err(reply)) => {
            text.push_str("nobody is asked\n");
            reply
        }
        Ok(Ok(question)) => {
            write_question(&mut text, &question);
            let (pane, reveal) = pane(setup_of_pane);
            surface.reply(&inbound, &question, &pane, reveal)
        }
        Err(problem) => {
            let _ = writeln!(text, "refused: {}", problem.code);
            surface.refuse(&problem, StatusCode::IM_A_TEAPOT, &request_id)
        }
    };
    recording::write_reply(&mut text, &reply);
    text
}

fn keys() -> Keys {
    let account = |id: &str, token: &str, header: &str| AccountKeys {
        account: AccountId::parse(id).expect("an account"),
        api_tokens: vec![Key::new(token)],
        imbox: vec![(http::header::AUTHORIZATION, Key::new(header))],
        snapengage_tokens: vec![Key::new(token)],
        intercom_secrets: vec![Key::new(token), Key::new(format!("old-{token}"))],
        ..AccountKeys::default()
    };
    Keys {
        accounts: vec![
            account("north", "token-north", "Basic bm9ydGg="),
            account("south", "token-south", "Basic c291dGg="),
        ],
        ..Keys::default()
    }
}

/// Every field that says something, one a line.
fn write_question(text: &mut String, question: &Question) {
    let context = &question.context;
    let plugins: Vec<_> = question.plugins.iter().map(PluginId::as_str).collect();
    let agent = context.agent.clone().unwrap_or_default();
    let _ = writeln!(text, "plugins: {}", plugins.join(" "));
    let _ = writeln!(text, "contact_linked: {}", context.contact_linked);
    let fields = [
        ("surface", Some(context.surface.to_string())),
        ("account", Some(context.account.to_string())),
        ("view", Some(context.view.clone())),
        ("email", context.email.clone()),
        ("phone", context.phone.clone()),
        ("external_id", context.external_id.clone()),
        ("contact_name", context.contact_name.clone()),
        ("ticket_id", context.ticket_id.clone()),
        ("contact_id", context.contact_id.clone()),
        ("conversation_id", context.conversation_id.clone()),
        ("call_id", context.call_id.clone()),
        ("visitor.ip", context.visitor.ip.clone()),
        ("visitor.page_url", context.visitor.page_url.clone()),
        ("agent.id", agent.id),
        ("agent.name", agent.name),
        ("agent.email", agent.email),
        ("locale", context.locale.clone()),
        ("time_zone", context.time_zone.clone()),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            let _ = writeln!(text, "{name}: {value}");
        }
    }
    let groups = [
        ("attributes", &context.attributes),
        ("params", &context.params),
        ("extra", &context.extra),
    ];
    for (group, pairs) in groups {
        for (name, value) in pairs {
            let _ = writeln!(text, "{group}[{name}]: {value}");
        }
    }
}

/// The pane that a first line such as `pane: full, inside` names.
fn pane(setup: &str) -> (Pane, Reveal) {
    let (name, reveal) = setup
        .strip_prefix("pane: ")
        .and_then(|rest| rest.split_once(", "))
        .expect("a first line such as `pane: one, cards`");
    let outcomes = match name {
        "none" => Vec::new(),
        "one" => vec![one()],
        "failed" => vec![failed("bonus", Code::CallTrap)],
        "full" => vec![
            failed("bonus", Code::HttpDenied),
            outcome("notes", Answer::Empty),
            full(),
            one(),
            failed("slow", Code::CallBusy),
        ],
        other => panic!("no pane {other}"),
    };
    let reveal = match reveal {
        "cards" => Reveal::Cards,
        "inside" => Reveal::Inside,
        other => panic!("no way to reveal {other}"),
    };
    let request_id = RequestId::new("req-1");
    (
        Pane {
            explained: None,
            request_id,
            outcomes,
        },
        reveal,
    )
}

fn outcome(plugin: &str, answer: Answer) -> Outcome {
    Outcome {
        plugin: PluginId::parse(plugin).expect("an id"),
        title: plugin.into(),
        generation: Generation([0x0f; 32]),
        answer,
        notes: Vec::new(),
        usage: Some(Usage {
            fuel: Used {
                used: 1_234,
                limit: 50_000_000,
            },
            ..Usage::default()
        }),
        kept: None,
    }
}

fn failed(plugin: &str, code: Code) -> Outcome {
    let problem = Problem::new(code, "Bonus points could not be loaded.")
        .detail("not for the answer")
        .of_plugin(&PluginId::parse(plugin).expect("an id"))
        .of_limit(17, 16)
        .hint("[[http.allow]]\nurl = \"https://bonus.example/\"");
    outcome(plugin, Answer::Failed(problem))
}

fn row(label: &str, text: &str, url: Option<&str>) -> Row {
    Row {
        label: label.into(),
        text: text.into(),
        url: url.map(Into::into),
    }
}

fn block(name: &str, icon: Option<&str>, data: Vec<Element>) -> Block {
    Block {
        name: name.into(),
        icon: icon.map(Into::into),
        data,
    }
}

/// A card with one list, as most are.
fn one() -> Outcome {
    let rows = vec![
        row("Member", "M-881", None),
        row("Since", "2021-03-09", None),
    ];
    outcome(
        "members",
        Answer::Card(Arc::new(Card {
            contact_name: Some("Maja Lind".into()),
            blocks: vec![block(
                "Membership",
                Some("badge"),
                vec![Element::Content(Content::List(rows))],
            )],
            ..Card::default()
        })),
    )
}

/// A card with one of everything, and a bad link that was left out.
fn full() -> Outcome {
    let cell = |text: &str, url: Option<&str>| Cell {
        text: text.into(),
        url: url.map(Into::into),
    };
    let table = Table {
        headers: vec!["Parcel".into(), "State".into()],
        rows: vec![
            vec![
                cell("P-1", Some("https://parcels.example/1")),
                cell("on its way", None),
            ],
            vec![cell("P-2", None), cell("", None)],
        ],
    };
    let other = |text: &str| {
        Content::Other(Other {
            kind: "chart".into(),
            text: text.into(),
            json: "{\"bars\":[1,2]}".into(),
        })
    };
    let data = vec![
        Element::Content(Content::List(vec![
            row(
                "Depot",
                "Ängelholm \"north\"",
                Some("https://parcels.example/depot"),
            ),
            row("Weight", "2 kg", None),
        ])),
        Element::Content(Content::Table(table)),
        Element::Content(Content::Html("<p>Left at the <b>door</b></p>".into())),
        Element::Accordion(Accordion {
            name: "Parcel P-1".into(),
            open: true,
            data: vec![
                Content::List(vec![row("Stop", "3 of 9", None)]),
                other("1, 2"),
            ],
        }),
        Element::Content(other("")),
        Element::Actions(vec![button()]),
    ];
    let card = Card {
        contact_name: Some("M. Lind".into()),
        contact_link: Some(Link {
            url: "https://parcels.example/people/9".into(),
            text: None,
        }),
        cache_s: Some(45),
        blocks: vec![
            block("Parcels", None, data),
            block(
                "Only buttons",
                Some("touch_app"),
                vec![Element::Actions(vec![button()])],
            ),
        ],
        extra: Vec::new(),
    };
    let note = Problem::new(
        Code::OutputBadUrl,
        "A link was left out: it is no absolute URL.",
    )
    .field("blocks[0].data[0].rows[1].url");
    Outcome {
        notes: vec![note],
        ..outcome("parcels", Answer::Card(Arc::new(card)))
    }
}

fn button() -> Button {
    let choices = vec![Choice {
        value: "late".into(),
        label: "It is late".into(),
    }];
    Button {
        id: "stop".into(),
        label: "Stop the parcel".into(),
        style: ButtonStyle::Danger,
        value: "P-1".into(),
        confirm: Some(Confirm {
            title: "Stop P-1?".into(),
            text: None,
            button: "Stop".into(),
        }),
        fields: vec![Field {
            name: "reason".into(),
            label: "Reason".into(),
            help: None,
            kind: FieldKind::Select(choices),
            default_value: None,
            required: true,
        }],
        token: None,
    }
}
