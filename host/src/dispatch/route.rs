//! Which plugins a question goes to. A function of the snapshot and the question.

use crate::catalog::{LoadedPlugin, Snapshot};
use crate::model::problem::{Code, Problem};
use crate::surface::Question;
use std::sync::Arc;

/// The views that every desk has; a plugin's manifest may name others.
const VIEWS: [&str; 4] = ["chat", "ticket", "call", "contact"];

/// The plugins to ask, in the operator's order.
///
/// # Errors
/// `request.unknown_plugin` when the question names one that is not served, `request.unknown_view`
/// when neither a desk nor a plugin has the view.
pub(super) fn asked(
    snapshot: &Snapshot,
    question: &Question,
) -> Result<Vec<Arc<LoadedPlugin>>, Problem> {
    let view = question.context.view.as_str();
    known_view(snapshot, view)?;
    let mut places = Vec::with_capacity(question.plugins.len());
    for id in &question.plugins {
        let (place, _) = snapshot.plugin(id).ok_or_else(|| {
            Problem::new(
                Code::RequestUnknownPlugin,
                format!(
                    "No plugin `{id}` is served here; `/plugins` of the admin listener lists them."
                ),
            )
            .field("plugins")
        })?;
        places.push(place);
    }
    places.sort_unstable();
    places.dedup();
    let all = snapshot.plugins();
    let serving = |plugin: &&Arc<LoadedPlugin>| {
        plugin.serves_view(view) && plugin.installations.contains_key(&question.context.account)
    };
    Ok(match question.plugins.is_empty() {
        true => all.iter().filter(serving).cloned().collect(),
        false => places
            .into_iter()
            .filter_map(|place| all.get(place))
            .filter(serving)
            .cloned()
            .collect(),
    })
}

fn known_view(snapshot: &Snapshot, view: &str) -> Result<(), Problem> {
    let named =
        |plugin: &Arc<LoadedPlugin>| plugin.manifest.views.iter().any(|named| named == view);
    match VIEWS.contains(&view) || snapshot.plugins().iter().any(named) {
        true => Ok(()),
        false => Err(Problem::new(
            Code::RequestUnknownView,
            format!(
                "No desk and no plugin has a view {view:?}; the desks' are {}.",
                VIEWS.join(", ")
            ),
        )
        .field("view")),
    }
}
