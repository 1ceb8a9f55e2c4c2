//! Buttons that were pressed, and what came of it.

mod actions;

#[doc(inline)]
pub use crate::bindings::action::exports::sidepane::plugin::action::{
    Action, ActionResult, Assignee, Command, OtherCommand,
};
use crate::card::{Card, Link};
use crate::error::Error;
use crate::texts;
pub use actions::{Actions, Submitted};
use serde::de::DeserializeOwned;

impl Action {
    /// What was filled in, read into a struct with a field for each of the form's, as
    /// [`settings::load`](crate::settings::load) reads settings: a checkbox into `bool`, a number
    /// into any number, a select into `String` or an enum, a multi-select into a `Vec`, and what may
    /// be left empty into an `Option`.
    ///
    /// ```
    /// use sidepane_sdk::action::{Action, ActionResult, Submitted};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Form {
    ///     percent: u8,
    ///     note: Option<String>,
    ///     #[serde(default)]
    ///     tell: bool,
    /// }
    ///
    /// fn discount(action: Action) -> Submitted {
    ///     let form: Form = action.form()?;
    ///     if form.percent > 20 {
    ///         return Ok(ActionResult::invalid("percent", "At most 20."));
    ///     }
    ///     Ok(ActionResult::done().message(format!("{} % less.", form.percent)))
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// A text is not of the type it goes into. Passed on with `?`, the form stays open with the
    /// reason at that field.
    pub fn form<T: DeserializeOwned>(&self) -> Result<T, Error> {
        texts::read(self.fields.clone()).map_err(|unfit| {
            let error = Error::new(format!("the form does not fit the plugin: {unfit}"));
            let told = unfit.told();
            match unfit.name {
                Some(name) => error.of_field(name, told),
                None => error,
            }
        })
    }

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

    /// Not done, since this field cannot be accepted; see [`field_error`](Self::field_error).
    pub fn invalid(name: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::done().field_error(name, reason)
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

    /// Adds a step for the agent's desk. What the desk has no means for is shown to the agent as
    /// text to copy.
    #[must_use]
    pub fn command(mut self, command: Command) -> Self {
        self.commands.push(command);
        self
    }

    /// Shows a page in another tab.
    #[must_use]
    pub fn open_url(self, url: impl Into<String>) -> Self {
        self.command(Command::OpenUrl(url.into()))
    }

    /// Offers a text for copying.
    #[must_use]
    pub fn copy(self, text: impl Into<String>) -> Self {
        self.command(Command::Copy(text.into()))
    }

    /// Appends plain text to what the agent is writing. The agent still has to send it.
    #[must_use]
    pub fn insert_draft(self, text: impl Into<String>) -> Self {
        self.command(Command::InsertDraft(text.into()))
    }

    /// Puts tags on the conversation.
    #[must_use]
    pub fn add_tags<T: Into<String>>(self, tags: impl IntoIterator<Item = T>) -> Self {
        let tags = tags.into_iter().map(Into::into).collect();
        self.command(Command::AddTags(tags))
    }

    /// Hands the conversation to an agent, by the desk's id or by e-mail address.
    #[must_use]
    pub fn assign_agent(self, agent: impl Into<String>) -> Self {
        self.command(Command::Assign(Assignee {
            agent: Some(agent.into()),
            group: None,
        }))
    }

    /// Hands the conversation to a group, by the desk's id.
    #[must_use]
    pub fn assign_group(self, group: impl Into<String>) -> Self {
        self.command(Command::Assign(Assignee {
            agent: None,
            group: Some(group.into()),
        }))
    }

    /// Gives the conversation a status that the desk has a word for.
    #[must_use]
    pub fn set_status(self, status: impl Into<String>) -> Self {
        self.command(Command::SetStatus(status.into()))
    }

    /// Keeps a link with the conversation.
    #[must_use]
    pub fn add_link(self, url: impl Into<String>, text: impl Into<String>) -> Self {
        self.command(Command::AddLink(Link {
            url: url.into(),
            text: Some(text.into()),
        }))
    }

    /// Flashes a short text.
    #[must_use]
    pub fn notify(self, text: impl Into<String>) -> Self {
        self.command(Command::Notify(text.into()))
    }
}
