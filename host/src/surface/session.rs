//! Sessions of pages: what a browser holds instead of a secret, for a quarter of an hour.
//!
//! A page's address carries a key, or a program asks for a session with its token; either becomes a
//! sealed text that says whose page it is, who sits at it, what it may do and until when. The page
//! keeps it in memory and has it renewed while it is open, for as long as a shift lasts and the key
//! behind it is active.

use super::caller::Caller;
use super::keys::{AccountKeys, Key, Keys};
use super::seal::Seal;
use crate::model::context::Agent;
use crate::model::id::AccountId;
use crate::model::problem::{Code, Problem};
use crate::model::time::Millis;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a session's text begins with, so that nobody takes it for a token.
pub(super) const PREFIX: &str = "sps_";

/// How long a session holds. A key that is taken out of the configuration is out of use after this.
pub(super) const LASTS: Duration = Duration::from_secs(15 * 60);

/// How long an open page may have its session renewed: a long shift.
const SHIFT: Duration = Duration::from_secs(12 * 60 * 60);

/// An account's secrets of one kind.
pub(super) type Secrets = fn(&AccountKeys) -> &[Key];

/// Desks whose pages have sessions (the `surface` of contexts that are asked with one), and what the
/// pages are opened with.
const PAGES: &[(&str, Secrets)] = &[
    ("native", |keys| &keys.api_tokens),
    ("pane", |keys| &keys.pane_keys),
    ("freshchat", |keys| &keys.pane_keys),
    ("front", |keys| &keys.front_secrets),
    ("chatwoot", |keys| &keys.chatwoot_tokens),
];

/// What pages of this name are opened with; nothing opens one that has no sessions.
pub(super) fn secrets(page: &str) -> Secrets {
    let found = PAGES.iter().find(|(name, _)| *name == page);
    found.map_or(|_| &[], |(_, secrets)| *secrets)
}

/// What a session says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Session {
    /// Whose page it is and what it may do.
    pub(super) caller: Caller,
    /// When the page was opened.
    pub(super) opened: Millis,
    /// The credential it was opened with, by `Seal::name`; empty where the door is open.
    pub(super) by: String,
}

/// A session as it is sealed. Short names: it travels with every request of a page.
#[derive(Serialize, Deserialize)]
struct Sealed {
    a: String,
    p: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    g: Option<Who>,
    x: bool,
    o: i64,
    u: i64,
    k: String,
}

#[derive(Serialize, Deserialize)]
struct Who {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    i: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    e: Option<String>,
}

impl Session {
    /// The session as a text, valid from `now`.
    pub(super) fn seal(&self, seal: &Seal, now: Millis) -> String {
        let agent = self.caller.agent.as_ref();
        let sealed = Sealed {
            a: self.caller.account.to_string(),
            p: self.caller.page.unwrap_or("native").to_owned(),
            g: agent.cloned().map(|agent| Who {
                i: agent.id,
                n: agent.name,
                e: agent.email,
            }),
            x: self.caller.acts,
            o: self.opened.0,
            u: now.after(LASTS).0,
            k: self.by.clone(),
        };
        // Texts and numbers written to memory: there is nothing that could fail.
        let payload = serde_json::to_vec(&sealed).unwrap_or_default();
        seal.seal(PREFIX, &payload)
    }

    /// Reads a session.
    ///
    /// # Errors
    /// `auth.denied` for a text that this host did not make, or an account that is gone;
    /// `auth.session_expired`.
    pub(super) fn read(text: &str, keys: &Keys, now: Millis) -> Result<Self, Problem> {
        let denied = || Problem::new(Code::AuthDenied, "The session is none of this host's.");
        let seals = keys.seals.as_ref().ok_or_else(denied)?;
        let payload = seals.sessions.open(PREFIX, text).ok_or_else(denied)?;
        let sealed: Sealed = serde_json::from_slice(&payload).map_err(|_| denied())?;
        if Millis(sealed.u) <= now {
            return Err(expired());
        }
        let account = AccountId::parse(&sealed.a).ok_or_else(denied)?;
        if !keys.has(&account) {
            return Err(denied());
        }
        let page = PAGES.iter().find(|(name, _)| *name == sealed.p);
        Ok(Self {
            caller: Caller {
                account,
                agent: sealed.g.map(|who| Agent {
                    id: who.i,
                    name: who.n,
                    email: who.e,
                }),
                page: Some(page.map(|(name, _)| *name).ok_or_else(denied)?),
                acts: sealed.x,
            },
            opened: Millis(sealed.o),
            by: sealed.k,
        })
    }

    /// Whether the page may go on: it is the same shift, and what it was opened with still opens.
    ///
    /// # Errors
    /// `auth.session_expired`.
    pub(super) fn renewable(&self, keys: &Keys, now: Millis) -> Result<(), Problem> {
        match now.since(self.opened) < SHIFT && keys.still_opens(self) {
            true => Ok(()),
            false => Err(expired()),
        }
    }
}

fn expired() -> Problem {
    Problem::new(
        Code::AuthSessionExpired,
        "This page has been open for too long. Load it again.",
    )
}

impl AccountKeys {
    /// Whether pages of this account want a secret. One that any page or program needs is needed by
    /// all: a session of any page asks the same questions.
    pub(super) fn guards_pages(&self) -> bool {
        PAGES.iter().any(|(_, secrets)| !secrets(self).is_empty())
    }
}

impl Keys {
    /// Whether this host has the account; without any there is `default`.
    fn has(&self, account: &AccountId) -> bool {
        match self.accounts.is_empty() {
            true => *account == AccountId::default(),
            false => self.accounts.iter().any(|known| known.account == *account),
        }
    }

    /// Whether a page could be opened now with the credential that opened this one.
    fn still_opens(&self, session: &Session) -> bool {
        let Some(seals) = &self.seals else {
            return false;
        };
        let account = &session.caller.account;
        let Some(keys) = self.accounts.iter().find(|keys| keys.account == *account) else {
            return session.by.is_empty() && !self.public;
        };
        if session.by.is_empty() {
            return !keys.guards_pages() && !self.public && self.accounts.len() == 1;
        }
        let mut active = secrets(session.caller.page.unwrap_or_default())(keys).iter();
        active.any(|key| key.name(&seals.sessions) == session.by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surface::keys::{AccountKeys, Key};
    use crate::surface::seal::Seals;

    const NOW: Millis = Millis(1_700_000_000_000);

    fn keys(pane: &[&str]) -> Keys {
        Keys {
            accounts: vec![AccountKeys {
                account: AccountId::parse("eu").unwrap(),
                pane_keys: pane.iter().map(|key| Key::new(*key)).collect(),
                ..AccountKeys::default()
            }],
            seals: Some(Seals {
                sessions: Seal::new(&[1; 32]),
                presses: Seal::new(&[2; 32]),
            }),
            ..Keys::default()
        }
    }

    fn session(keys: &Keys, by: Option<&str>) -> Session {
        let seal = &keys.seals.as_ref().unwrap().sessions;
        Session {
            caller: Caller {
                account: AccountId::parse("eu").unwrap(),
                agent: Some(Agent {
                    name: Some("Sam".into()),
                    ..Agent::default()
                }),
                page: Some("pane"),
                acts: false,
            },
            opened: NOW,
            by: by.map(|key| Key::new(key).name(seal)).unwrap_or_default(),
        }
    }

    fn sealed(keys: &Keys, session: &Session) -> String {
        session.seal(&keys.seals.as_ref().unwrap().sessions, NOW)
    }

    #[test]
    fn a_session_says_what_it_was_made_with_until_it_ends() {
        let keys = keys(&["k1"]);
        let session = session(&keys, Some("k1"));
        let text = sealed(&keys, &session);
        assert_eq!(Session::read(&text, &keys, NOW), Ok(session));
        let code = |now| Session::read(&text, &keys, now).unwrap_err().code;
        assert_eq!(code(NOW.after(LASTS)), Code::AuthSessionExpired);
        let other = Keys {
            accounts: vec![AccountKeys::default()],
            ..keys.clone()
        };
        let gone = Session::read(&text, &other, NOW).unwrap_err().code;
        assert_eq!(gone, Code::AuthDenied);
        let shut = Keys::default();
        let none = Session::read(&text, &shut, NOW).unwrap_err().code;
        assert_eq!(none, Code::AuthDenied);
    }

    #[test]
    fn a_page_goes_on_for_a_shift_while_its_key_is_active() {
        let two = keys(&["old", "new"]);
        let page = session(&two, Some("old"));
        assert_eq!(page.renewable(&two, NOW.after(LASTS)), Ok(()));
        let next_day = NOW.after(SHIFT);
        assert!(page.renewable(&two, next_day).is_err());
        assert!(page.renewable(&keys(&["new"]), NOW).is_err());
        let open = session(&two, None);
        assert_eq!(open.renewable(&keys(&[]), NOW), Ok(()));
        assert!(open.renewable(&two, NOW).is_err());
        let public = Keys {
            public: true,
            ..keys(&[])
        };
        assert!(open.renewable(&public, NOW).is_err());
    }

    #[test]
    fn what_opens_one_desks_page_renews_no_others() {
        let two = Keys {
            accounts: vec![AccountKeys {
                front_secrets: vec![Key::new("f1")],
                chatwoot_tokens: vec![Key::new("c1")],
                ..keys(&["k1"]).accounts[0].clone()
            }],
            ..keys(&[])
        };
        for (page, secret) in [("pane", "k1"), ("front", "f1"), ("chatwoot", "c1")] {
            for by in ["k1", "f1", "c1"] {
                let mut session = session(&two, Some(by));
                session.caller.page = Some(page);
                let goes_on = session.renewable(&two, NOW).is_ok();
                assert_eq!(goes_on, by == secret, "{page} by {by}");
            }
        }
    }
}
