//! Trying a call: everything as in earnest but for what would stay.

use super::{Host, named};
use crate::capability::live::World;
use crate::capability::log::{Author, LogLine, LogSink};
use crate::capability::recording::Recorder;
use crate::catalog::LoadedPlugin;
use crate::deliver;
use crate::dispatch;
use crate::model::context::Context;
use crate::model::delivery::{Claim, DeliveryId};
use crate::model::event::Event;
use crate::model::id::{AccountId, InstallationId};
use crate::model::outcome::Answer;
use crate::model::problem::{Code, Problem};
use crate::model::recording::Recording;
use crate::model::simulation::{End, Played, Simulated, Simulation};
use crate::storage::memory::MemoryStorage;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::time::Instant;

impl Host {
    /// Tries a call: the plugin that is served runs with its limits, grant and secrets, as it would for
    /// a desk. Nothing is queued, no card is kept, its values begin empty and are thrown away, and its
    /// log lines go into the recording alone. Requests that may change something leave only where
    /// `real_http` says so. Dropping the future ends the call.
    ///
    /// # Errors
    /// `request.unknown_plugin`, and `request.invalid_field` for an account that the plugin is not
    /// installed for, a view that it makes no card for and an event that it does not take. A plugin
    /// that fails is a result.
    pub async fn simulate(&self, simulation: Simulation) -> Result<Simulated, Problem> {
        let snapshot = self.view().current();
        let id = &simulation.plugin;
        let (_, plugin) = snapshot.plugin(id).ok_or_else(|| {
            let message =
                format!("No plugin `{id}` is served here; `/plugins` lists those that are.");
            Problem::new(Code::RequestUnknownPlugin, message).field("plugin")
        })?;
        let scratch = Scratch::of(&self.world, plugin, simulation.real_http);
        let begun = Instant::now();
        let end = match simulation.input {
            Played::Card(context) => {
                is_asked(plugin, &context)?;
                let context = named(*context);
                let (engine, world) = (&self.engine, &scratch.world);
                let outcome = dispatch::ask_alone(engine, world, plugin, &context).await;
                End::Card(Box::new(outcome))
            }
            Played::Event(event) => {
                takes(plugin, &event)?;
                let claim = self.claim(plugin, *event);
                let tried = deliver::try_once(&self.engine, &scratch.world, plugin, &claim).await;
                match tried.outcome {
                    Ok(()) => End::Acknowledged,
                    Err(deliver::Failure { wish, problem }) => End::Refused {
                        wish,
                        problem: told(plugin, problem),
                    },
                }
            }
        };
        let took = begun.elapsed();
        let recording = scratch.recording();
        let held_back = scratch.held_back.load(Ordering::Relaxed);
        Ok(Simulated {
            generation: plugin.generation,
            next: next(plugin, &end, held_back),
            end,
            masked: recording.clone().map(Recorder::masked),
            recording,
            held_back,
            took,
        })
    }

    /// The event as a worker would hold it, at its first try.
    fn claim(&self, plugin: &LoadedPlugin, event: Event) -> Claim {
        Claim {
            delivery: DeliveryId(ulid::Ulid::generate().to_string().into()),
            installation: InstallationId {
                plugin: plugin.id.clone(),
                account: event.account.clone(),
            },
            event: Arc::new(event),
            fence: 0,
            attempt: 1,
            since: self.now(),
        }
    }
}

/// A world of one call, and what is looked at in it afterwards.
struct Scratch {
    world: World,
    recorder: Recorder,
    held_back: Arc<AtomicU64>,
}

impl Scratch {
    fn of(world: &World, plugin: &LoadedPlugin, real_http: bool) -> Self {
        let recorder = Recorder::of_one_call(plugin.id.clone());
        let held_back = Arc::<AtomicU64>::default();
        let http = match real_http {
            true => Arc::clone(&world.http),
            false => Arc::new(world.http.reading_only(Arc::clone(&held_back))),
        };
        let world = World {
            http,
            log: Arc::new(Nowhere),
            clock: Arc::clone(&world.clock),
            storage: Some(Arc::new(MemoryStorage::default())),
            recorder: recorder.clone(),
        };
        Self {
            world,
            recorder,
            held_back,
        }
    }

    /// None when the call never ran.
    fn recording(&self) -> Option<Recording> {
        let all = self.recorder.all().into_iter();
        all.map(Arc::unwrap_or_clone).next()
    }
}

/// What a plugin writes while it is only tried stands in the recording, and not in the host's log.
struct Nowhere;

impl LogSink for Nowhere {
    fn write(&self, _: &Author, _: LogLine) {}
}

fn is_asked(plugin: &LoadedPlugin, context: &Context) -> Result<(), Problem> {
    installed(plugin, &context.account)?;
    let view = &context.view;
    let why = match plugin.program.serves_cards() {
        true if plugin.serves_view(view) => return Ok(()),
        true => format!(
            "`{}` makes no card for the view {view:?}: its manifest names {}.",
            plugin.id,
            plugin.manifest.views.join(", ")
        ),
        false => format!("`{}` makes no cards.", plugin.id),
    };
    Err(Problem::new(Code::RequestInvalidField, why).field("view"))
}

fn takes(plugin: &LoadedPlugin, event: &Event) -> Result<(), Problem> {
    installed(plugin, &event.account)?;
    if plugin.takes(event) {
        return Ok(());
    }
    // Where the name stands in the desk's form, and in ours.
    let (field, name) = match &event.vendor_type {
        Some(name) => ("event", name),
        None => ("event_type", &event.event_type),
    };
    let why = match plugin.manifest.events.as_slice() {
        [] => format!("`{}` takes no events.", plugin.id),
        named => format!(
            "`{}` does not take {name:?}: its manifest names {}.",
            plugin.id,
            named.join(", ")
        ),
    };
    Err(Problem::new(Code::RequestInvalidField, why).field(field))
}

fn installed(plugin: &LoadedPlugin, account: &AccountId) -> Result<(), Problem> {
    match plugin.installations.contains_key(account) {
        true => Ok(()),
        false => {
            let why = format!(
                "`{}` is not installed for the account `{account}`.",
                plugin.id
            );
            Err(Problem::new(Code::RequestInvalidField, why).field("account"))
        }
    }
}

/// A failure with a sentence, where the plugin gave none.
fn told(plugin: &LoadedPlugin, problem: Problem) -> Problem {
    let mut problem = problem.of_plugin(&plugin.id);
    if problem.message.is_empty() {
        problem.message = problem.code.meaning().to_owned();
    }
    problem
}

/// What to do about a failure.
fn next(plugin: &LoadedPlugin, end: &End, held_back: u64) -> String {
    let problem = match end {
        End::Card(outcome) => match &outcome.answer {
            Answer::Failed(problem) => problem,
            Answer::Card(_) | Answer::Empty => return String::new(),
        },
        End::Acknowledged => return String::new(),
        End::Refused { problem, .. } => problem,
    };
    match held_back {
        0 => dispatch::mend(&plugin.id, problem),
        _ => "simulate with real HTTP where the plugin may change something; the grant still decides \
              what is sent."
            .to_owned(),
    }
}
