//! `sidepane call`: one question to one plugin, as a host with it alone would ask.

use super::ask::{Ask, pair};
use super::file::{self, GrantText, PluginFile, Wasm};
use super::stop::{self, Stop};
use super::{desk, print};
use arc_swap::ArcSwap;
use serde_json::{Map, Value, json};
use sidepane::SystemClock;
use sidepane::capability::http::{HttpClient, SystemResolver};
use sidepane::capability::live::World;
use sidepane::capability::log::{Author, Level, LogLine, LogSink};
use sidepane::catalog::{Grant, LoadedPlugin, Snapshot, View};
use sidepane::dispatch::Dispatch;
use sidepane::engine::Engine;
use sidepane::model::http::Denial;
use sidepane::model::id::AccountId;
use sidepane::model::outcome::{Answer, Outcome, Pane};
use sidepane::surface::native::Native;
use sidepane::surface::{Question, Reveal};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sidepane call hello.wasm --view ticket --email ada@example.com\n  \
                  sidepane call order-lookup.wasm --grant order-lookup.toml --set recent=1 --view \
                  ticket --email ada@example.com\n  sidepane call hello.wasm --context \
                  question.json --desk imbox,native\n\nThe answer stands on standard output, what \
                  the call used and what the plugin wrote on standard error.\nExit codes: 0 a card \
                  or nothing known, 1 the plugin failed, 2 the command line or a file is at fault."
)]
pub(crate) struct Call {
    #[command(flatten)]
    file: PluginFile,
    /// A setting, over the grant's; as often as needed.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    #[command(flatten)]
    ask: Ask,
    /// The answer in these desks' forms, each under its name.
    #[arg(long, value_name = "DESK", value_delimiter = ',')]
    desk: Vec<String>,
    /// An event instead of a question; a later version.
    #[arg(long, value_name = "FILE.json")]
    event: Option<PathBuf>,
    /// Everything as one JSON object on standard output: answer, usage, log, denials.
    #[arg(long)]
    json: bool,
}

/// Asks and prints.
///
/// # Errors
/// The plugin failed, or what was given cannot be taken.
pub(crate) async fn run(call: Call) -> Result<(), Stop> {
    if call.event.is_some() {
        return Err(Stop::input(
            "events come with a later version; today a plugin is called for cards: --view ticket \
             --email ada@example.com",
        ));
    }
    let desks: Result<Vec<_>, Stop> = call.desk.iter().map(|name| desk::of(name)).collect();
    let desks = desks?;
    let mut question = call.ask.question()?;
    // There is one plugin, whatever a recorded question names.
    question.plugins.clear();
    let wasm = Wasm::read(&call.file.wasm)?;
    let text = GrantText::read(call.file.grant.as_deref(), &call.file.wasm, &wasm.id)?;
    let mut grant = text.parse()?;
    overlay(&mut grant, &question.context.account, &call.set);
    let engine = file::engine()?;
    let opened = file::open(&engine, &wasm, &grant.limits).await?;
    let loader = file::loader(&engine, vec![question.context.account.clone()]);
    let plugin = loader.admit(wasm.id.clone(), opened, grant, text.base())?;
    let heard = Arc::new(Heard::default());
    let mut pane = ask(engine, plugin, &question, Arc::clone(&heard)).await?;
    let explained = pane.explained.take().unwrap_or_default();
    let Some(outcome) = pane.outcomes.first() else {
        let why = explained.first().map_or("", |one| one.next.as_str());
        return Err(Stop::plugin(format!("{} was not asked. {why}", wasm.shown)));
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
            "usage": usage(outcome),
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

/// Puts settings over the grant's, also where the grant has its own for the account.
fn overlay(grant: &mut Grant, account: &AccountId, set: &[(String, String)]) {
    let own = grant.accounts.get_mut(account);
    for part in std::iter::once(&mut grant.all).chain(own) {
        part.settings.extend(set.iter().cloned());
    }
}

async fn ask(
    engine: Engine,
    plugin: LoadedPlugin,
    question: &Question,
    log: Arc<Heard>,
) -> Result<Pane, Stop> {
    let view = View::default();
    view.publish(Snapshot::new(
        vec![Arc::new(plugin)],
        Vec::new(),
        Vec::new(),
    ));
    let own = Arc::new(ArcSwap::from_pointee(Vec::new()));
    let http = HttpClient::new(own, Arc::new(SystemResolver::default()));
    let world = World {
        http: Arc::new(http),
        log,
        clock: Arc::new(SystemClock::default()),
        storage: None,
    };
    let dispatch = Dispatch::new(engine, view, Arc::new(world));
    Ok(dispatch.explain(question).await?)
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
        let used: Vec<(String, String)> = usage
            .each()
            .iter()
            .map(|(name, measure)| {
                let (used, limit) = (print::count(measure.used), print::count(measure.limit));
                ((*name).to_owned(), format!("{used} of {limit}"))
            })
            .collect();
        print::note(print::section("used", &used).trim_end());
    }
}

fn usage(outcome: &Outcome) -> Option<Value> {
    let usage = outcome.usage.as_ref()?;
    let each = usage.each().into_iter().map(|(name, measure)| {
        let value = json!({"used": measure.used, "limit": measure.limit});
        (name.to_owned(), value)
    });
    Some(Value::Object(each.collect()))
}

/// What the plugin wrote and was refused, in order.
#[derive(Debug, Default)]
struct Heard(Mutex<Vec<Line>>);

#[derive(Clone, Debug)]
enum Line {
    Wrote(LogLine),
    Denied(Denial),
}

impl Heard {
    fn lines(&self) -> Vec<Line> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn push(&self, line: Line) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push(line);
    }
}

impl LogSink for Heard {
    fn write(&self, _author: &Author, line: LogLine) {
        self.push(Line::Wrote(line));
    }

    fn denied(&self, _author: &Author, denial: &Denial) {
        self.push(Line::Denied(denial.clone()));
    }
}

impl Line {
    /// The line for a terminal. A hint that the failure repeats is left to it.
    fn text(&self, told_later: Option<&str>) -> String {
        match self {
            Self::Wrote(line) => {
                let mut text = format!("{:12}{}", word(line.level), print::plain(&line.message));
                for (name, value) in &line.fields {
                    text += &format!(" {}={:?}", print::plain(name), print::plain(value));
                }
                text
            }
            Self::Denied(denial) => {
                let mut text = format!("{:12}{}", "denied", print::plain(&denial.why));
                if let Some(hint) = denial.hint.as_deref()
                    && told_later != Some(hint)
                {
                    text += &format!("\nWrite:\n{hint}");
                }
                text
            }
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Wrote(line) => {
                let fields: Map<String, Value> = line
                    .fields
                    .iter()
                    .map(|(name, value)| (name.clone(), value.clone().into()))
                    .collect();
                json!({"level": word(line.level), "message": line.message, "fields": fields})
            }
            Self::Denied(denial) => json!({
                "level": "denied",
                "message": denial.why,
                "rule": denial.rule.to_string(),
                "hint": denial.hint,
            }),
        }
    }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warn => "warn",
        Level::Info => "info",
        Level::Debug => "debug",
        Level::Trace => "trace",
    }
}
