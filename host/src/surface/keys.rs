//! The credentials of every door, and whose they are.

pub use super::rsa_key::RsaKey;
pub use super::seal::{Seal, Seals};
use crate::model::id::AccountId;
use crate::model::problem::{Code, Problem};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::HeaderName;
use ring::hmac;
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A credential: compared in constant time, never shown.
#[derive(Clone)]
pub struct Key(Zeroizing<Vec<u8>>);

impl Key {
    /// Wraps the bytes that a caller has to send, or to sign with.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Zeroizing::new(bytes.into()))
    }

    /// The key that a Standard Webhooks secret stands for: `whsec_` and base64.
    ///
    /// # Errors
    /// A clause that says how a secret is written, never a part of this one.
    pub fn of_webhook_secret(text: &str) -> Result<Self, &'static str> {
        let encoded = text.strip_prefix("whsec_").unwrap_or(text);
        let bytes = STANDARD
            .decode(encoded)
            .map(Zeroizing::new)
            .map_err(|_| "is no secret: one is `whsec_` and then base64")?;
        // The standard's own bounds: fewer can be guessed, more are folded by the hash.
        match (24..=64).contains(&bytes.len()) {
            true => Ok(Self(bytes)),
            false => Err("is no secret: one stands for 24 to 64 bytes"),
        }
    }

    /// Whether `offered` is this credential. Takes the same time wherever they differ.
    pub fn is(&self, offered: &[u8]) -> bool {
        self.0.as_slice().ct_eq(offered).into()
    }

    /// A short name for this credential, which `seal` alone can make.
    pub(super) fn name(&self, seal: &Seal) -> String {
        seal.name(&self.0)
    }

    /// Whether `tag` is this key's HMAC-SHA256 over `covered`, one part after the other. Takes the
    /// same time wherever they differ.
    pub fn signed(&self, covered: &[&[u8]], tag: &[u8]) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let mut context = hmac::Context::with_key(&key);
        for part in covered {
            context.update(part);
        }
        context.sign().as_ref().ct_eq(tag).into()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// All accounts with their credentials.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// At least one; `default` where the configuration names none.
    pub accounts: Vec<AccountKeys>,
    /// Whether others than this machine reach the doors. Then a door for which nobody has a
    /// credential is shut; else it is open while there is one account only.
    pub public: bool,
    /// What pages' sessions and cards' buttons are signed with; without, there are none.
    pub seals: Option<Seals>,
}

/// One account's credentials. Several of a kind are active side by side, for rotation.
#[derive(Clone, Debug, Default)]
pub struct AccountKeys {
    /// Whose they are.
    pub account: AccountId,
    /// Bearer tokens of `/v1`.
    pub api_tokens: Vec<Key>,
    /// Keys in the addresses of `/pane`.
    pub pane_keys: Vec<Key>,
    /// Origins of pages that may show `/pane` in a frame or hold a `<side-pane>`, each as a browser
    /// writes it: `https://desk.example`.
    pub pane_origins: Vec<String>,
    /// Static headers that ImBox's administrator sets: name and whole value.
    pub imbox: Vec<(HeaderName, Key)>,
    /// What Front adds to the address of `/front` as `auth_secret`.
    pub front_secrets: Vec<Key>,
    /// Who may show `/front` in a frame beside Front itself, as in `pane_origins`.
    pub front_origins: Vec<String>,
    /// Tokens in the addresses of `/chatwoot`.
    pub chatwoot_tokens: Vec<Key>,
    /// Origins of the Chatwoots that show `/chatwoot`, as in `pane_origins`.
    pub chatwoot_origins: Vec<String>,
    /// Tokens in the addresses of `/snapengage`.
    pub snapengage_tokens: Vec<Key>,
    /// What senders to `/v1/events` sign with, after Standard Webhooks.
    pub webhook_secrets: Vec<Key>,
    /// Bearer tokens of `/freshchat/events`.
    pub freshchat_tokens: Vec<Key>,
    /// The only `account_id` that events through that door may name; any when there is none.
    pub freshchat_account: Option<String>,
    /// Freshchat's public keys for `/freshchat/webhook`.
    pub freshchat_keys: Vec<RsaKey>,
    /// What Chatwoot signs `/chatwoot/events` with.
    pub chatwoot_secrets: Vec<Key>,
    /// Bearer tokens of `/mcp` alone; those of `/v1` open it too.
    pub mcp_tokens: Vec<Key>,
    /// Client secrets of Intercom's app, which signs `/intercom/initialize` and `/intercom/submit`.
    pub intercom_secrets: Vec<Key>,
}

impl Keys {
    /// The account that `fits` finds among those that have a credential for this door.
    ///
    /// `fits` tells of an account whether the request carries its credential; none says that the
    /// account has none for the door. A door for which nobody has a credential is open on a machine
    /// of one's own while there is one account only: then there is nothing to tell apart.
    ///
    /// # Errors
    /// `auth.denied` when no credential fits; `auth.required` when nobody has one and the door is
    /// public, or there are several accounts.
    pub fn find(
        &self,
        door: &str,
        fits: impl Fn(&AccountKeys) -> Option<bool>,
    ) -> Result<AccountId, Problem> {
        let mut guarded = false;
        let mut found = None;
        for keys in &self.accounts {
            match fits(keys) {
                // No early exit: the time taken does not tell which account came close.
                Some(true) => (guarded, found) = (true, found.or(Some(&keys.account))),
                Some(false) => guarded = true,
                None => {}
            }
        }
        match (found, guarded, self.accounts.as_slice()) {
            (Some(account), _, _) => Ok(account.clone()),
            (None, false, _) if self.public => Err(Problem::new(
                Code::AuthRequired,
                format!("{door} is shut: no account has a credential for it."),
            )),
            (None, false, []) => Ok(AccountId::default()),
            (None, false, [only]) => Ok(only.account.clone()),
            (None, false, _) => Err(Problem::new(
                Code::AuthRequired,
                format!("{door} has no credential that tells the accounts apart."),
            )),
            (None, true, _) => Err(Problem::new(
                Code::AuthDenied,
                format!("The request carries no credential of {door}."),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_secret_is_base64_of_enough_bytes() {
        let encoded = STANDARD.encode([7; 24]);
        for text in [format!("whsec_{encoded}"), encoded] {
            let key = Key::of_webhook_secret(&text).expect("a secret");
            assert!(key.is(&[7; 24]));
        }
        for bad in ["", "whsec_", "whsec_!", "whsec_c2hvcnQ="] {
            assert!(Key::of_webhook_secret(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_hmac_is_over_the_parts_in_their_order() {
        // RFC 4231, case 2.
        let key = Key::new(*b"Jefe");
        let tag = [
            0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24, 0x26, 0x08, 0x95,
            0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9,
            0x64, 0xec, 0x38, 0x43,
        ];
        assert!(key.signed(&[b"what do ya want ", b"for nothing?"], &tag));
        assert!(!key.signed(&[b"for nothing?", b"what do ya want "], &tag));
        assert!(!key.signed(&[b"what do ya want for nothing?"], &tag[..31]));
        assert!(!Key::new(*b"jefe").signed(&[b"what do ya want for nothing?"], &tag));
    }
}
