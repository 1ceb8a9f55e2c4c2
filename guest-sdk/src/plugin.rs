//! What a plugin implements, and how the host's calls get there.

use std::marker::PhantomData;

use crate::bindings;
use crate::{
    Action, ActionResult, Actions, Card, Context, Error, Event, EventError, Handlers, Manifest,
};

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
    /// Which function deals with which events. A function that answers ok acknowledges the event,
    /// and what it wrote to the store is kept in the same moment; an error says whether and when to
    /// try again.
    ///
    /// The manifest's events are the types that stand here, so it need not name any.
    fn handlers() -> Handlers;
}

/// Does what a button says; `action` in [`export!`](crate::export).
pub trait ActionPlugin: Plugin {
    /// Which function carries out which action. The manifest names the same actions, each with what
    /// it changes, for the operator to read.
    fn actions() -> Actions;
}

/// Gives the host's calls to `P`, which serves the parts `S`. Nobody makes one; it is the type that
/// `export!` hands over.
#[derive(Debug)]
pub struct Served<P, S>(PhantomData<(P, S)>);

/// What the parts that a plugin serves add to its manifest.
pub trait Parts<P> {
    /// Adds it.
    fn complete(manifest: &mut Manifest);
}

/// The parts that [`export!`](crate::export) can name, as types: a list of them is
/// `(card, (event, ()))`.
#[allow(
    non_camel_case_types,
    reason = "they are named as `export!` names them"
)]
pub mod part {
    /// Cards.
    #[derive(Debug)]
    pub enum card {}
    /// Events.
    #[derive(Debug)]
    pub enum event {}
    /// Actions.
    #[derive(Debug)]
    pub enum action {}
}

impl<P> Parts<P> for () {
    fn complete(_: &mut Manifest) {}
}

impl<P: CardPlugin, Rest: Parts<P>> Parts<P> for (part::card, Rest) {
    fn complete(manifest: &mut Manifest) {
        Rest::complete(manifest);
    }
}

impl<P: EventPlugin, Rest: Parts<P>> Parts<P> for (part::event, Rest) {
    fn complete(manifest: &mut Manifest) {
        manifest.events = P::handlers().types().map(Into::into).collect();
        Rest::complete(manifest);
    }
}

impl<P: ActionPlugin, Rest: Parts<P>> Parts<P> for (part::action, Rest) {
    fn complete(manifest: &mut Manifest) {
        Rest::complete(manifest);
    }
}

impl<P: Plugin, S: Parts<P>> bindings::manifest::exports::sidepane::plugin::manifest::Guest
    for Served<P, S>
{
    fn describe() -> Manifest {
        let mut manifest = P::manifest();
        S::complete(&mut manifest);
        manifest
    }
}

impl<P: CardPlugin, S> bindings::card::exports::sidepane::plugin::contact_context::Guest
    for Served<P, S>
{
    fn render(context: Context) -> Result<Option<Card>, crate::card::PluginError> {
        P::render(context).map_err(Error::into_plugin_error)
    }
}

impl<P: EventPlugin, S> bindings::event::exports::sidepane::plugin::product_event::Guest
    for Served<P, S>
{
    fn handle(event: Event) -> Result<(), EventError> {
        P::handlers().handle(event)
    }
}

impl<P: ActionPlugin, S> bindings::action::exports::sidepane::plugin::action::Guest
    for Served<P, S>
{
    fn submit(action: Action) -> Result<ActionResult, crate::card::PluginError> {
        P::actions()
            .submit(action)
            .map_err(Error::into_plugin_error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bindings::manifest::exports::sidepane::plugin::manifest::Guest;

    struct Both;

    impl Plugin for Both {
        fn manifest() -> Manifest {
            Manifest::new("Both", "1.0.0").view("ticket")
        }
    }

    impl CardPlugin for Both {
        fn render(_: Context) -> Result<Option<Card>, Error> {
            Ok(None)
        }
    }

    impl EventPlugin for Both {
        fn handlers() -> Handlers {
            Handlers::new().on_each(["a.b", "c.d"], |_| Ok(()))
        }
    }

    #[test]
    fn the_manifest_names_the_events_of_the_handlers_where_they_are_exported() {
        let events = |manifest: Manifest| manifest.events;
        let with: Manifest = Served::<Both, crate::__parts!(card event)>::describe();
        assert_eq!(with.views, ["ticket"]);
        assert_eq!(events(with), ["a.b", "c.d"]);
        let without = Served::<Both, crate::__parts!(card)>::describe();
        assert_eq!(events(without), Vec::<String>::new());
    }
}
