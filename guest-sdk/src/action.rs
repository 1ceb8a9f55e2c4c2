//! Buttons that were pressed, and what came of it.

#[doc(inline)]
pub use crate::bindings::action::exports::sidepane::plugin::action::{
    Action, ActionResult, Assignee, Command, OtherCommand,
};
use crate::card::Card;

impl Action {
    /// What was entered in the field of this name, in the text form of its kind.
    pub fn field(&self, name: &str) -> Option<&str> {
        crate::context::value(&self.fields, name)
    }
}

impl ActionResult {
    /// Done, and nothing more to say.
    pub fn done() -> Self {
        Self {
            message: None,
            card: None,
            field_errors: Vec::new(),
            commands: Vec::new(),
            extra: Vec::new(),
        }
    }

    /// What the agent reads beside the button.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// The card as it is now; without it the host asks again.
    #[must_use]
    pub fn card(mut self, card: Card) -> Self {
        self.card = Some(card);
        self
    }

    /// What is wrong with the field of this name, for the agent to read. The form stays open, and
    /// nothing may have been changed.
    #[must_use]
    pub fn field_error(mut self, name: impl Into<String>, message: impl Into<String>) -> Self {
        self.field_errors.push((name.into(), message.into()));
        self
    }

    /// Adds a wish to the agent's desk.
    #[must_use]
    pub fn command(mut self, command: Command) -> Self {
        self.commands.push(command);
        self
    }
}
