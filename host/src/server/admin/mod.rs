//! The admin listener: is it alive, is it ready, which plugins are served and why others are not,
//! and reading one again.

mod deliveries;
mod metrics;
mod recordings;
mod view;

use super::status;
use crate::catalog::Reloaded;
use crate::deliver::Deliver;
use crate::host::Host;
use crate::model::id::PluginId;
use crate::model::problem::{Code, Problem};
use crate::storage::Health;
use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Serialize;
use serde_json::json;

/// The admin listener's routes.
pub(super) fn router(host: Host) -> Router {
    let router = Router::new()
        .route("/healthz", get(health))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics::metrics))
        .route("/plugins", get(plugins))
        .route("/plugins/{id}", get(plugin))
        .route("/plugins/{id}/reload", post(reload));
    recordings::routes(deliveries::routes(router))
        .fallback(|| async {
            refuse(&Problem::new(
                Code::RequestNotFound,
                "Nothing is served at this address.",
            ))
        })
        .method_not_allowed_fallback(|| async {
            refuse(&Problem::new(
                Code::RequestMethod,
                "This address does not answer this method.",
            ))
        })
        .with_state(host)
}

/// Healthy means that a restart would not help. A storage that failed is not: what it wrote last
/// nobody knows before it is opened anew.
async fn health(State(host): State<Host>) -> (StatusCode, String) {
    match host.deliveries().map(Deliver::health) {
        Ok(Health::Failed(why)) => (
            StatusCode::SERVICE_UNAVAILABLE,
            format!("the storage of events failed: {why}\n"),
        ),
        Ok(Health::Good | Health::Full) | Err(_) => (StatusCode::OK, "ok\n".into()),
    }
}

/// Ready means that requests are answered: the first snapshot stands, since `Host` exists only
/// after it, and events can be taken, where this host keeps any.
async fn ready(State(host): State<Host>) -> (StatusCode, &'static str) {
    match host.deliveries().map(Deliver::health) {
        Ok(Health::Failed(_)) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the storage of events failed\n",
        ),
        // Cards are answered and deliveries go on: taking this host away would make it worse.
        Ok(Health::Full) => (
            StatusCode::OK,
            "ok, but the disk is full: no event is taken\n",
        ),
        Ok(Health::Good) | Err(_) => (StatusCode::OK, "ok\n"),
    }
}

async fn plugins(State(host): State<Host>) -> Response {
    let snapshot = host.view().current();
    answer(StatusCode::OK, &view::Listing::of(&snapshot))
}

/// The name in a request's path; one that is not UTF-8 is refused in our own form.
type Named = Result<Path<String>, PathRejection>;

async fn plugin(State(host): State<Host>, id: Named) -> Response {
    let Ok(Path(id)) = id else {
        return refuse(&unknown("\u{fffd}"));
    };
    let snapshot = host.view().current();
    match view::About::of(&snapshot, &id) {
        Some(about) => answer(StatusCode::OK, &about),
        None => refuse(&unknown(&id)),
    }
}

async fn reload(State(host): State<Host>, id: Named) -> Response {
    let Ok(Path(id)) = id else {
        return refuse(&unknown("\u{fffd}"));
    };
    let Some(plugin) = PluginId::parse(&id) else {
        return refuse(&unknown(&id));
    };
    match host.reload(&plugin).await {
        Ok(Reloaded::Serving(generation)) => answer(
            StatusCode::OK,
            &json!({ "plugin": id, "state": "serving", "generation": generation.to_string() }),
        ),
        Ok(Reloaded::Disabled) => answer(
            StatusCode::OK,
            &json!({ "plugin": id, "state": "disabled" }),
        ),
        Ok(Reloaded::Removed) => {
            answer(StatusCode::OK, &json!({ "plugin": id, "state": "removed" }))
        }
        Err(problem) => refuse(&problem),
    }
}

fn unknown(id: &str) -> Problem {
    let message = format!("There is no plugin {id:?} here; `/plugins` lists those there are.");
    Problem::new(Code::RequestUnknownPlugin, message)
}

fn refuse(problem: &Problem) -> Response {
    let body = json!({ "error": view::Error::of(problem) });
    answer(status::of(problem.code), &body)
}

fn answer(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => (status, [(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
