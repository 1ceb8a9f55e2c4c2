//! `/imbox`: the client integration of ImBox, which asks for blocks whenever an agent opens a chat,
//! a ticket, a call or a contact.
//!
//! What ImBox publishes: the query's names and views, that an administrator may add static query
//! values, headers and a JSON body, and an answer of `contactName`, `contactLink` and `blocks` with
//! lists and tables in them.
//!
//! What is our reading, where the published pages say nothing:
//! - the keys of html (`html`), of accordions (`name`, `open`, `data`) and of `contactLink` (`url`,
//!   `text`);
//! - that a contact is linked when `contactId` is there;
//! - that an empty value says as little as a missing one;
//! - that `blocks` may be empty, and that ImBox shows an error for any answer but 200, so that a
//!   plugin's failure is told in a header;
//! - that there is no place for buttons, while a link in html can be followed.

mod elsewhere;
mod parse;
mod render;

use super::describe::{Operation, Schemas};
use super::keys::Keys;
use super::{Caller, CardSurface, Inbound, Question, Reply, Reveal, Route, Surface};
use crate::model::id::{AccountId, RequestId};
use crate::model::outcome::Pane;
use crate::model::problem::{Code, Problem};
use crate::model::time::Millis;
use http::{HeaderMap, Method};
use serde_json::json;

/// ImBox's door.
#[derive(Clone, Copy, Debug)]
pub struct ImBox;

impl Surface for ImBox {
    fn name(&self) -> &'static str {
        "imbox"
    }

    fn routes(&self) -> &'static [Route] {
        const METHODS: &[Method] = &[Method::GET, Method::POST];
        &[
            Route {
                path: "/imbox",
                methods: METHODS,
            },
            Route {
                path: "/imbox/{plugin}",
                methods: METHODS,
            },
        ]
    }

    fn describe(&self, route: &Route, method: &Method, schemas: &mut Schemas) -> Operation {
        let text = || json!({"type": "string", "maxLength": 4096});
        let named = parse::NAMES.iter();
        let asked = named
            .fold(
                Operation::new("Answers ImBox's client integration"),
                |it, name| it.query(name, text(), ""),
            )
            .must_query(
                "view",
                json!({ "enum": parse::VIEWS }),
                "What the agent has open.",
            )
            .query_of_ones_own("params", "What ImBox's administrator added.")
            .credential("static_header");
        let asked = match route.path.contains("{plugin}") {
            true => asked,
            false => asked.query("plugin", text(), "Asks this one alone."),
        };
        let asked = match *method == Method::POST {
            true => asked
                .body("application/json", json!({"type": "object"}))
                .body_is_optional(),
            false => asked,
        };
        asked
            .reply(
                200,
                "The blocks of all cards.",
                "application/json",
                schemas.answered::<render::PaneView<'_>>(),
            )
            .refuses(&[400, 401, 404, 405, 408, 413])
    }
}

impl CardSurface for ImBox {
    fn verify(&self, inbound: &Inbound<'_>, keys: &Keys, _now: Millis) -> Result<Caller, Problem> {
        account_of(inbound.headers, keys).map(Caller::program)
    }

    fn parse(
        &self,
        inbound: &Inbound<'_>,
        caller: &Caller,
        request_id: RequestId,
    ) -> Result<Question, Problem> {
        parse::question(inbound, caller.account.clone(), request_id)
    }

    fn render(&self, pane: &Pane, _reveal: Reveal) -> Reply {
        render::pane(pane)
    }

    fn reply(
        &self,
        inbound: &Inbound<'_>,
        question: &Question,
        pane: &Pane,
        _reveal: Reveal,
    ) -> Reply {
        let pane = elsewhere::linked(pane, &question.context, inbound.public_url);
        render::pane(&pane)
    }
}

/// The account whose static header the request carries. ImBox signs nothing: the header that its
/// administrator typed in is all there is.
fn account_of(headers: &HeaderMap, keys: &Keys) -> Result<AccountId, Problem> {
    let found = keys.find("/imbox", |account| {
        (!account.imbox.is_empty()).then(|| {
            // Every one is compared: the time taken tells nothing.
            account.imbox.iter().fold(false, |hit, (name, key)| {
                let mut sent = headers.get_all(name).iter();
                let same = match (sent.next(), sent.next()) {
                    (Some(only), None) => key.is(only.as_bytes()),
                    _ => false,
                };
                hit | same
            })
        })
    });
    let mut named = keys.accounts.iter().flat_map(|account| &account.imbox);
    found.map_err(|problem| {
        if problem.code == Code::AuthDenied && !named.any(|(name, _)| headers.contains_key(name)) {
            return Problem::new(
                Code::AuthRequired,
                "This address wants the header that is set in ImBox Admin for this integration.",
            );
        }
        problem
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surface::keys::{AccountKeys, Key};
    use http::{HeaderName, HeaderValue};

    fn keys() -> Keys {
        let account = |id: &str, headers: &[(&'static str, &str)]| AccountKeys {
            account: AccountId::parse(id).unwrap(),
            imbox: headers
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), Key::new(*value)))
                .collect(),
            ..AccountKeys::default()
        };
        Keys {
            accounts: vec![
                account(
                    "eu",
                    &[
                        ("authorization", "Basic b2xk"),
                        ("authorization", "Basic bmV3"),
                    ],
                ),
                account("us", &[("x-pane", "us-1")]),
            ],
            ..Keys::default()
        }
    }

    #[test]
    fn the_static_header_decides_the_account() {
        type Sent<'a> = &'a [(&'a str, &'a str)];
        let cases: &[(Sent<'_>, Result<&str, Code>)] = &[
            (&[("authorization", "Basic b2xk")], Ok("eu")),
            (&[("Authorization", "Basic bmV3")], Ok("eu")),
            (&[("x-pane", "us-1")], Ok("us")),
            (
                &[("x-pane", "us-1"), ("authorization", "Basic no")],
                Ok("us"),
            ),
            (&[("x-pane", "Basic b2xk")], Err(Code::AuthDenied)),
            (&[("authorization", "basic b2xk")], Err(Code::AuthDenied)),
            (&[("authorization", "Basic b2xkIA")], Err(Code::AuthDenied)),
            (
                &[("x-pane", "us-1"), ("x-pane", "us-2")],
                Err(Code::AuthDenied),
            ),
            (&[("cookie", "us-1")], Err(Code::AuthRequired)),
            (&[], Err(Code::AuthRequired)),
        ];
        for (sent, want) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in *sent {
                headers.append(
                    HeaderName::from_bytes(name.as_bytes()).unwrap(),
                    HeaderValue::from_str(value).unwrap(),
                );
            }
            let found = account_of(&headers, &keys());
            let found = found.map(|account| account.to_string());
            assert_eq!(
                found.map_err(|problem| problem.code),
                want.map(String::from),
                "{sent:?}"
            );
        }
    }

    #[test]
    fn a_door_without_headers_is_open_to_the_only_account() {
        let found = account_of(&HeaderMap::new(), &Keys::default());
        assert_eq!(found, Ok(AccountId::default()));
    }
}
