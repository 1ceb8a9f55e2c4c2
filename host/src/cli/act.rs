//! `sidepane call --action`: one press of a button, with values that nobody keeps.

use super::call::{self, Call};
use super::heard::{Heard, Line};
use super::print;
use super::stop::{self, Stop};
use serde_json::{Value, json};
use sidepane::dispatch::Dispatch;
use sidepane::model::action::{Acted, Press, Pressed};
use sidepane::model::problem::Problem;
use sidepane::surface::Reveal;
use sidepane::surface::native;
use std::sync::Arc;

/// Presses and prints what came of it. There is no card in between: whatever is filled in reaches the
/// plugin as it stands.
///
/// # Errors
/// It was not done, or what was given cannot be taken.
pub(super) async fn run(call: &Call, action: &str) -> Result<(), Stop> {
    let question = call.ask.question()?;
    let request_id = question.context.request_id.clone();
    let (engine, plugin) = call.load(&question.context.account).await?;
    let press = Press {
        plugin: plugin.id.clone(),
        action: action.to_owned(),
        value: call.value.clone().unwrap_or_default(),
        fields: call.fields.clone(),
        key: ulid::Ulid::generate().to_string(),
        context: question.context,
    };
    let heard = Arc::new(Heard::default());
    let world = Arc::new(call::world(Arc::clone(&heard)));
    let dispatch = Dispatch::new(engine, call::view(plugin), world, call::NOTHING_KEPT);
    let acted = dispatch.act(&press).await?;
    let reveal = match call.json {
        true => Reveal::Inside,
        false => Reveal::Cards,
    };
    let reply = native::acted(&acted, &request_id, reveal);
    let answer: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    match call.json {
        true => print::json(&json!({
            "answer": answer,
            "usage": acted.usage.as_ref().map(call::usage),
            "log": heard.lines().iter().map(Line::json).collect::<Vec<_>>(),
        }))?,
        false => {
            print::json(&answer)?;
            beside(&acted, &heard);
        }
    }
    match &acted.result {
        Pressed::Done { .. } => Ok(()),
        Pressed::Invalid { .. } => Err(Stop::plugin(
            "nothing was done: the plugin does not accept what was filled in",
        )),
        Pressed::Failed(problem) => Err(Stop::plugin(stop::told(problem))),
    }
}

/// What stands on standard error: the log, the denials, what was used of which limit.
fn beside(acted: &Acted, heard: &Heard) {
    let hint = failure(acted).and_then(|problem| problem.hint.as_deref());
    for line in heard.lines() {
        print::note(&line.text(hint));
    }
    for note in &acted.notes {
        print::note(&format!("left out: {}", stop::told(note)));
    }
    if let Some(usage) = &acted.usage {
        print::note(&call::used(usage));
    }
}

fn failure(acted: &Acted) -> Option<&Problem> {
    match &acted.result {
        Pressed::Failed(problem) => Some(problem),
        _ => None,
    }
}
