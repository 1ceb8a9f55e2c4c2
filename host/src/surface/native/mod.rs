//! `/v1`: the host's own doors, for programs.
//!
//! Everything is named as in `model::context`, in snake_case. GET also takes ImBox's camelCase
//! names, so that an address written for ImBox works here.

mod acted;
mod cloud;
pub(in crate::surface) mod event;
mod events;
mod explain;
mod form;
mod parse;
mod render;

pub use acted::acted;
pub use events::Events;
pub use form::form;

use super::keys::Keys;
use super::{CardSurface, Inbound, Question, Reply, Reveal, Route, answer, bearer};
use crate::model::id::{AccountId, RequestId};
use crate::model::outcome::Pane;
use crate::model::problem::Problem;
use http::{Method, StatusCode};

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
        bearer::account(inbound.headers, keys, "/v1", |account| &account.api_tokens)
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
