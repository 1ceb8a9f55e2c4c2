//! One delivery in a plugin's hands: a place, a call, and what becomes of it.

use super::Inner;
use crate::capability::live::{Live, World};
use crate::capability::log::Author;
use crate::capability::store;
use crate::catalog::LoadedPlugin;
use crate::engine::{Callee, Ended, Engine};
use crate::model::delivery::{Attempt, AttemptError, Claim, Ending};
use crate::model::event::Event;
use crate::model::id::{PluginId, RequestId};
use crate::model::problem::{Code, Problem};
use crate::model::recording::Input;
use crate::model::refusal::{Refusal, Wish};
use crate::model::store::StoreChanges;
use crate::model::time::Millis;
use crate::model::usage::Usage;
use crate::policy::limits::Limits;
use crate::policy::retry::Next;
use crate::storage::StorageError;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// How often a handler is run over because others changed what it had read, before that counts as
/// a failed try.
const CONFLICTS: usize = 5;
/// When a delivery for which there was no place is looked at again.
const BUSY: Duration = Duration::from_millis(500);

/// A delivery is out of our hands.
pub(super) struct Handed {
    /// Whose place is free again.
    pub(super) plugin: PluginId,
    /// When to look for its next one; none is at once.
    pub(super) again: Option<Millis>,
}

/// Hands one delivery over and writes down what came of it. When there is `enough`, it is given
/// back instead.
pub(super) async fn hand_over(
    inner: Arc<Inner>,
    plugin: Arc<LoadedPlugin>,
    claim: Claim,
    mut enough: watch::Receiver<bool>,
) -> Handed {
    let handed = |again| Handed {
        plugin: claim.installation.plugin.clone(),
        again,
    };
    let came = tokio::select! {
        came = try_it(&inner, &plugin, &claim) => came,
        _ = enough.wait_for(|enough| *enough) => Came::NotTried,
    };
    match came {
        Came::Written => handed(None),
        Came::NotTried => {
            if let Err(error) = inner.storage.release(&claim).await {
                tracing::warn!(delivery = %claim.delivery, %error, "delivery not given back");
            }
            handed(Some(inner.now().after(BUSY)))
        }
        Came::Unwritten(error) => {
            // It stays claimed: the next start, or the end of its lease, delivers it again.
            tracing::error!(delivery = %claim.delivery, %error, "what came of a delivery is lost");
            handed(Some(inner.now().after(BUSY)))
        }
    }
}

enum Came {
    Written,
    NotTried,
    Unwritten(StorageError),
}

/// One try with its own end.
#[derive(Debug)]
pub struct Tried {
    /// Whether the plugin dealt with the event.
    pub outcome: Result<(), Failure>,
    /// What it wrote, which nobody keeps yet.
    pub changes: StoreChanges,
    /// What it used; none when it never ran.
    pub usage: Option<Usage>,
}

/// Why a try failed, and what the plugin wants now.
#[derive(Debug)]
pub struct Failure {
    /// What is to become of the event.
    pub wish: Wish,
    /// Why.
    pub problem: Problem,
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let wish = Wish::Retry;
        Self { wish, problem }
    }
}

async fn try_it(inner: &Inner, plugin: &LoadedPlugin, claim: &Claim) -> Came {
    let mut conflicts = 0;
    loop {
        let (began, begun) = (inner.now(), Instant::now());
        let mut tried = try_once(&inner.engine, &inner.world, plugin, claim).await;
        if let Err(failure) = &tried.outcome
            && failure.problem.code == Code::CallBusy
        {
            return Came::NotTried;
        }
        loop {
            let ending = ending(inner, claim, &tried.outcome);
            let attempt = attempt(plugin, claim, began, begun, &tried);
            let changes = std::mem::take(&mut tried.changes);
            let now = inner.now();
            let finished = inner.storage.finish(claim, attempt, ending, changes, now);
            let error = match finished.await {
                Ok(()) => {
                    told(plugin, claim, ending, &tried);
                    return Came::Written;
                }
                Err(error) => error,
            };
            match error {
                StorageError::Conflict(_) if conflicts < CONFLICTS => {
                    conflicts += 1;
                    break;
                }
                // What it wrote cannot be kept, so it has not been dealt with.
                StorageError::Conflict(_) | StorageError::Quota { .. } | StorageError::Full
                    if tried.outcome.is_ok() =>
                {
                    tried.outcome = Err(store::problem(&error).into());
                }
                StorageError::Lost => {
                    tracing::warn!(delivery = %claim.delivery, "another took the delivery over");
                    return Came::Written;
                }
                error => return Came::Unwritten(error),
            }
        }
    }
}

/// Gives the event to the plugin, once. Nothing is kept of what comes of it.
pub async fn try_once(
    engine: &Engine,
    world: &World,
    plugin: &LoadedPlugin,
    claim: &Claim,
) -> Tried {
    let failed = |problem: Problem| Tried {
        outcome: Err(problem.into()),
        changes: StoreChanges::default(),
        usage: None,
    };
    let account = &claim.installation.account;
    let Some(installation) = plugin.installations.get(account) else {
        let message = format!("The plugin is not installed for the account `{account}` any more.");
        return failed(Problem::new(Code::EventFailed, message));
    };
    let limits = Limits {
        deadline: plugin.limits.event_deadline,
        ..plugin.limits.clone()
    };
    let deadline = Instant::now() + limits.deadline;
    let slot = match plugin.gate.admit(engine.pool(), deadline).await {
        Ok(slot) => slot,
        Err(problem) => return failed(problem),
    };
    let author = Author {
        plugin: plugin.id.clone(),
        account: account.clone(),
        request_id: RequestId::new(Arc::clone(&claim.delivery.0)),
    };
    let live = Arc::new(Live::new(
        world,
        Arc::clone(installation),
        author,
        &limits,
        Arc::clone(&plugin.http_places),
        deadline,
    ));
    let (calls, tape) = world.record(live, &claim.installation, installation);
    let callee = Callee {
        program: &plugin.program,
        limits: &limits,
        actions: &[],
    };
    let handled = engine.handle(slot, callee, calls, &claim.event, claim.attempt);
    let ran = handled.await;
    if let Some(tape) = tape {
        let (event, attempt) = (Box::new(Event::clone(&claim.event)), claim.attempt);
        let input = Input::Event { event, attempt };
        tape.finish(plugin.generation, input, ran.answer.ending(), &ran.usage);
    }
    Tried {
        outcome: outcome(ran.answer),
        changes: ran.changes,
        usage: Some(ran.usage),
    }
}

fn outcome(answer: Result<Result<(), Refusal>, Problem>) -> Result<(), Failure> {
    let Refusal { wish, problem } = match answer? {
        Ok(()) => return Ok(()),
        Err(refusal) => refusal,
    };
    Err(Failure { wish, problem })
}

fn ending(inner: &Inner, claim: &Claim, outcome: &Result<(), Failure>) -> Ending {
    let Err(failure) = outcome else {
        return Ending::Delivered;
    };
    let asked = match failure.wish {
        Wish::GiveUp => return Ending::Dead,
        Wish::RetryAfter(pause) => Some(pause),
        Wish::Retry => None,
    };
    let now = inner.now();
    let age = now.since(claim.since);
    let retry = &inner.policy.retry;
    match retry.next(claim.attempt, age, asked, rand::random()) {
        Next::Again(pause) => Ending::Retry(now.after(pause)),
        Next::OutOfAttempts | Next::TooOld => Ending::Dead,
    }
}

fn attempt(
    plugin: &LoadedPlugin,
    claim: &Claim,
    began: Millis,
    begun: Instant,
    tried: &Tried,
) -> Attempt {
    let error = tried.outcome.as_ref().err().map(|failure| AttemptError {
        code: failure.problem.code.as_str().to_owned(),
        message: failure.problem.message.clone(),
        detail: failure.problem.detail.clone(),
    });
    Attempt {
        number: claim.attempt,
        began,
        took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        generation: Some(plugin.generation),
        error,
        usage: tried.usage.clone(),
    }
}

/// A line for the log where something went wrong.
fn told(plugin: &LoadedPlugin, claim: &Claim, ending: Ending, tried: &Tried) {
    let Err(Failure { problem, .. }) = &tried.outcome else {
        return;
    };
    let dead = ending == Ending::Dead;
    tracing::warn!(
        plugin = %plugin.id,
        account = %claim.installation.account,
        delivery = %claim.delivery,
        event = claim.event.id,
        attempt = claim.attempt,
        dead,
        code = %problem.code,
        used = problem.used,
        limit = problem.limit,
        // The plugin's own words may stand in it: data, never a format.
        detail = ?problem.detail,
        hint = problem.hint,
        "delivery failed"
    );
}
