//! Product events: the contract's form of them, and what a plugin says they are to it.

mod changes;
mod handlers;
mod payload;

pub use changes::Changes;
pub use handlers::{Handled, Handlers};
pub use payload::{
    ContactCreated, ContactUpdated, ConversationCreated, ConversationUpdated, MessageCreated,
};

#[doc(inline)]
pub use crate::bindings::event::exports::sidepane::plugin::product_event::{EventError, Retry};
#[doc(inline)]
pub use crate::bindings::host::sidepane::plugin::event::{
    Actor, ActorKind, Attachment, Change, ChangeKind, Contact, Conversation, Entity, Event,
    Message, MessageDirection, MessageKind, MessagePart, OtherPart,
};
use crate::error::Error;
use crate::http::{Cause, HttpError};
use crate::settings::SettingsError;
use crate::store::StoreError;

impl Event {
    /// What a later desk or host tells under this name.
    pub fn extra(&self, name: &str) -> Option<&str> {
        crate::context::value(&self.extra, name)
    }
}

impl EventError {
    /// Try again, but not within this many seconds.
    pub fn retry_after(after_s: u32, reason: impl Into<String>) -> Self {
        Self::RetryAfter(Retry {
            after_s,
            reason: reason.into(),
        })
    }

    /// Never try this event again.
    pub fn give_up(reason: impl Into<String>) -> Self {
        Self::GiveUp(reason.into())
    }

    /// It failed; try again when the host sees fit.
    pub fn failed(reason: impl Into<String>) -> Self {
        Self::Other(reason.into())
    }
}

/// Waits as long as the server asked for, where it did. All else is tried again when the host sees
/// fit, denials too: an operator may widen the grant meanwhile.
impl From<HttpError> for EventError {
    fn from(error: HttpError) -> Self {
        match error.cause() {
            Cause::Status {
                retry_after_s: Some(after_s),
                ..
            } => Self::retry_after(*after_s, error.to_string()),
            _ => Self::failed(error.to_string()),
        }
    }
}

impl From<Error> for EventError {
    fn from(error: Error) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<StoreError> for EventError {
    fn from(error: StoreError) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<SettingsError> for EventError {
    fn from(error: SettingsError) -> Self {
        Self::failed(error.to_string())
    }
}

/// The same JSON will not be right the next time, so the event is given up.
impl From<serde_json::Error> for EventError {
    fn from(error: serde_json::Error) -> Self {
        Self::give_up(format!("json is not as expected: {error}"))
    }
}
