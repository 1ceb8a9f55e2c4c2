//! A load: some connections that each ask, read the whole answer and ask again.

use crate::process::Server;
use anyhow::{Context, ensure};
use futures_util::future::{join_all, try_join_all};
use std::cell::Cell;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a server did under load.
#[derive(Clone, Debug)]
pub(crate) struct Driven {
    /// Requests a second.
    pub(crate) per_second: f64,
    /// Processor time of the server's process, user and system, for each request.
    pub(crate) processor_us: f64,
    /// The median of the answers' times.
    pub(crate) p50_ms: f64,
    /// The 99th percentile.
    pub(crate) p99_ms: f64,
    /// Bytes of one answer's body.
    pub(crate) bytes: usize,
}

/// Drives a server for a while. Each connection walks through `paths` in turn.
pub(crate) fn drive(
    server: &Server,
    paths: &[String],
    connections: usize,
    time: Duration,
) -> anyhow::Result<Driven> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        // Warm: every plugin was asked once, every page is mapped.
        let warm = Ask {
            time: Duration::from_millis(300),
            ..Ask::of(paths, time)
        };
        warm.run(server, 0).await?;
        let ask = Ask::of(paths, time);
        let (before, begun) = (server.processor_time()?, Instant::now());
        let all = try_join_all((0..connections).map(|n| ask.run(server, n))).await?;
        Driven::of(&all, server.processor_time()? - before, begun.elapsed())
    })
}

/// Drives a server with good and bad requests side by side and tells how the good ones fared.
///
/// `good` is asked over `connections` connections without a pause, and by one canary twenty times a
/// second; each of `bad` is asked over `connections` connections and may fail.
pub(crate) fn beside(
    server: &Server,
    good: &str,
    bad: &[String],
    connections: usize,
    time: Duration,
) -> anyhow::Result<(Driven, Driven)> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let good = [good.to_owned()];
        let (steady, canary) = (
            Ask::of(&good, time),
            Ask {
                pause: Duration::from_millis(50),
                ..Ask::of(&good, time)
            },
        );
        let bad: Vec<[String; 1]> = bad.iter().map(|path| [path.clone()]).collect();
        let hogs = bad.iter().flat_map(|path| {
            let ask = Ask {
                may_fail: true,
                ..Ask::of(path, time)
            };
            (0..connections).map(move |_| async move { ask.run(server, 0).await })
        });
        let (before, begun) = (server.processor_time()?, Instant::now());
        let (steady, canary, _) = tokio::try_join!(
            try_join_all((0..connections).map(|n| steady.run(server, n))),
            canary.run(server, 0),
            try_join_all(hogs),
        )?;
        let (processor, elapsed) = (server.processor_time()? - before, begun.elapsed());
        let canary = Driven::of(&[canary], processor, elapsed)?;
        Ok((Driven::of(&steady, processor, elapsed)?, canary))
    })
}

/// Posts events to a server for a while; `body` makes the one of each number.
pub(crate) fn post(
    server: &Server,
    path: &str,
    connections: usize,
    time: Duration,
    body: impl Fn(u64) -> String,
) -> anyhow::Result<Driven> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let address = server.address;
    let (number, begun) = (Cell::new(0), Instant::now());
    let sender = async || {
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (mut answer, mut times) = (Vec::new(), Vec::new());
        while begun.elapsed() < time {
            number.set(number.get() + 1);
            let body = body(number.get());
            let length = body.len();
            let request = format!(
                "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
                 content-length: {length}\r\n\r\n{body}"
            );
            let sent = Instant::now();
            stream.write_all(request.as_bytes()).await?;
            read_answer(&mut stream, &mut answer, false).await?;
            times.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
        }
        anyhow::Ok(Asked { times, bytes: 0 })
    };
    runtime.block_on(async {
        let before = server.processor_time()?;
        let all = try_join_all((0..connections).map(|_| sender())).await?;
        Driven::of(&all, server.processor_time()? - before, begun.elapsed())
    })
}

/// Asks once and reads the answer, in the caller's own thread.
pub(crate) fn once(address: SocketAddr, path: &str) -> anyhow::Result<()> {
    send_once(
        address,
        &format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n"),
    )
}

/// Posts nothing once, and reads the answer.
pub(crate) fn post_once(address: SocketAddr, path: &str) -> anyhow::Result<()> {
    send_once(
        address,
        &format!("POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-length: 0\r\n\r\n"),
    )
}

fn send_once(address: SocketAddr, request: &str) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(request.as_bytes()).await?;
        read_answer(&mut stream, &mut Vec::new(), false).await?;
        Ok(())
    })
}

/// How a canary fared that is asked twenty times a second.
#[derive(Clone, Debug)]
pub(crate) struct Beat {
    /// Questions.
    pub(crate) asked: usize,
    /// Answers that were not the first one again.
    pub(crate) wrong: usize,
    /// The median of the answers' times.
    pub(crate) p50_ms: f64,
    /// The 99th percentile.
    pub(crate) p99_ms: f64,
    /// The longest.
    pub(crate) longest_ms: f64,
}

/// Asks for `path` twenty times a second, in the caller's own thread and from a clock of its own: an
/// answer that is late does not put the next question off.
pub(crate) fn beat(address: SocketAddr, path: &str, time: Duration) -> anyhow::Result<Beat> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n");
        let asking = (0..BEATS * time.as_secs()).map(|n| {
            let at = Duration::from_millis(1_000 / BEATS * n);
            let request = request.as_bytes();
            async move {
                tokio::time::sleep(at).await;
                let (begun, mut answer) = (Instant::now(), Vec::new());
                let length = async {
                    let mut stream = TcpStream::connect(address).await?;
                    stream.write_all(request).await?;
                    read_answer(&mut stream, &mut answer, false).await
                };
                let length = length.await.ok();
                (begun.elapsed(), length)
            }
        });
        let answers = join_all(asking).await;
        let first = answers.iter().find_map(|(_, length)| *length);
        let wrong = |(_, length): &&(Duration, Option<usize>)| length.is_none() || *length != first;
        let mut times: Vec<f64> = answers
            .iter()
            .map(|(took, _)| took.as_secs_f64() * 1e3)
            .collect();
        times.sort_by(f64::total_cmp);
        let at = |part: f64| {
            let index = (times.len().saturating_sub(1) as f64 * part) as usize;
            times.get(index).copied().unwrap_or_default()
        };
        Ok(Beat {
            asked: answers.len(),
            wrong: answers.iter().filter(wrong).count(),
            p50_ms: at(0.5),
            p99_ms: at(0.99),
            longest_ms: at(1.0),
        })
    })
}

/// Questions a second of a canary.
const BEATS: u64 = 20;

/// Asks each of `paths` over `connections` connections without a pause, until the time is up or it
/// is over; how many answers came. They may say that the plugin failed.
pub(crate) fn hogs(
    server: &Server,
    paths: &[String],
    connections: usize,
    time: Duration,
    over: &AtomicBool,
) -> anyhow::Result<usize> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let paths: Vec<[String; 1]> = paths.iter().map(|path| [path.clone()]).collect();
        let hogs = paths.iter().flat_map(|path| {
            let ask = Ask {
                may_fail: true,
                over: Some(over),
                ..Ask::of(path, time)
            };
            (0..connections).map(move |_| async move { ask.run(server, 0).await })
        });
        let asked = try_join_all(hogs).await?;
        Ok(asked.iter().map(|asked| asked.times.len()).sum())
    })
}

impl Driven {
    fn of(all: &[Asked], processor: Duration, elapsed: Duration) -> anyhow::Result<Self> {
        let mut times: Vec<u32> = all.iter().flat_map(|asked| asked.times.clone()).collect();
        times.sort_unstable();
        ensure!(!times.is_empty(), "no answers");
        let count = times.len() as f64;
        let at = |part: f64| {
            let index = ((count - 1.0) * part) as usize;
            f64::from(times.get(index).copied().unwrap_or_default()) / 1_000.0
        };
        Ok(Self {
            per_second: count / elapsed.as_secs_f64(),
            processor_us: processor.as_secs_f64() * 1e6 / count,
            p50_ms: at(0.5),
            p99_ms: at(0.99),
            bytes: all.first().map_or(0, |asked| asked.bytes),
        })
    }
}

/// How one connection asks.
#[derive(Clone, Copy)]
struct Ask<'a> {
    /// What, in turn.
    paths: &'a [String],
    /// For how long.
    time: Duration,
    /// Between an answer and the next request.
    pause: Duration,
    /// Whether a plugin's failure is an answer too.
    may_fail: bool,
    /// Set when it is over before its time.
    over: Option<&'a AtomicBool>,
}

struct Asked {
    /// Microseconds of each answer.
    times: Vec<u32>,
    bytes: usize,
}

impl<'a> Ask<'a> {
    fn of(paths: &'a [String], time: Duration) -> Self {
        Self {
            paths,
            time,
            pause: Duration::ZERO,
            may_fail: false,
            over: None,
        }
    }

    async fn run(&self, server: &Server, first: usize) -> anyhow::Result<Asked> {
        let requests: Vec<Vec<u8>> = self
            .paths
            .iter()
            .map(|path| {
                // Came through a proxy: without what only operators see, whose numbers vary.
                let host = server.address;
                format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nvia: 1.1 bench\r\n\r\n").into()
            })
            .collect();
        let mut stream = TcpStream::connect(server.address).await?;
        stream.set_nodelay(true)?;
        let mut answer = Vec::with_capacity(64 << 10);
        let (begun, mut times, mut bytes) = (Instant::now(), Vec::new(), 0);
        for request in requests.iter().cycle().skip(first % requests.len().max(1)) {
            let over = self.over.is_some_and(|over| over.load(Ordering::SeqCst));
            if over || begun.elapsed() >= self.time {
                break;
            }
            let asked = Instant::now();
            stream.write_all(request).await?;
            let length = read_answer(&mut stream, &mut answer, self.may_fail).await?;
            ensure!(
                self.may_fail || bytes == 0 || length == bytes,
                "one answer has {length} bytes, another {bytes}"
            );
            bytes = length;
            times.push(u32::try_from(asked.elapsed().as_micros()).unwrap_or(u32::MAX));
            if !self.pause.is_zero() {
                tokio::time::sleep(self.pause).await;
            }
        }
        Ok(Asked { times, bytes })
    }
}

/// Reads one answer and gives the length of its body.
async fn read_answer(
    stream: &mut TcpStream,
    answer: &mut Vec<u8>,
    may_fail: bool,
) -> anyhow::Result<usize> {
    answer.clear();
    let (mut head, mut length) = (0, 0);
    loop {
        ensure!(
            stream.read_buf(answer).await? > 0,
            "the server closed the connection"
        );
        if head == 0 {
            let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
                continue;
            };
            head = end + 4;
            let text =
                String::from_utf8_lossy(answer.get(..end).unwrap_or_default()).to_lowercase();
            ensure!(
                text.starts_with("http/1.1 20"),
                "neither 200 nor 202: {text}"
            );
            ensure!(
                may_fail || !text.contains("sidepane-status"),
                "the plugin failed: {text}"
            );
            length = text
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .context("no content-length")?
                .parse()?;
        }
        if answer.len() >= head + length {
            return Ok(length);
        }
    }
}
