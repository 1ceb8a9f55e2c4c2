//! `--scale`: a thousand plugins and ten accounts: what a start, an idle plugin, a lookup and a
//! reload cost.
//!
//! The plugins are the same card under other names, each with bytes of its own, so that each has its
//! own code. Those that are not asked show nothing in the views that are.

use crate::load::{self, Driven};
use crate::process::{self, Server};
use crate::serve::Peer;
use anyhow::{Context, ensure};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Accounts that every plugin is installed for.
pub(crate) const ACCOUNTS: usize = 10;

/// A custom section with the plugin's number: other bytes, the same program. The name begins as
/// sections do that no tool reads.
pub(crate) fn distinct(wasm: &[u8], number: usize) -> Vec<u8> {
    let name = format!("bench-{number}");
    // Section 0, its size, the length of its name, the name; no contents. All below 128, so one byte.
    let length = u8::try_from(name.len()).unwrap_or(u8::MAX);
    let mut bytes = wasm.to_vec();
    bytes.extend([0, length + 1, length]);
    bytes.extend(name.into_bytes());
    bytes
}

/// Measures with `plugins` and with one, and prints both.
///
/// # Errors
/// When a plugin does not answer.
pub(crate) fn run(plugins: usize, connections: usize, time: Duration) -> anyhow::Result<()> {
    let root = std::env::temp_dir().join(format!("sidepane-scale-{}", std::process::id()));
    let measured = measure(&root, plugins, connections, time);
    // It lies in the system's folder for such, where leftovers end too.
    let _ = std::fs::remove_dir_all(&root);
    measured
}

fn measure(root: &Path, plugins: usize, connections: usize, time: Duration) -> anyhow::Result<()> {
    println!("{}", process::machine());
    let (one, many) = (folder(root, 1)?, folder(root, plugins)?);
    for (folder, count) in [(&one, 1), (&many, plugins)] {
        let cold = Instant::now();
        drop(start(folder)?);
        println!(
            "{count} plugins, nothing compiled before: served after {:.1} s",
            cold.elapsed().as_secs_f64()
        );
    }
    let mut rows = Vec::new();
    for (folder, count) in [(&one, 1), (&many, plugins)] {
        let mut starts = Vec::new();
        for _ in 0..5 {
            let begun = Instant::now();
            let server = start(folder)?;
            load::once(server.address, &path(count - 1))?;
            starts.push(begun.elapsed());
        }
        starts.sort_unstable();
        let server = start(folder)?;
        let idle = server.memory()?;
        let driven = load::drive(&server, &[path(count - 1)], connections, time)?;
        println!(
            "{count} plugins: process start to first answer {:.0} ms (median of 5), {} MiB at rest, \
             {:.0} req/s, {:.1} us, p50 {:.2} ms",
            starts.get(2).copied().unwrap_or_default().as_secs_f64() * 1e3,
            idle >> 20,
            driven.per_second,
            driven.processor_us,
            driven.p50_ms
        );
        rows.push((server, idle, driven));
    }
    let [(_, small, alone), (server, large, among)] = &rows[..] else {
        anyhow::bail!("two rows were measured");
    };
    println!(
        "each idle plugin: {} KiB of memory; a lookup among {plugins}: {:.2} of the requests a second \
         among one",
        large.saturating_sub(*small) / 1024 / (plugins as u64 - 1),
        among.per_second / alone.per_second
    );
    mixed(server, plugins, connections, time)?;
    reload(server, &many)
}

/// Thirty of them in turn, and a pane of eight.
fn mixed(
    server: &Server,
    plugins: usize,
    connections: usize,
    time: Duration,
) -> anyhow::Result<()> {
    let thirty: Vec<String> = (0..30.min(plugins)).map(path).collect();
    told(
        "thirty in turn",
        &load::drive(server, &thirty, connections, time)?,
    );
    let eight: String = (0..8.min(plugins))
        .map(|n| format!("&plugin=bench-{n}"))
        .collect();
    let eight = format!("/v1/context?view=ticket&email=jane%40example.com&ticketId=7{eight}");
    told(
        "a pane of eight",
        &load::drive(server, &[eight], connections, time)?,
    );
    Ok(())
}

fn told(name: &str, driven: &Driven) {
    println!(
        "{name}: {:.0} req/s, {:.1} us each, p50 {:.2} ms, p99 {:.2} ms, {} bytes",
        driven.per_second, driven.processor_us, driven.p50_ms, driven.p99_ms, driven.bytes
    );
}

/// One plugin is replaced by other bytes, and read again with the same.
fn reload(server: &Server, folder: &Path) -> anyhow::Result<()> {
    let admin = server.admin().context("an admin address")?;
    let wasm = std::fs::read(env!("BENCH_CARD"))?;
    let mut new = Vec::new();
    for number in 0..5 {
        std::fs::write(
            folder.join("bench-0.wasm"),
            distinct(&wasm, 100_000 + number),
        )?;
        let begun = Instant::now();
        load::post_once(admin, "/plugins/bench-0/reload")?;
        new.push(begun.elapsed());
    }
    let mut same = Vec::new();
    for _ in 0..20 {
        let begun = Instant::now();
        load::post_once(admin, "/plugins/bench-0/reload")?;
        same.push(begun.elapsed());
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times
            .get(times.len() / 2)
            .copied()
            .unwrap_or_default()
            .as_secs_f64()
            * 1e3
    };
    println!(
        "one reload among all: {:.1} ms with new bytes, compiled; {:.1} ms with the same",
        median(&mut new),
        median(&mut same)
    );
    Ok(())
}

fn path(number: usize) -> String {
    format!("/imbox/bench-{number}?view=ticket&email=jane%40example.com&ticketId=7")
}

fn folder(root: &Path, plugins: usize) -> anyhow::Result<PathBuf> {
    let folder = root.join(format!("{plugins}"));
    std::fs::create_dir_all(&folder)?;
    let wasm = std::fs::read(env!("BENCH_CARD"))?;
    for number in 0..plugins {
        std::fs::write(
            folder.join(format!("bench-{number}.wasm")),
            distinct(&wasm, number),
        )?;
    }
    ensure!(plugins > 0, "there is at least one");
    Ok(folder)
}

fn start(folder: &Path) -> anyhow::Result<Server> {
    let folder = folder.to_str().context("a folder in UTF-8")?;
    Server::start_with(Peer::Many, 0, &["--folder", folder])
}
