//! What every door asks of a body before reading it.

use super::json::Json;
use crate::model::problem::{Code, Problem};
use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// The most bytes of one event. Freshworks' platform passes events of up to 256 KB on, and no desk
/// is known to send larger ones.
pub const MAX_EVENT: usize = 256 << 10;

/// The JSON of a body that says it is JSON and is no larger than an event may be.
///
/// # Errors
/// `request.unsupported_media`, `request.too_large`, `request.malformed`.
pub(super) fn event_json(headers: &HeaderMap, body: &[u8]) -> Result<Json, Problem> {
    if !is(headers, "application/json") {
        return Err(not_json());
    }
    sized(body)?;
    Json::read(body)
}

/// The refusal of a body that is not said to be JSON.
pub(super) fn not_json() -> Problem {
    Problem::new(
        Code::RequestUnsupportedMedia,
        "The body must be sent as `content-type: application/json`.",
    )
}

/// Refuses a body that is larger than an event may be.
///
/// # Errors
/// `request.too_large`.
pub(super) fn sized(body: &[u8]) -> Result<(), Problem> {
    if body.len() <= MAX_EVENT {
        return Ok(());
    }
    Err(Problem::new(
        Code::RequestTooLarge,
        format!(
            "The event has {} bytes; {MAX_EVENT} are the most.",
            body.len()
        ),
    )
    .field("body")
    .of_limit(body.len() as u64, MAX_EVENT as u64))
}

/// Whether the body is of this media type; parameters such as a charset do not matter.
///
/// Asked for by name, so that no page in a browser can send a body here without the browser asking
/// this host first.
pub(super) fn is(headers: &HeaderMap, wanted: &str) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case(wanted))
}
