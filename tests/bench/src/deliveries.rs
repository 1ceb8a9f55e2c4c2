//! `--deliver N`: how many events a second a handler is given that does nothing, and what a
//! conversation that crashes its handler costs a thousand others.

use anyhow::{Context, ensure};
use e2e::event::event;
use e2e::guests::guest;
use sidepane::model::event::{Conversation, Direction, Event, Message, MessageKind};
use sidepane::storage::Filter;
use sidepane::storage::sqlite::{SqliteSettings, SqliteStorage};
use sidepane::{Host, PluginId};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Events that are being accepted at one time.
const SENDERS: u64 = 16;
/// Conversations.
const KEYS: u64 = 1_000;
/// Events of each conversation beside the poisonous one.
const EACH: u64 = 5;
/// How fast they are sent: well below what the host can do.
const PAUSE: Duration = Duration::from_millis(4);

/// Runs both parts and prints the figures.
pub(crate) fn run(count: u64) -> anyhow::Result<()> {
    println!("{}", crate::process::machine());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        throughput(count).await?;
        for poison in [false, true, false, true] {
            beside(poison).await?;
        }
        Ok(())
    })
}

/// `count` events wait, and are then handed over as fast as they can be.
async fn throughput(count: u64) -> anyhow::Result<()> {
    let stage = Stage::new("acknowledges").await?;
    for first in (0..count).step_by(SENDERS as usize) {
        let batch = (first..count.min(first + SENDERS)).map(|number| stage.accept(number, "hello"));
        futures_util::future::try_join_all(batch).await?;
    }
    let before = crate::process::processor_time(std::process::id())?;
    let begun = Instant::now();
    stage.deliver(count).await?;
    let took = begun.elapsed().as_secs_f64();
    let busy = (crate::process::processor_time(std::process::id())? - before).as_secs_f64();
    println!(
        "{count} events to a handler that does nothing: {:.0} a second, {:.0} µs of processor each, {:.0} a second for each core",
        count as f64 / took,
        busy * 1e6 / count as f64,
        count as f64 / busy
    );
    Ok(())
}

/// A thousand conversations, one of which crashes its handler every time; how long the others'
/// events take from acceptance to the end of their handler.
async fn beside(poison: bool) -> anyhow::Result<()> {
    let stage = Stage::new("keeps_events").await?;
    let (stop, stopped) = oneshot::channel::<()>();
    let send = async {
        for number in 0..KEYS * EACH {
            let text = match poison && number % KEYS == 0 {
                true => "crash 1000000",
                false => "hello",
            };
            stage.accept(number, text).await?;
            tokio::time::sleep(PAUSE).await;
        }
        let good = KEYS * EACH - if poison { EACH } else { 0 };
        stage.until(good).await?;
        // Nobody waits any more only when the deliveries have ended.
        let _ = stop.send(());
        anyhow::Ok(())
    };
    let deliver = stage.host.deliver(async {
        let _ = stopped.await;
    });
    let (sent, ()) = tokio::join!(send, deliver);
    sent?;
    let mut times = stage.latencies().await?;
    times.sort_unstable();
    let at = |part: usize| {
        times
            .get(times.len() * part / 100)
            .copied()
            .unwrap_or_default()
    };
    println!(
        "{:8} {} events of {KEYS} conversations delivered: p50 {} ms, p99 {} ms, longest {} ms",
        if poison { "poison" } else { "quiet" },
        times.len(),
        at(50),
        at(99),
        times.last().copied().unwrap_or_default()
    );
    Ok(())
}

struct Stage {
    host: Host,
    plugin: PluginId,
    folder: PathBuf,
}

impl Stage {
    async fn new(name: &str) -> anyhow::Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name_of = format!("sidepane-deliver-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name_of);
        let storage = SqliteStorage::open(&folder, SqliteSettings::default())?;
        let id = name.replace('_', "-");
        let host = Host::builder()
            .plugin(&id, std::fs::read(guest(name))?)
            .storage(Arc::new(storage))
            .start()
            .await?;
        ensure!(
            host.plugins().refused().is_empty(),
            "{:?}",
            host.plugins().refused()
        );
        let plugin = PluginId::parse(&id).context("a plugin's id")?;
        Ok(Self {
            host,
            plugin,
            folder,
        })
    }

    async fn accept(&self, number: u64, text: &str) -> anyhow::Result<()> {
        let receipt = self.host.accept(message(number, text)).await?;
        ensure!(receipt.deliveries.len() == 1, "{receipt:?}");
        Ok(())
    }

    /// Delivers until `count` are done.
    async fn deliver(&self, count: u64) -> anyhow::Result<()> {
        let (stop, stopped) = oneshot::channel::<()>();
        let watch = async {
            let done = self.until(count).await;
            let _ = stop.send(());
            done
        };
        let deliver = self.host.deliver(async {
            let _ = stopped.await;
        });
        let (done, ()) = tokio::join!(watch, deliver);
        done
    }

    async fn until(&self, count: u64) -> anyhow::Result<()> {
        let begun = Instant::now();
        loop {
            let backlog = self.host.deliveries()?.backlog().await?;
            let [_, _, _, delivered, _, _] =
                backlog.first().map(|of| of.counts).unwrap_or_default();
            if delivered >= count {
                return Ok(());
            }
            ensure!(begun.elapsed() < Duration::from_secs(300), "{backlog:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Milliseconds from acceptance to the end of the handler, of all that were delivered.
    async fn latencies(&self) -> anyhow::Result<Vec<i64>> {
        let deliver = self.host.deliveries()?;
        let (mut times, mut after) = (Vec::new(), None);
        loop {
            let filter = Filter {
                plugin: Some(self.plugin.clone()),
                state: Some(sidepane::model::delivery::DeliveryState::Delivered),
                most: 1_000,
                after: after.take(),
                ..Filter::default()
            };
            let page = deliver.deliveries(filter).await?;
            let Some(last) = page.last() else {
                return Ok(times);
            };
            after = Some(last.id.clone());
            for delivery in &page {
                let detail = deliver.delivery(&delivery.id).await?;
                let tried = detail.attempts.last().context("a try")?;
                times.push(tried.began.0 + i64::try_from(tried.took_ms)? - delivery.accepted.0);
            }
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn message(number: u64, text: &str) -> Event {
    Event {
        id: format!("e{number}"),
        conversation: Some(Conversation {
            id: format!("c{}", number % KEYS),
            ..Conversation::default()
        }),
        message: Some(Message {
            id: None,
            kind: MessageKind::Public,
            direction: Direction::Incoming,
            text: text.to_owned(),
            parts: Vec::new(),
        }),
        ..event("message.created")
    }
}
