//! `--soak reload`: a minute of reloads under load with every tenth file broken, then ten thousand
//! reloads of one plugin, with the server's memory before and after.

use crate::load::{self, Driven};
use crate::process::Server;
use crate::serve::Peer;
use anyhow::{Context, ensure};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Versions that take turns; each is compiled once and then found.
const VERSIONS: u8 = 20;
/// The plugin that is replaced; others stand beside it.
const PLUGIN: &str = "bench-0";

/// What to soak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Soak {
    /// Replacing a plugin while it is asked.
    Reload,
    /// Everything that plugins and callers can do to the host, at random.
    Hostile,
}

/// Runs it and prints the figures.
pub(crate) fn run(seconds: u64, reloads: u32, connections: usize) -> anyhow::Result<()> {
    let server = Server::start(Peer::Watched, 4)?;
    let folder = server.folder().context("the server's folder")?.to_owned();
    let admin = server.admin().context("the server's admin address")?;
    let versions = versions()?;
    println!("{}", crate::process::machine());

    let over = AtomicBool::new(false);
    let (driven, changes) = std::thread::scope(|scope| {
        let changes = scope.spawn(|| replace(&folder, admin, &versions, &over));
        // Every answer has to be 200, without a plugin's failure, and as long as the first.
        let paths = [format!(
            "/imbox/{PLUGIN}?view=ticket&email=jane%40example.com"
        )];
        let driven = load::drive(&server, &paths, connections, Duration::from_secs(seconds));
        over.store(true, Ordering::SeqCst);
        let changes = changes
            .join()
            .map_err(|_| anyhow::anyhow!("the changes panicked"));
        anyhow::Ok((driven?, changes??))
    })?;
    told(&driven, &changes, seconds);

    let put = |version: u32| -> anyhow::Result<()> {
        let index = usize::try_from(version)? % versions.len();
        put(&folder, versions.get(index).context("a version")?)?;
        ensure!(reload(admin)?, "a whole plugin was not taken");
        Ok(())
    };
    // Every version was compiled and loaded once before memory counts.
    for version in 0..u32::from(VERSIONS) * 5 {
        put(version)?;
    }
    let (before, begun) = (server.memory()?, Instant::now());
    for version in 0..reloads {
        put(version)?;
    }
    let (after, took) = (server.memory()?, begun.elapsed());
    println!(
        "{reloads} reloads in {:.1} s, {:.2} ms each; resident memory {:.1} MiB before, {:.1} MiB \
         after, {:+.1} KiB a reload",
        took.as_secs_f64(),
        took.as_secs_f64() * 1e3 / f64::from(reloads),
        mib(before),
        mib(after),
        (after as f64 - before as f64) / 1024.0 / f64::from(reloads),
    );
    Ok(())
}

#[derive(Debug, Default)]
struct Changes {
    whole: u32,
    broken: u32,
}

fn told(driven: &Driven, changes: &Changes, seconds: u64) {
    println!(
        "{seconds} s under load: {} files put there, {} of them broken; {:.0} answers a second, \
         p50 {:.2} ms, p99 {:.2} ms; failed 0, of another length 0",
        changes.whole + changes.broken,
        changes.broken,
        driven.per_second,
        driven.p50_ms,
        driven.p99_ms,
    );
}

/// Puts another version there every 100 ms, and half of one every tenth time. It is read at once:
/// the watch would wait until the file has settled, which it never does here.
fn replace(
    folder: &Path,
    admin: SocketAddr,
    versions: &[Vec<u8>],
    over: &AtomicBool,
) -> anyhow::Result<Changes> {
    let mut changes = Changes::default();
    for (count, version) in versions.iter().cycle().enumerate() {
        if over.load(Ordering::SeqCst) {
            break;
        }
        let next = Instant::now() + Duration::from_millis(100);
        let half = version.get(..version.len() / 2).unwrap_or_default();
        match count % 10 == 9 {
            true => {
                put(folder, half)?;
                ensure!(!reload(admin)?, "half a plugin was taken");
                changes.broken += 1;
            }
            false => {
                put(folder, version)?;
                ensure!(reload(admin)?, "a whole plugin was not taken");
                changes.whole += 1;
            }
        }
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
    }
    Ok(changes)
}

fn put(folder: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let partial = folder.join(format!(".{PLUGIN}.partial"));
    std::fs::write(&partial, bytes)?;
    std::fs::rename(&partial, folder.join(format!("{PLUGIN}.wasm")))?;
    Ok(())
}

/// Has the admin listener read the plugin again; whether its newest version serves.
fn reload(admin: SocketAddr) -> anyhow::Result<bool> {
    let mut stream = TcpStream::connect(admin)?;
    let request = format!(
        "POST /plugins/{PLUGIN}/reload HTTP/1.1\r\nhost: {admin}\r\nconnection: close\r\n\
         content-length: 0\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (done, refused) = ("HTTP/1.1 200", "HTTP/1.1 422");
    ensure!(
        answer.starts_with(done) || answer.starts_with(refused),
        "not reloaded: {answer}"
    );
    Ok(answer.starts_with(done))
}

/// One plugin in many versions: a custom section at its end tells them apart.
fn versions() -> anyhow::Result<Vec<Vec<u8>>> {
    let plugin = std::fs::read(env!("BENCH_CARD"))?;
    let version = |number: u8| {
        let mut bytes = plugin.clone();
        bytes.extend([0, 3, 1, b'v', number]);
        bytes
    };
    Ok((0..VERSIONS).map(version).collect())
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
