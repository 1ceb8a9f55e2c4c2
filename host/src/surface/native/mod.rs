//! `/v1`: the host's own doors, for programs.
//!
//! Everything is named as in `model::context`, in snake_case. GET also takes ImBox's camelCase
//! names, so that an address written for ImBox works here.

mod acted;
mod actions;
mod button;
mod cloud;
pub(super) mod context;
pub(super) mod described;
pub(in crate::surface) mod event;
mod events;
mod explain;
mod form;
pub(super) mod forms;
mod names;
pub(super) mod parse;
mod recorded;
mod render;
pub(super) mod sessions;
pub(super) mod stream;

pub(super) use acted::CommandView;
pub use acted::acted;
pub use actions::Actions;
pub use events::Events;
pub use form::form;
pub use forms::EventForm;
pub use recorded::{read_recording, recording};
pub use sessions::Sessions;
pub use stream::Stream;

use super::describe::{Operation, Schemas};
use super::keys::Keys;
use super::{Caller, CardSurface, Inbound, Question, Reply, Reveal, Route, Surface, bearer};
use crate::model::id::RequestId;
use crate::model::outcome::Pane;
use crate::model::problem::Problem;
use crate::model::time::Millis;
use http::header::CACHE_CONTROL;
use http::{HeaderMap, Method};

/// The host's own door.
#[derive(Clone, Copy, Debug)]
pub struct Native;

impl Surface for Native {
    fn name(&self) -> &'static str {
        "native"
    }

    fn routes(&self) -> &'static [Route] {
        &[Route {
            path: "/v1/context",
            methods: &[Method::GET, Method::POST],
        }]
    }

    fn describe(&self, _: &Route, method: &Method, schemas: &mut Schemas) -> Operation {
        described::context(method, schemas)
    }
}

impl CardSurface for Native {
    fn verify(&self, inbound: &Inbound<'_>, keys: &Keys, now: Millis) -> Result<Caller, Problem> {
        bearer::caller(inbound.headers, keys, "/v1", now)
    }

    fn parse(
        &self,
        inbound: &Inbound<'_>,
        caller: &Caller,
        request_id: RequestId,
    ) -> Result<Question, Problem> {
        Ok(Question {
            anew: anew(inbound.headers),
            ..parse::question(inbound, caller, request_id)?
        })
    }

    fn has_buttons(&self) -> bool {
        true
    }

    fn asks_why(&self, inbound: &Inbound<'_>) -> bool {
        parse::asks_why(inbound)
    }

    fn render(&self, pane: &Pane, reveal: Reveal) -> Reply {
        render::pane(pane, reveal)
    }
}

/// Whether the asker wants no card that was made before: RFC 9111, 5.2.1.4. Browsers say so for a
/// request that is to go past all caches.
fn anew(headers: &HeaderMap) -> bool {
    headers
        .get_all(CACHE_CONTROL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|word| word.trim().eq_ignore_ascii_case("no-cache"))
}
