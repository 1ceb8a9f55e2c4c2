//! `/v1/context/stream`: the same question, and each card as soon as it is there.
//!
//! The answer is `text/event-stream`: `start` with who is asked, in the order of the pane; a `card`
//! for each, in the order in which they come; `end` with the name and link of all.

use super::super::describe::{Operation, Schemas};
use super::super::keys::Keys;
use super::super::{
    Asked, Caller, CardSurface, Inbound, Question, Reply, Reveal, Route, StreamSurface, Surface,
};
use super::render::{LinkView, OutcomeView};
use super::{Native, described};
use crate::model::id::RequestId;
use crate::model::outcome::{Outcome, Pane};
use crate::model::problem::Problem;
use crate::model::time::Millis;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use serde::Serialize;

/// The door that answers card by card.
#[derive(Clone, Copy, Debug)]
pub struct Stream;

impl Surface for Stream {
    fn name(&self) -> &'static str {
        Native.name()
    }

    fn routes(&self) -> &'static [Route] {
        &[Route {
            path: "/v1/context/stream",
            methods: &[Method::GET, Method::POST],
        }]
    }

    fn describe(&self, _: &Route, method: &Method, schemas: &mut Schemas) -> Operation {
        described::stream(method, schemas)
    }
}

impl CardSurface for Stream {
    fn verify(&self, inbound: &Inbound<'_>, keys: &Keys, now: Millis) -> Result<Caller, Problem> {
        Native.verify(inbound, keys, now)
    }

    fn parse(
        &self,
        inbound: &Inbound<'_>,
        caller: &Caller,
        request_id: RequestId,
    ) -> Result<Question, Problem> {
        Native.parse(inbound, caller, request_id)
    }

    fn has_buttons(&self) -> bool {
        Native.has_buttons()
    }

    fn render(&self, pane: &Pane, reveal: Reveal) -> Reply {
        Native.render(pane, reveal)
    }
}

impl StreamSurface for Stream {
    fn head(&self) -> Reply {
        let mut headers = HeaderMap::with_capacity(4);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // nginx collects an answer before it passes it on, unless it is told.
        headers.insert(
            HeaderName::from_static("x-accel-buffering"),
            HeaderValue::from_static("no"),
        );
        Reply {
            status: StatusCode::OK,
            headers,
            body: Bytes::new(),
        }
    }

    fn start(&self, request_id: &RequestId, asked: &[Asked]) -> Bytes {
        #[derive(Serialize)]
        struct Start<'a> {
            request_id: &'a str,
            plugins: Vec<Place<'a>>,
        }

        #[derive(Serialize)]
        struct Place<'a> {
            plugin: &'a str,
            title: &'a str,
        }

        let plugins = asked.iter().map(|asked| Place {
            plugin: asked.plugin.as_str(),
            title: &asked.title,
        });
        let start = Start {
            request_id: request_id.as_str(),
            plugins: plugins.collect(),
        };
        event("start", &start)
    }

    fn card(&self, order: usize, outcome: &Outcome, reveal: Reveal) -> Bytes {
        event("card", &CardEvent::new(order, outcome, reveal))
    }

    fn end(&self, pane: &Pane) -> Bytes {
        #[derive(Serialize)]
        struct End<'a> {
            contact_name: Option<&'a str>,
            contact_link: Option<LinkView<'a>>,
        }

        let end = End {
            contact_name: pane.contact_name(),
            contact_link: pane.contact_link().map(LinkView::new),
        };
        event("end", &end)
    }
}

/// What came of asking one plugin, as pages read it.
#[derive(Serialize)]
pub(in crate::surface) struct CardEvent<'a> {
    order: usize,
    title: &'a str,
    #[serde(flatten)]
    outcome: OutcomeView<'a>,
}

impl<'a> CardEvent<'a> {
    pub(in crate::surface) fn new(order: usize, outcome: &'a Outcome, reveal: Reveal) -> Self {
        Self {
            order,
            title: &outcome.title,
            outcome: OutcomeView::new(outcome, reveal),
        }
    }
}

/// One event. JSON has its line feeds escaped, so that it is one line.
fn event(name: &str, data: &impl Serialize) -> Bytes {
    let mut text = format!("event: {name}\ndata: ").into_bytes();
    // Texts and numbers written to memory: there is nothing that could fail.
    let _ = serde_json::to_writer(&mut text, data);
    text.extend_from_slice(b"\n\n");
    text.into()
}
