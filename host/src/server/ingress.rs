//! One request of a desk: bounded, verified, parsed, asked, rendered. Written once for all
//! surfaces.

use super::doors::{Actions, Cards, Door, Events, Pages, Streams};
use super::{Insiders, Shared, foreign, mcp};
use crate::model::id::RequestId;
use crate::model::problem::{Code, Problem};
use crate::surface::{self, CardSurface, Inbound, Reply, Reveal};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::request::Parts;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::net::SocketAddr;
use std::sync::Arc;

/// Mounts every surface's routes.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    // What a page in a browser asks, which may be a page of another origin; and what desks ask.
    let (mut pages, mut desks) = (Router::new(), Router::new());
    for surface in surface::all() {
        match surface.has_buttons() {
            true => pages = mount(pages, Cards(*surface)),
            false => desks = mount(desks, Cards(*surface)),
        }
    }
    for surface in surface::streams() {
        pages = mount(pages, Streams(*surface));
    }
    for surface in surface::actions() {
        pages = mount(pages, Actions(*surface));
    }
    for surface in surface::pages() {
        pages = mount(pages, Pages(*surface));
    }
    for surface in surface::events() {
        desks = mount(desks, Events(*surface));
    }
    pages = pages.route(surface::mcp::DOOR, agents(&shared));
    foreign::allow(pages, &shared.keys)
        .merge(desks)
        .fallback(move || async move {
            let problem = Problem::new(Code::RequestNotFound, "Nothing is served at this address.");
            refuse(Cards(&surface::native::Native), &problem, &request_id())
        })
        .with_state(shared)
}

/// The door for AI agents.
fn agents(shared: &Arc<Shared>) -> MethodRouter<Arc<Shared>> {
    let service = mcp::service(shared);
    let answered = move |State(shared): State<Arc<Shared>>, request: Request| {
        mcp::handle(service.clone(), shared, request)
    };
    on(MethodFilter::POST, answered).fallback(async || mcp::refuse(&wrong_method(), &request_id()))
}

fn wrong_method() -> Problem {
    Problem::new(
        Code::RequestMethod,
        "This address does not answer this method.",
    )
}

fn mount<D: Door>(mut router: Router<Arc<Shared>>, door: D) -> Router<Arc<Shared>> {
    for route in door.surface().routes() {
        router = router.route(route.path, methods(door, route.methods));
    }
    router
}

fn methods<D: Door>(door: D, allowed: &[Method]) -> MethodRouter<Arc<Shared>> {
    let filter = allowed
        .iter()
        .filter_map(|method| MethodFilter::try_from(method.clone()).ok())
        .reduce(MethodFilter::or);
    let refused = move || async move { refuse(door, &wrong_method(), &request_id()) };
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
        Ok(response) => response,
        Err(problem) => {
            tracing::info!(
                surface = door.surface().name(),
                request = %id,
                code = %problem.code,
                field = problem.field,
                "request refused"
            );
            refuse(door, &problem, &id)
        }
    }
}

pub(super) fn inbound<'a>(
    shared: &'a Shared,
    parts: &'a Parts,
    body: &'a [u8],
    plugin: Option<&'a str>,
) -> Inbound<'a> {
    Inbound {
        method: &parts.method,
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        headers: &parts.headers,
        body,
        plugin,
        public_url: shared.settings.public_url.as_deref(),
    }
}

/// The whole body, within its bounds in size and time.
pub(super) async fn arrive(body: Body, shared: &Shared) -> Result<Bytes, Problem> {
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
pub(super) fn plugin_of(path: &str, surface: &dyn CardSurface) -> Option<String> {
    let segment = surface.routes().iter().find_map(|route| {
        let front = route.path.strip_suffix("{plugin}")?;
        path.strip_prefix(front)
    })?;
    let decoded = percent_encoding::percent_decode_str(segment).decode_utf8_lossy();
    Some(decoded.into_owned())
}

/// An operator on this very machine sees the inside; what came through a proxy did not come from
/// there.
pub(super) fn reveal(parts: &Parts, insiders: Insiders) -> Reveal {
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

pub(super) fn respond(reply: Reply) -> Response {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = reply.status;
    let headers: HeaderMap = reply.headers;
    *response.headers_mut() = headers;
    response
}

pub(super) fn request_id() -> RequestId {
    RequestId::new(ulid::Ulid::generate().to_string())
}
