//! Which function deals with which events.

use std::fmt;

use super::{
    ContactCreated, ContactUpdated, ConversationCreated, ConversationUpdated, Event, EventError,
    MessageCreated,
};

/// What a handler answers: ok acknowledges the event.
pub type Handled = Result<(), EventError>;

/// The functions of a plugin that deal with events, each under the types of event that it gets.
///
/// ```
/// use sidepane_sdk::event::{ConversationUpdated, Handled, MessageCreated};
/// use sidepane_sdk::{Event, Handlers, info};
///
/// fn handlers() -> Handlers {
///     Handlers::new()
///         .message_created(on_message)
///         .conversation_updated(on_update)
///         .on_each(["contact.created", "contact.updated"], on_contact)
///         .on("freshchat:onConversationCreate", on_freshchats)
/// }
///
/// fn on_message(message: MessageCreated) -> Handled {
///     if message.is_from_contact() {
///         info!("{}", message.message.text);
///     }
///     Ok(())
/// }
///
/// fn on_update(update: ConversationUpdated) -> Handled {
///     if update.changes.reopened() {
///         info!(conversation = update.conversation.id; "here again");
///     }
///     Ok(())
/// }
///
/// fn on_contact(event: Event) -> Handled {
///     info!("{:?}", event.contact);
///     Ok(())
/// }
///
/// fn on_freshchats(event: Event) -> Handled {
///     info!("as Freshchat tells it: {}", event.raw);
///     Ok(())
/// }
/// # assert_eq!(handlers().types().count(), 5);
/// ```
///
/// An event goes to one function: the one under the desk's own type, else the one under the normal
/// type, else the one for the rest. The manifest's events are the types that stand here; nobody
/// writes them twice.
#[derive(Default)]
#[must_use = "handlers that nobody returns deal with nothing"]
pub struct Handlers {
    handlers: Vec<Handler>,
}

struct Handler {
    types: Vec<&'static str>,
    call: Box<dyn Fn(Event) -> Handled>,
}

/// The type that stands for all others.
const REST: &str = "*";

impl Handlers {
    /// No handlers yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A function for one type of event: a normal type (`agent.activity`), or a desk's own
    /// (`freshchat:onConversationCreate`).
    ///
    /// # Panics
    ///
    /// Another function has this type already. A host refuses the plugin when it loads it.
    #[track_caller]
    pub fn on(
        self,
        event_type: &'static str,
        handler: impl Fn(Event) -> Handled + 'static,
    ) -> Self {
        self.on_each([event_type], handler)
    }

    /// One function for several types of event.
    ///
    /// # Panics
    ///
    /// As [`on`](Self::on).
    #[track_caller]
    pub fn on_each(
        mut self,
        event_types: impl IntoIterator<Item = &'static str>,
        handler: impl Fn(Event) -> Handled + 'static,
    ) -> Self {
        let mut types = Vec::new();
        for name in event_types {
            let known = self.types().any(|known| known == name) || types.contains(&name);
            assert!(!known, "`{name}` has a handler already");
            types.push(name);
        }
        self.handlers.push(Handler {
            types,
            call: Box::new(handler),
        });
        self
    }

    /// A function for `conversation.created`.
    ///
    /// # Panics
    ///
    /// As [`on`](Self::on).
    #[track_caller]
    pub fn conversation_created(
        self,
        handler: impl Fn(ConversationCreated) -> Handled + 'static,
    ) -> Self {
        self.on("conversation.created", move |event| {
            handler(ConversationCreated::of(event)?)
        })
    }

    /// A function for `conversation.updated`.
    ///
    /// # Panics
    ///
    /// As [`on`](Self::on).
    #[track_caller]
    pub fn conversation_updated(
        self,
        handler: impl Fn(ConversationUpdated) -> Handled + 'static,
    ) -> Self {
        self.on("conversation.updated", move |event| {
            handler(ConversationUpdated::of(event)?)
        })
    }

    /// A function for `message.created`.
    ///
    /// # Panics
    ///
    /// As [`on`](Self::on).
    #[track_caller]
    pub fn message_created(self, handler: impl Fn(MessageCreated) -> Handled + 'static) -> Self {
        self.on("message.created", move |event| {
            handler(MessageCreated::of(event)?)
        })
    }

    /// A function for `contact.created`.
    ///
    /// # Panics
    ///
    /// As [`on`](Self::on).
    #[track_caller]
    pub fn contact_created(self, handler: impl Fn(ContactCreated) -> Handled + 'static) -> Self {
        self.on("contact.created", move |event| {
            handler(ContactCreated::of(event)?)
        })
    }

    /// A function for `contact.updated`.
    ///
    /// # Panics
    ///
    /// As [`on`](Self::on).
    #[track_caller]
    pub fn contact_updated(self, handler: impl Fn(ContactUpdated) -> Handled + 'static) -> Self {
        self.on("contact.updated", move |event| {
            handler(ContactUpdated::of(event)?)
        })
    }

    /// A function for every event that no other one gets, of whatever type.
    ///
    /// # Panics
    ///
    /// As [`on`](Self::on).
    #[track_caller]
    pub fn otherwise(self, handler: impl Fn(Event) -> Handled + 'static) -> Self {
        self.on(REST, handler)
    }

    /// All types, as the manifest names them.
    pub fn types(&self) -> impl Iterator<Item = &'static str> {
        self.handlers
            .iter()
            .flat_map(|handler| handler.types.iter().copied())
    }

    /// Whether one of the functions gets this event.
    pub fn takes(&self, event: &Event) -> bool {
        self.of(event).is_some()
    }

    /// Gives an event to its function.
    ///
    /// # Errors
    ///
    /// What the function answers. An event that has none is given up: it was meant for another
    /// version of the plugin, and an operator can replay it.
    pub fn handle(&self, event: Event) -> Handled {
        match self.of(&event) {
            Some(handler) => (handler.call)(event),
            None => Err(EventError::give_up(format!(
                "this version of the plugin has no handler for `{}`",
                event.event_type
            ))),
        }
    }

    fn of(&self, event: &Event) -> Option<&Handler> {
        let named = |name: &str| {
            let mut handlers = self.handlers.iter();
            handlers.find(|handler| handler.types.contains(&name))
        };
        let own = event.vendor_type.as_deref();
        let own = own.map(|own| format!("{}:{own}", event.source));
        own.and_then(|own| named(&own))
            .or_else(|| named(&event.event_type))
            .or_else(|| named(REST))
    }
}

impl fmt::Debug for Handlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.types()).finish()
    }
}
