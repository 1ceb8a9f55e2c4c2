//! The values of an installation's secrets, and how they become header values.

use super::redact::Redactor;
use crate::model::http::SecretFormat;
use crate::model::id::{AccountId, PluginId};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::HeaderValue;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};
use zeroize::Zeroizing;

/// The longest header value made of a secret, in bytes. Servers refuse longer ones.
const MAX_BYTES: usize = 8 << 10;

/// Secrets by name. Their values are overwritten when dropped and shown by nothing.
#[derive(Clone, Default)]
pub struct Secrets {
    values: BTreeMap<String, Zeroizing<String>>,
    /// Made when the first answer comes in: many plugins have secrets and are never asked.
    redactor: OnceLock<Arc<Redactor>>,
}

/// Secrets that a program keeps itself, beside those that grants name.
///
/// Asked when a plugin is loaded, once for each account, for every secret that the manifest asks for
/// and the grant gives no value. A value goes nowhere but into headers, to hosts that the grant binds
/// the secret to.
pub trait Vault: Send + Sync + 'static {
    /// The value of `secret` for a plugin and an account; none where there is none.
    ///
    /// # Errors
    /// A clause for the log that says why it cannot be had now; the plugin is not loaded then.
    fn value(
        &self,
        plugin: &PluginId,
        account: &AccountId,
        secret: &str,
    ) -> Result<Option<String>, String>;
}

/// A vault without anything in it: grants alone give secrets.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoVault;

impl Vault for NoVault {
    fn value(&self, _: &PluginId, _: &AccountId, _: &str) -> Result<Option<String>, String> {
        Ok(None)
    }
}

/// Why a secret cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The grant binds it to hosts and gives it no value.
    #[error("the secret `{0}` has no value")]
    Missing(String),
    /// Its value is empty, too long, or not visible ASCII.
    #[error(
        "the value of the secret `{0}` cannot stand in a header; it has to be visible ASCII on \
         one line, at most 8 KiB"
    )]
    Unsendable(String),
}

impl Secrets {
    /// Gives a secret its value.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.values
            .insert(name.into(), Zeroizing::new(value.into()));
        self.redactor.take();
    }

    /// The names that have a value.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// The header value made of the secret `name`, marked as sensitive and overwritten when the
    /// last who holds it lets it go.
    ///
    /// # Errors
    /// [`SecretError`] where there is no value or no header can carry it.
    pub fn write(&self, name: &str, format: &SecretFormat) -> Result<HeaderValue, SecretError> {
        let secret = self.value(name)?;
        let text = match format {
            SecretFormat::Raw => Zeroizing::new(secret.to_owned()),
            SecretFormat::Bearer => joined(&["Bearer ", secret]),
            SecretFormat::BasicUser { password } => basic(secret, password),
            SecretFormat::BasicPassword { user } => basic(user, secret),
        };
        let unsendable = || SecretError::Unsendable(name.to_owned());
        let visible = |text: &str| text.bytes().all(|b| matches!(b, b' '..=b'~'));
        // As a user it would end at its first colon and have the rest taken for the password.
        let splits = matches!(format, SecretFormat::BasicUser { .. }) && secret.contains(':');
        if secret.is_empty() || text.len() > MAX_BYTES || splits || !visible(secret) {
            return Err(unsendable());
        }
        // From an owner, so that the value is this very buffer and no copy of it.
        let text = Bytes::from_owner(text);
        let mut value = HeaderValue::from_maybe_shared(text).map_err(|_| unsendable())?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// The bare value, for the redaction of answers.
    pub(in crate::capability) fn value(&self, name: &str) -> Result<&str, SecretError> {
        self.values
            .get(name)
            .map(|value| value.as_str())
            .ok_or_else(|| SecretError::Missing(name.to_owned()))
    }

    /// What knows all of them: a server may give back in one answer what it was sent for another.
    pub(in crate::capability) fn redactor(&self) -> &Redactor {
        let all = || Redactor::of(self.values.values().map(|value| value.as_str()));
        self.redactor.get_or_init(|| Arc::new(all()))
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

fn basic(user: &str, password: &str) -> Zeroizing<String> {
    let pair = joined(&[user, ":", password]);
    let encoded = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
    joined(&["Basic ", &encoded])
}

/// The parts in one buffer of their size: one that grows leaves copies behind.
fn joined(parts: &[&str]) -> Zeroizing<String> {
    let bytes = parts.iter().map(|part| part.len()).sum();
    let mut whole = Zeroizing::new(String::with_capacity(bytes));
    for part in parts {
        whole.push_str(part);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(value: &str) -> Secrets {
        let mut secrets = Secrets::default();
        secrets.insert("api_key", value);
        secrets
    }

    #[test]
    fn a_secret_is_written_in_four_ways() {
        let secrets = secrets("k3y-Value");
        for (format, written) in [
            (SecretFormat::Raw, "k3y-Value"),
            (SecretFormat::Bearer, "Bearer k3y-Value"),
            (
                SecretFormat::BasicUser {
                    password: "X".to_owned(),
                },
                "Basic azN5LVZhbHVlOlg=",
            ),
            (
                SecretFormat::BasicPassword {
                    user: "ada".to_owned(),
                },
                "Basic YWRhOmszeS1WYWx1ZQ==",
            ),
        ] {
            let value = secrets.write("api_key", &format).expect("a value");
            assert_eq!(value.to_str().ok(), Some(written));
            assert!(value.is_sensitive());
        }
    }

    #[test]
    fn what_no_header_can_carry_is_not_sent() {
        let user = SecretFormat::BasicUser {
            password: "X".to_owned(),
        };
        for (value, format) in [
            ("", SecretFormat::Raw),
            ("a\r\nHost: evil", SecretFormat::Raw),
            ("a\n", SecretFormat::Bearer),
            ("a\n", user.clone()),
            ("\u{e9}", SecretFormat::Raw),
            ("a:b", user),
            (&"x".repeat(MAX_BYTES + 1), SecretFormat::Raw),
        ] {
            let error = secrets(value)
                .write("api_key", &format)
                .expect_err("an error");
            assert!(matches!(error, SecretError::Unsendable(_)), "{value:?}");
            assert!(value.len() < 2 || !error.to_string().contains(value));
        }
        let error = secrets("x")
            .write("other", &SecretFormat::Raw)
            .expect_err("an error");
        assert_eq!(error, SecretError::Missing("other".to_owned()));
    }

    #[test]
    fn debug_shows_names_alone() {
        let shown = format!("{:?}", secrets("k3y-Value"));
        assert!(
            shown.contains("api_key") && !shown.contains("k3y"),
            "{shown}"
        );
    }
}
