//! Fields that people fill in: settings of the manifest, and forms of buttons.

#[doc(inline)]
pub use crate::bindings::host::sidepane::plugin::form::{Choice, Field, FieldKind};

impl Field {
    /// A field of any kind: its name (`[a-z0-9_]{1,64}`) and what stands beside it.
    pub fn new(name: impl Into<String>, label: impl Into<String>, kind: FieldKind) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            help: None,
            kind,
            default_value: None,
            required: false,
        }
    }

    /// One line of text.
    pub fn text(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, FieldKind::Text)
    }

    /// Several lines of text.
    pub fn paragraph(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, FieldKind::Paragraph)
    }

    /// A number.
    pub fn number(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, FieldKind::Number)
    }

    /// A day, as `2026-11-22`.
    pub fn date(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, FieldKind::Date)
    }

    /// An e-mail address.
    pub fn email(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, FieldKind::Email)
    }

    /// An absolute `https` or `http` URL.
    pub fn url(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, FieldKind::Url)
    }

    /// `true` or `false`.
    pub fn checkbox(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, FieldKind::Checkbox)
    }

    /// One of these choices.
    pub fn select<C: Into<Choice>>(
        name: impl Into<String>,
        label: impl Into<String>,
        choices: impl IntoIterator<Item = C>,
    ) -> Self {
        let choices = choices.into_iter().map(Into::into).collect();
        Self::new(name, label, FieldKind::Select(choices))
    }

    /// Any of these choices.
    pub fn multi_select<C: Into<Choice>>(
        name: impl Into<String>,
        label: impl Into<String>,
        choices: impl IntoIterator<Item = C>,
    ) -> Self {
        let choices = choices.into_iter().map(Into::into).collect();
        Self::new(name, label, FieldKind::MultiSelect(choices))
    }

    /// One sentence under the field.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The value before anybody entered one, in the text form of its kind.
    #[must_use]
    pub fn default(mut self, value: impl Into<String>) -> Self {
        self.default_value = Some(value.into());
        self
    }

    /// Refuses an empty value.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }
}

/// A choice from the value the plugin gets and the words the person reads.
impl<V: Into<String>, L: Into<String>> From<(V, L)> for Choice {
    fn from((value, label): (V, L)) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
        }
    }
}
