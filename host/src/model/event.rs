//! What happened at a desk, in normal form; fields as in `wit/event.wit`.

use super::context::Pairs;
use super::id::AccountId;
use super::time::Millis;

/// One product event. An absent value is `None`; an empty text never stands for it.
///
/// What differs from one delivery to the next (the attempt) is not in here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Used once by its source: together with account and source it tells repetitions from news.
    pub id: String,
    /// Who reported it: `freshchat`, `chatwoot`, or the name a sender to `/v1/events` chose.
    pub source: String,
    /// The normal type: `conversation.created`.
    pub event_type: String,
    /// The desk's own type: `onConversationCreate`.
    pub vendor_type: Option<String>,
    /// When it happened.
    pub time: Millis,
    /// The tenant, decided by the door's credential.
    pub account: AccountId,
    /// Where the desk keeps its data, in the desk's word.
    pub region: Option<String>,
    /// Who made it happen.
    pub actor: Option<Actor>,
    /// The contact concerned.
    pub contact: Option<Contact>,
    /// The conversation concerned, as the event left it.
    pub conversation: Option<Conversation>,
    /// The message, when the event is about one.
    pub message: Option<Message>,
    /// The differences, when the event is about a change.
    pub changes: Vec<Change>,
    /// The desk's own JSON, without the installation's settings.
    pub raw: String,
    /// What later desks tell, by name; now `domain` and `version`.
    pub extra: Pairs,
}

impl Event {
    /// Events with the same key reach a plugin one after the other, in the order they were
    /// accepted: those of a conversation, else of a contact, else of the event alone.
    pub fn ordering_key(&self) -> String {
        let contact = || {
            let contact = self.contact.as_ref()?;
            contact.id.as_deref().or(contact.external_id.as_deref())
        };
        match (&self.conversation, contact()) {
            (Some(conversation), _) => format!("{}:conversation:{}", self.source, conversation.id),
            (None, Some(contact)) => format!("{}:contact:{contact}", self.source),
            (None, None) => format!("{}:event:{}", self.source, self.id),
        }
    }

    /// Whether one of a manifest's `events` names it: by its normal type, by the vendor's
    /// (`freshchat:onMessageCreate`), or as `*`.
    pub fn is_one_of(&self, subscriptions: &[String]) -> bool {
        subscriptions
            .iter()
            .any(|wanted| match wanted.split_once(':') {
                Some((source, vendor)) => {
                    source == self.source && self.vendor_type.as_deref() == Some(vendor)
                }
                None => wanted == "*" || *wanted == self.event_type,
            })
    }
}

/// The one behind an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// What they are.
    pub kind: ActorKind,
    /// Their id at the desk.
    pub id: Option<String>,
    /// Their name in full.
    pub name: Option<String>,
    /// Their address.
    pub email: Option<String>,
    /// Their number, in the desk's spelling.
    pub phone: Option<String>,
    /// What made a bot or the desk act, in the desk's word.
    pub cause: Option<String>,
}

/// What an actor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorKind {
    /// A contact.
    User,
    /// One of the desk's people.
    Agent,
    /// A program that takes part in conversations.
    Bot,
    /// The desk at work.
    System,
    /// None of these.
    Other,
}

/// Somebody the desk is in contact with; unproven.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// Their id at the desk.
    pub id: Option<String>,
    /// Their id in the company's own systems.
    pub external_id: Option<String>,
    /// Their name in full.
    pub name: Option<String>,
    /// Their address.
    pub email: Option<String>,
    /// Their number, in the desk's spelling.
    pub phone: Option<String>,
    /// What the company's site noted; anything but text as JSON.
    pub attributes: Pairs,
}

/// A conversation at the desk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conversation {
    /// Its id at the desk.
    pub id: String,
    /// `open`, `pending`, `resolved`, or a later word.
    pub status: Option<String>,
    /// The desk's own word.
    pub vendor_status: Option<String>,
    /// The inbox, topic or number it came in by.
    pub channel: Option<Entity>,
    /// Which group has it.
    pub group: Option<Entity>,
    /// Which agent has it.
    pub agent: Option<Entity>,
    /// The labels on it.
    pub labels: Vec<String>,
    /// Values kept with it; anything but text as JSON.
    pub attributes: Pairs,
}

/// Something that the desk knows by an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// The id.
    pub id: String,
    /// What it is called, where the event says so.
    pub name: Option<String>,
}

/// A message in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id at the desk.
    pub id: Option<String>,
    /// For whose eyes it is.
    pub kind: MessageKind,
    /// From whom to whom it went.
    pub direction: Direction,
    /// All parts of text with `\n` between them.
    pub text: String,
    /// Every part in its order; collections are taken apart.
    pub parts: Vec<Part>,
}

/// For whose eyes a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// The contact's and the desk's.
    Public,
    /// The desk's alone.
    Private,
    /// The desk's own words about the conversation.
    System,
    /// None of these.
    Other,
}

/// From whom to whom a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The contact wrote it.
    Incoming,
    /// The contact gets it.
    Outgoing,
    /// It stays inside.
    Other,
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text.
    Text(String),
    /// A link, picture or file.
    Attachment(Attachment),
    /// Something else.
    Other(OtherPart),
}

/// A link, picture or file that came with a message, by its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// `image`, `video`, `audio`, `file`, `link`, or a later word.
    pub kind: String,
    /// Its address.
    pub url: String,
    /// What it is called.
    pub name: Option<String>,
    /// Its media type.
    pub content_type: Option<String>,
}

/// A part that the normal form has no case for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherPart {
    /// What the desk calls it.
    pub kind: String,
    /// The words that people see in it, if any.
    pub text: String,
    /// All of it, in the desk's JSON.
    pub json: String,
}

/// Something that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Under which heading the desk reported it.
    pub kind: ChangeKind,
    /// What it is, in the desk's word.
    pub field: String,
    /// What it was: text as it is, all else as JSON, null and absent as none.
    pub from: Option<String>,
    /// What it is now, likewise.
    pub to: Option<String>,
    /// Whether the contact or conversation of the same event contradicts it.
    pub disputed: bool,
}

/// The heading of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// A field has another value.
    Model,
    /// The desk did something.
    System,
    /// Neither, in the desk's view.
    Misc,
    /// None of these.
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        Event {
            id: "e1".into(),
            source: "freshchat".into(),
            event_type: "message.created".into(),
            vendor_type: Some("onMessageCreate".into()),
            time: Millis(0),
            account: AccountId::default(),
            region: None,
            actor: None,
            contact: None,
            conversation: None,
            message: None,
            changes: Vec::new(),
            raw: "{}".into(),
            extra: Pairs::new(),
        }
    }

    #[test]
    fn the_key_is_the_conversation_else_the_contact_else_the_event() {
        let mut event = event();
        assert_eq!(event.ordering_key(), "freshchat:event:e1");
        event.contact = Some(Contact {
            external_id: Some("x".into()),
            ..Contact::default()
        });
        assert_eq!(event.ordering_key(), "freshchat:contact:x");
        event.conversation = Some(Conversation {
            id: "c".into(),
            ..Conversation::default()
        });
        assert_eq!(event.ordering_key(), "freshchat:conversation:c");
    }

    #[test]
    fn a_subscription_is_a_type_a_vendors_type_or_all() {
        let named = |text: &str| event().is_one_of(&[text.to_owned()]);
        assert!(named("message.created") && named("freshchat:onMessageCreate") && named("*"));
        for other in [
            "message",
            "onMessageCreate",
            "chatwoot:onMessageCreate",
            "",
            "freshchat:*",
        ] {
            assert!(!named(other), "{other}");
        }
    }
}
