//! What a plugin implements, and how the host's calls get there.

use std::marker::PhantomData;

use crate::bindings;
use crate::{Action, ActionResult, Card, Context, Error, Event, EventError, Manifest};

/// What every plugin has.
pub trait Plugin {
    /// What the plugin says of itself.
    ///
    /// The host asks once, when it loads the plugin, and refuses all else meanwhile: no settings, no
    /// HTTP, no store. The answer must be the same each time.
    fn manifest() -> Manifest;
}

/// Shows a card beside a contact; `card` in [`export!`](crate::export).
pub trait CardPlugin: Plugin {
    /// What is known of the contact, or none when nothing is.
    ///
    /// # Errors
    ///
    /// The contact should be known and could not be looked up.
    fn render(context: Context) -> Result<Option<Card>, Error>;
}

/// Runs on the desk's events; `event` in [`export!`](crate::export).
pub trait EventPlugin: Plugin {
    /// Handles one event. Ok acknowledges it and keeps what was written to the store.
    ///
    /// # Errors
    ///
    /// The event was not handled, and the error says whether and when to try again.
    fn handle(event: Event) -> Result<(), EventError>;
}

/// Does what a button says; `action` in [`export!`](crate::export).
pub trait ActionPlugin: Plugin {
    /// Carries out one press of a button.
    ///
    /// # Errors
    ///
    /// It was not done. A form that was filled in wrongly is no error: see
    /// [`ActionResult::field_error`].
    fn submit(action: Action) -> Result<ActionResult, Error>;
}

/// Gives the host's calls to `P`. Nobody makes one; it is the type that `export!` hands over.
#[derive(Debug)]
pub struct Served<P>(PhantomData<P>);

impl<P: Plugin> bindings::manifest::exports::sidepane::plugin::manifest::Guest for Served<P> {
    fn describe() -> Manifest {
        P::manifest()
    }
}

impl<P: CardPlugin> bindings::card::exports::sidepane::plugin::contact_context::Guest
    for Served<P>
{
    fn render(context: Context) -> Result<Option<Card>, crate::card::PluginError> {
        P::render(context).map_err(Error::into_plugin_error)
    }
}

impl<P: EventPlugin> bindings::event::exports::sidepane::plugin::product_event::Guest
    for Served<P>
{
    fn handle(event: Event) -> Result<(), EventError> {
        P::handle(event)
    }
}

impl<P: ActionPlugin> bindings::action::exports::sidepane::plugin::action::Guest for Served<P> {
    fn submit(action: Action) -> Result<ActionResult, crate::card::PluginError> {
        P::submit(action).map_err(Error::into_plugin_error)
    }
}
