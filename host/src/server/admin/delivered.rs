//! Deliveries as operators read them.

use super::view::UsageView;
use crate::model::delivery::{Attempt, AttemptError, Backlog, Delivery};
use crate::storage::Detail;
use crate::surface::native;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// `GET /deliveries`.
#[derive(Serialize, JsonSchema)]
pub(super) struct Listed {
    deliveries: Vec<DeliveryView<Named>>,
    /// What to add to the query for the next page.
    next: Option<String>,
    /// How much of each plugin's work waits.
    plugins: BTreeMap<String, Waiting>,
}

/// `GET /deliveries/{id}`.
#[derive(Serialize, JsonSchema)]
pub(super) struct Whole {
    #[serde(flatten)]
    delivery: DeliveryView<Happened>,
    tries: Vec<Try>,
}

/// What became of a replay.
#[derive(Serialize, JsonSchema)]
pub(super) struct Replayed {
    pub(super) replayed: u64,
}

/// What was forgotten of somebody.
#[derive(Serialize, JsonSchema)]
pub(super) struct Forgotten {
    pub(super) events: u64,
    pub(super) deliveries: u64,
    pub(super) values: u64,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Delivery{E}")]
struct DeliveryView<E> {
    id: String,
    plugin: String,
    account: String,
    #[schemars(extend("enum" = ["queued", "running", "retrying", "delivered", "dead", "dropped"]))]
    state: &'static str,
    event: E,
    key: String,
    accepted: String,
    due: Option<String>,
    attempts: u32,
    error: Option<FailureView>,
}

/// What names an event.
#[derive(Serialize, JsonSchema)]
struct Named {
    id: String,
    source: String,
    r#type: String,
}

/// An event as `/v1/events` takes it.
#[derive(Serialize)]
#[serde(transparent)]
struct Happened(Map<String, Value>);

impl JsonSchema for Happened {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Happened".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"$ref": "#/components/schemas/EventForm"})
    }
}

#[derive(Serialize, JsonSchema)]
struct Try {
    number: u32,
    began: String,
    took_ms: u64,
    generation: Option<String>,
    error: Option<FailureView>,
    usage: Option<UsageView>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Failure")]
struct FailureView {
    code: String,
    message: String,
    detail: String,
}

/// A plugin's counts by state, and since when its oldest waiting delivery waits.
#[derive(Serialize, JsonSchema)]
struct Waiting {
    queued: u64,
    running: u64,
    retrying: u64,
    delivered: u64,
    dead: u64,
    dropped: u64,
    oldest: Option<String>,
}

impl Listed {
    /// `next` is the last delivery of a page that another follows.
    pub(super) fn of(found: &[Delivery], next: Option<&Delivery>, backlog: &[Backlog]) -> Self {
        let named = |delivery: &Delivery| Named {
            id: delivery.event_id.clone(),
            source: delivery.source.clone(),
            r#type: delivery.event_type.clone(),
        };
        let plugins = backlog
            .iter()
            .map(|of| (of.plugin.to_string(), Waiting::of(of)));
        Self {
            deliveries: found
                .iter()
                .map(|it| DeliveryView::of(it, named(it)))
                .collect(),
            next: next.map(|last| format!("after={}", last.id)),
            plugins: plugins.collect(),
        }
    }
}

impl Whole {
    pub(super) fn of(detail: &Detail) -> Self {
        let event = Happened(native::form(&detail.event));
        Self {
            delivery: DeliveryView::of(&detail.delivery, event),
            tries: detail.attempts.iter().map(Try::of).collect(),
        }
    }
}

impl<E> DeliveryView<E> {
    fn of(delivery: &Delivery, event: E) -> Self {
        Self {
            id: delivery.id.to_string(),
            plugin: delivery.installation.plugin.to_string(),
            account: delivery.installation.account.to_string(),
            state: delivery.state.as_str(),
            event,
            key: delivery.key.clone(),
            accepted: delivery.accepted.to_string(),
            due: delivery.due.map(|due| due.to_string()),
            attempts: delivery.attempts,
            error: delivery.error.as_ref().map(FailureView::of),
        }
    }
}

impl Try {
    fn of(attempt: &Attempt) -> Self {
        Self {
            number: attempt.number,
            began: attempt.began.to_string(),
            took_ms: attempt.took_ms,
            generation: attempt.generation.map(|generation| generation.to_string()),
            error: attempt.error.as_ref().map(FailureView::of),
            usage: attempt.usage.clone().map(UsageView),
        }
    }
}

impl FailureView {
    fn of(error: &AttemptError) -> Self {
        let AttemptError {
            code,
            message,
            detail,
        } = error.clone();
        Self {
            code,
            message,
            detail,
        }
    }
}

impl Waiting {
    fn of(backlog: &Backlog) -> Self {
        let [queued, running, retrying, delivered, dead, dropped] = backlog.counts;
        Self {
            queued,
            running,
            retrying,
            delivered,
            dead,
            dropped,
            oldest: backlog.oldest.map(|oldest| oldest.to_string()),
        }
    }
}
