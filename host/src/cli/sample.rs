//! A card for nobody in particular, as far as a plugin comes without the network: what it shows of
//! markup and links that no agent would see.

use super::call;
use super::heard::Heard;
use super::stop;
use sidepane::catalog::{Grant, LoadedPlugin};
use sidepane::engine::Engine;
use sidepane::model::context::Context;
use sidepane::model::outcome::Answer;
use sidepane::surface::Question;
use std::sync::Arc;

/// A contact that nobody has: the domain is kept for examples.
pub(crate) const NOBODY: &str = "ada@example.com";

/// A grant without any address.
pub(crate) fn offline(mut grant: Grant) -> Grant {
    let own = grant.accounts.values_mut();
    for part in std::iter::once(&mut grant.all).chain(own) {
        part.http = None;
    }
    grant
}

/// What was left out of the card; why there was no card to look at; nothing where all is well.
pub(crate) async fn notes(engine: Engine, plugin: LoadedPlugin) -> Vec<String> {
    if !plugin.program.serves_cards() {
        return Vec::new();
    }
    let view = plugin.manifest.views.first();
    let view = view.map_or("ticket", String::as_str);
    let account = plugin.installations.keys().next();
    let context = Context::of_view(view)
        .email(NOBODY)
        .account(account.cloned().unwrap_or_default());
    let question = Question {
        context,
        plugins: Vec::new(),
        anew: true,
    };
    let asked = call::ask(engine, plugin, &question, Arc::new(Heard::default())).await;
    let outcome = match &asked {
        Ok(pane) => pane.outcomes.first(),
        Err(_) => None,
    };
    let Some(outcome) = outcome else {
        return Vec::new();
    };
    let left_out = outcome.notes.iter();
    let mut notes: Vec<String> = left_out
        .map(|note| {
            let at = note.field.as_deref().unwrap_or("card");
            format!("in a card for {NOBODY}, {at}: {}", stop::told(note))
        })
        .collect();
    if let Answer::Failed(problem) = &outcome.answer {
        notes.push(format!(
            "no card was looked at: without the network it answers {}; `sidepane call` asks with it",
            problem.code
        ));
    }
    notes
}
