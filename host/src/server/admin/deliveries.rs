//! `/deliveries`: what became of each event, trying again, and forgetting somebody.

use super::delivered::{Forgotten, Listed, Replayed, Whole};
use super::{JSON, Named, Served, answer, refuse};
use crate::host::Host;
use crate::model::delivery::{DeliveryId, DeliveryState};
use crate::model::id::{AccountId, PluginId};
use crate::model::problem::{Code, Problem};
use crate::model::time::Millis;
use crate::storage::{Filter, Person};
use crate::surface::describe::Operation;
use crate::surface::native::EventForm;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deliveries on one page, and the most that a page may have.
const PAGE: usize = 100;
const LONGEST_PAGE: usize = 1_000;

/// The addresses of this file.
pub(super) fn served() -> [Served; 5] {
    [
        Served::get("/deliveries", get(list), |schemas| {
            let listed = schemas.answered::<Listed>();
            filtered(Operation::new("What became of each event"))
                .query(
                    "after",
                    json!({"type": "string"}),
                    "The page after this delivery.",
                )
                .query(
                    "limit",
                    json!({"type": "integer", "minimum": 1}),
                    "Deliveries on a page; 100, and 1000 at most.",
                )
                .reply(200, "A page of deliveries.", JSON, listed)
                .refuses(&[400, 405, 503])
        }),
        Served::post("/deliveries/replay", post(replay_many), |schemas| {
            filtered(Operation::new("Tries deliveries again that a filter finds"))
                .reply(200, "How many.", JSON, schemas.answered::<Replayed>())
                .refuses(&[400, 405, 503])
        }),
        Served::get("/deliveries/{id}", get(one), |schemas| {
            // Its form is that of what is told: what is absent is left out.
            schemas.taken::<EventForm>();
            Operation::new("One delivery with its event and every try")
                .reply(200, "The delivery.", JSON, schemas.answered::<Whole>())
                .refuses(&[404, 405, 503])
        }),
        Served::post("/deliveries/{id}/replay", post(replay_one), |schemas| {
            Operation::new("Tries one delivery again")
                .reply(200, "How many.", JSON, schemas.answered::<Replayed>())
                .refuses(&[404, 405, 503])
        }),
        Served::post("/forget", post(forget), |schemas| {
            Operation::new("Removes what is kept about somebody")
                .body(JSON, schemas.taken::<Forget>())
                .reply(
                    200,
                    "What was removed.",
                    JSON,
                    schemas.answered::<Forgotten>(),
                )
                .refuses(&[400, 405, 413, 503])
        }),
    ]
}

fn filtered(operation: Operation) -> Operation {
    let text = || json!({"type": "string"});
    let states = DeliveryState::ALL.map(DeliveryState::as_str);
    let moment = || json!({"type": "string", "format": "date-time"});
    operation
        .query(
            "plugin",
            json!({"type": "string", "pattern": "^[a-z0-9-]{1,64}$"}),
            "",
        )
        .query(
            "account",
            json!({"type": "string", "pattern": "^[A-Za-z0-9_.-]{1,64}$"}),
            "",
        )
        .query("state", json!({ "enum": states }), "")
        .query("key", text(), "The ordering key.")
        .query("from", moment(), "Accepted at this moment or later.")
        .query("until", moment(), "Accepted before it.")
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
        Ok(Listed::of(&found, next, &backlog))
    })
    .await
}

/// The delivery that a path names; a name that is not UTF-8 is that of none.
fn of_path(id: Named) -> DeliveryId {
    DeliveryId(id.map_or_else(|_| "\u{fffd}".into(), |Path(id)| id.into()))
}

async fn one(State(host): State<Host>, id: Named) -> Response {
    told(async { Ok(Whole::of(&host.deliveries()?.delivery(&of_path(id)).await?)) }).await
}

async fn replay_one(State(host): State<Host>, id: Named) -> Response {
    told(async {
        let (deliver, id) = (host.deliveries()?, of_path(id));
        let delivery = deliver.delivery(&id).await?.delivery;
        let filter = Filter {
            ids: vec![delivery.id],
            ..Filter::default()
        };
        let replayed = deliver.replay(filter).await?;
        tracing::info!(delivery = %id, replayed, "replay");
        Ok(Replayed { replayed })
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
        Ok(Replayed { replayed })
    })
    .await
}

/// `{"account": "default", "marks": ["ada@example.com", "+46701234567"]}`
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Forget {
    #[serde(default)]
    account: Option<String>,
    #[schemars(length(min = 1), inner(length(min = 1)))]
    marks: Vec<String>,
}

async fn forget(State(host): State<Host>, body: Result<Bytes, BytesRejection>) -> Response {
    told(async {
        let body = body.map_err(|rejection| {
            let message = "The request's body is larger than it may be, or broke off.";
            Problem::new(Code::RequestTooLarge, message).detail(rejection.body_text())
        })?;
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
        let forgotten = host.forget(Person { account, marks }).await?;
        tracing::info!(?forgotten, "somebody was forgotten");
        Ok(Forgotten {
            events: forgotten.events,
            deliveries: forgotten.deliveries,
            values: forgotten.values,
        })
    })
    .await
}

async fn told<T: Serialize>(work: impl Future<Output = Result<T, Problem>>) -> Response {
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
