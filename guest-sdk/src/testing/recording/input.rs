//! What the plugin was called with, in the contract's types.

use super::form::{Form, as_text};
use crate::context::{Agent, Context, Visitor};
use crate::event::{
    Actor, ActorKind, Attachment, Change, ChangeKind, Contact, Conversation, Entity, Event,
    Message, MessageDirection, MessageKind, MessagePart, OtherPart,
};
use serde_json::Value;

#[track_caller]
pub(super) fn context(question: &Form<'_>, account: String) -> Context {
    let context = question.form("context");
    let visitor = context.form("visitor");
    Context {
        surface: question.text("surface"),
        view: context.text("view"),
        account,
        request_id: question.text("request_id"),
        email: context.maybe("email"),
        phone: context.maybe("phone"),
        external_id: context.maybe("external_id"),
        contact_name: context.maybe("contact_name"),
        contact_linked: context.flag("contact_linked"),
        ticket_id: context.maybe("ticket_id"),
        contact_id: context.maybe("contact_id"),
        conversation_id: context.maybe("conversation_id"),
        call_id: context.maybe("call_id"),
        visitor: Visitor {
            ip: visitor.maybe("ip"),
            page_url: visitor.maybe("page_url"),
        },
        agent: context.maybe_form("agent").map(|agent| Agent {
            id: agent.maybe("id"),
            name: agent.maybe("name"),
            email: agent.maybe("email"),
        }),
        locale: context.maybe("locale"),
        time_zone: context.maybe("time_zone"),
        attributes: context.pairs("attributes"),
        params: context.pairs("params"),
        extra: question.pairs("extra"),
    }
}

#[track_caller]
pub(super) fn event(event: &Form<'_>, account: String, attempt: u32) -> Event {
    let changes = event.list("changes").iter();
    Event {
        id: event.text("id"),
        source: event.text("source"),
        event_type: event.text("type"),
        vendor_type: event.maybe("vendor_type"),
        time: event.text("time"),
        account,
        region: event.maybe("region"),
        attempt,
        actor: event.maybe_form("actor").as_ref().map(actor),
        contact: event.maybe_form("contact").as_ref().map(contact),
        conversation: event.maybe_form("conversation").as_ref().map(conversation),
        message: event.maybe_form("message").as_ref().map(message),
        changes: changes.map(|one| change(&Form::of(one))).collect(),
        raw: event.text("raw"),
        extra: event.pairs("extra"),
    }
}

fn actor(actor: &Form<'_>) -> Actor {
    Actor {
        kind: match actor.maybe("kind").as_deref() {
            Some("user") => ActorKind::User,
            Some("agent") => ActorKind::Agent,
            Some("bot") => ActorKind::Bot,
            Some("system") => ActorKind::System,
            _ => ActorKind::Other,
        },
        id: actor.maybe("id"),
        name: actor.maybe("name"),
        email: actor.maybe("email"),
        phone: actor.maybe("phone"),
        cause: actor.maybe("cause"),
    }
}

fn contact(contact: &Form<'_>) -> Contact {
    Contact {
        id: contact.maybe("id"),
        external_id: contact.maybe("external_id"),
        name: contact.maybe("name"),
        email: contact.maybe("email"),
        phone: contact.maybe("phone"),
        attributes: contact.pairs("attributes"),
    }
}

#[track_caller]
fn conversation(conversation: &Form<'_>) -> Conversation {
    let entity = |name: &str| {
        let entity = conversation.maybe_form(name)?;
        Some(Entity {
            id: entity.text("id"),
            name: entity.maybe("name"),
        })
    };
    Conversation {
        id: conversation.text("id"),
        status: conversation.maybe("status"),
        vendor_status: conversation.maybe("vendor_status"),
        channel: entity("channel"),
        group: entity("group"),
        agent: entity("agent"),
        labels: conversation.list("labels").iter().map(as_text).collect(),
        attributes: conversation.pairs("attributes"),
    }
}

#[track_caller]
fn message(message: &Form<'_>) -> Message {
    Message {
        id: message.maybe("id"),
        kind: match message.maybe("kind").as_deref() {
            Some("private") => MessageKind::Private,
            Some("system") => MessageKind::System,
            Some("other") => MessageKind::Other,
            _ => MessageKind::Public,
        },
        direction: match message.maybe("direction").as_deref() {
            Some("incoming") => MessageDirection::Incoming,
            Some("outgoing") => MessageDirection::Outgoing,
            _ => MessageDirection::Other,
        },
        text: message.maybe("text").unwrap_or_default(),
        parts: message.list("parts").iter().map(part).collect(),
    }
}

#[track_caller]
fn part(part: &Value) -> MessagePart {
    let part = Form::of(part);
    match part.text("type").as_str() {
        "text" => MessagePart::Text(part.text("text")),
        "attachment" => MessagePart::Attachment(Attachment {
            kind: part.text("kind"),
            url: part.text("url"),
            name: part.maybe("name"),
            content_type: part.maybe("content_type"),
        }),
        _ => MessagePart::Other(OtherPart {
            kind: part.text("kind"),
            text: part.text("text"),
            json: part.get("json").map(as_text).unwrap_or_default(),
        }),
    }
}

#[track_caller]
fn change(change: &Form<'_>) -> Change {
    Change {
        kind: match change.maybe("kind").as_deref() {
            Some("model") => ChangeKind::Model,
            Some("system") => ChangeKind::System,
            Some("misc") => ChangeKind::Misc,
            _ => ChangeKind::Other,
        },
        field: change.text("field"),
        old_value: change.get("from").map(as_text),
        new_value: change.get("to").map(as_text),
        disputed: change.flag("disputed"),
    }
}
