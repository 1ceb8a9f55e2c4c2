//! A host that is killed at any moment: what it acknowledged is there, nothing else is, in order.
//!
//! A child accepts events and handles them, and prints what it was told; the parent kills it after
//! a random while and looks at what is left. The suite does that for some rounds;
//! `cargo test -p sidepane --test crash -- --rounds 500` for as many as one likes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and this one is a program of its own"
)]

use futures_util::future::join_all;
use rand::RngExt;
use sidepane::model::delivery::{Attempt, AttemptError, Claim, DeliveryState, Ending};
use sidepane::model::event::{Conversation, Event};
use sidepane::model::id::InstallationId;
use sidepane::model::store::{StoreChanges, StoreWrite};
use sidepane::model::time::Millis;
use sidepane::storage::sqlite::{SqliteSettings, SqliteStorage};
use sidepane::storage::{Filter, Storage};
use sidepane::{AccountId, PluginId};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Rounds of the suite: some seconds.
const ROUNDS: u32 = 15;

/// Senders, each with a key of its own.
const SENDERS: u32 = 8;

const NOW: Millis = Millis(1_780_000_000_000);

const LEASE: Duration = Duration::from_secs(60);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let texts: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    match texts[..] {
        ["--child", folder, round] => {
            runtime.block_on(child(Path::new(folder), round.parse().expect("a number")));
        }
        ["--rounds", rounds] => runtime.block_on(parent(rounds.parse().expect("a number"))),
        // As every test does when another one is asked for.
        [filter, ..] if !filter.starts_with('-') && !"crash".contains(filter) => {}
        ["--list", ..] => println!("crash: test"),
        _ => runtime.block_on(parent(ROUNDS)),
    }
}

/// An event by where it comes from: round, key, number.
type Name = (u32, u32, u32);

fn plugin() -> PluginId {
    PluginId::parse("counter").expect("a plugin's name")
}

fn event((round, key, number): Name) -> Event {
    Event {
        id: format!("{round}-{key}-{number}"),
        source: "crash".into(),
        event_type: "message.created".into(),
        vendor_type: None,
        time: NOW,
        account: AccountId::default(),
        region: None,
        actor: None,
        contact: None,
        conversation: Some(Conversation {
            id: key.to_string(),
            ..Conversation::default()
        }),
        message: None,
        changes: Vec::new(),
        raw: "{\"text\":\"some words\"}".repeat(20),
        extra: Vec::new(),
    }
}

fn name(event_id: &str) -> Name {
    let parts: Vec<u32> = event_id
        .split('-')
        .map(|part| part.parse().expect("a number"))
        .collect();
    (parts[0], parts[1], parts[2])
}

/// One whole line at once, before anything else is done.
fn say(what: &str, event_id: &str) {
    let line = format!("{what} {event_id}\n");
    std::io::stdout()
        .write_all(line.as_bytes())
        .expect("the parent reads");
}

/// Works until it is killed.
async fn child(folder: &Path, round: u32) {
    let storage = SqliteStorage::open(folder, SqliteSettings::default()).expect("opened");
    say("open", "0-0-0");
    let senders = join_all((0..SENDERS).map(|key| send(&storage, round, key)));
    tokio::join!(senders, handle(&storage), handle(&storage));
}

async fn send(storage: &dyn Storage, round: u32, key: u32) {
    for number in 0.. {
        let event = event((round, key, number));
        let id = event.id.clone();
        say("sent", &id);
        storage
            .accept(event, vec![plugin()], NOW)
            .await
            .expect("accepted");
        say("acknowledged", &id);
    }
}

async fn handle(storage: &dyn Storage) {
    loop {
        let held = storage
            .claim(plugin(), 3, NOW, LEASE)
            .await
            .expect("claimed")
            .held;
        for claim in held {
            say("handled", &claim.event.id);
            let chance = rand::rng().random_range(0..100);
            match chance {
                0..5 => storage.release(&claim).await.expect("released"),
                5..15 => finish(storage, &claim, Ending::Retry(NOW)).await,
                15..17 => finish(storage, &claim, Ending::Dead).await,
                _ => {
                    finish(storage, &claim, Ending::Delivered).await;
                    say("delivered", &claim.event.id);
                }
            }
        }
        tokio::task::yield_now().await;
    }
}

/// Finishes, and with an acknowledgement counts the event in the store.
async fn finish(storage: &dyn Storage, claim: &Claim, ending: Ending) {
    let key = claim.event.ordering_key();
    let of = &claim.installation;
    let stored = storage.value(of, &key, NOW).await.expect("read");
    let (count, version) = stored.map_or((0, 0), |stored| (number(&stored.value), stored.version));
    let value = (count + 1).to_string();
    let set = StoreWrite::Set {
        value,
        expires: None,
    };
    let changes = StoreChanges {
        reads: BTreeMap::from([(key.clone(), version)]),
        writes: BTreeMap::from([(key, set)]),
    };
    let failed = AttemptError {
        code: "call.trap".into(),
        message: "It failed.".into(),
        detail: String::new(),
    };
    let attempt = Attempt {
        number: claim.attempt,
        began: NOW,
        took_ms: 1,
        generation: None,
        error: (ending != Ending::Delivered).then_some(failed),
        usage: None,
    };
    storage
        .finish(claim, attempt, ending, changes, NOW)
        .await
        .expect("finished");
}

fn number(text: &str) -> u64 {
    text.parse().expect("a number")
}

/// What all children said, and what of it did not hold.
#[derive(Debug, Default)]
struct Book {
    acknowledged: BTreeSet<Name>,
    unheard: u64,
    delivered: u64,
    again: u64,
    handled: BTreeSet<Name>,
    last: BTreeMap<u32, Name>,
    lost: u64,
    invented: u64,
    out_of_order: u64,
    miscounted: u64,
}

impl Book {
    /// First times of a key's events are in the order of their acceptance, over all rounds.
    fn handled(&mut self, event: Name) {
        if !self.handled.insert(event) {
            self.again += 1;
            return;
        }
        let last = self.last.insert(event.1, event);
        self.out_of_order += u64::from(last.is_some_and(|last| last > event));
    }
}

async fn parent(rounds: u32) {
    let folder = Folder::new();
    let mut book = Book::default();
    for round in 0..rounds {
        let lines = run_and_kill(&folder.0, round);
        look(&folder.0, round, &lines, &mut book).await;
    }
    drain(&folder.0, &mut book).await;
    println!(
        "crash: {rounds} rounds, {} acknowledged, {} there and not acknowledged, {} delivered, {} \
         handled again; lost {}, invented {}, out of order {}, miscounted {}",
        book.acknowledged.len(),
        book.unheard,
        book.delivered,
        book.again,
        book.lost,
        book.invented,
        book.out_of_order,
        book.miscounted
    );
    let broken = [book.lost, book.invented, book.out_of_order, book.miscounted];
    assert_eq!(broken, [0; 4]);
    assert!(
        book.acknowledged.len() as u64 > u64::from(rounds),
        "the children did something"
    );
}

/// Lets a child live for 1 to 200 ms: in some rounds from its first breath, so that it dies while it
/// opens the storage; in others from when it is open.
fn run_and_kill(folder: &Path, round: u32) -> Vec<(String, Name)> {
    let this = std::env::current_exe().expect("this program");
    let mut child = Command::new(this)
        .arg("--child")
        .arg(folder)
        .arg(round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child");
    let mut output = child.stdout.take().expect("its output");
    let life = Duration::from_millis(rand::rng().random_range(1..=200));
    let mut said = Vec::new();
    if !round.is_multiple_of(4) {
        let mut first = [0; 11];
        output.read_exact(&mut first).expect("it opens the storage");
        said.extend(first);
    }
    // Its pipe is emptied meanwhile, or it would wait for us.
    let reader = std::thread::spawn(move || {
        output.read_to_end(&mut said).expect("read");
        said
    });
    std::thread::sleep(life);
    child.kill().expect("killed");
    child.wait().expect("gone");
    let said = String::from_utf8(reader.join().expect("read")).expect("text");
    let whole = said.rfind('\n').map_or("", |end| &said[..end]);
    let lines = whole.lines().map(|line| {
        let (what, id) = line.split_once(' ').expect("two words");
        (what.to_owned(), name(id))
    });
    lines.collect()
}

async fn look(folder: &Path, round: u32, lines: &[(String, Name)], book: &mut Book) {
    let said = |word: &str| -> BTreeSet<Name> {
        let lines = lines.iter().filter(|(what, _)| what == word);
        lines.map(|(_, event)| *event).collect()
    };
    let (sent, acknowledged) = (said("sent"), said("acknowledged"));
    for (_, event) in lines.iter().filter(|(what, _)| what == "handled") {
        book.handled(*event);
    }
    let storage = SqliteStorage::open(folder, SqliteSettings::default()).expect("opened");
    let there = of_round(&storage, round).await;
    book.lost += acknowledged.difference(&there).count() as u64;
    book.invented += there.difference(&sent).count() as u64;
    book.unheard += there.difference(&acknowledged).count() as u64;
    book.acknowledged.extend(acknowledged);
    book.delivered += said("delivered").len() as u64;
    count(&storage, book).await;
}

/// The events of a round; they are the newest ones.
async fn of_round(storage: &dyn Storage, round: u32) -> BTreeSet<Name> {
    let mut there = BTreeSet::new();
    let mut after = None;
    loop {
        let page = Filter {
            after,
            most: 1000,
            ..Filter::default()
        };
        let page = storage.deliveries(page).await.expect("listed");
        for delivery in &page {
            let event = name(&delivery.event_id);
            if event.0 != round {
                return there;
            }
            there.insert(event);
        }
        match page.last() {
            Some(last) => after = Some(last.id.clone()),
            None => return there,
        }
    }
}

/// As many as were delivered are counted in the store, and no acknowledgement is missing.
async fn count(storage: &dyn Storage, book: &mut Book) {
    let backlog = storage.backlog().await.expect("counted");
    let delivered = backlog.first().map_or(0, |counter| counter.counts[3]);
    let of = InstallationId {
        plugin: plugin(),
        account: AccountId::default(),
    };
    let mut counted = 0;
    for key in storage.keys(&of, "", None, 99, NOW).await.expect("listed") {
        let stored = storage
            .value(&of, &key, NOW)
            .await
            .expect("read")
            .expect("there");
        counted += number(&stored.value);
    }
    book.miscounted += u64::from(counted != delivered || delivered < book.delivered);
}

/// Delivers what is left, in order, until nothing waits.
async fn drain(folder: &Path, book: &mut Book) {
    let storage = SqliteStorage::open(folder, SqliteSettings::default()).expect("opened");
    loop {
        let held = storage
            .claim(plugin(), 100, NOW, LEASE)
            .await
            .expect("claimed")
            .held;
        if held.is_empty() {
            break;
        }
        for claim in held {
            book.handled(name(&claim.event.id));
            finish(&storage, &claim, Ending::Delivered).await;
            book.delivered += 1;
        }
    }
    for state in [
        DeliveryState::Queued,
        DeliveryState::Running,
        DeliveryState::Retrying,
    ] {
        let left = Filter {
            state: Some(state),
            ..Filter::default()
        };
        let left = storage.deliveries(left).await.expect("listed");
        book.lost += left.len() as u64;
    }
    count(&storage, book).await;
}

/// A folder of its own, gone with the value.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = format!("crash-{}", ulid::Ulid::generate());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
