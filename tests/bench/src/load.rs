//! A load: some connections that each ask, read the whole answer and ask again.

use crate::process::Server;
use anyhow::{Context, ensure};
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
        ask(server, paths, 0, Duration::from_millis(300)).await?;
        let (before, begun) = (server.processor_time()?, Instant::now());
        let asks = (0..connections).map(|n| ask(server, paths, n, time));
        let all: Vec<Asked> = futures(asks).await?;
        let (processor, elapsed) = (server.processor_time()? - before, begun.elapsed());
        let mut times: Vec<u32> = all.iter().flat_map(|asked| asked.times.clone()).collect();
        times.sort_unstable();
        ensure!(!times.is_empty(), "no answers");
        let count = times.len() as f64;
        let at = |part: f64| {
            let index = ((count - 1.0) * part) as usize;
            f64::from(times.get(index).copied().unwrap_or_default()) / 1_000.0
        };
        Ok(Driven {
            per_second: count / elapsed.as_secs_f64(),
            processor_us: processor.as_secs_f64() * 1e6 / count,
            p50_ms: at(0.5),
            p99_ms: at(0.99),
            bytes: all.first().map_or(0, |asked| asked.bytes),
        })
    })
}

struct Asked {
    /// Microseconds of each answer.
    times: Vec<u32>,
    bytes: usize,
}

async fn futures<F>(asks: impl Iterator<Item = F>) -> anyhow::Result<Vec<Asked>>
where
    F: Future<Output = anyhow::Result<Asked>>,
{
    let mut set = Vec::new();
    for ask in asks {
        set.push(Box::pin(ask));
    }
    let mut done = Vec::new();
    // All run on this one thread: poll them together until the last is done.
    let mut left = set;
    std::future::poll_fn(|context| {
        let mut index = 0;
        while let Some(ask) = left.get_mut(index) {
            match ask.as_mut().poll(context) {
                std::task::Poll::Ready(asked) => {
                    done.push(asked);
                    drop(left.swap_remove(index));
                }
                std::task::Poll::Pending => index += 1,
            }
        }
        match left.is_empty() {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
    .await;
    done.into_iter().collect()
}

async fn ask(
    server: &Server,
    paths: &[String],
    first: usize,
    time: Duration,
) -> anyhow::Result<Asked> {
    let requests: Vec<Vec<u8>> = paths
        .iter()
        .map(|path| format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", server.address).into())
        .collect();
    let mut stream = TcpStream::connect(server.address).await?;
    stream.set_nodelay(true)?;
    let mut answer = Vec::with_capacity(64 << 10);
    let (begun, mut times, mut bytes) = (Instant::now(), Vec::new(), 0);
    for request in requests.iter().cycle().skip(first % requests.len().max(1)) {
        if begun.elapsed() >= time {
            break;
        }
        let asked = Instant::now();
        stream.write_all(request).await?;
        let length = read_answer(&mut stream, &mut answer).await?;
        ensure!(
            bytes == 0 || length == bytes,
            "one answer has {length} bytes, another {bytes}"
        );
        bytes = length;
        times.push(u32::try_from(asked.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    Ok(Asked { times, bytes })
}

/// Reads one answer and gives the length of its body.
async fn read_answer(stream: &mut TcpStream, answer: &mut Vec<u8>) -> anyhow::Result<usize> {
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
                !text.contains("sidepane-status"),
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
