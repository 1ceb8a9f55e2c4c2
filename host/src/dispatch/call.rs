//! One plugin's part of a question: a place, a call, an outcome.

use crate::capability::calls::HostCalls;
use crate::capability::live::{Live, World};
use crate::capability::log::Author;
use crate::capability::recording::Tape;
use crate::catalog::LoadedPlugin;
use crate::engine::{Callee, Ended, Engine, Slot};
use crate::model::context::Context;
use crate::model::id::InstallationId;
use crate::model::outcome::{Answer, Outcome};
use crate::model::problem::{Code, Problem};
use crate::model::recording::Input;
use crate::model::usage::Usage;
use std::sync::Arc;
use tokio::time::Instant;

/// Asks one plugin. Whatever happens becomes an outcome.
pub(super) async fn call(
    engine: &Engine,
    world: &World,
    plugin: &LoadedPlugin,
    context: &Context,
) -> Outcome {
    let (answer, notes, usage) = match run(engine, world, plugin, context).await {
        Ok(ran) => ran,
        Err(problem) => (Answer::Failed(problem), Vec::new(), None),
    };
    let answer = match answer {
        Answer::Failed(problem) => Answer::Failed(failed(plugin, context, None, problem)),
        answer => answer,
    };
    Outcome {
        plugin: plugin.id.clone(),
        title: plugin.manifest.name.clone(),
        generation: plugin.generation,
        answer,
        notes,
        usage,
        kept: None,
    }
}

type Ran = (Answer, Vec<Problem>, Option<Usage>);

/// What a call of a plugin needs: whose it is, a place, and the way to the world.
pub(super) struct Ready {
    pub(super) of: InstallationId,
    pub(super) slot: Slot,
    pub(super) calls: Arc<dyn HostCalls>,
    /// Present when this call is recorded.
    pub(super) tape: Option<Tape>,
}

/// Waits for a place, and opens the world to the installation.
pub(super) async fn ready(
    engine: &Engine,
    world: &World,
    plugin: &LoadedPlugin,
    context: &Context,
) -> Result<Ready, Problem> {
    let installation = plugin.installations.get(&context.account).ok_or_else(|| {
        Problem::new(
            Code::CallHostBug,
            "The plugin is not installed for this account.",
        )
    })?;
    let deadline = Instant::now() + plugin.limits.deadline;
    let slot = plugin.gate.admit(engine.pool(), deadline).await?;
    let of = InstallationId {
        plugin: plugin.id.clone(),
        account: context.account.clone(),
    };
    let author = Author {
        plugin: of.plugin.clone(),
        account: of.account.clone(),
        request_id: context.request_id.clone(),
    };
    let live = Arc::new(Live::new(
        world,
        Arc::clone(installation),
        author,
        &plugin.limits,
        Arc::clone(&plugin.http_places),
        deadline,
    ));
    let (calls, tape) = world.record(live, &of, installation);
    Ok(Ready {
        of,
        slot,
        calls,
        tape,
    })
}

/// The plugin as the engine calls it.
pub(super) fn callee(plugin: &LoadedPlugin) -> Callee<'_> {
    Callee {
        program: &plugin.program,
        limits: &plugin.limits,
        actions: &plugin.actions,
    }
}

async fn run(
    engine: &Engine,
    world: &World,
    plugin: &LoadedPlugin,
    context: &Context,
) -> Result<Ran, Problem> {
    let Ready {
        of,
        slot,
        calls,
        tape,
    } = ready(engine, world, plugin, context).await?;
    let callee = callee(plugin);
    let ran = engine.render(slot, callee, calls, context).await;
    if let Some(tape) = tape {
        let input = Input::Card(context.clone());
        tape.finish(plugin.generation, input, ran.answer.ending(), &ran.usage);
    }
    // A card whose writes are not kept would tell of what is not so: it is none.
    let answer = match ran.answer {
        Ok(card) => world.commit(&of, ran.changes).await.map(|()| card),
        Err(problem) => Err(problem),
    };
    let (answer, notes) = match answer {
        Ok(Some(checked)) => (Answer::Card(Arc::new(checked.card)), checked.notes),
        Ok(None) => (Answer::Empty, Vec::new()),
        Err(problem) => (Answer::Failed(problem), Vec::new()),
    };
    Ok((answer, notes, Some(ran.usage)))
}

/// Completes a failure: whose it is, a sentence where the plugin gave none, a line for the log.
pub(super) fn failed(
    plugin: &LoadedPlugin,
    context: &Context,
    action: Option<&str>,
    problem: Problem,
) -> Problem {
    let mut problem = problem.of_plugin(&plugin.id);
    if problem.message.is_empty() {
        let title = &plugin.manifest.name;
        problem.message = match action {
            None => format!("{title} could not be loaded."),
            Some(_) => format!("{title} could not do it; nothing was changed."),
        };
    }
    tracing::warn!(
        plugin = %plugin.id,
        account = %context.account,
        request = %context.request_id,
        action,
        code = %problem.code,
        field = problem.field,
        used = problem.used,
        limit = problem.limit,
        // The plugin's own words may stand in it: data, never a format.
        detail = ?problem.detail,
        hint = problem.hint,
        "call failed"
    );
    problem
}
