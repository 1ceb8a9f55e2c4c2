//! `/deliveries`: what became of each event, trying again, and forgetting somebody.

use super::{answer, refuse, view};
use crate::host::Host;
use crate::model::delivery::{Attempt, AttemptError, Backlog, Delivery, DeliveryId, DeliveryState};
use crate::model::id::{AccountId, PluginId};
use crate::model::problem::{Code, Problem};
use crate::model::time::Millis;
use crate::storage::{Detail, Filter, Person};
use crate::surface::native;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Deliveries on one page, and the most that a page may have.
const PAGE: usize = 100;
const LONGEST_PAGE: usize = 1_000;

/// The routes of this file.
pub(super) fn routes(router: Router<Host>) -> Router<Host> {
    router
        .route("/deliveries", get(list))
        .route("/deliveries/replay", post(replay_many))
        .route("/deliveries/{id}", get(one))
        .route("/deliveries/{id}/replay", post(replay_one))
        .route("/forget", post(forget))
}

async fn list(State(host): State<Host>, RawQuery(query): RawQuery) -> Response {
    told(async {
        let mut filter = filter(query.as_deref())?;
        filter.most = match filter.most {
            0 => PAGE,
            most => most.min(LONGEST_PAGE),
        };
        let most = filter.most;
        let deliver = host.deliveries()?;
        let (found, backlog) = (deliver.deliveries(filter).await?, deliver.backlog().await?);
        let next = (found.len() == most).then(|| found.last()).flatten();
        Ok(json!({
            "deliveries": found.iter().map(delivery).collect::<Vec<_>>(),
            "next": next.map(|last| format!("after={}", last.id)),
            "plugins": backlog.iter().map(waiting).collect::<Map<_, _>>(),
        }))
    })
    .await
}

async fn one(State(host): State<Host>, Path(id): Path<String>) -> Response {
    told(async { Ok(detail(&host.deliveries()?.delivery(&named(&id)).await?)) }).await
}

async fn replay_one(State(host): State<Host>, Path(id): Path<String>) -> Response {
    told(async {
        let deliver = host.deliveries()?;
        let delivery = deliver.delivery(&named(&id)).await?.delivery;
        let filter = Filter {
            ids: vec![delivery.id],
            ..Filter::default()
        };
        let replayed = deliver.replay(filter).await?;
        tracing::info!(delivery = id, replayed, "replay");
        Ok(json!({ "replayed": replayed }))
    })
    .await
}

/// Replays what a filter finds. Without any it would be everything that was ever delivered.
async fn replay_many(State(host): State<Host>, RawQuery(query): RawQuery) -> Response {
    told(async {
        let filter = filter(query.as_deref())?;
        if filter.plugin.is_none() && filter.state.is_none() {
            let message = "Say which deliveries: `?state=dead`, `?plugin=…`, or both, with `from` \
                           and `until` where only a time is meant.";
            return Err(Problem::new(Code::RequestInvalidField, message).field("query"));
        }
        let replayed = host.deliveries()?.replay(filter.clone()).await?;
        tracing::info!(?filter, replayed, "replay");
        Ok(json!({ "replayed": replayed }))
    })
    .await
}

/// `{"account": "default", "marks": ["ada@example.com", "+46701234567"]}`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Forget {
    #[serde(default)]
    account: Option<String>,
    marks: Vec<String>,
}

async fn forget(State(host): State<Host>, body: Bytes) -> Response {
    told(async {
        let asked: Forget = serde_json::from_slice(&body).map_err(|error| {
            let message = "The body is {\"account\": \"…\", \"marks\": [\"…\"]}: ids, e-mail \
                           addresses and numbers of one person.";
            Problem::new(Code::RequestMalformed, message).detail(error.to_string())
        })?;
        let account = account(asked.account.as_deref().unwrap_or("default"))?;
        // A short mark stands in everything by chance.
        if asked.marks.is_empty() || asked.marks.iter().any(|mark| mark.trim().len() < 3) {
            let message = "Name at least one mark of the person, each of 3 bytes or more.";
            return Err(Problem::new(Code::RequestInvalidField, message).field("marks"));
        }
        let marks = asked.marks;
        let forgotten = host.deliveries()?.forget(Person { account, marks }).await?;
        tracing::info!(?forgotten, "somebody was forgotten");
        Ok(json!({
            "events": forgotten.events,
            "deliveries": forgotten.deliveries,
            "values": forgotten.values,
        }))
    })
    .await
}

async fn told(work: impl Future<Output = Result<Value, Problem>>) -> Response {
    match work.await {
        Ok(body) => answer(StatusCode::OK, &body),
        Err(problem) => refuse(&problem),
    }
}

fn named(id: &str) -> DeliveryId {
    DeliveryId(id.into())
}

fn account(text: &str) -> Result<AccountId, Problem> {
    AccountId::parse(text).ok_or_else(|| wrong("account", text, "an account's name"))
}

/// `plugin`, `account`, `state`, `key`, `from`, `until`, `after` and `limit`.
fn filter(query: Option<&str>) -> Result<Filter, Problem> {
    let mut filter = Filter::default();
    let query = query.unwrap_or_default();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let value = value.as_ref();
        let name = name.as_ref();
        match name {
            "plugin" => {
                let plugin = PluginId::parse(value);
                filter.plugin = Some(plugin.ok_or_else(|| wrong(name, value, "a plugin's id"))?);
            }
            "account" => filter.account = Some(account(value)?),
            "state" => {
                let state = DeliveryState::parse(value);
                filter.state = Some(state.ok_or_else(|| {
                    let words = DeliveryState::ALL.map(DeliveryState::as_str).join(", ");
                    wrong(name, value, &format!("one of {words}"))
                })?);
            }
            "key" => filter.key = Some(value.to_owned()),
            "from" => filter.from = Some(moment(name, value)?),
            "until" => filter.until = Some(moment(name, value)?),
            "after" => filter.after = Some(named(value)),
            "limit" => {
                let most = value.parse().ok().filter(|most| *most > 0);
                filter.most = most.ok_or_else(|| wrong(name, value, "a number above 0"))?;
            }
            _ => {
                let known = "one of plugin, account, state, key, from, until, after, limit";
                return Err(wrong("query", name, known));
            }
        }
    }
    Ok(filter)
}

fn moment(name: &str, value: &str) -> Result<Millis, Problem> {
    Millis::parse(value).ok_or_else(|| wrong(name, value, "a moment such as 2026-11-22T14:25:08Z"))
}

fn wrong(field: &str, value: &str, wanted: &str) -> Problem {
    let message = format!("`{field}` is {value:?}, and has to be {wanted}.");
    Problem::new(Code::RequestInvalidField, message).field(field)
}

fn delivery(delivery: &Delivery) -> Value {
    json!({
        "id": delivery.id.to_string(),
        "plugin": delivery.installation.plugin.as_str(),
        "account": delivery.installation.account.as_str(),
        "state": delivery.state.as_str(),
        "event": {
            "id": delivery.event_id,
            "source": delivery.source,
            "type": delivery.event_type,
        },
        "key": delivery.key,
        "accepted": delivery.accepted.to_string(),
        "due": delivery.due.map(|due| due.to_string()),
        "attempts": delivery.attempts,
        "error": delivery.error.as_ref().map(error),
    })
}

fn detail(detail: &Detail) -> Value {
    let mut whole = delivery(&detail.delivery);
    if let Some(fields) = whole.as_object_mut() {
        fields.insert("event".into(), Value::Object(native::form(&detail.event)));
        let tries: Vec<Value> = detail.attempts.iter().map(attempt).collect();
        fields.insert("tries".into(), tries.into());
    }
    whole
}

fn attempt(attempt: &Attempt) -> Value {
    json!({
        "number": attempt.number,
        "began": attempt.began.to_string(),
        "took_ms": attempt.took_ms,
        "generation": attempt.generation.map(|generation| generation.to_string()),
        "error": attempt.error.as_ref().map(error),
        "usage": attempt.usage.as_ref().map(view::usage),
    })
}

fn error(error: &AttemptError) -> Value {
    json!({ "code": error.code, "message": error.message, "detail": error.detail })
}

/// A plugin's counts by state, and how long its oldest waiting delivery has waited.
fn waiting(backlog: &Backlog) -> (String, Value) {
    let mut fields: Map<String, Value> = DeliveryState::ALL
        .iter()
        .zip(backlog.counts)
        .map(|(state, count)| (state.as_str().to_owned(), count.into()))
        .collect();
    let oldest = backlog.oldest.map(|oldest| oldest.to_string());
    fields.insert("oldest".into(), oldest.into());
    (backlog.plugin.as_str().to_owned(), fields.into())
}
