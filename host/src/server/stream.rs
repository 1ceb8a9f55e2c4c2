//! An answer that is written card by card. When the asker goes away, the calls end.

use super::Shared;
use super::doors::Taken;
use crate::model::outcome::{Pane, Placed};
use crate::model::problem::Problem;
use crate::surface::StreamSurface;
use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::stream::{self, StreamExt};
use std::convert::Infallible;
use std::sync::Arc;

/// Asks, and writes each outcome as it comes.
///
/// # Errors
/// As `Host::stream`; nothing was asked then.
pub(super) fn respond(
    surface: &'static dyn StreamSurface,
    shared: Arc<Shared>,
    taken: Taken,
) -> Result<Response, Problem> {
    let (asked, outcomes) = shared.host.stream(&taken.question)?;
    let head = surface.head();
    let start = surface.start(&taken.question.context.request_id, &asked);
    let under_way = UnderWay {
        surface,
        shared,
        taken,
        outcomes: Box::pin(outcomes),
        seen: Vec::with_capacity(asked.len()),
        ended: false,
    };
    let parts = stream::once(async { start }).chain(stream::unfold(under_way, UnderWay::next));
    let mut response = Response::new(Body::from_stream(parts.map(Ok::<Bytes, Infallible>)));
    *response.status_mut() = head.status;
    *response.headers_mut() = head.headers;
    Ok(response)
}

struct UnderWay<S> {
    surface: &'static dyn StreamSurface,
    shared: Arc<Shared>,
    taken: Taken,
    outcomes: std::pin::Pin<Box<S>>,
    seen: Vec<Placed>,
    ended: bool,
}

impl<S: stream::Stream<Item = Placed>> UnderWay<S> {
    /// The next part of the answer, and what is left.
    async fn next(mut self) -> Option<(Bytes, Self)> {
        if self.ended {
            return None;
        }
        let Some(mut placed) = self.outcomes.next().await else {
            self.ended = true;
            return Some((self.surface.end(&self.pane()), self));
        };
        if let Some(signer) = self.taken.signer(&self.shared) {
            signer.stamp(&mut placed.outcome);
        }
        let reveal = self.taken.reveal;
        let card = self.surface.card(placed.order, &placed.outcome, reveal);
        self.seen.push(placed);
        Some((card, self))
    }

    /// All that was seen, in the order of the pane.
    fn pane(&mut self) -> Pane {
        let mut seen = std::mem::take(&mut self.seen);
        seen.sort_by_key(|placed| placed.order);
        Pane {
            request_id: self.taken.question.context.request_id.clone(),
            outcomes: seen.into_iter().map(|placed| placed.outcome).collect(),
            explained: None,
        }
    }
}
