use super::*;
use crate::model::card::{Block, ButtonStyle, Content};
use crate::model::context::Agent;
use crate::model::id::{AccountId, Generation, RequestId};

const NOW: Millis = Millis(1_700_000_000_000);

fn seal() -> Seal {
    Seal::new(&[3; 32])
}

fn context(email: &str) -> Context {
    Context::of_view("ticket")
        .request_id("req-1")
        .email(email)
        .account(AccountId::parse("eu").unwrap())
}

fn caller() -> Caller {
    Caller::program(AccountId::parse("eu").unwrap())
}

fn button(value: &str) -> Button {
    Button {
        id: "refund".into(),
        label: "Refund".into(),
        style: ButtonStyle::Danger,
        value: value.into(),
        confirm: None,
        fields: vec![Field {
            name: "note".into(),
            label: "Note".into(),
            help: None,
            kind: FieldKind::Text,
            default_value: None,
            required: false,
        }],
        token: None,
    }
}

/// The tokens on the buttons of a card with two, each in a block of its own.
fn tokens(context: &Context) -> Vec<String> {
    let block = |value: &str| Block {
        name: "Orders".into(),
        icon: None,
        data: vec![
            Element::Content(Content::Html(String::new())),
            Element::Actions(vec![button(value)]),
        ],
    };
    let mut outcome = Outcome {
        plugin: PluginId::parse("orders").unwrap(),
        title: "Orders".into(),
        generation: Generation([0; 32]),
        answer: Answer::Card(Arc::new(Card {
            blocks: vec![block("5317"), block("5102")],
            ..Card::default()
        })),
        notes: Vec::new(),
        usage: None,
        kept: None,
    };
    Signer::new(&seal(), context, NOW).stamp(&mut outcome);
    let Answer::Card(card) = &mut outcome.answer else {
        panic!("a card");
    };
    buttons(Arc::make_mut(card))
        .map(|button| button.token.take().expect("a token"))
        .collect()
}

fn pressed(token: &str, context: Context, now: Millis) -> Result<Press, Code> {
    let note = vec![("note".to_owned(), Json::Text("gone".into()))];
    read(&seal(), &caller(), token, context, note, now).map_err(|problem| problem.code)
}

#[test]
fn a_token_is_one_button_of_one_answer() {
    let ada = context("ada@example.com");
    let tokens = tokens(&ada);
    let again = ada.clone().request_id("req-2");
    let press = |at: usize| pressed(&tokens[at], again.clone(), NOW).expect("a press");
    let first = press(0);
    assert_eq!(first.plugin.as_str(), "orders");
    assert_eq!(
        (first.action.as_str(), first.value.as_str()),
        ("refund", "5317")
    );
    assert_eq!(first.fields, [("note".to_owned(), "gone".to_owned())]);
    assert_eq!(first.context, again);
    assert_eq!(press(1).value, "5102");
    assert_ne!(press(0).key, press(1).key);
    assert_eq!(press(0).key, press(0).key);
}

#[test]
fn what_a_token_does_not_vouch_for_is_refused() {
    let ada = context("ada@example.com");
    let token = tokens(&ada).remove(0);
    let refused = |token: &str, context: Context, now| pressed(token, context, now).unwrap_err();
    let late = NOW.after(LASTS);
    assert_eq!(refused(&token, ada.clone(), late), Code::AuthActionExpired);
    let agent = Context {
        agent: Some(Agent {
            id: Some("a2".into()),
            ..Agent::default()
        }),
        ..ada.clone()
    };
    let linked = Context {
        contact_linked: true,
        ..ada.clone()
    };
    let forged = Seal::new(&[4; 32]).seal(PREFIX, b"{}");
    for (token, context) in [
        (token.as_str(), context("bob@example.com")),
        (token.as_str(), agent),
        (token.as_str(), linked),
        (forged.as_str(), ada.clone()),
        (token.split_at(token.len() - 1).0, ada.clone()),
        ("", ada.clone()),
    ] {
        assert_eq!(refused(token, context, NOW), Code::AuthActionInvalid);
    }
    let stranger = Caller::program(AccountId::parse("us").unwrap());
    let problem = read(&seal(), &stranger, &token, ada, Vec::new(), NOW).unwrap_err();
    assert_eq!(problem.code, Code::AuthActionInvalid);
}

#[test]
fn contexts_that_differ_anywhere_have_other_digests() {
    let pair = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    let plain = context("ada@example.com");
    let mut all = vec![
        Context {
            surface: "pane",
            ..plain.clone()
        },
        Context {
            view: "chat".into(),
            ..plain.clone()
        },
        Context {
            phone: Some("1".into()),
            ..plain.clone()
        },
        Context {
            external_id: Some("1".into()),
            ..plain.clone()
        },
        Context {
            ticket_id: Some("1".into()),
            ..plain.clone()
        },
        Context {
            attributes: pair("a", "b"),
            ..plain.clone()
        },
        Context {
            attributes: pair("ab", ""),
            ..plain.clone()
        },
        Context {
            params: pair("a", "b"),
            ..plain.clone()
        },
        Context {
            extra: pair("a", "b"),
            ..plain.clone()
        },
        plain.clone(),
    ];
    let mut digests: Vec<String> = all.iter().map(digest).collect();
    digests.sort();
    digests.dedup();
    assert_eq!(digests.len(), all.len());
    let last = all.pop().expect("a context");
    let renamed = Context {
        request_id: RequestId::new("other"),
        ..last.clone()
    };
    assert_eq!(digest(&renamed), digest(&last));
}
