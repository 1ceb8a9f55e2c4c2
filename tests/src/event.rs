//! Events for tests, small ones and one with everything in it.

use sidepane::AccountId;
use sidepane::model::event::{
    Actor, ActorKind, Attachment, Change, ChangeKind, Contact, Conversation, Direction, Entity,
    Event, Message, MessageKind, OtherPart, Part,
};
use sidepane::model::time::Millis;

/// An event of this type with nothing in it.
pub fn event(event_type: &str) -> Event {
    Event {
        id: "e1".into(),
        source: "native".into(),
        event_type: event_type.into(),
        vendor_type: None,
        time: Millis(1_764_000_000_000),
        account: AccountId::default(),
        region: None,
        actor: None,
        contact: None,
        conversation: None,
        message: None,
        changes: Vec::new(),
        raw: "{}".into(),
        extra: Vec::new(),
    }
}

/// A contact wrote this.
pub fn message(text: &str) -> Event {
    Event {
        actor: Some(actor(ActorKind::User)),
        message: Some(Message {
            id: Some("m1".into()),
            kind: MessageKind::Public,
            direction: Direction::Incoming,
            text: text.into(),
            parts: vec![Part::Text(text.into())],
        }),
        ..event("message.created")
    }
}

/// An event in which nothing is left out.
pub fn everything() -> Event {
    let pair = |name: &str| vec![(name.to_owned(), format!("of {name}"))];
    let entity = |name: &str| {
        Some(Entity {
            id: format!("{name} id"),
            name: Some(format!("{name} name")),
        })
    };
    Event {
        vendor_type: Some("onMessageCreate".into()),
        region: Some("EU".into()),
        contact: Some(Contact {
            id: Some("contact id".into()),
            external_id: Some("contact external".into()),
            name: Some("contact name".into()),
            email: Some("contact email".into()),
            phone: Some("contact phone".into()),
            attributes: pair("contact attribute"),
        }),
        conversation: Some(Conversation {
            id: "conversation id".into(),
            status: Some("open".into()),
            vendor_status: Some("snoozed".into()),
            channel: entity("channel"),
            group: entity("group"),
            agent: entity("agent"),
            labels: vec!["label".into()],
            attributes: pair("conversation attribute"),
        }),
        message: Some(Message {
            id: Some("message id".into()),
            kind: MessageKind::Private,
            direction: Direction::Outgoing,
            text: "message text".into(),
            parts: vec![
                Part::Text("part text".into()),
                Part::Attachment(Attachment {
                    kind: "image".into(),
                    url: "https://files.example/1".into(),
                    name: Some("file name".into()),
                    content_type: Some("image/png".into()),
                }),
                Part::Other(OtherPart {
                    kind: "quick_reply".into(),
                    text: "other text".into(),
                    json: "{\"other\":1}".into(),
                }),
            ],
        }),
        changes: vec![Change {
            kind: ChangeKind::Misc,
            field: "changed field".into(),
            from: Some("changed from".into()),
            to: Some("changed to".into()),
            disputed: true,
        }],
        raw: "{\"raw\":true}".into(),
        extra: pair("extra"),
        actor: Some(actor(ActorKind::Bot)),
        ..event("message.created")
    }
}

fn actor(kind: ActorKind) -> Actor {
    Actor {
        kind,
        id: Some("actor id".into()),
        name: Some("actor name".into()),
        email: Some("actor email".into()),
        phone: Some("actor phone".into()),
        cause: Some("actor cause".into()),
    }
}
