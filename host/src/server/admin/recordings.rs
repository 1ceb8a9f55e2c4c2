//! `/recordings`: ordering that calls be recorded, and fetching what was.

use super::{answer, refuse, unknown};
use crate::host::Host;
use crate::model::id::PluginId;
use crate::model::problem::{Code, Problem};
use crate::model::recording::{Input, Order, Recording};
use crate::model::time::Millis;
use crate::surface::native;
use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

/// The routes of this file.
pub(super) fn routes(router: Router<Host>) -> Router<Host> {
    router
        .route("/recordings", get(list).post(order).delete(end))
        .route("/recordings/{id}", get(one).delete(forget))
}

/// `{"plugin": "order-lookup", "share": 0.1, "count": 5, "until": "2026-11-22T18:00:00Z"}`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ordered {
    plugin: String,
    /// All calls, where nothing is said.
    share: Option<f64>,
    count: u32,
    /// An hour from now, where nothing is said.
    until: Option<String>,
}

/// How long an order stands that says nothing of it.
const USUALLY: Duration = Duration::from_secs(60 * 60);

async fn list(State(host): State<Host>) -> Response {
    let recorder = host.recorder();
    let orders: Vec<Value> = recorder.orders(host.now()).iter().map(ordered).collect();
    let all = recorder.all();
    let recordings: Vec<Value> = all.iter().map(|one| summary(one)).collect();
    answer(
        StatusCode::OK,
        &json!({ "orders": orders, "recordings": recordings }),
    )
}

async fn order(State(host): State<Host>, headers: HeaderMap, body: Bytes) -> Response {
    match taken(&host, &headers, &body) {
        Ok(order) => {
            tracing::info!(?order, "calls are recorded");
            answer(StatusCode::CREATED, &ordered(&order))
        }
        Err(problem) => refuse(&problem),
    }
}

fn taken(host: &Host, headers: &HeaderMap, body: &[u8]) -> Result<Order, Problem> {
    // A page that an operator happens to look at cannot send JSON here without being asked first.
    let kind = headers.get(header::CONTENT_TYPE);
    if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json")) {
        let message = "An order is JSON: send it with `content-type: application/json`.";
        return Err(Problem::new(Code::RequestUnsupportedMedia, message));
    }
    let asked: Ordered = serde_json::from_slice(body).map_err(|error| {
        let message = "The body is {\"plugin\": \"…\", \"share\": 1.0, \"count\": 5, \"until\": \
                       \"2026-11-22T18:00:00Z\"}: which part of a plugin's calls, how many, and \
                       until when.";
        Problem::new(Code::RequestMalformed, message).detail(error.to_string())
    })?;
    let plugin = served(host, &asked.plugin)?;
    let now = host.now();
    let until = match asked.until.as_deref() {
        Some(text) => Millis::parse(text).ok_or_else(|| {
            let message = "`until` has to be a moment such as 2026-11-22T18:00:00Z.";
            Problem::new(Code::RequestInvalidField, message).field("until")
        })?,
        None => now.after(USUALLY),
    };
    let share = asked.share.unwrap_or(1.0);
    host.recorder()
        .order(plugin, share, asked.count, until, now)
}

fn served(host: &Host, id: &str) -> Result<PluginId, Problem> {
    let plugin = PluginId::parse(id).filter(|id| host.view().current().plugin(id).is_some());
    plugin.ok_or_else(|| unknown(id).field("plugin"))
}

/// `DELETE /recordings?plugin=…`
async fn end(State(host): State<Host>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let named = match (pairs.next(), pairs.next()) {
        (Some((name, id)), None) if name == "plugin" => PluginId::parse(&id),
        _ => None,
    };
    let Some(plugin) = named else {
        let message = "Say of which plugin: `?plugin=…`.";
        return refuse(&Problem::new(Code::RequestInvalidField, message).field("plugin"));
    };
    let (ended, forgotten) = host.recorder().end(&plugin);
    tracing::info!(%plugin, ended, forgotten, "recording ended");
    answer(
        StatusCode::OK,
        &json!({ "ended": ended, "forgotten": forgotten }),
    )
}

/// The name in a request's path; one that is not UTF-8 is none.
type Named = Result<Path<String>, PathRejection>;

async fn one(State(host): State<Host>, id: Named) -> Response {
    let found = id.ok().and_then(|Path(id)| host.recorder().find(&id));
    match found {
        Some(recording) => {
            let file = native::recording(&recording);
            let kind = [(header::CONTENT_TYPE, "application/json")];
            (StatusCode::OK, kind, file).into_response()
        }
        None => refuse(&gone()),
    }
}

async fn forget(State(host): State<Host>, id: Named) -> Response {
    match id.is_ok_and(|Path(id)| host.recorder().forget(&id)) {
        true => answer(StatusCode::OK, &json!({ "forgotten": 1 })),
        false => refuse(&gone()),
    }
}

fn gone() -> Problem {
    let message = "There is no such recording; `/recordings` lists those there are.";
    Problem::new(Code::RequestNotFound, message)
}

fn ordered(order: &Order) -> Value {
    json!({
        "plugin": order.plugin.as_str(),
        "share": order.share,
        "left": order.left,
        "until": order.until.to_string(),
    })
}

fn summary(recording: &Recording) -> Value {
    let kind = match &recording.input {
        Input::Card(_) => "card",
        Input::Event { .. } => "event",
        Input::Press(_) => "press",
    };
    json!({
        "id": recording.id,
        "plugin": recording.plugin.as_str(),
        "account": recording.account.as_str(),
        "generation": recording.generation.to_string(),
        "begun": recording.begun.to_string(),
        "kind": kind,
        "ending": recording.ending.kind.as_str(),
        "code": recording.ending.code,
        "steps": recording.steps.len(),
        "whole": recording.whole,
    })
}
