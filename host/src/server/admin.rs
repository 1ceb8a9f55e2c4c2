//! The admin listener: is it alive, is it ready, which plugins are served and why others are not.

use crate::catalog::{LoadedPlugin, Refused};
use crate::host::Host;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;
use std::sync::Arc;

/// The admin listener's routes.
pub(super) fn router(host: Host) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/plugins", get(plugins))
        .with_state(host)
}

/// Ready means that the first snapshot stands: `Host` exists only after it.
async fn ready(State(_host): State<Host>) -> &'static str {
    "ok\n"
}

async fn plugins(State(host): State<Host>) -> Response {
    let snapshot = host.view().current();
    let listing = Listing {
        plugins: snapshot.plugins().iter().map(Plugin::of).collect(),
        refused: snapshot.refused().iter().map(RefusedFile::of).collect(),
        disabled: snapshot.disabled().iter().map(|id| id.as_str()).collect(),
    };
    match serde_json::to_vec(&listing) {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[derive(Serialize)]
struct Listing<'a> {
    plugins: Vec<Plugin<'a>>,
    refused: Vec<RefusedFile<'a>>,
    disabled: Vec<&'a str>,
}

#[derive(Serialize)]
struct Plugin<'a> {
    id: &'a str,
    name: &'a str,
    version: &'a str,
    generation: String,
    contract: Option<&'a str>,
    order: i64,
    serves: Vec<&'static str>,
    permissions: &'a [String],
}

#[derive(Serialize)]
struct RefusedFile<'a> {
    file: &'a str,
    code: &'static str,
    message: &'a str,
    detail: &'a str,
}

impl<'a> Plugin<'a> {
    fn of(plugin: &'a Arc<LoadedPlugin>) -> Self {
        Self {
            id: plugin.id.as_str(),
            name: &plugin.manifest.name,
            version: &plugin.manifest.version,
            generation: plugin.generation.to_string(),
            contract: plugin.program.contract(),
            order: plugin.order,
            serves: plugin.program.serves(),
            permissions: &plugin.permission.0,
        }
    }
}

impl<'a> RefusedFile<'a> {
    fn of(refused: &'a Refused) -> Self {
        Self {
            file: &refused.file,
            code: refused.problem.code.as_str(),
            message: &refused.problem.message,
            detail: &refused.problem.detail,
        }
    }
}
