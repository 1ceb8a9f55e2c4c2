//! One request of a desk: bounded, verified, parsed, asked, rendered. Written once for all
//! surfaces.

use super::{Insiders, Shared, status};
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
    let mut router = Router::new();
    for surface in surface::all() {
        for route in surface.routes() {
            router = router.route(route.path, methods(*surface, route.methods));
        }
    }
    router
        .fallback(move || async move {
            let problem = Problem::new(Code::RequestNotFound, "Nothing is served at this address.");
            refuse(&surface::native::Native, &problem, &request_id())
        })
        .with_state(shared)
}

fn methods(surface: &'static dyn CardSurface, allowed: &[Method]) -> MethodRouter<Arc<Shared>> {
    let filter = allowed
        .iter()
        .filter_map(|method| MethodFilter::try_from(method.clone()).ok())
        .reduce(MethodFilter::or);
    let refused = move || async move {
        let problem = Problem::new(
            Code::RequestMethod,
            "This address does not answer this method.",
        );
        refuse(surface, &problem, &request_id())
    };
    match filter {
        Some(filter) => on(
            filter,
            move |State(shared): State<Arc<Shared>>, request: Request| {
                handle(surface, shared, request)
            },
        )
        .fallback(refused),
        None => MethodRouter::new().fallback(refused),
    }
}

async fn handle(
    surface: &'static dyn CardSurface,
    shared: Arc<Shared>,
    request: Request,
) -> Response {
    let id = request_id();
    match answer(surface, &shared, request, &id).await {
        Ok(response) => response,
        Err(problem) => {
            tracing::info!(
                surface = surface.name(),
                request = %id,
                code = %problem.code,
                field = problem.field,
                "request refused"
            );
            refuse(surface, &problem, &id)
        }
    }
}

async fn answer(
    surface: &'static dyn CardSurface,
    shared: &Shared,
    request: Request,
    id: &RequestId,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = arrive(body, shared).await?;
    let plugin = plugin_of(parts.uri.path(), surface);
    let inbound = Inbound {
        method: &parts.method,
        query: parts.uri.query().unwrap_or_default(),
        headers: &parts.headers,
        body: &body,
        plugin: plugin.as_deref(),
    };
    let account = surface.verify(&inbound, &shared.keys)?;
    let question = surface.parse(&inbound, account, id.clone())?;
    let reveal = reveal(&parts, shared.settings.insiders);
    let pane = match reveal == Reveal::Inside && surface.asks_why(&inbound) {
        true => shared.host.explain(&question).await?,
        false => shared.host.ask(&question).await?,
    };
    Ok(respond(surface.render(&pane, reveal)))
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

fn refuse(surface: &dyn CardSurface, problem: &Problem, id: &RequestId) -> Response {
    respond(surface.refuse(problem, status::of(problem.code), id))
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
