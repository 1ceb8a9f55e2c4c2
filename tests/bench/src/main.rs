//! `cargo run --release -p sidepane-bench`: the price of the sandbox, as a ratio.
//!
//! One card (a list of 8, a table of 20 rows, html, an accordion with a table of 5) is answered by
//! two servers: a plain axum one that computes it natively, and Sidepane with a plugin of the same
//! code, a fresh instance each time, fuel and deadline on. Each is a process of its own and is
//! driven in turn, in every round, over the same kind of connections. What counts is the ratio
//! within one run: machines differ and are shared.
//!
//! `-- --soak reload` replaces a plugin under load instead: `soak.rs`; `-- --accept` and
//! `-- --backlog` are about storage: `storage.rs` and `events.rs`, `-- --deliver` about handlers:
//! `deliveries.rs`. `-- --isolation` puts eight hostile plugins beside a good one, `-- --soak hostile`
//! everything hostile at random: `isolation.rs` and `chaos.rs`. `-- --scale` is about many plugins,
//! `-- --waiting` about many calls: `scale.rs` and `waiting.rs`.
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

mod chaos;
mod deliveries;
mod events;
mod hostile;
mod isolation;
mod load;
mod process;
mod scale;
mod serve;
mod soak;
mod storage;
mod waiting;

use clap::Parser;
use load::Driven;
use process::Server;
use serve::Peer;
use soak::Soak;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Debug, Parser)]
#[command(about = "The price of the sandbox: Sidepane beside the same code in plain axum")]
struct Arguments {
    /// Rounds; every server is driven once in each.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Seconds that each server is driven for in each round.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Connections that ask at one time.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Copies of the plugin that are asked in turn in the row `mixed`.
    #[arg(long, default_value_t = 30)]
    plugins: usize,
    /// Instead of comparing: `reload`, a minute of reloads under load, then many more, with the
    /// memory before and after; `hostile`, ten minutes of all that plugins and callers can do.
    #[arg(long)]
    soak: Option<Soak>,
    /// Seconds under load in a soak; without it 60 of reloads, and 600 of the hostile.
    #[arg(long)]
    soak_seconds: Option<u64>,
    /// What the hostile soak draws its chances from; without it another each time, and printed.
    #[arg(long)]
    seed: Option<u64>,
    /// Reloads after that.
    #[arg(long, default_value_t = 10_000)]
    soak_reloads: u32,
    /// Instead: drive a good plugin beside a spinner, a memory-eater and a sleeper.
    #[arg(long)]
    neighbours: bool,
    /// Instead: accept events with every one synced, beside a bare SQLite with the same bytes.
    #[arg(long)]
    accept: bool,
    /// Instead: hand so many events to a handler that does nothing, and then to a thousand
    /// conversations of which one crashes its handler.
    #[arg(long, num_args = 0..=1, default_missing_value = "20000")]
    deliver: Option<u64>,
    /// Instead: let so many deliveries wait, and look at memory and at a start.
    #[arg(long, num_args = 0..=1, default_missing_value = "1000000")]
    backlog: Option<u64>,
    /// Instead: ask a good plugin twenty times a second, alone and then beside eight hostile ones of
    /// different kinds at their permits.
    #[arg(long)]
    isolation: bool,
    /// Seconds of each half of `--isolation`.
    #[arg(long, default_value_t = 60)]
    isolation_seconds: u64,
    /// Instead: so many plugins for ten accounts: a start, an idle plugin, a lookup, a reload.
    #[arg(long, num_args = 0..=1, default_missing_value = "1000")]
    scale: Option<usize>,
    /// Instead: so many calls that wait for a slow server, and a canary beside them.
    #[arg(long, num_args = 0..=1, default_missing_value = "10000")]
    waiting: Option<usize>,
    /// The plugins folder of a server; for the program's own use.
    #[arg(long, hide = true)]
    folder: Option<PathBuf>,
    /// The server that a server's plugins may ask; for the program's own use.
    #[arg(long, hide = true)]
    upstream: Option<SocketAddr>,
    /// Be one of the servers; for the program's own use.
    #[arg(long, hide = true)]
    serve: Option<Peer>,
}

fn main() -> anyhow::Result<()> {
    sidepane::compile_child();
    let arguments = Arguments::parse();
    match arguments.serve {
        Some(peer) => serve::run(&serve::Serving {
            peer,
            plugins: arguments.plugins,
            folder: arguments.folder,
            upstream: arguments.upstream,
        }),
        None if arguments.accept => {
            storage::accept(arguments.rounds, arguments.seconds, arguments.connections)?;
            events::run(arguments.rounds, arguments.seconds, arguments.connections)
        }
        None if let Some(count) = arguments.backlog => storage::backlog(count),
        None if let Some(count) = arguments.deliver => deliveries::run(count),
        None if let Some(plugins) = arguments.scale => {
            let time = Duration::from_secs(arguments.seconds);
            scale::run(plugins, arguments.connections, time)
        }
        None if let Some(calls) = arguments.waiting => waiting::run(calls),
        None if arguments.neighbours => neighbours(&arguments),
        None if arguments.isolation => {
            isolation::run(Duration::from_secs(arguments.isolation_seconds))
        }
        None => match arguments.soak {
            Some(Soak::Reload) => soak::run(
                arguments.soak_seconds.unwrap_or(60),
                arguments.soak_reloads,
                arguments.connections,
            ),
            Some(Soak::Hostile) => {
                let time = Duration::from_secs(arguments.soak_seconds.unwrap_or(600));
                chaos::run(time, arguments.seed)
            }
            None => compare(&arguments),
        },
    }
}

fn neighbours(arguments: &Arguments) -> anyhow::Result<()> {
    let server = Server::start(Peer::Sidepane, 1)?;
    let query = "view=ticket&email=jane%40example.com&ticketId=7";
    let good = format!("/imbox/bench-0?{query}");
    let bad = hostile::HOGS.map(|hog| format!("/imbox/{hog}?{query}"));
    let time = Duration::from_secs(arguments.seconds);
    println!("{}", process::machine());
    println!(
        "{} connections each, {} s each, beside {}",
        arguments.connections,
        arguments.seconds,
        hostile::HOGS.join(", ")
    );
    for round in 1..=arguments.rounds {
        for (name, bad) in [("quiet", &[][..]), ("beside", &bad)] {
            let (steady, canary) = load::beside(&server, &good, bad, arguments.connections, time)?;
            println!(
                "round {round} {name:6} good plugin {:6.0} req/s, p50 {:6.2} ms, p99 {:6.2} ms; canary at \
                 20/s p50 {:6.2} ms, p99 {:6.2} ms; no failures",
                steady.per_second, steady.p50_ms, steady.p99_ms, canary.p50_ms, canary.p99_ms
            );
        }
    }
    println!("{} MiB of memory at most", server.peak_memory()? >> 20);
    Ok(())
}

fn compare(arguments: &Arguments) -> anyhow::Result<()> {
    let native = Server::start(Peer::Native, arguments.plugins)?;
    let sidepane = Server::start(Peer::Sidepane, arguments.plugins)?;
    let query = "view=ticket&email=jane%40example.com&ticketId=7";
    let mixed = (0..arguments.plugins)
        .map(|n| format!("/imbox/bench-{n}?{query}"))
        .collect();
    let rows = [
        ("native", &native, vec![format!("/context?{query}")]),
        (
            "sidepane",
            &sidepane,
            vec![format!("/imbox/bench-0?{query}")],
        ),
        ("mixed", &sidepane, mixed),
    ];
    println!("{}", process::machine());
    println!(
        "{} connections, {} s each, {} plugins in `mixed`; us = processor time a request",
        arguments.connections, arguments.seconds, arguments.plugins
    );
    for round in 1..=arguments.rounds {
        let mut base: Option<Driven> = None;
        for (name, server, paths) in &rows {
            let driven = load::drive(
                server,
                paths,
                arguments.connections,
                Duration::from_secs(arguments.seconds),
            )?;
            let base = base.get_or_insert_with(|| driven.clone());
            println!(
                "round {round} {name:9} {:7.0} req/s {:.2} of native, {:6.1} us, {:+6.1} us, p50 \
                 {:5.2} ms, p99 {:5.2} ms, {} bytes",
                driven.per_second,
                driven.per_second / base.per_second,
                driven.processor_us,
                driven.processor_us - base.processor_us,
                driven.p50_ms,
                driven.p99_ms,
                driven.bytes,
            );
        }
    }
    for (name, server) in [("native", &native), ("sidepane", &sidepane)] {
        println!(
            "{name}: {} MiB of memory at most",
            server.peak_memory()? >> 20
        );
    }
    Ok(())
}
