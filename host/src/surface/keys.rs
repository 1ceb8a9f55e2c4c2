//! The credentials of every door, and whose they are.

use crate::model::id::AccountId;
use crate::model::problem::{Code, Problem};
use http::header::HeaderName;
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A credential: compared in constant time, never shown.
#[derive(Clone)]
pub struct Key(Zeroizing<Vec<u8>>);

impl Key {
    /// Wraps the bytes that a caller has to send.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Zeroizing::new(bytes.into()))
    }

    /// Whether `offered` is this credential. Takes the same time wherever they differ.
    pub fn is(&self, offered: &[u8]) -> bool {
        self.0.as_slice().ct_eq(offered).into()
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
}

/// One account's credentials. Several of a kind are active side by side, for rotation.
#[derive(Clone, Debug, Default)]
pub struct AccountKeys {
    /// Whose they are.
    pub account: AccountId,
    /// Bearer tokens of `/v1`.
    pub api_tokens: Vec<Key>,
    /// Static headers that ImBox's administrator sets: name and whole value.
    pub imbox: Vec<(HeaderName, Key)>,
}

impl Keys {
    /// The account that `offers` finds among those that have a credential for this door.
    ///
    /// `kept` gives an account's credentials for the door as tests of the request. A door for which
    /// nobody has a credential is open while there is one account only: then there is nothing to
    /// tell apart, and the server refuses to listen beyond loopback without credentials.
    ///
    /// # Errors
    /// `auth.denied` when no credential fits; `auth.required` when the door is open and there are
    /// several accounts.
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
