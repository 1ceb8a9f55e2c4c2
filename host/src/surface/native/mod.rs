//! `/v1/context`: the host's own door, for programs.
//!
//! Everything is named as in `model::context`, in snake_case. GET also takes ImBox's camelCase
//! names, so that an address written for ImBox works here.

mod explain;
mod parse;
mod render;

use super::keys::Keys;
use super::{CardSurface, Inbound, Question, Reply, Reveal, Route, answer};
use crate::model::id::{AccountId, RequestId};
use crate::model::outcome::Pane;
use crate::model::problem::{Code, Problem};
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method, StatusCode};

/// The host's own door.
#[derive(Clone, Copy, Debug)]
pub struct Native;

impl CardSurface for Native {
    fn name(&self) -> &'static str {
        "native"
    }

    fn routes(&self) -> &'static [Route] {
        &[Route {
            path: "/v1/context",
            methods: &[Method::GET, Method::POST],
        }]
    }

    fn verify(&self, inbound: &Inbound<'_>, keys: &Keys) -> Result<AccountId, Problem> {
        account_of(inbound.headers, keys)
    }

    fn parse(
        &self,
        inbound: &Inbound<'_>,
        account: AccountId,
        request_id: RequestId,
    ) -> Result<Question, Problem> {
        parse::question(inbound, account, request_id)
    }

    fn asks_why(&self, inbound: &Inbound<'_>) -> bool {
        parse::asks_why(inbound)
    }

    fn render(&self, pane: &Pane, reveal: Reveal) -> Reply {
        render::pane(pane, reveal)
    }

    fn refuse(&self, problem: &Problem, status: StatusCode, request_id: &RequestId) -> Reply {
        answer::refusal(problem, status, request_id)
    }
}

/// The account whose bearer token the request carries.
///
/// The token is taken from the header alone: what stands in an address is logged and sent on.
fn account_of(headers: &HeaderMap, keys: &Keys) -> Result<AccountId, Problem> {
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    let (first, second) = (sent.next(), sent.next());
    let token = match (first, second) {
        (Some(only), None) => bearer(only.as_bytes()),
        _ => None,
    };
    let found = keys.find("/v1", |account| {
        let tokens = &account.api_tokens;
        (!tokens.is_empty()).then(|| {
            let offered = token.unwrap_or_default();
            // Every token is compared: the time taken tells nothing.
            tokens.iter().fold(false, |hit, key| hit | key.is(offered)) && token.is_some()
        })
    });
    found.map_err(|problem| match first {
        None if problem.code == Code::AuthDenied => Problem::new(
            Code::AuthRequired,
            "This address wants a token: `Authorization: Bearer …`.",
        ),
        _ => problem,
    })
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
    use crate::surface::keys::{AccountKeys, Key};
    use http::HeaderValue;

    fn keys(tokens: &[(&str, &[&str])]) -> Keys {
        let accounts = tokens.iter().map(|(account, tokens)| AccountKeys {
            account: AccountId::parse(account).unwrap(),
            api_tokens: tokens.iter().map(|token| Key::new(*token)).collect(),
            ..AccountKeys::default()
        });
        Keys {
            accounts: accounts.collect(),
        }
    }

    fn verdict(keys: &Keys, authorization: &[&'static str]) -> Result<String, Code> {
        let mut headers = HeaderMap::new();
        for value in authorization {
            headers.append(AUTHORIZATION, HeaderValue::from_static(value));
        }
        account_of(&headers, keys)
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
}
