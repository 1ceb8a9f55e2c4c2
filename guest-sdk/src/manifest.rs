//! What a plugin says of itself.

#[doc(inline)]
pub use crate::bindings::manifest::exports::sidepane::plugin::manifest::{
    Host, Manifest, Secret, ServedAction,
};
use crate::form::Field;

/// ```
/// use sidepane_sdk::manifest::{Host, Manifest};
/// use sidepane_sdk::Field;
///
/// let manifest = Manifest::new("Orders", env!("CARGO_PKG_VERSION"))
///     .host(Host::new("https://shop.example.com/v1/", "looks up the orders").secret("api_key"))
///     .secret("api_key", "the shop's API key: Settings, Developers")
///     .setting(Field::number("limit", "Orders to show").default("5"))
///     .view("ticket")
///     .action("refund", "refunds an order in full");
/// # assert_eq!(manifest.hosts.len(), 1);
/// ```
impl Manifest {
    /// A plugin that wants nothing: its title, and its own version
    /// (`env!("CARGO_PKG_VERSION")` is the crate's).
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            hosts: Vec::new(),
            secrets: Vec::new(),
            settings: Vec::new(),
            views: Vec::new(),
            events: Vec::new(),
            actions: Vec::new(),
            extra: Vec::new(),
        }
    }

    /// An address it calls.
    #[must_use]
    pub fn host(mut self, host: Host) -> Self {
        self.hosts.push(host);
        self
    }

    /// A secret it puts into headers, with what it is and where to get one.
    #[must_use]
    pub fn secret(mut self, name: impl Into<String>, reason: impl Into<String>) -> Self {
        self.secrets.push(Secret {
            name: name.into(),
            reason: reason.into(),
        });
        self
    }

    /// A setting it reads.
    #[must_use]
    pub fn setting(mut self, field: Field) -> Self {
        self.settings.push(field);
        self
    }

    /// A view it has a card for. A plugin that names none is asked in every view.
    #[must_use]
    pub fn view(mut self, view: impl Into<String>) -> Self {
        self.views.push(view.into());
        self
    }

    /// An action its buttons stand for, with what it changes.
    #[must_use]
    pub fn action(mut self, id: impl Into<String>, description: impl Into<String>) -> Self {
        self.actions.push(ServedAction {
            id: id.into(),
            description: description.into(),
        });
        self
    }

    /// Something more by name; hosts know `author`, `homepage` and `license`.
    #[must_use]
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extra.push((name.into(), value.into()));
        self
    }
}

impl Host {
    /// An address to `GET` from, with the reason that the operator reads when granting it.
    pub fn new(url: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            methods: Vec::new(),
            reason: reason.into(),
            secrets: Vec::new(),
        }
    }

    /// The methods it needs there, in capitals. Without this: `GET`.
    #[must_use]
    pub fn methods<M: Into<String>>(mut self, methods: impl IntoIterator<Item = M>) -> Self {
        self.methods = methods.into_iter().map(Into::into).collect();
        self
    }

    /// A secret that may be sent there; [`Manifest::secret`] says what it is.
    #[must_use]
    pub fn secret(mut self, name: impl Into<String>) -> Self {
        self.secrets.push(name.into());
        self
    }
}
