//! `POST /freshchat/webhook`: what Freshchat sends by itself, signed with its own key.
//!
//! Nothing in it is timestamped by the signature, so an old request can be sent again by whoever
//! has seen it. It gets the id it had the first time and is a duplicate.

use super::super::describe::{Operation, Schemas};
use super::super::json::Json;
use super::super::native::described;
use super::super::strict::wrong;
use super::super::{
    EventSurface, Inbound, Reply, Route, Surface, answer, body, identity, moment, signature,
};
use super::{SOURCE, conversation, message, people};
use crate::model::delivery::Receipt;
use crate::model::event::*;
use crate::model::id::{AccountId, RequestId};
use crate::model::problem::Problem;
use crate::model::time::Millis;
use crate::surface::keys::Keys;
use http::Method;

/// The door for webhooks.
#[derive(Clone, Copy, Debug)]
pub struct Webhook;

const DOOR: &str = "/freshchat/webhook";

/// The header of the signature, in base64.
const SIGNATURE: &str = "x-freshchat-signature";

impl Surface for Webhook {
    fn name(&self) -> &'static str {
        SOURCE
    }

    fn routes(&self) -> &'static [Route] {
        &[Route {
            path: DOOR,
            methods: &[Method::POST],
        }]
    }

    fn describe(&self, _: &Route, _: &Method, schemas: &mut Schemas) -> Operation {
        described::accepts(Operation::new("Takes a webhook of Freshchat"), schemas)
            .credential("freshchat")
            .body("application/json", described::of_a_desk())
    }
}

impl EventSurface for Webhook {
    /// By an RSA signature over the body as it came.
    fn verify(&self, inbound: &Inbound<'_>, keys: &Keys, _: Millis) -> Result<AccountId, Problem> {
        signature::account(
            keys,
            DOOR,
            |account| &account.freshchat_keys,
            || signature::base64(SIGNATURE, signature::one(inbound.headers, SIGNATURE)?),
            |key, signature| key.signed(inbound.body, signature),
        )
    }

    fn parse(
        &self,
        inbound: &Inbound<'_>,
        account: AccountId,
        now: Millis,
    ) -> Result<Event, Problem> {
        let whole = body::event_json(inbound.headers, inbound.body)?;
        let version = inbound.headers.get("x-freshchat-payload-version");
        let version = version.and_then(|version| version.to_str().ok());
        let mut event = read(&whole, account, now)?;
        event
            .extra
            .extend(version.map(|version| ("version".into(), version.into())));
        Ok(event)
    }

    fn accepted(&self, receipt: &Receipt, _: &RequestId) -> Reply {
        answer::receipt(receipt)
    }
}

fn read(whole: &Json, account: AccountId, now: Millis) -> Result<Event, Problem> {
    // What is sent of campaigns names itself otherwise.
    let action = whole.id("action").or_else(|| whole.id("event_type"));
    let action = action.ok_or_else(|| wrong("action", "it must be there: what happened"))?;
    let time = match whole.at("action_time") {
        Some(time) => moment::read("action_time", time)?,
        None => moment::read("event_time", whole.group("event_time"))?,
    };
    let data = whole.group("data");
    let mut event = Event {
        id: String::new(),
        source: SOURCE.into(),
        event_type: "vendor.event".into(),
        vendor_type: Some(action.clone()),
        time: time.unwrap_or(now),
        account,
        region: None,
        actor: people::actor_of(whole.group("actor")),
        contact: None,
        conversation: None,
        message: None,
        changes: Vec::new(),
        raw: whole.clone().into_text(),
        extra: Vec::new(),
    };
    match action.as_str() {
        "message_create" => of_message(&mut event, data.group("message"))?,
        "conversation_assignment" => of_change(&mut event, data, "assignment")?,
        "conversation_resolution" => of_change(&mut event, data, "resolve")?,
        "conversation_reopen" => of_change(&mut event, data, "reopen")?,
        _ => {}
    }
    event.id = id(&event, whole);
    Ok(event)
}

fn of_message(event: &mut Event, object: &Json) -> Result<(), Problem> {
    event.event_type = "message.created".into();
    event.conversation =
        Some(conversation::around(object).ok_or_else(|| missing("message.conversation_id"))?);
    let user = object.id("user_id").or_else(|| {
        let actor = event.actor.as_ref()?;
        actor.id.clone().filter(|_| actor.kind == ActorKind::User)
    });
    event.actor = event.actor.take().or(people::actor_of(object));
    event.message = Some(message::read(object, event.actor.as_ref(), user.as_deref()));
    event.contact = people::contact_of(user);
    Ok(())
}

/// The action is the change: the webhook does not list any.
fn of_change(event: &mut Event, data: &Json, name: &str) -> Result<(), Problem> {
    event.event_type = "conversation.updated".into();
    let object = data.group(name);
    let inner = object.group("conversation");
    let known = conversation::read(inner, &Json::Null);
    event.conversation =
        Some(known.ok_or_else(|| missing(&format!("{name}.conversation.conversation_id")))?);
    let user = object.group("user");
    event.contact = people::contact(user).or(people::contact_of(inner.id("user_id")));
    let status = inner.text("status");
    event.changes = match name {
        "assignment" => ["agent", "group"]
            .iter()
            .map(|who| {
                let from = object.text(&format!("from_{who}_id"));
                let to = object.text(&format!("to_{who}_id"));
                change(&format!("assigned_{who}_id"), from, to)
            })
            .filter(|change| change.from != change.to)
            .collect(),
        "resolve" => vec![change("status", None, Some("resolved".into()))],
        _ => vec![change("status", Some("resolved".into()), status)],
    };
    Ok(())
}

fn change(field: &str, from: Option<String>, to: Option<String>) -> Change {
    Change {
        kind: ChangeKind::Model,
        field: field.into(),
        from,
        to,
        disputed: false,
    }
}

fn missing(field: &str) -> Problem {
    wrong(
        &format!("data.{field}"),
        "it must be there, 256 bytes at most",
    )
}

/// A message happened once at its moment; of all else the whole body tells one from another.
fn id(event: &Event, whole: &Json) -> String {
    let message = event
        .message
        .as_ref()
        .and_then(|message| message.id.as_deref());
    match (message, whole.text("action_time")) {
        (Some(message), Some(time)) => identity::digest(
            [event.account.as_str(), "message_create", message, &time].map(str::as_bytes),
        ),
        _ => identity::of_body(&event.account, event.raw.as_bytes()),
    }
}
