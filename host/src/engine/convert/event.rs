//! An event on its way into a plugin, and what the plugin says of one that it did not deal with.

use crate::engine::trap::bounded;
use crate::model::event::{
    Actor, ActorKind, Attachment, Change, ChangeKind, Contact, Conversation, Direction, Entity,
    Event, Message, MessageKind, OtherPart, Part,
};
use crate::model::problem::{Code, Problem};
use crate::model::refusal::{Refusal, Wish};
use sidepane_bindings::exports::product_event::EventError;
use sidepane_bindings::imports::event as wit;
use std::time::Duration;

/// The event as the plugin gets it, for the `attempt`th time.
pub(in crate::engine) fn event_to_wit(event: &Event, attempt: u32) -> wit::Event {
    wit::Event {
        id: event.id.clone(),
        source: event.source.clone(),
        event_type: event.event_type.clone(),
        vendor_type: event.vendor_type.clone(),
        time: event.time.to_string(),
        account: event.account.as_str().to_owned(),
        region: event.region.clone(),
        attempt,
        actor: event.actor.as_ref().map(actor),
        contact: event.contact.as_ref().map(contact),
        conversation: event.conversation.as_ref().map(conversation),
        message: event.message.as_ref().map(message),
        changes: event.changes.iter().map(change).collect(),
        raw: event.raw.clone(),
        extra: event.extra.clone(),
    }
}

/// What the plugin wants for the event, and why, in a text of bounded length.
pub(in crate::engine) fn refusal_from_wit(error: EventError) -> Refusal {
    let (wish, code, message, reason) = match error {
        EventError::RetryAfter(retry) => (
            Wish::RetryAfter(Duration::from_secs(retry.after_s.into())),
            Code::EventRetry,
            format!(
                "The plugin wants the event again after {} s.",
                retry.after_s
            ),
            retry.reason,
        ),
        EventError::GiveUp(reason) => {
            let message = "The plugin gave the event up.".to_owned();
            (Wish::GiveUp, Code::EventGiveUp, message, reason)
        }
        EventError::Other(reason) => {
            let message = "The plugin could not deal with the event.".to_owned();
            (Wish::Retry, Code::EventFailed, message, reason)
        }
    };
    let mut problem = Problem::new(code, message).detail(bounded(&reason));
    problem.retryable = wish != Wish::GiveUp;
    Refusal { wish, problem }
}

fn actor(actor: &Actor) -> wit::Actor {
    wit::Actor {
        kind: match actor.kind {
            ActorKind::User => wit::ActorKind::User,
            ActorKind::Agent => wit::ActorKind::Agent,
            ActorKind::Bot => wit::ActorKind::Bot,
            ActorKind::System => wit::ActorKind::System,
            ActorKind::Other => wit::ActorKind::Other,
        },
        id: actor.id.clone(),
        name: actor.name.clone(),
        email: actor.email.clone(),
        phone: actor.phone.clone(),
        cause: actor.cause.clone(),
    }
}

fn contact(contact: &Contact) -> wit::Contact {
    wit::Contact {
        id: contact.id.clone(),
        external_id: contact.external_id.clone(),
        name: contact.name.clone(),
        email: contact.email.clone(),
        phone: contact.phone.clone(),
        attributes: contact.attributes.clone(),
    }
}

fn conversation(conversation: &Conversation) -> wit::Conversation {
    wit::Conversation {
        id: conversation.id.clone(),
        status: conversation.status.clone(),
        vendor_status: conversation.vendor_status.clone(),
        channel: conversation.channel.as_ref().map(entity),
        group: conversation.group.as_ref().map(entity),
        agent: conversation.agent.as_ref().map(entity),
        labels: conversation.labels.clone(),
        attributes: conversation.attributes.clone(),
    }
}

fn entity(entity: &Entity) -> wit::Entity {
    wit::Entity {
        id: entity.id.clone(),
        name: entity.name.clone(),
    }
}

fn message(message: &Message) -> wit::Message {
    wit::Message {
        id: message.id.clone(),
        kind: match message.kind {
            MessageKind::Public => wit::MessageKind::Public,
            MessageKind::Private => wit::MessageKind::Private,
            MessageKind::System => wit::MessageKind::System,
            MessageKind::Other => wit::MessageKind::Other,
        },
        direction: match message.direction {
            Direction::Incoming => wit::MessageDirection::Incoming,
            Direction::Outgoing => wit::MessageDirection::Outgoing,
            Direction::Other => wit::MessageDirection::Other,
        },
        text: message.text.clone(),
        parts: message.parts.iter().map(part).collect(),
    }
}

fn part(part: &Part) -> wit::MessagePart {
    match part {
        Part::Text(text) => wit::MessagePart::Text(text.clone()),
        Part::Attachment(Attachment {
            kind,
            url,
            name,
            content_type,
        }) => wit::MessagePart::Attachment(wit::Attachment {
            kind: kind.clone(),
            url: url.clone(),
            name: name.clone(),
            content_type: content_type.clone(),
        }),
        Part::Other(OtherPart { kind, text, json }) => wit::MessagePart::Other(wit::OtherPart {
            kind: kind.clone(),
            text: text.clone(),
            json: json.clone(),
        }),
    }
}

fn change(change: &Change) -> wit::Change {
    wit::Change {
        kind: match change.kind {
            ChangeKind::Model => wit::ChangeKind::Model,
            ChangeKind::System => wit::ChangeKind::System,
            ChangeKind::Misc => wit::ChangeKind::Misc,
            ChangeKind::Other => wit::ChangeKind::Other,
        },
        field: change.field.clone(),
        old_value: change.from.clone(),
        new_value: change.to.clone(),
        disputed: change.disputed,
    }
}
