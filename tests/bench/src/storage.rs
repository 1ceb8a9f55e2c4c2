//! `--accept`, its first half: how many events a second are on the disk, beside a bare SQLite that commits the same
//! bytes in groups; `--backlog N`: what a million waiting deliveries cost in memory and at a start.

use anyhow::{Context, ensure};
use rusqlite::Connection;
use sidepane::model::event::{
    Contact, Conversation, Direction, Entity, Event, Message, MessageKind, Part,
};
use sidepane::model::time::Millis;
use sidepane::storage::quota::Quotas;
use sidepane::storage::sqlite::{SqliteSettings, SqliteStorage};
use sidepane::storage::{Filter, Storage};
use sidepane::{AccountId, PluginId};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

/// The most events of one of the bare transactions; as many as storage takes.
const BATCH: usize = 256;

/// When all events happen.
const NOW: Millis = Millis(1_780_000_000_000);

/// Lets senders hand events to storage, and rows of as many bytes to a bare SQLite.
///
/// Both sides make the same event before, so that the load weighs the same on both.
pub(crate) fn accept(rounds: u32, seconds: u64, senders: usize) -> anyhow::Result<()> {
    let time = Duration::from_secs(seconds);
    let runtime = runtime()?;
    println!("{}", crate::process::machine());
    println!("{senders} senders, {seconds} s each, every event synced before its answer");
    let mut shares = Vec::new();
    for round in 1..=rounds {
        let folder = Folder::new()?;
        let ours = Arc::new(open(&folder.0)?);
        let many = runtime.block_on(drive(senders, time, |n| ours_one(&ours, n, "many")))?;
        let one = runtime.block_on(drive(1, time, |n| ours_one(&ours, n, "one")))?;
        drop(ours);
        let bytes = size(&folder.0)?;
        let folder = Folder::new()?;
        let bare = Bare::open(&folder.0)?;
        let bare_one = async |number: u64, run| {
            std::hint::black_box(event(number, number % 64, run));
            bare.one(bytes).await
        };
        let bare_many = runtime.block_on(drive(senders, time, |n| bare_one(n, "many")))?;
        let bare_alone = runtime.block_on(drive(1, time, |n| bare_one(n, "one")))?;
        for (name, driven, base) in [
            ("bare", &bare_many, &bare_many),
            ("storage", &many, &bare_many),
            ("bare, one sender", &bare_alone, &bare_alone),
            ("storage, one sender", &one, &bare_alone),
        ] {
            println!(
                "round {round} {name:20} {:7.0} events/s {:.2} of bare, {:5.1} us, p50 {:6.2} ms, p99 {:6.2} ms, {bytes} bytes",
                driven.per_second,
                driven.per_second / base.per_second,
                driven.processor_us,
                driven.p50_ms,
                driven.p99_ms
            );
        }
        shares.push(many.per_second / bare_many.per_second);
    }
    println!("storage accepts {:.2} of bare, the median", median(shares));
    Ok(())
}

/// The middle one.
pub(crate) fn median(mut shares: Vec<f64>) -> f64 {
    shares.sort_by(f64::total_cmp);
    shares.get(shares.len() / 2).copied().unwrap_or_default()
}

/// Runs `--backlog` and prints the figures.
pub(crate) fn backlog(count: u64) -> anyhow::Result<()> {
    let runtime = runtime()?;
    let folder = Folder::new()?;
    let storage = Arc::new(open(&folder.0)?);
    println!("{}", crate::process::machine());
    println!("{count} waiting deliveries over {} keys", keys(count));
    let mut done = 0;
    let began = Instant::now();
    for (share, part) in [(1, "a tenth"), (10, "all")] {
        let until = count * share / 10;
        runtime.block_on(fill(&storage, done..until, keys(count)))?;
        done = until;
        println!(
            "{part:8} accepted after {:6.1} s, {:4} MiB of memory, {} MiB on the disk",
            began.elapsed().as_secs_f64(),
            resident()? >> 20,
            std::fs::metadata(folder.0.join("sidepane.db"))?.len() >> 20
        );
    }
    runtime.block_on(work(&storage, "before"))?;
    drop(storage);
    let began = Instant::now();
    let storage = open(&folder.0)?;
    let opened = began.elapsed();
    println!(
        "opened in {:.1} ms, {} MiB of memory",
        opened.as_secs_f64() * 1e3,
        resident()? >> 20
    );
    runtime.block_on(work(&storage, "after"))?;
    ensure!(opened < Duration::from_secs(2), "it opens within 2 s");
    Ok(())
}

fn keys(count: u64) -> u64 {
    (count / 10).max(1)
}

async fn fill(
    storage: &Arc<SqliteStorage>,
    numbers: std::ops::Range<u64>,
    keys: u64,
) -> anyhow::Result<()> {
    let numbers = futures_util::stream::iter(numbers);
    let all = futures_util::StreamExt::map(numbers, |n| {
        storage.accept(event(n, n % keys, "b"), vec![plugin()], NOW)
    });
    let mut all = futures_util::StreamExt::buffer_unordered(all, BATCH);
    while let Some(taken) = futures_util::StreamExt::next(&mut all).await {
        taken?;
    }
    Ok(())
}

/// What workers and operators do, with all of it waiting.
async fn work(storage: &SqliteStorage, when: &str) -> anyhow::Result<()> {
    let mut claims = Vec::new();
    for _ in 0..200 {
        let began = Instant::now();
        let claim = storage
            .claim(plugin(), 1, NOW, Duration::from_secs(60))
            .await?;
        claims.push(began.elapsed());
        let held = claim.held.first().context("something to do")?;
        storage.release(held).await?;
    }
    let claims = Driven::of(&mut claims, Duration::from_secs(1), Duration::ZERO)?;
    let began = Instant::now();
    let counted = storage.backlog().await?;
    let backlog = began.elapsed();
    let began = Instant::now();
    storage.deliveries(Filter::default()).await?;
    println!(
        "{when:8} claim p50 {:.2} ms, p99 {:.2} ms; counts {:.1} ms; newest hundred {:.1} ms; {} wait",
        claims.p50_ms,
        claims.p99_ms,
        backlog.as_secs_f64() * 1e3,
        began.elapsed().as_secs_f64() * 1e3,
        counted
            .first()
            .map_or(0, |one| one.counts.iter().take(3).sum::<u64>())
    );
    Ok(())
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()?)
}

pub(crate) fn open(folder: &Path) -> anyhow::Result<SqliteStorage> {
    let quotas = Quotas {
        waiting_deliveries: u64::MAX,
        waiting_bytes: u64::MAX,
        ..Quotas::default()
    };
    let settings = SqliteSettings {
        quotas,
        ..SqliteSettings::default()
    };
    Ok(SqliteStorage::open(folder, settings)?)
}

async fn ours_one(storage: &SqliteStorage, number: u64, run: &str) -> anyhow::Result<()> {
    let event = event(number, number % 64, run);
    storage.accept(event, vec![plugin()], NOW).await?;
    Ok(())
}

/// What was done in a while.
struct Driven {
    per_second: f64,
    /// Processor time of each, that of the load with it.
    processor_us: f64,
    p50_ms: f64,
    p99_ms: f64,
}

impl Driven {
    fn of(times: &mut [Duration], took: Duration, busy: Duration) -> anyhow::Result<Self> {
        times.sort_unstable();
        let at = |part: usize| {
            let time = times.get((times.len() * part / 100).min(times.len().saturating_sub(1)));
            Ok::<_, anyhow::Error>(time.context("nothing was done")?.as_secs_f64() * 1e3)
        };
        Ok(Self {
            per_second: times.len() as f64 / took.as_secs_f64(),
            processor_us: busy.as_secs_f64() * 1e6 / times.len() as f64,
            p50_ms: at(50)?,
            p99_ms: at(99)?,
        })
    }
}

/// Lets so many senders send one after the other, each its own.
async fn drive<F: Future<Output = anyhow::Result<()>>>(
    senders: usize,
    time: Duration,
    one: impl Fn(u64) -> F,
) -> anyhow::Result<Driven> {
    let number = std::cell::Cell::new(0);
    let process = std::process::id();
    let busy = crate::process::processor_time(process)?;
    let began = Instant::now();
    let sender = async || {
        let mut times = Vec::new();
        while began.elapsed() < time {
            number.set(number.get() + 1);
            let sent = Instant::now();
            one(number.get()).await?;
            times.push(sent.elapsed());
        }
        anyhow::Ok(times)
    };
    let all = futures_util::future::try_join_all((0..senders).map(|_| sender())).await?;
    let mut times = all.concat();
    let busy = crate::process::processor_time(process)? - busy;
    Driven::of(&mut times, began.elapsed(), busy)
}

fn plugin() -> PluginId {
    PluginId::parse("bench").unwrap_or_else(|| unreachable!("it is a plugin's name"))
}

/// A message as desks send them: a contact, a conversation, a text, the desk's own JSON.
fn event(number: u64, key: u64, run: &str) -> Event {
    let text = "Hello, my order has not arrived yet; could you have a look where it is?";
    let entity = |id: &str| {
        Some(Entity {
            id: id.into(),
            name: None,
        })
    };
    Event {
        // As long as a digest, and as scattered.
        id: format!(
            "{run}-{:064x}",
            u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
        ),
        source: "freshchat".into(),
        event_type: "message.created".into(),
        vendor_type: Some("onMessageCreate".into()),
        time: NOW,
        account: AccountId::default(),
        region: Some("EU".into()),
        actor: None,
        contact: Some(Contact {
            id: Some(format!("contact-{key}")),
            email: Some("jane@example.com".into()),
            name: Some("Jane Doe".into()),
            ..Contact::default()
        }),
        conversation: Some(Conversation {
            id: format!("conversation-{key}"),
            status: Some("open".into()),
            channel: entity("channel-1"),
            agent: entity("agent-7"),
            ..Conversation::default()
        }),
        message: Some(Message {
            id: Some(format!("message-{number}")),
            kind: MessageKind::Public,
            direction: Direction::Incoming,
            text: text.into(),
            parts: vec![Part::Text(text.into())],
        }),
        changes: Vec::new(),
        raw: format!(
            "{{\"data\":{{\"message\":{{\"parts\":[{{\"text\":\"{text}\"}}],\"more\":\"{}\"}}}}}}",
            "abcdefgh".repeat(80)
        ),
        extra: Vec::new(),
    }
}

/// The bytes of an event, as they were kept.
pub(crate) fn size(folder: &Path) -> anyhow::Result<usize> {
    let db = Connection::open(folder.join("sidepane.db"))?;
    let sql = "SELECT length(body) + length(raw) FROM event LIMIT 1";
    Ok(db.query_row(sql, [], |row| row.get(0))?)
}

/// The least that SQLite can be asked for: one table, one row an event, a thread that commits what
/// waits.
pub(crate) struct Bare {
    rows: mpsc::Sender<(Vec<u8>, oneshot::Sender<()>)>,
}

impl Bare {
    pub(crate) fn open(folder: &Path) -> anyhow::Result<Self> {
        let db = Connection::open(folder.join("bare.db"))?;
        db.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             CREATE TABLE event (seq INTEGER PRIMARY KEY, body BLOB NOT NULL);",
        )?;
        let (rows, mut waiting) = mpsc::channel::<(Vec<u8>, oneshot::Sender<()>)>(BATCH);
        std::thread::spawn(move || -> rusqlite::Result<()> {
            while let Some(first) = waiting.blocking_recv() {
                let mut batch = vec![first];
                while let (true, Ok(next)) = (batch.len() < BATCH, waiting.try_recv()) {
                    batch.push(next);
                }
                let change = db.unchecked_transaction()?;
                for (body, _) in &batch {
                    change
                        .prepare_cached("INSERT INTO event (body) VALUES (?1)")?
                        .execute([body])?;
                }
                change.commit()?;
                for (_, answer) in batch {
                    // Whoever ended meanwhile needs no answer.
                    let _ = answer.send(());
                }
            }
            Ok(())
        });
        Ok(Self { rows })
    }

    /// Commits one row of so many bytes.
    pub(crate) async fn one(&self, bytes: usize) -> anyhow::Result<()> {
        let (to, answer) = oneshot::channel();
        self.rows.send((vec![b'x'; bytes], to)).await?;
        Ok(answer.await?)
    }
}

/// Memory that this process has.
fn resident() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    Ok(kib.context("a line of memory")?.parse::<u64>()? << 10)
}

/// A folder on the disk of the build, gone with the value.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> anyhow::Result<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let this = std::env::current_exe()?;
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("bench-storage-{}-{number}", std::process::id());
        let path = this.parent().context("a folder of its own")?.join(name);
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
