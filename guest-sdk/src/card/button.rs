//! Buttons and what is asked before they act.

use super::{Button, ButtonStyle, Confirm};
use crate::form::Field;

/// ```
/// use sidepane_sdk::{Button, Confirm, Field};
///
/// let refund = Button::new("refund", "Refund")
///     .danger()
///     .value("1001")
///     .confirm(Confirm::new("Refund 42 EUR?", "Refund"))
///     .field(Field::select("reason", "Reason", [("late", "Late"), ("broken", "Broken")]).required());
/// # assert_eq!(refund.fields.len(), 1);
/// ```
impl Button {
    /// A button for one of the manifest's actions, with these words on it.
    pub fn new(id: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            label: label.into(),
            style: ButtonStyle::Plain,
            value: String::new(),
            confirm: None,
            fields: Vec::new(),
        }
    }

    /// The one that most people want.
    #[must_use]
    pub fn primary(mut self) -> Self {
        self.style = ButtonStyle::Primary;
        self
    }

    /// It takes something away, or cannot be undone.
    #[must_use]
    pub fn danger(mut self) -> Self {
        self.style = ButtonStyle::Danger;
        self
    }

    /// What to act on; comes back unaltered in [`Action::value`](crate::Action).
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// A question that has to be answered first.
    #[must_use]
    pub fn confirm(mut self, confirm: Confirm) -> Self {
        self.confirm = Some(confirm);
        self
    }

    /// Adds a field to the form that has to be filled in first.
    #[must_use]
    pub fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }
}

impl Confirm {
    /// The question, and what stands on the button that goes on.
    pub fn new(title: impl Into<String>, button: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            text: None,
            button: button.into(),
        }
    }

    /// More about it, under the question.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }
}
