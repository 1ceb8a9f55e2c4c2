//! What a desk might ask, to change in a test: `Context { email: None, ..context() }`.

use crate::action::Action;
use crate::context::{Agent, Context, Visitor};
use crate::event::{
    Actor, ActorKind, Change, ChangeKind, Contact, Conversation, Event, Message, MessageDirection,
    MessageKind, MessagePart,
};

/// A linked contact with an e-mail address, seen on a ticket by an agent.
pub fn context() -> Context {
    Context {
        surface: "native".into(),
        view: "ticket".into(),
        account: "default".into(),
        request_id: "test".into(),
        email: Some("ada@example.com".into()),
        phone: None,
        external_id: None,
        contact_name: None,
        contact_linked: true,
        ticket_id: Some("7".into()),
        contact_id: None,
        conversation_id: None,
        call_id: None,
        visitor: Visitor {
            ip: None,
            page_url: None,
        },
        agent: Some(Agent {
            id: Some("a1".into()),
            name: Some("Sam".into()),
            email: None,
        }),
        locale: None,
        time_zone: None,
        attributes: Vec::new(),
        params: Vec::new(),
        extra: Vec::new(),
    }
}

/// An event of this type with nothing in it, delivered for the first time.
pub fn event(event_type: impl Into<String>) -> Event {
    Event {
        id: "test".into(),
        source: "native".into(),
        event_type: event_type.into(),
        vendor_type: None,
        time: "2026-01-05T09:30:00.000Z".into(),
        account: "default".into(),
        region: None,
        attempt: 1,
        actor: None,
        contact: None,
        conversation: None,
        message: None,
        changes: Vec::new(),
        raw: "{}".into(),
        extra: Vec::new(),
    }
}

/// `message.created`: a contact wrote this to the desk, in the conversation `c1`.
pub fn message_created(text: impl Into<String>) -> Event {
    let text = text.into();
    Event {
        actor: Some(Actor {
            kind: ActorKind::User,
            id: Some("u1".into()),
            name: None,
            email: None,
            phone: None,
            cause: None,
        }),
        contact: Some(Contact {
            id: Some("u1".into()),
            external_id: None,
            name: None,
            email: Some("ada@example.com".into()),
            phone: None,
            attributes: Vec::new(),
        }),
        conversation: Some(conversation()),
        message: Some(Message {
            id: Some("m1".into()),
            kind: MessageKind::Public,
            direction: MessageDirection::Incoming,
            text: text.clone(),
            parts: vec![MessagePart::Text(text)],
        }),
        ..event("message.created")
    }
}

/// `conversation.updated`: these fields of the conversation `c1` went from one value to another.
pub fn updated<'a>(
    changes: impl IntoIterator<Item = (&'a str, Option<&'a str>, Option<&'a str>)>,
) -> Event {
    let change = |(field, old, new): (&str, Option<&str>, Option<&str>)| Change {
        kind: ChangeKind::Model,
        field: field.to_owned(),
        old_value: old.map(str::to_owned),
        new_value: new.map(str::to_owned),
        disputed: false,
    };
    Event {
        conversation: Some(conversation()),
        changes: changes.into_iter().map(change).collect(),
        ..event("conversation.updated")
    }
}

fn conversation() -> Conversation {
    Conversation {
        id: "c1".into(),
        status: Some("open".into()),
        vendor_status: None,
        channel: None,
        group: None,
        agent: None,
        labels: Vec::new(),
        attributes: Vec::new(),
    }
}

/// A press of the button with this id and value, on a card about [`context`]:
/// `action("refund", "1001").filled("reason", "late")`.
pub fn action(id: impl Into<String>, value: impl Into<String>) -> Action {
    Action {
        id: id.into(),
        value: value.into(),
        fields: Vec::new(),
        idempotency_key: "test".into(),
        context: context(),
    }
}

impl Action {
    /// With this in the form's field, in the text form of its kind.
    #[must_use]
    pub fn filled(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.fields.push((name.into(), text.into()));
        self
    }
}
