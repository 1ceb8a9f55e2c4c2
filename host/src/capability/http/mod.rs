//! A plugin's HTTP requests: judged, resolved, judged again, sent, cut down to size, redacted.

mod budget;
mod connect;
mod exchange;
mod outgoing;
mod phase;
mod redact;
mod resolve;
mod transport;
mod trust;

pub use budget::HttpBudget;
pub use resolve::{Resolve, ResolveError, Resolving, SystemResolver};
pub use transport::{Outbound, Received, Transport};

use crate::capability::secret::Secrets;
use crate::model::http::{Body, HttpError, Phase, Request, Response};
use crate::policy::egress::EgressPolicy;
use crate::policy::permit::HostPermit;
use crate::policy::url::Host;
use arc_swap::ArcSwap;
use connect::Connector;
use outgoing::Outgoing;
use phase::within;
use redact::Redactor;
use std::fmt;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;
use transport::{Direct, Held};

/// Where this host itself listens. Filled when its listeners are bound, which is after the client
/// is made.
pub type OwnListeners = Arc<ArcSwap<Vec<SocketAddr>>>;

/// Sends plugins' requests. One for the whole host; it keeps no connection, cookie or session
/// between two requests, and follows no redirect.
pub struct HttpClient {
    own: OwnListeners,
    resolver: Arc<dyn Resolve>,
    transport: Arc<dyn Transport>,
    dials: Arc<AtomicU64>,
}

impl HttpClient {
    /// A client that never dials one of `own` and resolves names with `resolver`.
    pub fn new(own: OwnListeners, resolver: Arc<dyn Resolve>) -> Self {
        let dials = Arc::<AtomicU64>::default();
        Self {
            own,
            resolver,
            transport: Arc::new(Direct(Connector::counting(Arc::clone(&dials)))),
            dials,
        }
    }

    /// The same client with another way over the wire. Everything else stays in force: no request
    /// reaches `transport` that manifest, grant and addresses do not allow.
    #[must_use]
    pub fn over(self, transport: Arc<dyn Transport>) -> Self {
        Self {
            transport: Arc::new(Held(transport)),
            ..self
        }
    }

    /// Sockets that were opened, or tried, since the start. What is denied opens none, and a
    /// transport of a program's own is not counted.
    pub fn dials(&self) -> u64 {
        self.dials.load(Ordering::Relaxed)
    }

    /// Sends one request and reads the whole answer, at the latest until `deadline` or until the
    /// request's own timeout.
    ///
    /// Dropping the future closes the connection; nothing of it runs on, but for a lookup of the
    /// system's resolver that cannot be called back.
    ///
    /// # Errors
    /// [`HttpError`]; with `Denied` and `Quota` nothing was sent.
    pub async fn send(
        &self,
        request: Request,
        policy: &EgressPolicy,
        secrets: &Secrets,
        budget: &HttpBudget,
        deadline: Instant,
    ) -> Result<Response, HttpError> {
        let permit = policy.judge(&request).map_err(HttpError::Denied)?;
        let deadline = match request.timeout_ms {
            // A timer of no length at all would never let anything happen.
            Some(ms) => deadline.min(Instant::now() + Duration::from_millis(u64::from(ms).max(1))),
            None => deadline,
        };
        let body = request.body.map(Body::into_bytes);
        let body_bytes = body.as_ref().map_or(0, Vec::len);
        let outgoing = Outgoing::write(&permit, body, secrets)?;
        budget.pay_request(outgoing.head_bytes, body_bytes)?;
        let addresses = within(Phase::Resolve, deadline, self.resolve(&permit)).await?;
        let own = self.own_among(&addresses);
        let outbound = Outbound {
            permit: permit.admit(&addresses, &own).map_err(HttpError::Denied)?,
            request: outgoing.request,
            budget,
            deadline,
        };
        let received = self.transport.exchange(outbound).await?;
        answer(received, &outgoing.redactor)
    }

    /// Sends all requests side by side. Answers stand in their order, and one that fails fails
    /// alone.
    pub async fn send_all(
        &self,
        requests: Vec<Request>,
        policy: &EgressPolicy,
        secrets: &Secrets,
        budget: &HttpBudget,
        deadline: Instant,
    ) -> Vec<Result<Response, HttpError>> {
        let sends = requests
            .into_iter()
            .map(|request| self.send(request, policy, secrets, budget, deadline));
        futures_util::future::join_all(sends).await
    }

    /// The addresses of the permit's host; asked for once, and not at all for one written out.
    async fn resolve(&self, permit: &HostPermit) -> Result<Vec<SocketAddr>, HttpError> {
        let port = permit.url().port();
        let name = match permit.url().host() {
            Host::Address(address) => return Ok(vec![SocketAddr::new(*address, port)]),
            Host::Name(name) => name,
        };
        let found = self.resolver.resolve(name).await;
        let found = found.and_then(|found| resolve::check_answers(name, found));
        let found = found.map_err(|error| HttpError::Dns(error.to_string()))?;
        let with_port = |address| SocketAddr::new(address, port);
        Ok(found.into_iter().map(with_port).collect())
    }

    /// This host's listeners, and those of `addresses` that a listener on all addresses answers.
    fn own_among(&self, addresses: &[SocketAddr]) -> Vec<SocketAddr> {
        let mut own = self.own.load().to_vec();
        let everywhere = |port| {
            let of_port = |listener: &&SocketAddr| listener.port() == port;
            let mut listeners = own.iter().filter(of_port);
            listeners.any(|listener| listener.ip().is_unspecified())
        };
        let is_own = |address: &&SocketAddr| everywhere(address.port()) && is_local(address.ip());
        let local: Vec<_> = addresses.iter().filter(is_own).copied().collect();
        own.extend(local);
        own
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient")
            .field("own", &self.own.load())
            .field("dials", &self.dials())
            .finish_non_exhaustive()
    }
}

/// Whether one of this machine's network cards has the address: only then a socket can be bound to
/// it. Nothing is sent.
fn is_local(address: IpAddr) -> bool {
    UdpSocket::bind((address, 0)).is_ok()
}

fn answer(received: Received, redactor: &Redactor) -> Result<Response, HttpError> {
    let Received { head, mut body } = received;
    let status = head.status.as_u16();
    if !(200..=599).contains(&status) {
        let why = format!("the status {status} is not one from 200 to 599");
        return Err(HttpError::Protocol(why));
    }
    let shown = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        let text = || String::from_utf8_lossy(value.as_bytes()).into_owned();
        let withheld = redactor.withholds(name.as_str(), value.as_bytes());
        (!withheld).then(|| (name.as_str().to_owned(), text()))
    };
    let headers = head.headers.iter().filter_map(shown).collect();
    redactor.mask(&mut body);
    Ok(Response {
        status,
        headers,
        body: Body::from_bytes(body),
    })
}

#[cfg(test)]
mod tests;
