//! `--waiting`: calls that all wait for a server which takes its time, and a canary beside them.
//!
//! Eight plugins are asked at once by each request, so that 10,000 calls take 1,250 connections of
//! askers beside the 10,000 to the slow server: many machines give a process 20,000 descriptors.

use crate::load::{self, Beat};
use crate::process::{self, Server};
use crate::serve::{Peer, WAITERS};
use anyhow::{Context, ensure};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Calls that begin at one time; all at once would measure the line in front of the listener.
const AT_ONCE: usize = 64;

/// Lets so many calls wait, and prints what that takes.
///
/// # Errors
/// When not all of them came to the slow server, or one was answered with anything but its card.
pub(crate) fn run(calls: usize) -> anyhow::Result<()> {
    let slow = Slow::start()?;
    let server = Server::start_with(Peer::Waiting, 1, &["--upstream", &slow.address.to_string()])?;
    println!("{}", process::machine());
    let path = "/imbox/bench-0?view=ticket&email=jane%40example.com&ticketId=7";
    load::beat(server.address, path, Duration::from_secs(1))?;
    let (before, mappings) = (server.memory()?, server.mappings()?);
    // All of it is over before anybody has waited for 30 seconds, which is as long as they do.
    let time = Duration::from_secs(10);
    let quiet = load::beat(server.address, path, time)?;
    told("quiet ", &quiet);

    let asks = calls.div_ceil(WAITERS.len());
    let address = server.address;
    let askers = std::thread::spawn(move || ask_all(address, asks));
    let begun = Instant::now();
    while slow.held() < calls {
        ensure!(
            begun.elapsed() < Duration::from_secs(120) && !askers.is_finished(),
            "only {} of {calls} calls came to the slow server",
            slow.held()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    println!(
        "{} calls wait after {:.1} s",
        slow.held(),
        begun.elapsed().as_secs_f64()
    );
    let (memory, maps) = (server.memory()?, server.mappings()?);
    let beside = load::beat(server.address, path, time)?;
    told("beside", &beside);
    slow.release();
    let answered = askers
        .join()
        .map_err(|_| anyhow::anyhow!("the askers panicked"))??;
    ensure!(
        quiet.wrong + beside.wrong == 0,
        "the canary got wrong answers"
    );
    println!(
        "memory {} MiB before, {} MiB with {calls} waiting ({} KiB each), {} MiB at most; {:.1} \
         mappings and {} descriptors of the server; {answered} answers afterwards, none failed",
        before >> 20,
        memory >> 20,
        (memory - before) / 1024 / calls as u64,
        server.peak_memory()? >> 20,
        (maps - mappings) as f64 / calls as f64,
        server.descriptors()?,
    );
    Ok(())
}

fn told(name: &str, beat: &Beat) {
    println!(
        "canary {name}: {} asked, {} wrong, p50 {:.2} ms, p99 {:.2} ms, longest {:.1} ms",
        beat.asked, beat.wrong, beat.p50_ms, beat.p99_ms, beat.longest_ms
    );
}

/// Asks all waiting plugins over so many connections, and counts their answers.
fn ask_all(server: SocketAddr, asks: usize) -> anyhow::Result<usize> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let gate = Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
        // Each about a ticket of its own: the same question is asked once.
        let all = (0..asks).map(|ask| {
            let gate = Arc::clone(&gate);
            async move {
                let begins = gate.acquire().await?;
                let mut stream = TcpStream::connect(server).await?;
                let plugins: String = WAITERS.iter().map(|id| format!("&plugin={id}")).collect();
                let request = format!(
                    "GET /v1/context?view=ticket&ticketId={ask}{plugins} \
                     HTTP/1.1\r\nhost: {server}\r\nconnection: close\r\n\r\n"
                );
                stream.write_all(request.as_bytes()).await?;
                drop(begins);
                let mut answer = String::new();
                stream.read_to_string(&mut answer).await?;
                let cards = answer.matches("\"status\":\"empty\"").count();
                ensure!(
                    cards == WAITERS.len(),
                    "not every plugin was answered: {answer}"
                );
                Ok(cards)
            }
        });
        let cards = futures_util::future::try_join_all(all).await?;
        Ok(cards.into_iter().sum())
    })
}

/// A server that answers nobody until it is told to.
struct Slow {
    address: SocketAddr,
    held: Arc<AtomicUsize>,
    open: watch::Sender<bool>,
}

impl Slow {
    fn start() -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0)))?;
        let address = listener.local_addr()?;
        let (held, (open, opened)) = (Arc::new(AtomicUsize::new(0)), watch::channel(false));
        let counter = Arc::clone(&held);
        std::thread::spawn(move || {
            runtime.block_on(async move {
                let mut all = JoinSet::new();
                while let Ok((stream, _)) = listener.accept().await {
                    let (counter, opened) = (Arc::clone(&counter), opened.clone());
                    all.spawn(async move { hold(stream, &counter, opened).await });
                }
            });
        });
        Ok(Self {
            address,
            held,
            open,
        })
    }

    fn held(&self) -> usize {
        self.held.load(Ordering::SeqCst)
    }

    fn release(&self) {
        // Whoever waits hears it; nobody else has to.
        let _ = self.open.send(true);
    }
}

async fn hold(
    mut stream: TcpStream,
    held: &AtomicUsize,
    mut opened: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let mut request = [0; 4096];
    let read = stream.read(&mut request).await?;
    ensure!(read > 0, "no request");
    held.fetch_add(1, Ordering::SeqCst);
    opened
        .wait_for(|open| *open)
        .await
        .context("never opened")?;
    stream
        .write_all(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}",
        )
        .await?;
    Ok(())
}
