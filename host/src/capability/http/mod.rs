//! A plugin's HTTP requests: judged, resolved, judged again, sent, cut down to size, redacted.

mod answer;
mod budget;
mod connect;
mod exchange;
mod outgoing;
mod phase;
mod places;
mod resolve;
mod transport;
mod trust;

pub use budget::HttpBudget;
pub use places::HttpPlaces;
pub use resolve::{Resolve, ResolveError, Resolving, SystemResolver};
pub use transport::{Outbound, Received, Transport};

use crate::capability::secret::Secrets;
use crate::model::http::{Body, Denial, HttpError, Phase, Request, Response, Rule};
use crate::policy::egress::EgressPolicy;
use crate::policy::permit::HostPermit;
use crate::policy::url::Host;
use answer::answer;
use arc_swap::ArcSwap;
use connect::Connector;
use outgoing::Outgoing;
use phase::within;
use std::fmt;
use std::io;
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
    /// Counts what is held back, where nothing but reading may leave.
    held_back: Option<Arc<AtomicU64>>,
}

/// On what terms one call may send: what it is allowed, what it has left, until when.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// What manifest and grant allow.
    pub policy: &'a EgressPolicy,
    /// The installation's secrets.
    pub secrets: &'a Secrets,
    /// The plugin's places for requests.
    pub places: &'a HttpPlaces,
    /// What the call may still send and receive.
    pub budget: &'a HttpBudget,
    /// When the call has to be over.
    pub deadline: Instant,
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
            held_back: None,
        }
    }

    /// The same client, through which GET and HEAD alone leave. What manifest and grant allow beyond
    /// them is refused, and counted in `held_back`.
    #[must_use]
    pub fn reading_only(&self, held_back: Arc<AtomicU64>) -> Self {
        Self {
            own: Arc::clone(&self.own),
            resolver: Arc::clone(&self.resolver),
            transport: Arc::clone(&self.transport),
            dials: Arc::clone(&self.dials),
            held_back: Some(held_back),
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

    /// Sends one request and reads the whole answer, at the latest until the terms' deadline or
    /// until the request's own timeout.
    ///
    /// Dropping the future closes the connection; nothing of it runs on, but for a lookup of the
    /// system's resolver that cannot be called back.
    ///
    /// # Errors
    /// [`HttpError`]; with `Denied` and `Quota` nothing was sent.
    pub async fn send(&self, request: Request, terms: &Terms<'_>) -> Result<Response, HttpError> {
        terms.budget.may_ask()?;
        let deadline = match request.timeout_ms {
            // A timer of no length at all would never let anything happen.
            Some(ms) => {
                let own = Instant::now() + Duration::from_millis(u64::from(ms).max(1));
                terms.deadline.min(own)
            }
            None => terms.deadline,
        };
        let prepared = prepare(request, terms);
        let (permit, outgoing) = prepared.inspect_err(|_| terms.budget.refused())?;
        self.may_leave(outgoing.request.method())?;
        let _place = terms.places.take(deadline).await?;
        let addresses = within(Phase::Resolve, deadline, self.resolve(&permit)).await?;
        let own = self.own_among(&addresses);
        let outbound = Outbound {
            permit: permit.admit(&addresses, &own).map_err(HttpError::Denied)?,
            request: outgoing.request,
            budget: terms.budget,
            deadline,
        };
        let received = self.transport.exchange(outbound).await?;
        let redactors = [&outgoing.pairs, terms.secrets.redactor()];
        answer(received, &redactors, permit.is_given_secrets())
    }

    /// Sends all requests side by side. Answers stand in their order, and one that fails fails
    /// alone.
    ///
    /// Those that cannot come to anything any more are not even begun: a call can pass on a hundred
    /// thousand of them at once.
    pub async fn send_all(
        &self,
        mut requests: Vec<Request>,
        terms: &Terms<'_>,
    ) -> Vec<Result<Response, HttpError>> {
        let count = requests.len();
        requests.truncate(terms.budget.room());
        let sends = requests
            .into_iter()
            .map(|request| self.send(request, terms));
        let mut answers = futures_util::future::join_all(sends).await;
        answers.resize_with(count, || {
            let used_up = HttpError::Quota("more requests than a call has".to_owned());
            Err(terms.budget.may_ask().err().unwrap_or(used_up))
        });
        answers
    }

    /// Refuses what would change something, where nothing but reading may leave.
    fn may_leave(&self, method: &http::Method) -> Result<(), HttpError> {
        let Some(held_back) = &self.held_back else {
            return Ok(());
        };
        if matches!(*method, http::Method::GET | http::Method::HEAD) {
            return Ok(());
        }
        held_back.fetch_add(1, Ordering::Relaxed);
        Err(HttpError::Denied(Denial {
            rule: Rule::Method,
            why: format!("{method} was held back: this is a simulation that sends GET only"),
            hint: None,
        }))
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

/// Judges a request, writes it, and pays for it.
fn prepare(request: Request, terms: &Terms<'_>) -> Result<(HostPermit, Outgoing), HttpError> {
    let permit = terms.policy.judge(&request).map_err(HttpError::Denied)?;
    let body = request.body.map(Body::into_bytes);
    let body_bytes = body.as_ref().map_or(0, Vec::len);
    let outgoing = Outgoing::write(&permit, body, terms.secrets)?;
    terms.budget.pay_request(outgoing.head_bytes, body_bytes)?;
    Ok((permit, outgoing))
}

/// Whether one of this machine's network cards has the address: only then a socket can be bound to
/// it. Nothing is sent. Where the system cannot say, it counts as one.
fn is_local(address: IpAddr) -> bool {
    match UdpSocket::bind((address, 0)) {
        Ok(_) => true,
        Err(error) => error.kind() != io::ErrorKind::AddrNotAvailable,
    }
}

#[cfg(test)]
mod tests;
