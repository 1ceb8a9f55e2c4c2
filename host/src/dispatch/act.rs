//! One press: whose it is, the call, and the card afterwards.

use super::asking::Asking;
use super::call::{Ready, callee, failed, ready};
use super::once::Turn;
use crate::capability::live::World;
use crate::catalog::{LoadedPlugin, Snapshot};
use crate::engine::{Ended, Engine, Submitted};
use crate::model::action::{Acted, Press, Pressed};
use crate::model::outcome::{Answer, Outcome};
use crate::model::problem::{Code, Problem};
use crate::model::recording::Input;
use crate::model::usage::Usage;
use std::sync::Arc;

/// The plugin that a press is for.
///
/// # Errors
/// `request.unknown_plugin` when it is not served, or not for this account;
/// `request.unknown_action` when it carries none out, or its manifest does not name this one.
pub(super) fn plugin(snapshot: &Snapshot, press: &Press) -> Result<Arc<LoadedPlugin>, Problem> {
    let Press {
        plugin: id, action, ..
    } = press;
    let plugin = snapshot
        .plugin(id)
        .map(|(_, plugin)| plugin)
        .filter(|plugin| plugin.installations.contains_key(&press.context.account))
        .ok_or_else(|| {
            let message = format!("No plugin `{id}` is served here any more; reload the pane.");
            Problem::new(Code::RequestUnknownPlugin, message).field("plugin")
        })?;
    match plugin.program.serves_actions() && plugin.actions.contains(action) {
        true => Ok(Arc::clone(plugin)),
        false => Err(Problem::new(
            Code::RequestUnknownAction,
            format!("The plugin `{id}` has no action {action:?}; reload the pane."),
        )
        .field("action")),
    }
}

/// Carries a press out. Whatever happens becomes a result.
pub(super) async fn act(
    engine: &Engine,
    world: &World,
    asking: &Asking,
    plugin: &LoadedPlugin,
    press: &Press,
    turn: &mut Turn<'_>,
) -> Acted {
    let (submitted, usage) = submit(engine, world, plugin, press).await;
    let (result, card, notes) = match submitted {
        Ok(Submitted {
            result,
            card,
            notes,
        }) => (result, card, notes),
        Err(problem) => {
            let problem = failed(plugin, &press.context, Some(&press.action), problem);
            (Pressed::Failed(problem), None, Vec::new())
        }
    };
    let after = card.map(|card| {
        let (answer, notes) = match card {
            Ok(checked) => (Answer::Card(Arc::new(checked.card)), checked.notes),
            Err(problem) => {
                let problem = failed(plugin, &press.context, None, problem);
                (Answer::Failed(problem), Vec::new())
            }
        };
        outcome(plugin, answer, notes)
    });
    let acted = Acted {
        plugin: plugin.id.clone(),
        title: plugin.manifest.name.clone(),
        generation: plugin.generation,
        result,
        after,
        notes,
        usage,
    };
    let done = matches!(acted.result, Pressed::Done { .. });
    if done {
        plugin.keeps.press();
    }
    if !done || acted.after.is_some() || !plugin.serves_view(&press.context.view) {
        return acted;
    }
    // From here on it has been done, whether or not somebody waits for the card.
    turn.did(&acted);
    let after = asking.ask(plugin).await;
    Acted {
        after: Some(after),
        ..acted
    }
}

async fn submit(
    engine: &Engine,
    world: &World,
    plugin: &LoadedPlugin,
    press: &Press,
) -> (Result<Submitted, Problem>, Option<Usage>) {
    let Ready {
        of,
        slot,
        calls,
        tape,
    } = match ready(engine, world, plugin, &press.context).await {
        Ok(ready) => ready,
        Err(problem) => return (Err(problem), None),
    };
    let ran = engine.submit(slot, callee(plugin), calls, press).await;
    if let Some(tape) = tape {
        let input = Input::Press(press.clone());
        tape.finish(plugin.generation, input, ran.answer.ending(), &ran.usage);
    }
    let submitted = match ran.answer {
        // What is not kept has not been done.
        Ok(submitted) => world.commit(&of, ran.changes).await.map(|()| submitted),
        Err(problem) => Err(problem),
    };
    (submitted, Some(ran.usage))
}

fn outcome(plugin: &LoadedPlugin, answer: Answer, notes: Vec<Problem>) -> Outcome {
    Outcome {
        plugin: plugin.id.clone(),
        title: plugin.manifest.name.clone(),
        generation: plugin.generation,
        answer,
        notes,
        usage: None,
        kept: None,
    }
}
