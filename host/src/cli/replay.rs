//! `sidepane replay`: a recorded call again, offline, against any build of its plugin.

use super::file::{self, GrantText, Wasm};
use super::print::{self, plain, section};
use super::stop::{self, Stop};
use serde_json::{Value, json};
use sidepane::capability::calls::HostCalls;
use sidepane::capability::log::LogLine;
use sidepane::capability::replay::{self, Difference, Replay, of_endings, outcome};
use sidepane::catalog::Opened;
use sidepane::engine::{Callee, Ended, Engine, Gate, Slot};
use sidepane::model::recording::{Ending, Input, Recording};
use sidepane::model::usage::{Usage, Used};
use sidepane::policy::limits::Limits;
use sidepane::surface::native;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  curl -s 127.0.0.1:7118/recordings/01K… > failed.json\n  sidepane \
                  replay failed.json order-lookup.wasm\n  sidepane replay failed.json fixed.wasm \
                  --json\n\nNothing is asked of any server: the plugin gets the answers of the \
                  recording.\nExit codes: 0 the same came of it, 1 something else, 2 the command \
                  line or a file is at fault."
)]
pub(crate) struct ReplayCall {
    /// The recording, as `/recordings/{id}` gives it.
    #[arg(value_name = "RECORDING.json")]
    recording: PathBuf,
    /// The plugin: the build that was recorded, or another.
    #[arg(value_name = "FILE.wasm")]
    wasm: PathBuf,
    /// A grant whose limits are to hold in place of the recorded ones.
    #[arg(long, value_name = "FILE.toml")]
    grant: Option<PathBuf>,
    /// Everything as one JSON object.
    #[arg(long)]
    json: bool,
}

/// Plays back and prints.
///
/// # Errors
/// Something else came of it, or a file cannot be taken.
pub(crate) async fn run(call: ReplayCall) -> Result<(), Stop> {
    let recording = Arc::new(read(&call.recording)?);
    let wasm = Wasm::read(&call.wasm)?;
    let limits = limits(&recording, call.grant.as_deref(), &wasm)?;
    let engine = file::engine()?;
    let opened = file::open(&engine, &wasm, &limits).await?;
    let played = play(&engine, &opened, &limits, &recording).await?;
    match call.json {
        true => print::json(&played.json(&recording, &opened))?,
        false => print::answer(&played.text(&recording, &opened)),
    }
    match played.difference {
        None => Ok(()),
        Some(difference) => Err(Stop::plugin(format!(
            "the replay differs from the recording at {}",
            plain(&difference.place)
        ))),
    }
}

/// Reads a recording's file.
///
/// # Errors
/// Exit 2 when it cannot be read or is no recording.
pub(crate) fn read(path: &Path) -> Result<Recording, Stop> {
    let shown = path.display();
    let file = std::fs::read(path)
        .map_err(|error| Stop::of(&format!("the recording {shown} cannot be read"), &error))?;
    native::read_recording(&file)
        .map_err(|problem| Stop::input(format!("{shown}: {}", stop::told(&problem))))
}

/// The recorded limits, or a grant's.
fn limits(recording: &Recording, grant: Option<&Path>, wasm: &Wasm) -> Result<Limits, Stop> {
    let limits = match grant {
        Some(path) => GrantText::read(Some(path), path, &wasm.id)?.parse()?.limits,
        None => recorded_limits(&recording.usage),
    };
    Ok(match (&recording.input, grant) {
        (Input::Event { .. }, Some(_)) => Limits {
            deadline: limits.event_deadline,
            ..limits
        },
        _ => limits,
    })
}

/// The limits that a recording tells of; the rest are the defaults.
pub(crate) fn recorded_limits(usage: &Usage) -> Limits {
    let mut limits = Limits {
        fuel: usage.fuel.limit,
        setup_fuel: usage.setup_fuel.limit,
        deadline: Duration::from_millis(usage.time_ms.limit),
        memory_bytes: usage.memory_bytes.limit,
        host_calls: usage.host_calls.limit,
        log_bytes: usage.log_bytes.limit,
        store_ops: usage.store_ops.limit,
        store_bytes: usage.store_bytes.limit,
        ..Limits::default()
    };
    let whole = |used: Used, usual: usize| match used.limit {
        // Events have no card.
        0 => usual,
        limit => usize::try_from(limit).unwrap_or(usize::MAX),
    };
    limits.card.card_bytes = whole(usage.output_bytes, limits.card.card_bytes);
    limits.card.blocks = whole(usage.blocks, limits.card.blocks);
    limits
}

/// What came of playing a recording.
struct Played {
    difference: Option<Difference>,
    /// How many of the recorded requests and values were asked for again.
    answered: usize,
    /// None where the call was cut off, by the recording or at a difference.
    ending: Option<Ending>,
    usage: Option<Usage>,
    lines: Vec<LogLine>,
}

/// Plays a recording against a plugin.
///
/// # Errors
/// The plugin does not serve what was recorded, or the recording lacks what comes next.
async fn play(
    engine: &Engine,
    opened: &Opened,
    limits: &Limits,
    recording: &Arc<Recording>,
) -> Result<Played, Stop> {
    let replay = Arc::new(Replay::of(Arc::clone(recording)));
    let calling = call(engine, opened, limits, recording, Arc::clone(&replay));
    let ended = tokio::select! {
        ended = calling => Ok(ended?),
        stop = replay.stopped() => Err(stop),
    };
    let (difference, ending, usage) = match ended {
        Ok((ending, usage)) => {
            let difference = replay
                .rest()
                .or_else(|| of_endings(&recording.ending, &ending));
            (difference, Some(ending), Some(usage))
        }
        Err(replay::Stop::Differs(difference)) => (Some(difference), None, None),
        Err(replay::Stop::CutOff) => (None, None, None),
        Err(replay::Stop::Missing(why)) => return Err(Stop::input(why)),
    };
    Ok(Played {
        difference,
        answered: replay.answered(),
        ending,
        usage,
        lines: replay.lines(),
    })
}

/// Calls the plugin as it was called then.
async fn call(
    engine: &Engine,
    opened: &Opened,
    limits: &Limits,
    recording: &Recording,
    calls: Arc<Replay>,
) -> Result<(Ending, Usage), Stop> {
    let deadline = Instant::now() + limits.deadline;
    let slot = Gate::new(1, 0).admit(engine.pool(), deadline).await?;
    let actions = opened.manifest.actions.iter();
    let actions: Vec<String> = actions.map(|action| action.id.clone()).collect();
    let callee = Callee {
        program: &opened.program,
        limits,
        actions: &actions,
    };
    Ok(invoke(engine, slot, callee, calls, &recording.input).await)
}

/// One call, whatever it is for.
pub(crate) async fn invoke(
    engine: &Engine,
    slot: Slot,
    callee: Callee<'_>,
    calls: Arc<dyn HostCalls>,
    input: &Input,
) -> (Ending, Usage) {
    match input {
        Input::Card(context) => {
            let ran = engine.render(slot, callee, calls, context).await;
            (ran.answer.ending(), ran.usage)
        }
        Input::Event { event, attempt } => {
            let ran = engine.handle(slot, callee, calls, event, *attempt).await;
            (ran.answer.ending(), ran.usage)
        }
        Input::Press(press) => {
            let ran = engine.submit(slot, callee, calls, press).await;
            (ran.answer.ending(), ran.usage)
        }
    }
}

/// What was recorded, in one line.
pub(crate) fn described(recording: &Recording) -> String {
    let input = match &recording.input {
        Input::Card(context) => format!("a card for the view {}", context.view),
        Input::Event { event, attempt } => format!("{} (attempt {attempt})", event.event_type),
        Input::Press(press) => format!("the action {}", press.action),
    };
    let (plugin, begun) = (&recording.plugin, recording.begun);
    format!("{plugin}, {input}, {begun}")
}

impl Played {
    fn text(&self, recording: &Recording, opened: &Opened) -> String {
        let one = |text: String| (plain(&text), String::new());
        let mut text = section("recording", &[one(described(recording))]);
        text += &section("recorded", &[one(recording.generation.to_string())]);
        text += &section("replayed", &[one(opened.generation.to_string())]);
        text += &section("outcome", &[one(outcome(&recording.ending))]);
        text += &section("calls", &[one(self.calls())]);
        let lines: Vec<_> = self.lines.iter().map(|line| one(written(line))).collect();
        text += &section("log", &lines);
        if let (Some(_), Some(ending)) = (&self.difference, &self.ending) {
            text += &section("now", &[one(outcome(ending))]);
            let detail = ending.detail.lines().map(|line| one(line.to_owned()));
            text += &section("detail", &detail.collect::<Vec<_>>());
        }
        if let Some(difference) = &self.difference {
            text += &section(
                "difference",
                &[
                    one(difference.place.clone()),
                    one(format!("recorded: {}", difference.expected)),
                    one(format!("replayed: {}", difference.came)),
                ],
            );
        }
        text + &section("result", &[one(self.result().to_owned())])
    }

    fn calls(&self) -> String {
        match self.answered {
            0 => "nothing was asked of servers or store".to_owned(),
            1 => "1 answered as recorded".to_owned(),
            many => format!("{many} answered as recorded"),
        }
    }

    fn result(&self) -> &'static str {
        match (&self.difference, &self.ending) {
            (None, Some(_)) => "the same",
            (None, None) => "the same, up to where the recorded call was cut off while it waited",
            (Some(_), _) => "different",
        }
    }

    fn json(&self, recording: &Recording, opened: &Opened) -> Value {
        let ending = |ending: &Ending| {
            let texts = ending.texts.iter().cloned();
            let texts = texts.map(|(place, text)| (place, text.into()));
            json!({
                "kind": ending.kind.as_str(),
                "code": ending.code,
                "texts": Value::Object(texts.collect()),
                "detail": ending.detail,
            })
        };
        json!({
            "recording": recording.id,
            "plugin": recording.plugin.as_str(),
            "recorded_generation": recording.generation.to_string(),
            "generation": opened.generation.to_string(),
            "same": self.difference.is_none(),
            "difference": self.difference.as_ref().map(|difference| json!({
                "place": difference.place,
                "recorded": difference.expected,
                "replayed": difference.came,
            })),
            "calls_answered": self.answered,
            "recorded": ending(&recording.ending),
            "replayed": self.ending.as_ref().map(ending),
            "usage": self.usage.as_ref().map(super::call::usage),
            "log": self.lines.iter().map(written).collect::<Vec<_>>(),
        })
    }
}

fn written(line: &LogLine) -> String {
    let mut text = format!("{}: {}", line.level.as_str(), line.message);
    for (name, value) in &line.fields {
        text += &format!(" {name}={value:?}");
    }
    text
}
