//! A load: some connections that each ask, read the whole answer and ask again.

use crate::process::Server;
use anyhow::{Context, ensure};
use futures_util::future::try_join_all;
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
        }
    }

    async fn run(&self, server: &Server, first: usize) -> anyhow::Result<Asked> {
        let requests: Vec<Vec<u8>> = self
            .paths
            .iter()
            .map(|path| format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", server.address).into())
            .collect();
        let mut stream = TcpStream::connect(server.address).await?;
        stream.set_nodelay(true)?;
        let mut answer = Vec::with_capacity(64 << 10);
        let (begun, mut times, mut bytes) = (Instant::now(), Vec::new(), 0);
        for request in requests.iter().cycle().skip(first % requests.len().max(1)) {
            if begun.elapsed() >= self.time {
                break;
            }
            let asked = Instant::now();
            stream.write_all(request).await?;
            bytes = read_answer(&mut stream, &mut answer, self.may_fail).await?;
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
            ensure!(text.starts_with("http/1.1 200"), "not 200: {text}");
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
