//! `--soak hostile`: everything that plugins and callers can do, at random, and what the server
//! holds meanwhile.

use crate::hostile;
use crate::load;
use crate::process::{self, Server};
use crate::serve::Peer;
use anyhow::{Context, ensure};
use e2e::random::Random;
use sidepane::server::ServerSettings;
use sidepane::{CompileBudget, Limits};
use std::hash::{BuildHasher, Hasher};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Threads that ask at random.
const ASKERS: u64 = 12;
/// Memory that may be more at the end than after the first tenth: what warm places of the pool and
/// the allocator keep. A leak of a kilobyte a call is far above after ten minutes.
const MAY_STAY: u64 = 64 << 20;
/// What a machine that is busy with other things may add to the host's own deadlines. It is only to
/// tell an answer that comes late from one that never comes.
const SLACK: Duration = Duration::from_secs(60);

/// Runs it and prints the figures.
///
/// # Errors
/// When the canary got a wrong answer, a caller none, or the server holds more at the end.
pub(crate) fn run(time: Duration, seed: Option<u64>) -> anyhow::Result<()> {
    let seed = seed.unwrap_or_else(|| std::hash::RandomState::new().build_hasher().finish());
    let server = Server::start(Peer::Hostile, 1)?;
    println!("{}", process::machine());
    println!("seed {seed}; {} s, {ASKERS} askers", time.as_secs());
    let (over, done) = (AtomicBool::new(false), Done::default());
    let path = "/imbox/bench-0?view=ticket&email=jane%40example.com&ticketId=7";
    let before = rest(&server)?;
    let (beat, samples) = std::thread::scope(|scope| {
        let askers: Vec<_> = (0..ASKERS)
            .map(|asker| {
                let random = Random::new(seed.wrapping_add(asker));
                let (server, over, done) = (&server, &over, &done);
                scope.spawn(move || ask(server, random, over, done))
            })
            .collect();
        let changes = scope.spawn(|| replace(&server, Random::new(!seed), &over, &done));
        let samples = scope.spawn(|| sample(&server, time, &over));
        let beat = load::beat(server.address, path, time);
        over.store(true, Ordering::SeqCst);
        for asker in askers.into_iter().chain([changes]) {
            asker
                .join()
                .map_err(|_| anyhow::anyhow!("an asker panicked"))??;
        }
        let samples = samples
            .join()
            .map_err(|_| anyhow::anyhow!("the samples panicked"))?;
        anyhow::Ok((beat?, samples?))
    })?;
    println!(
        "{} questions, {} of them dropped, {} not HTTP or not JSON, {} reloads, {} of them refused",
        done.asked.load(Ordering::SeqCst),
        done.dropped.load(Ordering::SeqCst),
        done.garbled.load(Ordering::SeqCst),
        done.reloads.load(Ordering::SeqCst),
        done.refused.load(Ordering::SeqCst),
    );
    println!(
        "canary asked {} times, {} wrong; p50 {:.2} ms, p99 {:.2} ms, longest {:.2} ms",
        beat.asked, beat.wrong, beat.p50_ms, beat.p99_ms, beat.longest_ms
    );
    judge(&server, before, &samples)?;
    ensure!(beat.wrong == 0, "the canary got wrong answers");
    Ok(())
}

/// What was done so far.
#[derive(Debug, Default)]
struct Done {
    asked: AtomicU64,
    dropped: AtomicU64,
    garbled: AtomicU64,
    reloads: AtomicU64,
    refused: AtomicU64,
}

/// What the server holds at one moment.
#[derive(Clone, Copy, Debug)]
struct Held {
    memory: u64,
    descriptors: usize,
    threads: usize,
}

/// What it holds when nobody asks: the least of two seconds, since answers may still be under way.
fn rest(server: &Server) -> anyhow::Result<Held> {
    let mut least: Option<Held> = None;
    for _ in 0..20 {
        std::thread::sleep(Duration::from_millis(100));
        let now = held(server)?;
        let before = least.unwrap_or(now);
        least = Some(Held {
            memory: now.memory.min(before.memory),
            descriptors: now.descriptors.min(before.descriptors),
            threads: now.threads.min(before.threads),
        });
    }
    least.context("a sample")
}

fn held(server: &Server) -> anyhow::Result<Held> {
    Ok(Held {
        memory: server.memory()?,
        descriptors: server.descriptors()?,
        threads: server.threads()?,
    })
}

/// Resident memory a hundred times over the whole time, each time the least of twenty looks: calls
/// that run just then come and go with up to 64 MiB each, and what stays is below them.
fn sample(server: &Server, time: Duration, over: &AtomicBool) -> anyhow::Result<Vec<(f64, u64)>> {
    let (begun, mut samples) = (Instant::now(), Vec::new());
    while !over.load(Ordering::SeqCst) {
        let mut least = u64::MAX;
        for _ in 0..20 {
            least = least.min(server.memory()?);
            std::thread::sleep(time / 2_000);
        }
        samples.push((begun.elapsed().as_secs_f64(), least));
    }
    Ok(samples)
}

/// Prints what is held, and holds it against the beginning.
fn judge(server: &Server, before: Held, samples: &[(f64, u64)]) -> anyhow::Result<()> {
    let after = rest(server)?;
    let warm = samples.get(samples.len() / 10..).unwrap_or_default();
    let late = samples.get(samples.len() / 2..).unwrap_or_default();
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    println!(
        "memory {:.1} MiB before, {:.1} MiB warm, {:.1} MiB after, {:.1} MiB at most; {:+.2} MiB a \
         minute in the second half",
        mib(before.memory),
        warm.first().map_or(0.0, |sample| mib(sample.1)),
        mib(after.memory),
        mib(server.peak_memory()?),
        slope(late) * 60.0 / f64::from(1 << 20),
    );
    println!(
        "{} descriptors before, {} after; {} threads before, {} after",
        before.descriptors, after.descriptors, before.threads, after.threads
    );
    let warm = warm
        .iter()
        .map(|sample| sample.1)
        .max()
        .unwrap_or(before.memory);
    ensure!(
        after.memory <= warm.max(before.memory) + MAY_STAY,
        "memory stays"
    );
    // Files that were loaded anew are mapped, not open; some threads for reading them come late.
    ensure!(
        after.descriptors <= before.descriptors + 4,
        "descriptors stay"
    );
    ensure!(after.threads <= before.threads + 8, "threads stay");
    Ok(())
}

/// Bytes a second, by least squares.
fn slope(samples: &[(f64, u64)]) -> f64 {
    let count = samples.len().max(1) as f64;
    let mean = |of: fn(&(f64, u64)) -> f64| samples.iter().map(of).sum::<f64>() / count;
    let (time, memory) = (mean(|sample| sample.0), mean(|sample| sample.1 as f64));
    let (mut over, mut under) = (0.0, 0.0);
    for (at, bytes) in samples {
        over += (at - time) * (*bytes as f64 - memory);
        under += (at - time) * (at - time);
    }
    if under > 0.0 { over / under } else { 0.0 }
}

/// How long a question may take: its head and body arrive, and one call is made.
fn to_answer() -> Duration {
    ServerSettings::default().arrival * 2 + Limits::default().deadline + SLACK
}

/// How long a reload may take: what is new is compiled, in a process that gives way to everybody, and
/// asked for its manifest.
fn to_reload() -> Duration {
    CompileBudget::default().wall + to_answer()
}

/// Asks hostile plugins, goes away in the middle, or says what is no question.
fn ask(server: &Server, mut random: Random, over: &AtomicBool, done: &Done) -> anyhow::Result<()> {
    let names = hostile::names();
    while !over.load(Ordering::SeqCst) {
        let index = usize::try_from(random.below(names.len() as u64))?;
        let name = names.get(index).context("a name")?;
        let question = format!(
            "GET /v1/context?view=ticket&email=x%40example.com&plugin={name} HTTP/1.1\r\nhost: \
             x\r\nconnection: close\r\n\r\n"
        );
        match random.below(10) {
            0 | 1 => {
                let mut stream = connect(server.address, to_answer())?;
                stream.write_all(question.as_bytes())?;
                std::thread::sleep(Duration::from_micros(random.below(20_000)));
                done.dropped.fetch_add(1, Ordering::SeqCst);
            }
            2 => {
                garble(server.address, &mut random)?;
                done.garbled.fetch_add(1, Ordering::SeqCst);
            }
            _ => {
                let answer = exchange(server.address, question.as_bytes(), to_answer())
                    .with_context(|| format!("no answer of {name}"))?;
                ensure!(answer.starts_with("HTTP/1.1 200"), "{name}: {answer:.300}");
                ensure!(!answer.contains("call.host_bug"), "{name}: {answer:.300}");
                done.asked.fetch_add(1, Ordering::SeqCst);
            }
        }
    }
    Ok(())
}

/// Sends what is no question; any refusal is right, an answer of 5xx or none at all is not.
fn garble(address: SocketAddr, random: &mut Random) -> anyhow::Result<()> {
    let body = |body: &str| {
        format!(
            "POST /v1/context HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: \
             application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let bytes = match random.below(6) {
        0 => body("{\"view\":"),
        1 => body(&"[".repeat(100_000)),
        2 => body(&" ".repeat(1 << 20)),
        3 => "GET /v1/context?view=ticket&plugin=..%2F..%2Foutside HTTP/1.1\r\nhost: x\r\n\
              connection: close\r\n\r\n"
            .to_owned(),
        4 => format!(
            "GET / HTTP/1.1\r\nhost: x\r\n{}\r\n",
            "x: y\r\n".repeat(10_000)
        ),
        _ => {
            (0..256)
                .map(|_| char::from((random.below(94) + 33) as u8))
                .collect::<String>()
                + "\r\n\r\n"
        }
    };
    let answer = exchange(address, bytes.as_bytes(), to_answer())
        .with_context(|| format!("no answer to {bytes:.60?}"))?;
    ensure!(answer.starts_with("HTTP/1.1 4"), "{answer:.300}");
    Ok(())
}

/// Puts broken bytes where a hostile plugin was, and the plugin again.
fn replace(
    server: &Server,
    mut random: Random,
    over: &AtomicBool,
    done: &Done,
) -> anyhow::Result<()> {
    let folder = server.folder().context("the server's folder")?;
    let admin = server.admin().context("the server's admin address")?;
    let names = hostile::names();
    while !over.load(Ordering::SeqCst) {
        let index = usize::try_from(random.below(names.len() as u64))?;
        let name = names.get(index).context("a name")?;
        let whole = std::fs::read(folder.join(format!("{name}.wasm")))?;
        let mut broken = whole.clone();
        for _ in 0..=random.below(4) {
            let at = usize::try_from(random.below(broken.len() as u64))?;
            if let Some(byte) = broken.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        for bytes in [&broken, &whole] {
            put(folder, name, bytes)?;
            let request = format!(
                "POST /plugins/{name}/reload HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
                 content-length: 0\r\n\r\n"
            );
            let answer = exchange(admin, request.as_bytes(), to_reload())
                .with_context(|| format!("no end of loading {name}"))?;
            let loaded = answer.starts_with("HTTP/1.1 200");
            ensure!(loaded || bytes == &broken, "{name}: {answer:.300}");
            ensure!(!answer.contains("call.host_bug"), "{name}: {answer:.300}");
            done.reloads.fetch_add(1, Ordering::SeqCst);
            done.refused.fetch_add(u64::from(!loaded), Ordering::SeqCst);
        }
        std::thread::sleep(Duration::from_millis(random.below(400)));
    }
    Ok(())
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let partial = folder.join(format!(".{name}.partial"));
    std::fs::write(&partial, bytes)?;
    std::fs::rename(&partial, folder.join(format!("{name}.wasm")))?;
    Ok(())
}

fn connect(address: SocketAddr, patience: Duration) -> anyhow::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Sends bytes and reads all that comes back. Who is refused early may not be read to the end.
fn exchange(address: SocketAddr, bytes: &[u8], patience: Duration) -> anyhow::Result<String> {
    let mut stream = connect(address, patience)?;
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Err(error) if answer.is_empty() && error.kind() != std::io::ErrorKind::ConnectionReset => {
            Err(error.into())
        }
        // Reset after a refusal that was not read is the kernel's way of saying the same.
        _ if answer.is_empty() => Ok("HTTP/1.1 4xx, reset".to_owned()),
        _ => Ok(String::from_utf8_lossy(&answer).into_owned()),
    }
}
