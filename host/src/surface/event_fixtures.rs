//! Runs the recorded events of `tests/fixtures` through the doors for events and compares the exact
//! normal form and reply.
//!
//! An `.expect` begins with what storage answers, then shows the event as `/v1/events` takes it,
//! with the raw form apart, then the reply. `SIDEPANE_BLESS=1` renews them, as in `fixtures`.

use super::keys::{AccountKeys, Key, Keys, RsaKey};
use super::native::form;
use super::recording::{self, Recording};
use super::{EventSurface, Inbound};
use crate::model::delivery::{DeliveryId, DeliveryState, Queued, Receipt};
use crate::model::event::*;
use crate::model::id::{AccountId, PluginId, RequestId};
use crate::model::problem::{Code, Problem};
use crate::model::time::Millis;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use std::fmt::Write;

#[test]
fn native_events_are_read_as_recorded() {
    run("native-events", &super::native::Events);
}

#[test]
fn freshchat_events_are_read_as_recorded() {
    run("freshchat", &super::freshchat::Events);
}

#[test]
fn freshchat_webhooks_are_read_as_recorded() {
    run("freshchat-webhook", &super::freshchat::Webhook);
}

#[test]
fn chatwoot_events_are_read_as_recorded() {
    run("chatwoot", &super::chatwoot::Chatwoot);
}

/// What the desks themselves publish or send, and what becomes of it. The files belong to others
/// and are not in this repository: `SIDEPANE_SAMPLES` says where they lie, and `.ci/run` says when
/// they do not.
const SAMPLES: &[(&str, &dyn EventSurface, Result<&str, Code>)] = {
    use super::chatwoot::Chatwoot;
    use super::freshchat::{Events, Webhook};
    &[
        (
            "freshchat/onConversationCreate.json",
            &Events,
            Ok("conversation.created"),
        ),
        (
            "freshchat/onConversationUpdate.json",
            &Events,
            Ok("conversation.updated"),
        ),
        (
            "freshchat/onMessageCreate.json",
            &Events,
            Ok("message.created"),
        ),
        (
            "freshchat/onUserCreate.json",
            &Events,
            Ok("contact.created"),
        ),
        (
            "freshchat/onUserUpdate.json",
            &Events,
            Ok("contact.updated"),
        ),
        (
            "freshchat-fdk/onAgentActivityCreate.json",
            &Events,
            Ok("agent.activity"),
        ),
        (
            "freshchat-fdk/onAppInstall.json",
            &Events,
            Ok("app.installed"),
        ),
        (
            "freshdesk/onConversationUpdate.fdk.abridged.json",
            &Events,
            Err(Code::RequestInvalidField),
        ),
        (
            "freshchat-webhook/message_create.2022.json",
            &Webhook,
            Ok("message.created"),
        ),
        (
            "freshchat-webhook/conversation_reopen.2022.json",
            &Webhook,
            Ok("conversation.updated"),
        ),
        (
            "chatwoot/1-contact_updated.custom_attributes.json",
            &Chatwoot,
            Ok("contact.updated"),
        ),
        (
            "chatwoot/2-webwidget_triggered.json",
            &Chatwoot,
            Ok("widget.opened"),
        ),
        (
            "chatwoot/3-conversation_created.json",
            &Chatwoot,
            Ok("conversation.created"),
        ),
        (
            "chatwoot/4-message_created.incoming.json",
            &Chatwoot,
            Ok("message.created"),
        ),
    ]
};

#[test]
fn the_desks_own_samples_are_read_as_documented() {
    let Some(folder) = std::env::var_os("SIDEPANE_SAMPLES") else {
        println!("SIDEPANE_SAMPLES is not set: the desks' own samples were not read");
        return;
    };
    for (name, surface, want) in SAMPLES {
        let path = std::path::Path::new(&folder).join(name);
        let body = std::fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let inbound = Inbound {
            method: &Method::POST,
            path: "",
            query: "",
            headers: &headers,
            body: &body,
            plugin: None,
            public_url: None,
        };
        let read = surface.parse(&inbound, AccountId::parse("north").unwrap(), NOW);
        if let Ok(event) = &read {
            println!(
                "{name}: {}",
                serde_json::to_string_pretty(&form(event)).unwrap()
            );
            assert_eq!(told_again(event), Ok(event.clone()), "{name}");
        }
        let read = read.map(|event| event.event_type);
        let read = read.as_deref().map_err(|problem| problem.code);
        assert_eq!(read, *want, "{name}");
    }
}

/// What every recording takes for now.
pub(super) const NOW: Millis = Millis(1_764_000_000_000);

fn run(folder: &str, surface: &dyn EventSurface) {
    recording::run(folder, "storage: queued", |request, setup| {
        answer(surface, request, setup)
    });
}

/// What a door makes of a request.
pub(super) fn read(surface: &dyn EventSurface, inbound: &Inbound<'_>) -> Result<Event, Problem> {
    let account = surface.verify(inbound, &keys(), NOW)?;
    surface.parse(inbound, account, NOW)
}

fn answer(surface: &dyn EventSurface, request: &Recording, setup: &str) -> String {
    let request_id = RequestId::new("req-1");
    let mut text = format!("{setup}\n\n");
    let reply = match read(surface, &request.inbound(None)) {
        Ok(event) => {
            assert_eq!(told_again(&event), Ok(event.clone()), "{}", request.path);
            let mut form = form(&event);
            let raw = form.remove("raw").expect("a raw form");
            let _ = writeln!(text, "{}", serde_json::to_string_pretty(&form).unwrap());
            let _ = writeln!(text, "\nraw: {}", raw.as_str().unwrap());
            surface.accepted(&receipt(setup, &event.id), &request_id)
        }
        Err(problem) => {
            let _ = writeln!(text, "refused: {}", problem.code);
            surface.refuse(&problem, StatusCode::IM_A_TEAPOT, &request_id)
        }
    };
    recording::write_reply(&mut text, &reply);
    text
}

/// The event once more, after its way through `/v1/events`: whatever a door reads can be told there
/// too, and means the same.
fn told_again(event: &Event) -> Result<Event, Problem> {
    let body = serde_json::to_vec(&form(event)).expect("JSON");
    let mut headers = HeaderMap::new();
    let token = format!("Bearer token-{}", event.account);
    headers.insert(AUTHORIZATION, HeaderValue::from_str(&token).unwrap());
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let inbound = Inbound {
        method: &Method::POST,
        path: "",
        query: "",
        headers: &headers,
        body: &body,
        plugin: None,
        public_url: None,
    };
    read(&super::native::Events, &inbound)
}

/// Two accounts; `north` has credentials for every door, two of those that desks sign with.
pub(super) fn keys() -> Keys {
    let rsa = |name: &str| {
        let path = recording::fixtures().join("freshchat-webhook").join(name);
        let text = std::fs::read_to_string(path).expect("a key");
        RsaKey::parse(&text).expect("a key")
    };
    let secret = |text: &str| Key::of_webhook_secret(text).expect("a secret");
    Keys {
        accounts: vec![
            AccountKeys {
                account: AccountId::parse("north").unwrap(),
                api_tokens: vec![Key::new("token-north")],
                webhook_secrets: vec![
                    secret("whsec_bm9ydGgtb2xkLW5vcnRoLW9sZC1ub3J0aC1vbGQ="),
                    secret("whsec_bm9ydGgtbmV3LW5vcnRoLW5ldy1ub3J0aC1uZXc="),
                ],
                freshchat_tokens: vec![Key::new("relay-north-old"), Key::new("relay-north")],
                freshchat_keys: vec![rsa("old.pem"), rsa("new.pem")],
                chatwoot_secrets: vec![Key::new("harbour-old"), Key::new("harbour-new")],
                ..AccountKeys::default()
            },
            AccountKeys {
                account: AccountId::parse("south").unwrap(),
                api_tokens: vec![Key::new("token-south")],
                freshchat_tokens: vec![Key::new("relay-south")],
                freshchat_account: Some("4410000017".into()),
                ..AccountKeys::default()
            },
        ],
        ..Keys::default()
    }
}

fn receipt(setup: &str, event_id: &str) -> Receipt {
    let queued = |id: &str, plugin: &str, state| Queued {
        id: DeliveryId(id.into()),
        plugin: PluginId::parse(plugin).unwrap(),
        state,
    };
    let known = [
        queued(
            "01K0000000000000000000000A",
            "auto-tag",
            DeliveryState::Queued,
        ),
        queued(
            "01K0000000000000000000000B",
            "counter",
            DeliveryState::Delivered,
        ),
    ];
    let (duplicate, deliveries) = match setup {
        "storage: queued" => (false, &known[..1]),
        "storage: nobody" => (false, &known[..0]),
        "storage: known" => (true, &known[..]),
        other => panic!("no storage {other}"),
    };
    Receipt {
        event_id: event_id.into(),
        duplicate,
        deliveries: deliveries.to_vec(),
    }
}
