//! What a plugin says of itself; fields as in `wit/manifest.wit`.

use super::context::Pairs;

/// The whole of what an operator is told before granting anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The title people see.
    pub name: String,
    /// The plugin's own version.
    pub version: String,
    /// Addresses it calls.
    pub hosts: Vec<WantedHost>,
    /// Secrets it puts into header values.
    pub secrets: Vec<WantedSecret>,
    /// Settings it reads.
    pub settings: Vec<Field>,
    /// Views it makes a card for; empty means every view.
    pub views: Vec<String>,
    /// Events it is called for.
    pub events: Vec<String>,
    /// Actions it carries out.
    pub actions: Vec<ServedAction>,
    /// What a later contract asks, by name.
    pub extra: Pairs,
}

/// One address the plugin wants to call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedHost {
    /// A pattern: scheme, host, optional port, path prefix.
    pub url: String,
    /// Methods in capitals; empty means `GET`.
    pub methods: Vec<String>,
    /// Why, in one sentence.
    pub reason: String,
    /// Secrets that may be sent there.
    pub secrets: Vec<String>,
}

/// One secret the plugin names and never sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedSecret {
    /// `[a-z0-9_]{1,64}`.
    pub name: String,
    /// What it is and where to get one.
    pub reason: String,
}

/// One kind of action that the plugin carries out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedAction {
    /// `[a-z0-9_-]{1,64}`.
    pub id: String,
    /// What it changes.
    pub description: String,
}

/// A field that an operator or an agent fills in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// `[a-z0-9_]{1,64}`, unique in its form.
    pub name: String,
    /// What stands beside it.
    pub label: String,
    /// One sentence under it.
    pub help: Option<String>,
    /// What can be entered.
    pub kind: FieldKind,
    /// The value before anybody entered one.
    pub default_value: Option<String>,
    /// Whether an empty value is refused.
    pub required: bool,
}

/// What can be entered; the text forms are in `wit/form.wit`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// One line.
    Text,
    /// Several lines.
    Paragraph,
    /// A number as JSON writes it.
    Number,
    /// A day.
    Date,
    /// An e-mail address.
    Email,
    /// An absolute URL.
    Url,
    /// `true` or `false`.
    Checkbox,
    /// One of these.
    Select(Vec<Choice>),
    /// Any of these, as a JSON array.
    MultiSelect(Vec<Choice>),
    /// A kind of a later contract, by name.
    Other(String),
}

/// One choice of a select.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the plugin gets.
    pub value: String,
    /// What the person reads.
    pub label: String,
}
