//! `sidepane bench`: what a call of a plugin costs, and what another build of it costs beside.
//!
//! Nothing is asked of any server: with a recording the plugin gets the answers of that call, without
//! one every request is refused. So what is measured is the plugin, and the same each time.

mod report;
mod timed;

use super::file::{self, GrantText, PluginFile, Wasm};
use super::progress;
use super::replay::{self, recorded_limits};
use super::sample::{self, NOBODY};
use super::stop::Stop;
use super::{call, print};
use report::Report;
use sidepane::capability::calls::HostCalls;
use sidepane::capability::live::{Live, World};
use sidepane::capability::log::{Author, LogLine, LogSink};
use sidepane::capability::replay::Replay;
use sidepane::catalog::LoadedPlugin;
use sidepane::engine::{Callee, Engine, Slot};
use sidepane::model::context::Context;
use sidepane::model::id::{AccountId, RequestId};
use sidepane::model::recording::{Ending, Input, Recording};
use sidepane::model::usage::Usage;
use sidepane::policy::limits::Limits;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use timed::{Cost, Timed};
use tokio::time::Instant;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sidepane bench hello.wasm\n  sidepane bench order-lookup.wasm \
                  plugins/order-lookup.wasm --recording call.json\n\nNothing is asked of any \
                  server: with --recording the plugin gets that call's answers, without it every \
                  request is refused. Two builds take turns, so that what else the machine does \
                  hits both.\nExit codes: 0 measured, 1 a plugin does not load or cannot make the \
                  call, 2 the command line or a file is at fault."
)]
pub(crate) struct Bench {
    #[command(flatten)]
    file: PluginFile,
    /// Another build to measure beside it, such as the one that serves now.
    #[arg(value_name = "OLD.wasm")]
    old: Option<PathBuf>,
    /// The call to make: one that was recorded, with its answers.
    #[arg(long, value_name = "RECORDING.json", conflicts_with_all = ["view", "email"])]
    recording: Option<PathBuf>,
    /// The view of the card that is asked for [default: the first that the plugin serves].
    #[arg(long)]
    view: Option<String>,
    /// The contact's e-mail address.
    #[arg(long, default_value = NOBODY)]
    email: String,
    /// How long each build is measured, in seconds.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Everything as one JSON object.
    #[arg(long)]
    json: bool,
}

/// How long one build is called before it is the other's turn.
const TURN: Duration = Duration::from_millis(50);

/// Measures and prints.
///
/// # Errors
/// A plugin does not load, or cannot make the call.
pub(crate) async fn run(bench: Bench) -> Result<(), Stop> {
    let recording = bench.recording.as_deref().map(replay::read).transpose()?;
    let recording = recording.map(Arc::new);
    let engine = file::engine()?;
    let mut builds = Vec::new();
    let paths = std::iter::once(bench.file.wasm.as_path()).chain(bench.old.as_deref());
    for path in paths {
        let build = Build::load(&engine, &bench, path, recording.clone()).await?;
        builds.push(build);
    }
    let measuring = measure(&engine, &mut builds, Duration::from_secs(bench.seconds));
    progress::during("measuring", measuring).await?;
    let report = Report::of(&builds, recording.as_deref());
    match bench.json {
        true => print::json(&report.json())?,
        false => print::answer(&report.text()),
    }
    Ok(())
}

/// Where the lines of a hundred thousand calls go.
struct Silence;

impl LogSink for Silence {
    fn write(&self, _author: &Author, _line: LogLine) {}
}

/// Calls the builds in turns until each had its time.
async fn measure(engine: &Engine, builds: &mut [Build], time: Duration) -> Result<(), Stop> {
    // The first calls fill caches; they are made and not counted.
    for build in builds.iter_mut() {
        build.turn(engine, TURN).await?;
        build.measured = Measured::default();
    }
    while builds.iter().any(|build| build.measured.time < time) {
        for build in builds.iter_mut() {
            build.turn(engine, TURN).await?;
        }
    }
    Ok(())
}

/// One build, and what was measured of it.
pub(crate) struct Build {
    shown: String,
    bytes: usize,
    plugin: LoadedPlugin,
    world: World,
    input: Input,
    recording: Option<Arc<Recording>>,
    limits: Limits,
    measured: Measured,
}

/// What was measured so far.
#[derive(Default)]
struct Measured {
    calls: u64,
    time: Duration,
    cost: Cost,
    usage: Usage,
    ending: Option<Ending>,
}

impl Build {
    async fn load(
        engine: &Engine,
        bench: &Bench,
        path: &Path,
        recording: Option<Arc<Recording>>,
    ) -> Result<Self, Stop> {
        let wasm = Wasm::read(path)?;
        let text = GrantText::read(bench.file.grant.as_deref(), path, &wasm.id)?;
        let mut grant = sample::offline(text.parse()?);
        // Without the network nobody can be sent one.
        let own = grant.accounts.values_mut();
        std::iter::once(&mut grant.all)
            .chain(own)
            .for_each(|part| part.secrets.clear());
        let account = AccountId::default();
        let opened = file::open(engine, &wasm, &grant.limits).await?;
        let loader = file::loader(engine, vec![account.clone()]);
        let plugin = loader.admit(wasm.id.clone(), opened, grant, text.base())?;
        let (input, limits) = match &recording {
            Some(recording) => (recording.input.clone(), recorded_limits(&recording.usage)),
            None => (question(bench, &plugin, account)?, plugin.limits.clone()),
        };
        Ok(Self {
            shown: wasm.shown,
            bytes: wasm.bytes.len(),
            plugin,
            world: call::world(Arc::new(Silence)),
            input,
            recording,
            limits,
            measured: Measured::default(),
        })
    }

    /// Calls for so long.
    async fn turn(&mut self, engine: &Engine, time: Duration) -> Result<(), Stop> {
        let begun = Instant::now();
        while begun.elapsed() < time {
            let called = Instant::now();
            let (ending, usage, cost) = self.call(engine).await?;
            let measured = &mut self.measured;
            measured.time += called.elapsed();
            measured.calls += 1;
            measured.cost.add(&cost);
            measured.usage = usage;
            measured.ending = Some(ending);
        }
        Ok(())
    }

    async fn call(&self, engine: &Engine) -> Result<(Ending, Usage, Cost), Stop> {
        let deadline = Instant::now() + self.limits.deadline;
        let slot = self.plugin.gate.admit(engine.pool(), deadline).await?;
        let Some(recording) = &self.recording else {
            let timed = Arc::new(Timed::over(self.live(deadline)?));
            let (ending, usage) = self.invoke(engine, slot, Arc::clone(&timed) as _).await;
            return Ok((ending, usage, timed.cost()));
        };
        let replay = Arc::new(Replay::of(Arc::clone(recording)));
        let timed = Arc::new(Timed::over(Arc::clone(&replay) as _));
        let (ending, usage) = tokio::select! {
            ended = self.invoke(engine, slot, Arc::clone(&timed) as _) => ended,
            stop = replay.stopped() => return Err(stopped(&self.shown, stop)),
        };
        Ok((ending, usage, timed.cost()))
    }

    async fn invoke(
        &self,
        engine: &Engine,
        slot: Slot,
        calls: Arc<dyn HostCalls>,
    ) -> (Ending, Usage) {
        let callee = Callee {
            program: &self.plugin.program,
            limits: &self.limits,
            actions: &self.plugin.actions,
        };
        replay::invoke(engine, slot, callee, calls, &self.input).await
    }

    fn live(&self, deadline: Instant) -> Result<Arc<dyn HostCalls>, Stop> {
        let account = AccountId::default();
        let installation = self.plugin.installations.get(&account);
        let installation =
            installation.ok_or_else(|| Stop::input("the plugin is not installed"))?;
        let author = Author {
            plugin: self.plugin.id.clone(),
            account,
            request_id: RequestId::new("bench"),
        };
        Ok(Arc::new(Live::new(
            &self.world,
            Arc::clone(installation),
            author,
            &self.limits,
            Arc::clone(&self.plugin.http_places),
            deadline,
        )))
    }
}

fn question(bench: &Bench, plugin: &LoadedPlugin, account: AccountId) -> Result<Input, Stop> {
    if !plugin.program.serves_cards() {
        return Err(Stop::input(
            "the plugin makes no cards: name a recorded call with --recording",
        ));
    }
    let first = plugin.manifest.views.first();
    let view = bench.view.as_ref().or(first);
    let view = view.map_or("ticket", String::as_str);
    let context = Context::of_view(view).account(account).request_id("bench");
    Ok(Input::Card(context.email(&bench.email)))
}

/// Why a build does not make the recorded call.
fn stopped(shown: &str, stop: sidepane::capability::replay::Stop) -> Stop {
    use sidepane::capability::replay::Stop as Why;
    match stop {
        Why::Differs(difference) => Stop::plugin(format!(
            "{shown} does not make the recorded call, so it cannot be measured by it: at {}",
            print::plain(&difference.place)
        )),
        Why::CutOff => Stop::input(
            "the recorded call was cut off while it waited: there is nothing to measure in it",
        ),
        Why::Missing(why) => Stop::input(why),
    }
}
