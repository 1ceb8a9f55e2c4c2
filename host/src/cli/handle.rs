//! `sidepane call --event`: one event to one plugin, once, with values that nobody keeps.

use super::call::{self, Call};
use super::heard::{Heard, Line};
use super::stop::{self, Stop};
use super::{desk, print};
use http::{HeaderMap, HeaderValue, Method, header};
use serde_json::{Value, json};
use sidepane::capability::live::{Live, World};
use sidepane::capability::log::Author;
use sidepane::catalog::LoadedPlugin;
use sidepane::engine::{Callee, Engine, Invocation};
use sidepane::model::event::Event;
use sidepane::model::id::{AccountId, RequestId};
use sidepane::model::problem::Problem;
use sidepane::model::refusal::{Refusal, Wish};
use sidepane::model::store::{StoreChanges, StoreWrite};
use sidepane::model::time::Millis;
use sidepane::policy::limits::Limits;
use sidepane::surface::{EventSurface, Inbound};
use std::path::Path;
use std::sync::Arc;
use tokio::time::Instant;

/// Hands the event over and prints what came of it.
///
/// # Errors
/// The plugin did not deal with it, or what was given cannot be taken.
pub(super) async fn run(call: &Call, file: &Path) -> Result<(), Stop> {
    let desk = match call.desk.as_slice() {
        [] => desk::of_events("native")?,
        [name] => desk::of_events(name)?,
        _ => {
            return Err(Stop::input(
                "an event comes in one desk's form: --desk once",
            ));
        }
    };
    let account = call.ask.account(None)?;
    let heard = Arc::new(Heard::default());
    let world = call::world(Arc::clone(&heard));
    let event = read(file, desk, &account, Millis::from(world.clock.wall()))?;
    let (engine, plugin) = call.load(&account).await?;
    if !plugin.takes(&event) {
        return Err(Stop::plugin(not_taken(call, &plugin, &event)));
    }
    let ran = handle(&engine, &world, &plugin, &event).await?;
    let answer = answer(&event, &ran);
    match call.json {
        true => print::json(&json!({
            "answer": answer,
            "usage": call::usage(&ran.usage),
            "log": heard.lines().iter().map(Line::json).collect::<Vec<_>>(),
        }))?,
        false => {
            print::json(&answer)?;
            let hint = problem(&ran).and_then(|problem| problem.hint.as_deref());
            for line in heard.lines() {
                print::note(&line.text(hint));
            }
            print::note(&call::used(&ran.usage));
        }
    }
    match problem(&ran) {
        Some(problem) => Err(Stop::plugin(stop::told(problem))),
        None => Ok(()),
    }
}

type Handled = Invocation<Result<(), Refusal>>;

/// Reads an event as the desk's door would, with the same words where it cannot be taken.
fn read(
    file: &Path,
    desk: &dyn EventSurface,
    account: &AccountId,
    now: Millis,
) -> Result<Event, Stop> {
    let shown = file.display();
    let body = std::fs::read(file)
        .map_err(|error| Stop::of(&format!("the event {shown} cannot be read"), &error))?;
    let mut headers = HeaderMap::new();
    let json = HeaderValue::from_static("application/json");
    headers.insert(header::CONTENT_TYPE, json);
    let inbound = Inbound {
        method: &Method::POST,
        path: "",
        query: "",
        headers: &headers,
        body: &body,
        plugin: None,
        public_url: None,
    };
    let event = desk.parse(&inbound, account.clone(), now);
    event.map_err(|problem| Stop::input(format!("{shown}: {}", stop::told(&problem))))
}

/// A host delivers to a plugin what its manifest names and nothing else.
fn not_taken(call: &Call, plugin: &LoadedPlugin, event: &Event) -> String {
    let shown = call.file.wasm.display();
    let events = &plugin.manifest.events;
    if !plugin.program.serves_events() || events.is_empty() {
        return format!("{shown} takes no events");
    }
    format!(
        "{shown} does not take `{}`: its manifest names {}",
        event.event_type,
        events.join(", ")
    )
}

async fn handle(
    engine: &Engine,
    world: &World,
    plugin: &LoadedPlugin,
    event: &Event,
) -> Result<Handled, Stop> {
    let limits = Limits {
        deadline: plugin.limits.event_deadline,
        ..plugin.limits.clone()
    };
    let deadline = Instant::now() + limits.deadline;
    let slot = plugin.gate.admit(engine.pool(), deadline).await?;
    let installation = plugin.installations.get(&event.account);
    let installation = installation.ok_or_else(|| {
        let account = &event.account;
        Stop::input(format!("the plugin is not installed for {account}"))
    })?;
    let author = Author {
        plugin: plugin.id.clone(),
        account: event.account.clone(),
        request_id: RequestId::new(ulid::Ulid::generate().to_string()),
    };
    let places = Arc::clone(&plugin.http_places);
    let installation = Arc::clone(installation);
    let calls = Live::new(world, installation, author, &limits, places, deadline);
    let callee = Callee {
        program: &plugin.program,
        limits: &limits,
        actions: &[],
    };
    let handled = engine.handle(slot, callee, Arc::new(calls), event, 1);
    Ok(handled.await)
}

/// What became of the event: how a host would go on, and what it would keep.
fn answer(event: &Event, ran: &Handled) -> Value {
    let (status, pause) = match &ran.answer {
        Ok(Ok(())) => ("ok", None),
        Ok(Err(refusal)) => match refusal.wish {
            Wish::RetryAfter(pause) => ("retry", Some(pause.as_secs())),
            Wish::Retry => ("retry", None),
            Wish::GiveUp => ("give_up", None),
        },
        Err(_) => ("error", None),
    };
    let error = problem(ran).map(|problem| {
        json!({
            "code": problem.code.as_str(),
            "message": problem.message,
            "detail": problem.detail,
            "hint": problem.hint,
        })
    });
    json!({
        "event": {"id": event.id, "source": event.source, "type": event.event_type},
        "key": event.ordering_key(),
        "status": status,
        "retry_after_s": pause,
        "error": error,
        "store": written(&ran.changes),
    })
}

fn written(changes: &StoreChanges) -> Vec<Value> {
    let writes = changes.writes.iter();
    writes
        .map(|(key, write)| match write {
            StoreWrite::Set { value, expires } => {
                let expires = expires.map(|at| at.to_string());
                json!({"key": key, "value": value, "expires": expires})
            }
            StoreWrite::Remove => json!({"key": key, "value": null, "expires": null}),
        })
        .collect()
}

fn problem(ran: &Handled) -> Option<&Problem> {
    match &ran.answer {
        Ok(Ok(())) => None,
        Ok(Err(refusal)) => Some(&refusal.problem),
        Err(problem) => Some(problem),
    }
}
