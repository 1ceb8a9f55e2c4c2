//! `sidepane call`: one question to one plugin, as a host with it alone would ask.

use super::ask::{ASKED, Ask, pair};
use super::file::{self, GrantText, PluginFile, Wasm};
use super::heard::{Heard, Line};
use super::stop::{self, Stop};
use super::{act, desk, handle, print};
use arc_swap::ArcSwap;
use serde_json::{Map, Value, json};
use sidepane::SystemClock;
use sidepane::capability::http::{HttpClient, SystemResolver};
use sidepane::capability::live::World;
use sidepane::capability::log::LogSink;
use sidepane::capability::recording::Recorder;
use sidepane::catalog::{Grant, LoadedPlugin, Snapshot, View};
use sidepane::dispatch::Dispatch;
use sidepane::engine::Engine;
use sidepane::model::id::AccountId;
use sidepane::model::outcome::{Answer, Outcome, Pane};
use sidepane::model::usage::Usage;
use sidepane::policy::cache::CachePolicy;
use sidepane::storage::memory::MemoryStorage;
use sidepane::surface::native::Native;
use sidepane::surface::{Question, Reveal};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sidepane call hello.wasm --view ticket --email ada@example.com\n  \
                  sidepane call order-lookup.wasm --grant order-lookup.toml --set recent=1 --view \
                  ticket --email ada@example.com\n  sidepane call hello.wasm --context \
                  question.json --desk imbox,native\n  sidepane call auto-tag.wasm --event \
                  message.json\n  sidepane call order-lookup.wasm --action refund --value 5317 \
                  --field reason=late --view ticket\n\nThe answer stands on standard output, what \
                  the call used and what the plugin wrote on standard error.\nExit codes: 0 a card, \
                  nothing known, an event dealt with or an action done, 1 the plugin failed, 2 the \
                  command line or a file is at fault."
)]
pub(crate) struct Call {
    #[command(flatten)]
    pub(crate) file: PluginFile,
    /// A setting, over the grant's; as often as needed.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) ask: Ask,
    /// The answer in these desks' forms, each under its name; with --event, the one desk whose form
    /// the file has.
    #[arg(long, value_name = "DESK", value_delimiter = ',')]
    pub(crate) desk: Vec<String>,
    /// An event instead of a question, as `/v1/events` takes it.
    #[arg(long, value_name = "FILE.json", conflicts_with_all = ASKED)]
    event: Option<PathBuf>,
    /// A press of a button instead of a question: one of the manifest's actions.
    #[arg(long, value_name = "ID", conflicts_with_all = ["event", "desk"])]
    action: Option<String>,
    /// The value that the button carries, such as an order's number.
    #[arg(long, requires = "action")]
    pub(crate) value: Option<String>,
    /// What is filled into the button's form; as often as needed.
    #[arg(long = "field", value_name = "NAME=TEXT", value_parser = pair, requires = "action")]
    pub(crate) fields: Vec<(String, String)>,
    /// Everything as one JSON object on standard output: answer, usage, log, denials.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Asks and prints.
///
/// # Errors
/// The plugin failed, or what was given cannot be taken.
pub(crate) async fn run(call: Call) -> Result<(), Stop> {
    match (&call.event, &call.action) {
        (Some(file), _) => handle::run(&call, file).await,
        (None, Some(action)) => act::run(&call, action).await,
        (None, None) => card(&call).await,
    }
}

async fn card(call: &Call) -> Result<(), Stop> {
    let desks: Result<Vec<_>, Stop> = call.desk.iter().map(|name| desk::of(name)).collect();
    let desks = desks?;
    let mut question = call.ask.question()?;
    // There is one plugin, whatever a recorded question names.
    question.plugins.clear();
    let (engine, plugin) = call.load(&question.context.account).await?;
    let heard = Arc::new(Heard::default());
    let mut pane = ask(engine, plugin, &question, Arc::clone(&heard)).await?;
    let explained = pane.explained.take().unwrap_or_default();
    let Some(outcome) = pane.outcomes.first() else {
        let why = explained.first().map_or("", |one| one.next.as_str());
        let shown = call.file.wasm.display();
        return Err(Stop::plugin(format!("{shown} was not asked. {why}")));
    };
    let reveal = match call.json {
        true => Reveal::Inside,
        false => Reveal::Cards,
    };
    let mut answer = Map::new();
    for desk in &desks {
        let (body, status) = desk::answer(*desk, &pane, reveal)?;
        if let Some(status) = status {
            print::note(&format!("{}: sidepane-status: {status}", desk.name()));
        }
        answer.insert(desk.name().to_owned(), body);
    }
    let answer = match desks.is_empty() {
        true => desk::answer(&Native, &pane, reveal)?.0,
        false => Value::Object(answer),
    };
    match call.json {
        true => print::json(&json!({
            "answer": answer,
            "usage": outcome.usage.as_ref().map(usage),
            "log": heard.lines().iter().map(Line::json).collect::<Vec<_>>(),
        }))?,
        false => {
            print::json(&answer)?;
            beside(outcome, &heard);
        }
    }
    match &outcome.answer {
        Answer::Failed(problem) => Err(Stop::plugin(stop::told(problem))),
        _ => Ok(()),
    }
}

impl Call {
    /// Reads the plugin and its grant, and loads it for one account.
    ///
    /// # Errors
    /// A file cannot be read or taken, or the plugin does not load.
    pub(crate) async fn load(&self, account: &AccountId) -> Result<(Engine, LoadedPlugin), Stop> {
        let wasm = Wasm::read(&self.file.wasm)?;
        let text = GrantText::read(self.file.grant.as_deref(), &self.file.wasm, &wasm.id)?;
        let mut grant = text.parse()?;
        overlay(&mut grant, account, &self.set);
        let engine = file::engine_that_keeps()?;
        let opened = file::open(&engine, &wasm, &grant.limits).await?;
        let loader = file::loader(&engine, vec![account.clone()]);
        let plugin = loader.admit(wasm.id, opened, grant, text.base())?;
        Ok((engine, plugin))
    }
}

/// Puts settings over the grant's, also where the grant has its own for the account.
fn overlay(grant: &mut Grant, account: &AccountId, set: &[(String, String)]) {
    let own = grant.accounts.get_mut(account);
    for part in std::iter::once(&mut grant.all).chain(own) {
        part.settings.extend(set.iter().cloned());
    }
}

/// A single question: nothing is asked twice.
pub(crate) const NOTHING_KEPT: CachePolicy = CachePolicy {
    bytes: 0,
    longest: Duration::ZERO,
    stale: Duration::ZERO,
};

/// Asks one plugin as a host with it alone would.
///
/// # Errors
/// The question cannot be asked; a plugin that fails is an outcome.
pub(crate) async fn ask(
    engine: Engine,
    plugin: LoadedPlugin,
    question: &Question,
    log: Arc<Heard>,
) -> Result<Pane, Stop> {
    let dispatch = Dispatch::new(engine, view(plugin), Arc::new(world(log)), NOTHING_KEPT);
    Ok(dispatch.explain(question).await?)
}

/// A host's plugins, of which there is one.
pub(crate) fn view(plugin: LoadedPlugin) -> View {
    let view = View::default();
    let plugins = vec![Arc::new(plugin)];
    view.publish(Snapshot::new(plugins, Vec::new(), Vec::new()));
    view
}

/// The live world, with values that are gone when the command ends.
pub(crate) fn world(log: Arc<impl LogSink + 'static>) -> World {
    let own = Arc::new(ArcSwap::from_pointee(Vec::new()));
    let http = HttpClient::new(own, Arc::new(SystemResolver::default()));
    World {
        http: Arc::new(http),
        log,
        clock: Arc::new(SystemClock::default()),
        storage: Some(Arc::new(MemoryStorage::default())),
        recorder: Recorder::default(),
    }
}

/// What stands on standard error: the log, the denials, what was used of which limit.
fn beside(outcome: &Outcome, heard: &Heard) {
    let failed = match &outcome.answer {
        Answer::Failed(problem) => problem.hint.as_deref(),
        _ => None,
    };
    for line in heard.lines() {
        print::note(&line.text(failed));
    }
    for note in &outcome.notes {
        print::note(&format!("left out: {}", stop::told(note)));
    }
    if let Some(usage) = &outcome.usage {
        print::note(&used(usage));
    }
}

/// What was used of which limit, for a terminal. What this call could not use is left out.
pub(crate) fn used(usage: &Usage) -> String {
    let measures = usage.each().into_iter();
    let used: Vec<(String, String)> = measures
        .filter(|(_, measure)| measure.limit > 0 || measure.used > 0)
        .map(|(name, measure)| {
            let (used, limit) = (print::count(measure.used), print::count(measure.limit));
            (name.to_owned(), format!("{used} of {limit}"))
        })
        .collect();
    print::section("used", &used).trim_end().to_owned()
}

/// What was used of which limit, for a program.
pub(crate) fn usage(usage: &Usage) -> Value {
    let each = usage.each().map(|(name, measure)| {
        let value = json!({"used": measure.used, "limit": measure.limit});
        (name.to_owned(), value)
    });
    Value::Object(each.into_iter().collect())
}
