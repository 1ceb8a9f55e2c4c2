//! Events of the types that every desk has, with the part in hand that each of them is about.

use super::{
    ActorKind, Changes, Contact, Conversation, Event, EventError, Message, MessageDirection,
    MessageKind,
};

/// A conversation began. What its first message says stands in `event.message`, where the desk
/// tells it.
#[derive(Clone, Debug)]
pub struct ConversationCreated {
    /// The conversation.
    pub conversation: Conversation,
    /// All else. Its own `conversation` is none, since it stands above.
    pub event: Event,
}

/// A conversation was assigned, unassigned, resolved, reopened or changed in another way.
#[derive(Clone, Debug)]
pub struct ConversationUpdated {
    /// The conversation, as the change left it.
    pub conversation: Conversation,
    /// What is different.
    pub changes: Changes,
    /// All else. Its own `conversation` and `changes` are empty, since they stand above.
    pub event: Event,
}

/// Somebody wrote a message.
#[derive(Clone, Debug)]
pub struct MessageCreated {
    /// The message.
    pub message: Message,
    /// All else. Its own `message` is none, since it stands above.
    pub event: Event,
}

/// The desk knows somebody new.
#[derive(Clone, Debug)]
pub struct ContactCreated {
    /// Who it is.
    pub contact: Contact,
    /// All else. Its own `contact` is none, since it stands above.
    pub event: Event,
}

/// The desk knows other things of somebody.
#[derive(Clone, Debug)]
pub struct ContactUpdated {
    /// Who it is, as the change left them.
    pub contact: Contact,
    /// What is different.
    pub changes: Changes,
    /// All else. Its own `contact` and `changes` are empty, since they stand above.
    pub event: Event,
}

impl MessageCreated {
    /// Whether the contact wrote it for the desk to read. A plugin that answers messages or acts on
    /// them does so for these alone: notes, the desk's own words and what bots write (the plugin
    /// itself may be one) are none.
    pub fn is_from_contact(&self) -> bool {
        let actor = self.event.actor.as_ref().map(|actor| actor.kind);
        self.message.kind == MessageKind::Public
            && self.message.direction == MessageDirection::Incoming
            && matches!(actor, None | Some(ActorKind::User))
    }
}

impl ConversationCreated {
    pub(super) fn of(mut event: Event) -> Result<Self, EventError> {
        Ok(Self {
            conversation: part(event.conversation.take(), "conversation")?,
            event,
        })
    }
}

impl ConversationUpdated {
    pub(super) fn of(mut event: Event) -> Result<Self, EventError> {
        Ok(Self {
            conversation: part(event.conversation.take(), "conversation")?,
            changes: Changes(std::mem::take(&mut event.changes)),
            event,
        })
    }
}

impl MessageCreated {
    pub(super) fn of(mut event: Event) -> Result<Self, EventError> {
        Ok(Self {
            message: part(event.message.take(), "message")?,
            event,
        })
    }
}

impl ContactCreated {
    pub(super) fn of(mut event: Event) -> Result<Self, EventError> {
        Ok(Self {
            contact: part(event.contact.take(), "contact")?,
            event,
        })
    }
}

impl ContactUpdated {
    pub(super) fn of(mut event: Event) -> Result<Self, EventError> {
        Ok(Self {
            contact: part(event.contact.take(), "contact")?,
            changes: Changes(std::mem::take(&mut event.changes)),
            event,
        })
    }
}

/// An event without the part it is about will not have it the next time either.
fn part<T>(part: Option<T>, name: &str) -> Result<T, EventError> {
    part.ok_or_else(|| EventError::give_up(format!("the event has no {name}")))
}
