//! One request of a desk: bounded, verified, parsed, asked, rendered. Written once for all
//! surfaces.

use super::{Insiders, Shared, status};
use crate::model::id::RequestId;
use crate::model::problem::{Code, Problem};
use crate::surface::{self, CardSurface, EventSurface, Inbound, Reply, Reveal, Route};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::HeaderValue;
use http::header::RETRY_AFTER;
use http::request::Parts;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::net::SocketAddr;
use std::sync::Arc;

/// When a sender whose event could not be taken is to try again, in seconds: long enough for a disk
/// to be cleared a little or a queue to shrink, short enough that senders with few tries succeed.
const RETRY_AFTER_S: &str = "30";

/// Mounts every surface's routes.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    let mut router = Router::new();
    for surface in surface::all() {
        router = mount(router, Cards(*surface));
    }
    for surface in surface::events() {
        router = mount(router, Events(*surface));
    }
    router
        .fallback(move || async move {
            let problem = Problem::new(Code::RequestNotFound, "Nothing is served at this address.");
            refuse(Cards(&surface::native::Native), &problem, &request_id())
        })
        .with_state(shared)
}

/// A surface of either kind, as the router sees it.
trait Door: Copy + Send + Sync + 'static {
    fn name(self) -> &'static str;

    fn routes(self) -> &'static [Route];

    /// Verifies, parses, asks and renders.
    fn answer(
        self,
        shared: &Shared,
        request: Request,
        id: &RequestId,
    ) -> impl Future<Output = Result<Reply, Problem>> + Send;

    fn refuse(self, problem: &Problem, id: &RequestId) -> Reply;
}

fn mount<D: Door>(mut router: Router<Arc<Shared>>, door: D) -> Router<Arc<Shared>> {
    for route in door.routes() {
        router = router.route(route.path, methods(door, route.methods));
    }
    router
}

fn methods<D: Door>(door: D, allowed: &[Method]) -> MethodRouter<Arc<Shared>> {
    let filter = allowed
        .iter()
        .filter_map(|method| MethodFilter::try_from(method.clone()).ok())
        .reduce(MethodFilter::or);
    let refused = move || async move {
        let problem = Problem::new(
            Code::RequestMethod,
            "This address does not answer this method.",
        );
        refuse(door, &problem, &request_id())
    };
    match filter {
        Some(filter) => on(
            filter,
            move |State(shared): State<Arc<Shared>>, request: Request| {
                handle(door, shared, request)
            },
        )
        .fallback(refused),
        None => MethodRouter::new().fallback(refused),
    }
}

async fn handle<D: Door>(door: D, shared: Arc<Shared>, request: Request) -> Response {
    let id = request_id();
    match door.answer(&shared, request, &id).await {
        Ok(reply) => respond(reply),
        Err(problem) => {
            tracing::info!(
                surface = door.name(),
                request = %id,
                code = %problem.code,
                field = problem.field,
                "request refused"
            );
            refuse(door, &problem, &id)
        }
    }
}

/// Contact cards of a desk.
#[derive(Clone, Copy)]
struct Cards(&'static dyn CardSurface);

impl Door for Cards {
    fn name(self) -> &'static str {
        self.0.name()
    }

    fn routes(self) -> &'static [Route] {
        self.0.routes()
    }

    async fn answer(
        self,
        shared: &Shared,
        request: Request,
        id: &RequestId,
    ) -> Result<Reply, Problem> {
        let surface = self.0;
        let (parts, body) = request.into_parts();
        let body = arrive(body, shared).await?;
        let plugin = plugin_of(parts.uri.path(), surface);
        let inbound = inbound(&parts, &body, plugin.as_deref());
        let account = surface.verify(&inbound, &shared.keys)?;
        let question = surface.parse(&inbound, account, id.clone())?;
        let reveal = reveal(&parts, shared.settings.insiders);
        let pane = match reveal == Reveal::Inside && surface.asks_why(&inbound) {
            true => shared.host.explain(&question).await?,
            false => shared.host.ask(&question).await?,
        };
        Ok(surface.render(&pane, reveal))
    }

    fn refuse(self, problem: &Problem, id: &RequestId) -> Reply {
        self.0.refuse(problem, status::of(problem.code), id)
    }
}

/// Product events of a desk. The answer is a promise: the event is on the disk.
#[derive(Clone, Copy)]
struct Events(&'static dyn EventSurface);

impl Door for Events {
    fn name(self) -> &'static str {
        self.0.name()
    }

    fn routes(self) -> &'static [Route] {
        self.0.routes()
    }

    async fn answer(
        self,
        shared: &Shared,
        request: Request,
        id: &RequestId,
    ) -> Result<Reply, Problem> {
        let surface = self.0;
        let (parts, body) = request.into_parts();
        let body = arrive(body, shared).await?;
        let inbound = inbound(&parts, &body, None);
        let now = shared.host.now();
        let account = surface.verify(&inbound, &shared.keys, now)?;
        let event = surface.parse(&inbound, account, now)?;
        let receipt = shared.host.accept(event).await?;
        Ok(surface.accepted(&receipt, id))
    }

    fn refuse(self, problem: &Problem, id: &RequestId) -> Reply {
        let mut reply = self.0.refuse(problem, status::of(problem.code), id);
        if problem.retryable {
            let wait = HeaderValue::from_static(RETRY_AFTER_S);
            reply.headers.insert(RETRY_AFTER, wait);
        }
        reply
    }
}

fn inbound<'a>(parts: &'a Parts, body: &'a [u8], plugin: Option<&'a str>) -> Inbound<'a> {
    Inbound {
        method: &parts.method,
        query: parts.uri.query().unwrap_or_default(),
        headers: &parts.headers,
        body,
        plugin,
    }
}

/// The whole body, within its bounds in size and time.
async fn arrive(body: Body, shared: &Shared) -> Result<Bytes, Problem> {
    use http_body::Body as _;
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let limit = shared.settings.body_bytes;
    let whole = Limited::new(body, limit).collect();
    match tokio::time::timeout(shared.settings.arrival, whole).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let mut problem = Problem::new(
                Code::RequestTooLarge,
                "The request's body is larger than it may be.",
            );
            problem.limit = Some(limit as u64);
            Err(problem.field("body"))
        }
        Ok(Err(error)) => Err(Problem::new(
            Code::RequestMalformed,
            "The request's body broke off.",
        )
        .field("body")
        .detail(error.to_string())),
        Err(_) => Err(Problem::new(
            Code::RequestTimeout,
            "The request's body did not arrive in time.",
        )),
    }
}

/// The `{plugin}` at the end of a path, where a route of the surface has one.
fn plugin_of(path: &str, surface: &dyn CardSurface) -> Option<String> {
    let segment = surface.routes().iter().find_map(|route| {
        let front = route.path.strip_suffix("{plugin}")?;
        path.strip_prefix(front)
    })?;
    let decoded = percent_encoding::percent_decode_str(segment).decode_utf8_lossy();
    Some(decoded.into_owned())
}

/// An operator on this very machine sees the inside; what came through a proxy did not come from
/// there.
fn reveal(parts: &Parts, insiders: Insiders) -> Reveal {
    match insiders {
        Insiders::Loopback => {}
        Insiders::Nobody => return Reveal::Cards,
        Insiders::Everybody => return Reveal::Inside,
    }
    let local = parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .is_some_and(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback());
    let proxied = ["forwarded", "x-forwarded-for", "x-real-ip", "via"]
        .iter()
        .any(|name| parts.headers.contains_key(*name));
    match local && !proxied {
        true => Reveal::Inside,
        false => Reveal::Cards,
    }
}

fn refuse<D: Door>(door: D, problem: &Problem, id: &RequestId) -> Response {
    respond(door.refuse(problem, id))
}

fn respond(reply: Reply) -> Response {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = reply.status;
    let headers: HeaderMap = reply.headers;
    *response.headers_mut() = headers;
    response
}

fn request_id() -> RequestId {
    RequestId::new(ulid::Ulid::generate().to_string())
}
