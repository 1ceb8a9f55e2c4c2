//! The command line: parse, build, run.

mod cli;

use clap::{Parser, Subcommand};
use cli::stop::Stop;
use cli::{
    bench, call, check, completions, config, dev, explain, grant, new, print, replay, serve,
};
use std::io::IsTerminal;
use std::process::ExitCode;
use tracing_subscriber::filter::LevelFilter;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A plugin host for support desks: one plugin, a card in every desk's side pane.
#[derive(Debug, Parser)]
#[command(name = "sidepane", version, arg_required_else_help = true)]
#[command(
    after_help = "From nothing to a plugin's file:\n  sidepane new order-lookup --lang rust\n\nFrom a \
                        plugin's file to its card:\n  sidepane check order-lookup.wasm\n  \
                        sidepane grant order-lookup.wasm > order-lookup.toml\n  sidepane call \
                        order-lookup.wasm --view ticket --email ada@example.com\n  sidepane serve \
                        --plugins .\n\nExit codes: 0 done, 1 the plugin or its answer is at fault, \
                        2 the command line or a file is."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Begins a plugin: a folder that builds, tests itself and shows in the pane.
    New(new::New),
    /// Builds a plugin's project whenever it is saved, and serves it to its author.
    Dev(dev::Dev),
    /// Serves the plugins of a folder: desks on one address, operators on another.
    Serve(serve::Serve),
    /// Loads a plugin as the host would: what it exports, what it asks for, what it gets.
    Check(check::Check),
    /// Asks a plugin once: the answer on standard output, what it used and wrote beside it.
    Call(Box<call::Call>),
    /// Writes the grant that a plugin's manifest asks for, with its reasons.
    Grant(grant::Grant),
    /// Measures what a call of a plugin costs, beside another build of it where one is named.
    Bench(bench::Bench),
    /// Plays a recorded call back, offline, against any build of its plugin.
    Replay(replay::ReplayCall),
    /// Checks or shows sidepane.toml.
    Config(config::Config),
    /// Asks a running host why each plugin's card is there or is not.
    Explain(explain::Explain),
    /// Writes what a shell needs to complete this command.
    Completions(completions::Completions),
}

fn main() -> ExitCode {
    sidepane::compile_child();
    let arguments = Arguments::parse();
    log_to_stderr(match arguments.command {
        Command::Serve(_) => LevelFilter::INFO,
        // The other commands say themselves what there is to say.
        _ => LevelFilter::OFF,
    });
    match run(arguments.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            print::note(&format!("error: {stop}"));
            stop.code()
        }
    }
}

fn run(command: Command) -> Result<(), Stop> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        // Sockets are looked at after this many tasks: hogs do not delay them for long.
        .event_interval(16)
        .build()
        .map_err(|error| Stop::of("no threads to run on", &error))?;
    match command {
        Command::Serve(serve) => runtime.block_on(serve::run(serve)),
        Command::Check(check) => runtime.block_on(check::run(check)),
        Command::Call(call) => runtime.block_on(call::run(*call)),
        Command::Grant(grant) => runtime.block_on(grant::run(grant)),
        Command::Bench(bench) => runtime.block_on(bench::run(bench)),
        Command::Replay(replay) => runtime.block_on(replay::run(replay)),
        Command::New(new) => new::run(new),
        Command::Dev(dev) => runtime.block_on(dev::run(dev)),
        Command::Config(config) => config::run(config),
        Command::Explain(explain) => runtime.block_on(explain::run(explain)),
        Command::Completions(shell) => {
            completions::run(&shell, &mut <Arguments as clap::CommandFactory>::command());
            Ok(())
        }
    }
}

fn log_to_stderr(usually: LevelFilter) {
    let filter = tracing_subscriber::EnvFilter::builder()
        .with_default_directive(usually.into())
        .with_env_var("SIDEPANE_LOG")
        .from_env_lossy();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
}
