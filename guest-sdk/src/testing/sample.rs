//! What a desk might ask, to change in a test: `Context { email: None, ..context() }`.

use crate::action::Action;
use crate::context::{Agent, Context, Visitor};
use crate::event::Event;

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

/// A press of the button with this id and value, on a card about [`context`].
pub fn action(id: impl Into<String>, value: impl Into<String>) -> Action {
    Action {
        id: id.into(),
        value: value.into(),
        fields: Vec::new(),
        idempotency_key: "test".into(),
        context: context(),
    }
}
