//! The admin listener: is it alive, is it ready, which plugins are served and why others are not,
//! and reading one again.

mod delivered;
mod deliveries;
mod metrics;
mod recordings;
mod simulate;
mod view;

use super::status;
use super::workshop::Workshop;
use crate::deliver::Deliver;
use crate::host::Host;
use crate::model::id::PluginId;
use crate::model::problem::{Code, Problem};
use crate::storage::Health;
use crate::surface::describe::{Operation, Schemas, document};
use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use serde::Serialize;

/// The media type of most answers.
const JSON: &str = "application/json";

/// The admin listener's routes.
pub(super) fn router(host: Host, workshop: Option<Workshop>) -> Router {
    let served = served(workshop);
    let document = Bytes::from(written(&served).to_string());
    let router = served.into_iter().fold(Router::new(), |router, served| {
        router.route(served.path, served.handler)
    });
    router
        .route(
            DOCUMENT,
            get(async move || ([(header::CONTENT_TYPE, JSON)], document)),
        )
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

/// What the listener's other addresses take and answer.
const DOCUMENT: &str = "/openapi.json";

/// One address, with who answers it and how it is described: what is in the document is what is
/// mounted.
struct Served {
    path: &'static str,
    method: Method,
    handler: MethodRouter<Host>,
    describe: fn(&mut Schemas) -> Operation,
}

impl Served {
    fn get(
        path: &'static str,
        handler: MethodRouter<Host>,
        describe: fn(&mut Schemas) -> Operation,
    ) -> Self {
        let method = Method::GET;
        Self {
            path,
            method,
            handler,
            describe,
        }
    }

    fn post(
        path: &'static str,
        handler: MethodRouter<Host>,
        describe: fn(&mut Schemas) -> Operation,
    ) -> Self {
        let method = Method::POST;
        Self {
            method,
            ..Self::get(path, handler, describe)
        }
    }

    fn delete(
        path: &'static str,
        handler: MethodRouter<Host>,
        describe: fn(&mut Schemas) -> Operation,
    ) -> Self {
        let method = Method::DELETE;
        Self {
            method,
            ..Self::get(path, handler, describe)
        }
    }
}

fn served(workshop: Option<Workshop>) -> Vec<Served> {
    let mut served = vec![
        Served::get("/healthz", get(health), |_| {
            told("Whether a restart would help")
        }),
        Served::get("/readyz", get(ready), |_| {
            told("Whether requests are answered")
        }),
        Served::get("/metrics", get(metrics::metrics), |_| {
            let text = serde_json::json!({"type": "string"});
            Operation::new("What the host counted, as OpenMetrics text")
                .reply(200, "The figures.", metrics::TYPE, text)
                .refuses(&[405, 500])
        }),
        Served::get("/plugins", get(plugins), |schemas| {
            Operation::new("Every plugin: served, refused, disabled")
                .reply(
                    200,
                    "The plugins.",
                    JSON,
                    schemas.answered::<view::Listing<'_>>(),
                )
                .refuses(&[405])
        }),
        Served::get("/plugins/{id}", get(plugin), |schemas| {
            Operation::new("One plugin, with its limits and its manifest")
                .reply(
                    200,
                    "The plugin.",
                    JSON,
                    schemas.answered::<view::About<'_>>(),
                )
                .refuses(&[404, 405])
        }),
        Served::post("/plugins/{id}/reload", post(reload), |schemas| {
            Operation::new("Reads a plugin's files again")
                .reply(
                    200,
                    "How it stands.",
                    JSON,
                    schemas.answered::<view::Reread<'_>>(),
                )
                .refuses(&[404, 405, 422, 500, 503])
        }),
    ];
    served.extend(deliveries::served());
    served.extend(recordings::served());
    served.extend(simulate::served(workshop));
    served
}

/// An address that answers a machine, and a person in a line.
fn told(summary: &str) -> Operation {
    let plain = "text/plain; charset=utf-8";
    let text = || serde_json::json!({"type": "string"});
    Operation::new(summary)
        .reply(200, "Yes.", plain, text())
        .reply(503, "No.", plain, text())
        .refuses(&[405])
}

fn written(served: &[Served]) -> serde_json::Value {
    let mut schemas = Schemas::new();
    let own = Operation::new("This document")
        .reply(
            200,
            "OpenAPI 3.1",
            JSON,
            serde_json::json!({"type": "object"}),
        )
        .refuses(&[405]);
    let mut described = vec![(DOCUMENT, Method::GET, own)];
    for one in served {
        described.push((one.path, one.method.clone(), (one.describe)(&mut schemas)));
    }
    let refusal = schemas.answered::<view::Refusal<'_>>();
    document("Sidepane: admin", described, &refusal, schemas)
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
        Ok(reloaded) => answer(StatusCode::OK, &view::Reread::of(&id, &reloaded)),
        Err(problem) => refuse(&problem),
    }
}

fn unknown(id: &str) -> Problem {
    let message = format!("There is no plugin {id:?} here; `/plugins` lists those there are.");
    Problem::new(Code::RequestUnknownPlugin, message)
}

fn refuse(problem: &Problem) -> Response {
    answer(status::of(problem.code), &view::Refusal::of(problem))
}

fn answer(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => (status, [(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
