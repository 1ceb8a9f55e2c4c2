//! What the JSON doors have in common on the way out.

use super::Reply;
use crate::model::delivery::Receipt;
use crate::model::id::RequestId;
use crate::model::problem::Problem;
use bytes::Bytes;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::ser::{Serialize, Serializer};
use std::borrow::Cow;

/// `value` as a JSON answer that nobody keeps: it is about a person. `expected` is how many bytes
/// it will have, about.
pub(super) fn json(status: StatusCode, value: &impl Serialize, expected: usize) -> Reply {
    let mut body = Vec::with_capacity(expected);
    let status = match serde_json::to_writer(&mut body, value) {
        Ok(()) => status,
        // Texts and numbers written to memory: there is nothing that could fail.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let mut headers = HeaderMap::with_capacity(4);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Reply {
        status,
        headers,
        body: Bytes::from(body),
    }
}

/// The refusal of a whole request. The asker may see all of it but the detail: it is about what
/// the asker sent.
pub(super) fn refusal(problem: &Problem, status: StatusCode, request_id: &RequestId) -> Reply {
    let refusal = Refusal {
        error: ErrorView::whole(problem),
        request_id: request_id.as_str(),
    };
    json(status, &refusal, 512)
}

/// A refusal of a whole request.
#[derive(serde::Serialize, JsonSchema)]
pub(super) struct Refusal<'a> {
    error: ErrorView<'a>,
    request_id: &'a str,
}

/// What became of an event: 202 when it is new, 200 when it was known, with the first deliveries.
pub(super) fn receipt(receipt: &Receipt) -> Reply {
    let status = match receipt.duplicate {
        true => StatusCode::OK,
        false => StatusCode::ACCEPTED,
    };
    let deliveries = receipt.deliveries.iter().map(|queued| Delivery {
        id: &queued.id.0,
        plugin: queued.plugin.as_str(),
        state: queued.state.as_str(),
    });
    let accepted = Accepted {
        event_id: &receipt.event_id,
        duplicate: receipt.duplicate,
        deliveries: deliveries.collect(),
    };
    json(status, &accepted, 256)
}

/// What became of an event.
#[derive(serde::Serialize, JsonSchema)]
pub(super) struct Accepted<'a> {
    event_id: &'a str,
    duplicate: bool,
    deliveries: Vec<Delivery<'a>>,
}

/// One of its deliveries.
#[derive(serde::Serialize, JsonSchema)]
struct Delivery<'a> {
    id: &'a str,
    plugin: &'a str,
    state: &'static str,
}

/// A problem as every answer writes it.
#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(super) struct ErrorView<'a> {
    code: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    plugin: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    used: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
}

impl<'a> ErrorView<'a> {
    /// All that may leave the host.
    pub(super) fn whole(problem: &'a Problem) -> Self {
        Self {
            plugin: problem.plugin.as_ref().map(|plugin| plugin.as_str()),
            field: problem.field.as_deref(),
            used: problem.used,
            limit: problem.limit,
            hint: problem.hint.as_deref(),
            ..Self::brief(problem)
        }
    }

    /// The same inside an outcome, which names its plugin itself.
    pub(super) fn of_card(problem: &'a Problem) -> Self {
        Self {
            plugin: None,
            ..Self::whole(problem)
        }
    }

    /// The code, where the sentence stands elsewhere: it may be a plugin's own.
    pub(super) fn code_alone(problem: &'a Problem) -> Self {
        Self {
            message: problem.code.meaning(),
            ..Self::brief(problem)
        }
    }

    /// What an agent may see: neither limits nor the lines of a grant.
    pub(super) fn brief(problem: &'a Problem) -> Self {
        Self {
            code: problem.code.as_str(),
            message: &problem.message,
            plugin: None,
            field: None,
            used: None,
            limit: None,
            hint: None,
        }
    }
}

/// A slice written through a view of each item, without building the views first. An item whose
/// view is none is left out.
pub(super) struct Each<'a, T, V>(pub(super) &'a [T], pub(super) fn(&'a T) -> Option<V>);

impl<T, V: Serialize> Serialize for Each<'_, T, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().filter_map(self.1))
    }
}

impl<T, V: JsonSchema> JsonSchema for Each<'_, T, V> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Vec::<V>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<V>::json_schema(generator)
    }
}

impl<T, V> Each<'_, T, V> {
    /// Whether nothing would be written.
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|item| (self.1)(item).is_none())
    }
}
