//! `Authorization: Bearer …`: the token of a program, and the account it stands for.

use super::caller::Caller;
use super::keys::{AccountKeys, Key, Keys};
use super::session::{self, Session};
use crate::model::id::AccountId;
use crate::model::problem::{Code, Problem};
use crate::model::time::Millis;
use http::HeaderMap;
use http::header::AUTHORIZATION;

/// The account whose token the request carries, among the `tokens` of each for `door`.
///
/// The token is taken from the header alone: what stands in an address is logged and sent on.
///
/// # Errors
/// `auth.required` without a token, `auth.denied` with another one.
pub(super) fn account(
    headers: &HeaderMap,
    keys: &Keys,
    door: &str,
    tokens: fn(&AccountKeys) -> &[Key],
) -> Result<AccountId, Problem> {
    account_of_either(headers, keys, door, [tokens, |_| &[]])
}

/// As `account`, where tokens of two kinds open a door.
///
/// # Errors
/// As `account`.
pub(super) fn account_of_either(
    headers: &HeaderMap,
    keys: &Keys,
    door: &str,
    kinds: [fn(&AccountKeys) -> &[Key]; 2],
) -> Result<AccountId, Problem> {
    let token = token(headers);
    let found = keys.find(door, |account| {
        let mut tokens = kinds.iter().flat_map(|kind| kind(account)).peekable();
        tokens.peek().is_some().then(|| {
            let offered = token.unwrap_or_default();
            // Every token is compared: the time taken tells nothing.
            tokens.fold(false, |hit, key| hit | key.is(offered)) && token.is_some()
        })
    });
    found.map_err(|problem| match headers.get(AUTHORIZATION) {
        None if problem.code == Code::AuthDenied => Problem::new(
            Code::AuthRequired,
            "This address wants a token: `Authorization: Bearer …`.",
        ),
        _ => problem,
    })
}

/// Who asks `/v1`: a page with its session, or a program with a token.
///
/// # Errors
/// As `account`, and `auth.session_expired`.
pub(super) fn caller(
    headers: &HeaderMap,
    keys: &Keys,
    door: &str,
    now: Millis,
) -> Result<Caller, Problem> {
    match session_text(headers) {
        Some(text) => Session::read(text, keys, now).map(|session| session.caller),
        None => account(headers, keys, door, |account| &account.api_tokens).map(Caller::program),
    }
}

/// The session that the request carries, if it carries one.
pub(super) fn session_text(headers: &HeaderMap) -> Option<&str> {
    let text = std::str::from_utf8(token(headers)?).ok()?;
    text.starts_with(session::PREFIX).then_some(text)
}

/// The only token that the request carries.
pub(super) fn token(headers: &HeaderMap) -> Option<&[u8]> {
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    match (sent.next(), sent.next()) {
        (Some(only), None) => bearer(only.as_bytes()),
        _ => None,
    }
}

/// The token of `Bearer <token>`; the scheme's case does not matter.
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at_checked(7)?;
    let token = token.trim_ascii();
    (scheme.eq_ignore_ascii_case(b"bearer ") && !token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn keys(tokens: &[(&str, &[&str])]) -> Keys {
        let accounts = tokens.iter().map(|(account, tokens)| AccountKeys {
            account: AccountId::parse(account).unwrap(),
            api_tokens: tokens.iter().map(|token| Key::new(*token)).collect(),
            ..AccountKeys::default()
        });
        Keys {
            accounts: accounts.collect(),
            ..Keys::default()
        }
    }

    fn verdict(keys: &Keys, authorization: &[&'static str]) -> Result<String, Code> {
        let mut headers = HeaderMap::new();
        for value in authorization {
            headers.append(AUTHORIZATION, HeaderValue::from_static(value));
        }
        account(&headers, keys, "/v1", |account| &account.api_tokens)
            .map(|account| account.to_string())
            .map_err(|problem| problem.code)
    }

    #[test]
    fn the_token_decides_the_account() {
        let keys = keys(&[("eu", &["old-eu", "new-eu"]), ("us", &["us-1"])]);
        let cases: &[(&[&'static str], Result<&str, Code>)] = &[
            (&["Bearer old-eu"], Ok("eu")),
            (&["bearer new-eu"], Ok("eu")),
            (&["Bearer us-1"], Ok("us")),
            (&["Bearer us-2"], Err(Code::AuthDenied)),
            (&["Bearer "], Err(Code::AuthDenied)),
            (&["Basic us-1"], Err(Code::AuthDenied)),
            (&["us-1"], Err(Code::AuthDenied)),
            (&["Bearer us-1", "Bearer us-1"], Err(Code::AuthDenied)),
            (&[], Err(Code::AuthRequired)),
        ];
        for (sent, want) in cases {
            assert_eq!(verdict(&keys, sent), want.map(String::from), "{sent:?}");
        }
    }

    #[test]
    fn a_door_without_tokens_is_open_to_one_account_only() {
        assert_eq!(verdict(&keys(&[]), &[]), Ok("default".into()));
        assert_eq!(
            verdict(&keys(&[("eu", &[])]), &["Bearer x"]),
            Ok("eu".into())
        );
        let two = keys(&[("eu", &[]), ("us", &[])]);
        assert_eq!(verdict(&two, &[]), Err(Code::AuthRequired));
        let half = keys(&[("eu", &[]), ("us", &["us-1"])]);
        assert_eq!(verdict(&half, &["Bearer "]), Err(Code::AuthDenied));
    }

    #[test]
    fn a_door_without_tokens_is_shut_to_the_world() {
        for accounts in [&[] as &[(&str, &[&str])], &[("eu", &[])]] {
            let shut = Keys {
                public: true,
                ..keys(accounts)
            };
            assert_eq!(verdict(&shut, &["Bearer x"]), Err(Code::AuthRequired));
        }
    }
}
