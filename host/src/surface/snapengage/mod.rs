//! `/snapengage`: the Get Contact plugin of SnapEngage, which asks for a text about the visitor when
//! a chat begins with a known e-mail address, or when the visitor gives one.
//!
//! What SnapEngage publishes: GET with `email`, `ip`, `url` and `caseId`, percent-encoded, and an
//! answer of plain text.
//!
//! What is our reading, where the published page says nothing:
//! - it signs nothing and sends no header of its own, so that a token stands in the address that an
//!   administrator types in;
//! - an address that is none, or one of SnapEngage's own, stands for a visitor without one: then
//!   nobody is asked, and the answer is empty;
//! - whatever plugins do, the answer is 200: what a chat's contact tab makes of another is not known.

mod parse;
mod render;

use super::describe::{Operation, Schemas};
use super::keys::Keys;
use super::{Caller, CardSurface, Inbound, Question, Reply, Reveal, Route, Surface, query};
use crate::model::id::RequestId;
use crate::model::outcome::Pane;
use crate::model::problem::{Code, Problem};
use crate::model::time::Millis;
use http::{Method, StatusCode};
use serde_json::json;

/// SnapEngage's door.
#[derive(Clone, Copy, Debug)]
pub struct SnapEngage;

/// The door, as refusals name it.
const DOOR: &str = "/snapengage";

/// What the token is called in the address.
const TOKEN: &str = "token";

impl Surface for SnapEngage {
    fn name(&self) -> &'static str {
        "snapengage"
    }

    fn routes(&self) -> &'static [Route] {
        const METHODS: &[Method] = &[Method::GET];
        &[
            Route {
                path: "/snapengage",
                methods: METHODS,
            },
            Route {
                path: "/snapengage/{plugin}",
                methods: METHODS,
            },
        ]
    }

    fn describe(&self, _: &Route, _: &Method, _: &mut Schemas) -> Operation {
        let text = || json!({"type": "string"});
        let plain = "text/plain; charset=utf-8";
        Operation::new("Answers SnapEngage's Get Contact")
            .query(
                "email",
                text(),
                "The visitor's; without one nobody is asked.",
            )
            .query("ip", text(), "")
            .query("url", text(), "The page that the visitor is on.")
            .query("caseId", text(), "")
            .query_of_ones_own("params", "Any other name.")
            .credential("token_in_address")
            .reply(200, "The cards as text.", plain, json!({"type": "string"}))
            .refuses_in(plain, &[400, 401, 404, 405, 408, 413])
    }

    fn refuse(&self, problem: &Problem, status: StatusCode, request_id: &RequestId) -> Reply {
        render::refusal(problem, status, request_id)
    }
}

impl CardSurface for SnapEngage {
    fn verify(&self, inbound: &Inbound<'_>, keys: &Keys, _now: Millis) -> Result<Caller, Problem> {
        let mut tokens = query::pairs(inbound.query)
            .flatten()
            .filter_map(|(name, value)| (name == TOKEN).then_some(value));
        let token = match (tokens.next(), tokens.next()) {
            (Some(only), None) => only,
            _ => String::new(),
        };
        let found = keys.find(DOOR, |account| {
            let tokens = &account.snapengage_tokens;
            (!tokens.is_empty()).then(|| {
                // Every token is compared: the time taken tells nothing.
                let fits = |hit, key: &super::keys::Key| hit | key.is(token.as_bytes());
                tokens.iter().fold(false, fits) && !token.is_empty()
            })
        });
        found.map(Caller::program).map_err(|problem| {
            if problem.code == Code::AuthDenied && token.is_empty() {
                return Problem::new(
                    Code::AuthRequired,
                    "This address wants a token: write it as /snapengage?token=… in SnapEngage's \
                     settings.",
                );
            }
            problem
        })
    }

    fn at_once(&self, inbound: &Inbound<'_>) -> Option<Reply> {
        (!parse::has_address(inbound)).then(render::nothing)
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
}
