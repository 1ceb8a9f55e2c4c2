//! Which function carries out which action.

use std::fmt;

use super::{Action, ActionResult};
use crate::error::Error;

/// What a function answers to a press. An error says that nothing was done; a form that was filled in
/// wrongly is none, see [`ActionResult::invalid`].
pub type Submitted = Result<ActionResult, Error>;

/// The functions of a plugin that carry out actions, each under the id that its buttons have.
///
/// ```
/// use sidepane_sdk::action::Submitted;
/// use sidepane_sdk::{Action, ActionResult, Actions};
///
/// fn actions() -> Actions {
///     Actions::new().on("refund", refund).on("resend", resend)
/// }
///
/// fn refund(action: Action) -> Submitted {
///     let reason = action.field("reason").unwrap_or_default();
///     Ok(ActionResult::done().message(format!("{} refunded: {reason}", action.value)))
/// }
///
/// fn resend(_: Action) -> Submitted {
///     Ok(ActionResult::done())
/// }
/// # assert_eq!(actions().ids().count(), 2);
/// ```
#[derive(Default)]
#[must_use = "actions that nobody returns carry out nothing"]
pub struct Actions(Vec<(&'static str, Submit)>);

type Submit = Box<dyn Fn(Action) -> Submitted>;

impl Actions {
    /// No functions yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One function for one action of the manifest.
    ///
    /// # Panics
    ///
    /// Another function has this action already.
    #[track_caller]
    pub fn on(mut self, id: &'static str, submit: impl Fn(Action) -> Submitted + 'static) -> Self {
        let known = self.ids().any(|known| known == id);
        assert!(!known, "`{id}` has a function already");
        self.0.push((id, Box::new(submit)));
        self
    }

    /// The ids of all actions.
    pub fn ids(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(id, _)| *id)
    }

    /// Gives a press to its function.
    ///
    /// # Errors
    ///
    /// What the function answers, but for a form that cannot be read: that keeps the form open. A
    /// press that has no function was of another version's button.
    pub fn submit(&self, action: Action) -> Submitted {
        let Some((_, submit)) = self.0.iter().find(|(id, _)| *id == action.id) else {
            let why = format!("this version of the plugin has no action `{}`", action.id);
            return Err(Error::new(why));
        };
        submit(action).or_else(|mut error| match error.take_field() {
            Some((name, told)) => Ok(ActionResult::invalid(name, told)),
            None => Err(error),
        })
    }
}

impl fmt::Debug for Actions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.ids()).finish()
    }
}
