//! Names of things: plugins, accounts, requests, generations.

use std::fmt;
use std::sync::Arc;

/// The name of a plugin: the stem of its file, `[a-z0-9-]{1,64}`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PluginId(Arc<str>);

impl PluginId {
    /// The longest name, in bytes.
    pub const MAX: usize = 64;

    /// Takes `text` when it is a plugin's name.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=Self::MAX).contains(&text.len())
            && text
                .bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        fits.then(|| Self(text.into()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A tenant of the desk. The credential of the door decides it; nothing in a request can.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(Arc<str>);

impl AccountId {
    /// The longest name, in bytes.
    pub const MAX: usize = 64;

    /// Takes `text` when it is an account's name: `[A-Za-z0-9_.-]{1,64}`.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=Self::MAX).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
        fits.then(|| Self(text.into()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for AccountId {
    /// The only account of a host that was told of none.
    fn default() -> Self {
        Self("default".into())
    }
}

/// One plugin for one account: what has settings, secrets and a store of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InstallationId {
    /// The plugin.
    pub plugin: PluginId,
    /// The account.
    pub account: AccountId,
}

/// One request's name, the same in the answer, in the log and in what the plugin is told.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// Wraps a name made at the door.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One loaded version of a plugin: the SHA-256 of its bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Generation(pub [u8; 32]);

impl Generation {
    /// The digest in lower-case hex, without the `sha256:` in front.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

macro_rules! text_form {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &self.0)
            }
        }
    )*};
}
text_form!(PluginId, AccountId, RequestId);

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.hex())
    }
}

impl fmt::Debug for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_id_is_lower_case_digits_and_dashes() {
        assert!(PluginId::parse("order-lookup").is_some());
        assert!(PluginId::parse(&"a".repeat(64)).is_some());
        for bad in [
            "",
            "Order",
            "a_b",
            "a.b",
            "../a",
            "a b",
            "ä",
            &"a".repeat(65),
        ] {
            assert!(PluginId::parse(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn a_generation_reads_as_its_digest() {
        assert!(
            Generation([0xab; 32])
                .to_string()
                .starts_with("sha256:abab")
        );
    }
}
