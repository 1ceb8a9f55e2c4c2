//! `--isolation`: a good plugin asked twenty times a second, alone and then beside eight hostile
//! ones of different kinds, each asked over as many connections as it has permits.

use crate::hostile::EIGHT;
use crate::load::{self, Beat};
use crate::process::{self, Server};
use crate::serve::Peer;
use anyhow::ensure;
use sidepane::Limits;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Of every call beside its memory: its stack.
const STACK: u64 = 2 << 20;
/// What one byte passed to the host may become there: a list's element of 8 bytes is one of 24, and
/// the text is there twice while it is checked.
const LIFTED: u64 = 4;

/// Runs both halves and prints the figures.
///
/// # Errors
/// When the canary got another answer than its own.
pub(crate) fn run(time: Duration) -> anyhow::Result<()> {
    let server = Server::start(Peer::Hostile, 1)?;
    println!("{}", process::machine());
    let limits = Limits::default();
    let connections = usize::try_from(limits.concurrency)?;
    let path = "/imbox/bench-0?view=ticket&email=jane%40example.com&ticketId=7";
    // Every hostile plugin is asked once, so that its places are warm.
    let bad = EIGHT.map(|name| format!("/imbox/{name}?view=ticket&email=x%40example.com"));
    load::hogs(
        &server,
        &bad,
        1,
        Duration::from_secs(1),
        &AtomicBool::new(false),
    )?;

    let before = server.memory()?;
    let quiet = load::beat(server.address, path, time)?;
    told("quiet ", &quiet);
    let over = AtomicBool::new(false);
    let beside = std::thread::scope(|scope| {
        let hogs = scope.spawn(|| load::hogs(&server, &bad, connections, time * 2, &over));
        let beside = load::beat(server.address, path, time);
        over.store(true, Ordering::SeqCst);
        let hogs = hogs
            .join()
            .map_err(|_| anyhow::anyhow!("the hogs panicked"))?;
        println!(
            "hostile: {} answers over {} connections",
            hogs?,
            connections * EIGHT.len()
        );
        beside
    })?;
    told("beside", &beside);
    let allowed = (2.0 * quiet.p99_ms).max(quiet.p99_ms + 15.0);
    println!(
        "canary's p99 beside them {:.2} ms, {:.2} allowed: {}",
        beside.p99_ms,
        allowed,
        if beside.p99_ms <= allowed {
            "within"
        } else {
            "OVER"
        }
    );
    memory(&server, before, &limits)?;
    ensure!(
        quiet.wrong + beside.wrong == 0,
        "the canary got wrong answers"
    );
    Ok(())
}

/// The peak beside what configuration allows.
fn memory(server: &Server, before: u64, limits: &Limits) -> anyhow::Result<()> {
    let a_call = limits.memory_bytes
        + STACK
        + LIFTED * limits.hostcall_bytes
        + limits.http_bytes
        + limits.log_bytes;
    let bound = before + a_call * u64::from(limits.concurrency) * EIGHT.len() as u64;
    let (peak, mib) = (server.peak_memory()?, |bytes: u64| bytes >> 20);
    println!(
        "memory: {} MiB before, {} MiB at most; {} MiB a call and {} MiB in all were allowed",
        mib(before),
        mib(peak),
        mib(a_call),
        mib(bound)
    );
    ensure!(peak <= bound, "more memory than the configuration allows");
    Ok(())
}

fn told(name: &str, beat: &Beat) {
    println!(
        "{name} canary asked {} times, {} wrong; p50 {:.2} ms, p99 {:.2} ms, longest {:.2} ms",
        beat.asked, beat.wrong, beat.p50_ms, beat.p99_ms, beat.longest_ms
    );
}
