//! The desk's part: which tags its conversations have.

use super::{answer, refusal};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// The most tags that a conversation has here, and the most conversations that are remembered.
const MOST: usize = 1_000;

/// The tags of every conversation, until the demo ends.
#[derive(Clone, Debug, Default)]
pub(super) struct Tags(Arc<Mutex<BTreeMap<String, BTreeSet<String>>>>);

#[derive(Deserialize)]
struct More {
    tags: Vec<String>,
}

/// Adds tags. One that is there already stays there once.
pub(super) async fn add(
    State(tags): State<Tags>,
    Path(id): Path<String>,
    body: String,
) -> Response {
    let Ok(more) = serde_json::from_str::<More>(&body) else {
        return refusal(StatusCode::BAD_REQUEST, "the body is {\"tags\": […]}");
    };
    let now = {
        let mut all = tags.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST && !all.contains_key(&id) {
            return refusal(StatusCode::INSUFFICIENT_STORAGE, "there are too many");
        }
        let here = all.entry(id).or_default();
        here.extend(more.tags.into_iter().take(MOST));
        here.clone()
    };
    answer(StatusCode::OK, &json!({ "tags": now }))
}

/// The tags that there are; none for a conversation that nobody tagged.
pub(super) async fn show(State(tags): State<Tags>, Path(id): Path<String>) -> Response {
    let all = tags.0.lock().unwrap_or_else(PoisonError::into_inner);
    let here = all.get(&id).cloned().unwrap_or_default();
    answer(StatusCode::OK, &json!({ "tags": here }))
}
