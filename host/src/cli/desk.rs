//! The desks' forms of one answer.

use super::stop::Stop;
use sidepane::model::outcome::Pane;
use sidepane::surface::{self, CardSurface, EventSurface, Reveal};

/// The desk of this name.
///
/// # Errors
/// Exit 2 with the names that there are.
pub(crate) fn of(name: &str) -> Result<&'static dyn CardSurface, Stop> {
    let found = surface::all().iter().find(|desk| desk.name() == name);
    found.copied().ok_or_else(|| {
        let names: Vec<_> = surface::all().iter().map(|desk| desk.name()).collect();
        Stop::input(format!(
            "there is no desk {name:?}; the desks are {}",
            names.join(", ")
        ))
    })
}

/// The desk of this name, for its events.
///
/// # Errors
/// Exit 2 with the names that there are.
pub(crate) fn of_events(name: &str) -> Result<&'static dyn EventSurface, Stop> {
    let found = surface::events().iter().find(|desk| desk.name() == name);
    found.copied().ok_or_else(|| {
        let names: Vec<_> = surface::events().iter().map(|desk| desk.name()).collect();
        Stop::input(format!(
            "no events come from a desk {name:?}; they come from {}",
            names.join(", ")
        ))
    })
}

/// A desk's answer: its JSON, and what else it tells in headers.
///
/// # Errors
/// The desk's answer is no JSON.
pub(crate) fn answer(
    desk: &dyn CardSurface,
    pane: &Pane,
    reveal: Reveal,
) -> Result<(serde_json::Value, Option<String>), Stop> {
    let reply = desk.render(pane, reveal);
    // A desk whose form is no JSON is shown as the text that it gets.
    let body = serde_json::from_slice(&reply.body).unwrap_or_else(|_| {
        serde_json::Value::String(String::from_utf8_lossy(&reply.body).into_owned())
    });
    let status = reply.headers.get("sidepane-status");
    let status = status.and_then(|value| value.to_str().ok());
    Ok((body, status.map(str::to_owned)))
}
