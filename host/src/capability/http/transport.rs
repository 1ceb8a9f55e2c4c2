//! How a judged request goes over the wire: the part of the way out that a program may replace.
//!
//! What comes before it (the egress policy, names, addresses, secrets, quotas) and after it (limits
//! in size, redaction) stays where it is, whatever stands here.

use super::budget::HttpBudget;
use super::connect::Connector;
use super::exchange::exchange;
use crate::capability::calls::Waiting;
use crate::model::http::{HttpError, Phase};
use crate::policy::permit::DialPermit;
use bytes::Bytes;
use std::sync::Arc;
use tokio::time::{Instant, timeout_at};

/// Sends one request to a permitted address and brings its answer.
pub trait Transport: Send + Sync + 'static {
    /// Sends it. The future is dropped when the call is over, and everything of it has to end then.
    ///
    /// Whoever dials, dials one of [`Outbound::permit`]'s addresses and no other, follows no
    /// redirect and keeps no connection: two requests may belong to two plugins.
    fn exchange<'a>(&'a self, outbound: Outbound<'a>) -> Waiting<'a, Result<Received, HttpError>>;
}

/// A request that manifest, grant and addresses allow, as it goes over the wire.
#[derive(Debug)]
pub struct Outbound<'a> {
    pub(super) permit: DialPermit,
    pub(super) request: http::Request<Option<Bytes>>,
    pub(super) budget: &'a HttpBudget,
    pub(super) deadline: Instant,
}

impl Outbound<'_> {
    /// The addresses that may be dialled, and whose certificate has to be shown.
    pub fn permit(&self) -> &DialPermit {
        &self.permit
    }

    /// The request: its target without host, `host` among its headers, secrets written into them
    /// and marked as sensitive. Show it to nobody.
    pub fn request(&self) -> &http::Request<Option<Bytes>> {
        &self.request
    }

    /// When the answer has to be there; at the latest the end of the call.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// The most bytes that the answer's body may have. A longer one is refused afterwards; who
    /// stops reading here spares the memory.
    pub fn max_body_bytes(&self) -> u64 {
        self.budget.response_limit()
    }
}

/// An answer as it came.
#[derive(Debug)]
pub struct Received {
    pub(super) head: http::response::Parts,
    pub(super) body: Vec<u8>,
}

impl From<http::Response<Vec<u8>>> for Received {
    fn from(response: http::Response<Vec<u8>>) -> Self {
        let (head, body) = response.into_parts();
        Self { head, body }
    }
}

/// The transport there is: a connection of its own for every request, with TLS by the permit.
#[derive(Debug)]
pub(super) struct Direct(pub(super) Connector);

impl Transport for Direct {
    fn exchange<'a>(&'a self, outbound: Outbound<'a>) -> Waiting<'a, Result<Received, HttpError>> {
        Box::pin(async move {
            let Outbound {
                permit,
                request,
                budget,
                deadline,
            } = outbound;
            let stream = self.0.connect(&permit, deadline).await?;
            exchange(stream, request, budget, deadline).await
        })
    }
}

/// A program's own transport, held to the deadline and to the budget: it is trusted to dial what it
/// is told, not to count.
pub(super) struct Held(pub(super) Arc<dyn Transport>);

impl Transport for Held {
    fn exchange<'a>(&'a self, outbound: Outbound<'a>) -> Waiting<'a, Result<Received, HttpError>> {
        Box::pin(async move {
            let (budget, deadline) = (outbound.budget, outbound.deadline);
            let limit = budget.response_limit();
            let received = timeout_at(deadline, self.0.exchange(outbound))
                .await
                .unwrap_or(Err(HttpError::Timeout(Phase::Wait)))?;
            let body = received.body.len() as u64;
            if body > limit {
                return Err(super::budget::too_large(limit));
            }
            budget.pay_received(body.saturating_add(head_bytes(&received.head)))?;
            Ok(received)
        })
    }
}

/// What a head costs: its names and values.
fn head_bytes(head: &http::response::Parts) -> u64 {
    let lines = head.headers.iter();
    lines
        .map(|(name, value)| (name.as_str().len() + value.len()) as u64)
        .sum()
}
