//! `/recordings`: ordering that calls be recorded, and fetching what was.

use super::{JSON, Served, answer, refuse, unknown};
use crate::host::Host;
use crate::model::id::PluginId;
use crate::model::problem::{Code, Problem};
use crate::model::recording::{Input, Order, Recording};
use crate::model::time::Millis;
use crate::surface::describe::Operation;
use crate::surface::native;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;

/// The addresses of this file.
pub(super) fn served() -> [Served; 5] {
    [
        Served::get("/recordings", get(list), |schemas| {
            Operation::new("What is to be recorded, and what was")
                .reply(
                    200,
                    "Orders and recordings.",
                    JSON,
                    schemas.answered::<Listed>(),
                )
                .refuses(&[405])
        }),
        Served::post("/recordings", post(order), |schemas| {
            Operation::new("Has calls of a plugin recorded")
                .body(JSON, schemas.taken::<Ordered>())
                .reply(201, "The order.", JSON, schemas.answered::<OrderView>())
                .refuses(&[400, 404, 405, 408, 413, 415])
        }),
        Served::delete("/recordings", delete(end), |schemas| {
            Operation::new("Ends the recording of a plugin, and forgets what was recorded")
                .must_query("plugin", json!({"type": "string"}), "Whose.")
                .reply(200, "How many.", JSON, schemas.answered::<Ended>())
                .refuses(&[400, 405])
        }),
        Served::get("/recordings/{id}", get(one), |_| {
            Operation::new("One recording, as `sidepane replay` takes it")
                .reply(200, "The recording.", JSON, json!({"type": "object"}))
                .refuses(&[404, 405])
        }),
        Served::delete("/recordings/{id}", delete(forget), |schemas| {
            Operation::new("Forgets one recording")
                .reply(200, "How many.", JSON, schemas.answered::<Gone>())
                .refuses(&[404, 405])
        }),
    ]
}

/// `GET /recordings`.
#[derive(Serialize, JsonSchema)]
struct Listed {
    orders: Vec<OrderView>,
    recordings: Vec<Summary>,
}

/// What is still to be recorded.
#[derive(Serialize, JsonSchema)]
struct OrderView {
    plugin: String,
    share: f64,
    left: u32,
    until: String,
}

/// One recording in a line.
#[derive(Serialize, JsonSchema)]
struct Summary {
    id: String,
    plugin: String,
    account: String,
    generation: String,
    begun: String,
    kind: &'static str,
    ending: &'static str,
    code: Option<String>,
    steps: usize,
    whole: bool,
}

/// What ended with an order.
#[derive(Serialize, JsonSchema)]
struct Ended {
    ended: bool,
    forgotten: usize,
}

/// What was forgotten.
#[derive(Serialize, JsonSchema)]
struct Gone {
    forgotten: usize,
}

/// `{"plugin": "order-lookup", "share": 0.1, "count": 5, "until": "2026-11-22T18:00:00Z"}`
#[derive(Deserialize, JsonSchema)]
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
    let orders = recorder.orders(host.now());
    let all = recorder.all();
    let listed = Listed {
        orders: orders.iter().map(OrderView::of).collect(),
        recordings: all.iter().map(|one| Summary::of(one)).collect(),
    };
    answer(StatusCode::OK, &listed)
}

async fn order(State(host): State<Host>, headers: HeaderMap, body: Bytes) -> Response {
    match taken(&host, &headers, &body) {
        Ok(order) => {
            tracing::info!(?order, "calls are recorded");
            answer(StatusCode::CREATED, &OrderView::of(&order))
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
    let plugin = known(host, &asked.plugin)?;
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

fn known(host: &Host, id: &str) -> Result<PluginId, Problem> {
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
    answer(StatusCode::OK, &Ended { ended, forgotten })
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
        true => answer(StatusCode::OK, &Gone { forgotten: 1 }),
        false => refuse(&gone()),
    }
}

fn gone() -> Problem {
    let message = "There is no such recording; `/recordings` lists those there are.";
    Problem::new(Code::RequestUnknownRecording, message)
}

impl OrderView {
    fn of(order: &Order) -> Self {
        Self {
            plugin: order.plugin.to_string(),
            share: order.share,
            left: order.left,
            until: order.until.to_string(),
        }
    }
}

impl Summary {
    fn of(recording: &Recording) -> Self {
        Self {
            id: recording.id.clone(),
            plugin: recording.plugin.to_string(),
            account: recording.account.to_string(),
            generation: recording.generation.to_string(),
            begun: recording.begun.to_string(),
            kind: match &recording.input {
                Input::Card(_) => "card",
                Input::Event { .. } => "event",
                Input::Press(_) => "press",
            },
            ending: recording.ending.kind.as_str(),
            code: recording.ending.code.clone(),
            steps: recording.steps.len(),
            whole: recording.whole,
        }
    }
}
