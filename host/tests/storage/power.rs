//! The power goes at any moment: what was acknowledged is there, nothing else is, in order.

use crate::kit::{Folder, NOW, accept, change, claims, event, installation, plugin, small};
use crate::shim::{self, Disk};
use futures_util::future::join_all;
use rand::RngExt;
use sidepane::model::delivery::Ending;
use sidepane::model::store::StoreChanges;
use sidepane::storage::sqlite::{SqliteSettings, SqliteStorage, Synchronous};
use sidepane::storage::{Storage, quota::Quotas};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

/// Senders, each with a key of its own.
const SENDERS: usize = 8;

/// What was seen from outside until the cut.
#[derive(Default)]
struct Seen {
    sent: BTreeSet<(usize, usize)>,
    acknowledged: BTreeSet<(usize, usize)>,
    finished: usize,
}

/// What differs from the promise.
#[derive(Debug, Default, PartialEq, Eq)]
struct Broken {
    lost: usize,
    invented: usize,
    out_of_order: usize,
    miscounted: usize,
}

fn settings(synchronous: Synchronous) -> SqliteSettings {
    SqliteSettings {
        vfs: Some(shim::NAME.into()),
        quotas: Quotas::default(),
        synchronous,
        ..small()
    }
}

/// Runs until the power is cut after some writes, and looks at what is left.
async fn round(synchronous: Synchronous, torn: bool) -> Broken {
    let folder = Folder::new();
    let disk = Disk::under(&folder);
    let storage = SqliteStorage::open(&folder.0, settings(synchronous)).expect("opened");
    let seen = Mutex::new(Seen::default());
    let (senders, wait) = {
        let mut random = rand::rng();
        (
            SENDERS,
            Duration::from_micros(random.random_range(500..30_000)),
        )
    };
    let cut = async {
        tokio::time::sleep(wait).await;
        // First what was promised, then what the disk has: never the other way round.
        let seen = std::mem::take(&mut *seen.lock().expect("a lock"));
        let found = disk.cut(|| torn && rand::random());
        (seen, found)
    };
    let work = join_all((0..senders).map(|key| send(&storage, key, &seen)));
    let work = async {
        tokio::join!(work, handle(&storage, &seen));
    };
    let (seen, found) = tokio::select! {
        cut = cut => cut,
        () = work => unreachable!("it works for ever"),
    };
    drop(storage);
    judge(&seen, &found).await
}

async fn send(storage: &dyn Storage, key: usize, seen: &Mutex<Seen>) {
    for number in 0.. {
        seen.lock().expect("a lock").sent.insert((key, number));
        let event = event(&format!("{key}-{number}"), &key.to_string());
        accept(storage, event, &["one"], NOW).await;
        seen.lock()
            .expect("a lock")
            .acknowledged
            .insert((key, number));
    }
}

/// Counts each key's events in the store, with their acknowledgement.
async fn handle(storage: &dyn Storage, seen: &Mutex<Seen>) {
    loop {
        let held = claims(storage, "one", 4, NOW).await.held;
        for claim in held {
            let changes = counted(storage, &claim.event.ordering_key()).await;
            let attempt = crate::kit::attempt(&claim, NOW);
            let done = storage.finish(&claim, attempt, Ending::Delivered, changes, NOW);
            done.await.expect("finished");
            seen.lock().expect("a lock").finished += 1;
        }
        tokio::task::yield_now().await;
    }
}

/// One more in the count of this key.
async fn counted(storage: &dyn Storage, key: &str) -> StoreChanges {
    let stored = storage
        .value(&installation("one"), key, NOW)
        .await
        .expect("read");
    let (count, version) = stored.map_or((0, 0), |stored| {
        (
            stored.value.parse::<u64>().expect("a number"),
            stored.version,
        )
    });
    change(key, Some(version), Some(&(count + 1).to_string()))
}

async fn judge(seen: &Seen, found: &Folder) -> Broken {
    let storage = match SqliteStorage::open(&found.0, settings(Synchronous::Full)) {
        Ok(storage) => storage,
        // What cannot be opened has lost everything.
        Err(_) => {
            return Broken {
                lost: seen.acknowledged.len(),
                ..Broken::default()
            };
        }
    };
    let backlog = storage.backlog().await.expect("counted");
    let delivered = backlog.first().map_or(0, |one| one.counts[3]);
    let of = installation("one");
    let mut count = 0;
    for key in storage.keys(&of, "", None, 99, NOW).await.expect("listed") {
        let stored = storage
            .value(&of, &key, NOW)
            .await
            .expect("read")
            .expect("there");
        count += stored.value.parse::<u64>().expect("a number");
    }
    let finished = u64::try_from(seen.finished).expect("a number");
    let mut broken = Broken {
        miscounted: usize::from(count != delivered || delivered < finished),
        ..Broken::default()
    };
    let mut last = [None; SENDERS];
    let mut there = BTreeSet::new();
    let mut after = None;
    loop {
        let page = sidepane::storage::Filter {
            after,
            most: 1000,
            ..Default::default()
        };
        let page = storage.deliveries(page).await.expect("listed");
        for delivery in &page {
            let (key, number) = delivery.event_id.split_once('-').expect("an id of ours");
            let (key, number): (usize, usize) = (
                key.parse().expect("a key"),
                number.parse().expect("a number"),
            );
            // Newest first.
            broken.out_of_order += usize::from(last[key].is_some_and(|last| last <= number));
            last[key] = Some(number);
            there.insert((key, number));
        }
        after = page.last().map(|delivery| delivery.id.clone());
        if after.is_none() {
            break;
        }
    }
    broken.lost = seen.acknowledged.difference(&there).count();
    broken.invented = there.difference(&seen.sent).count();
    broken
}

#[tokio::test]
async fn nothing_that_was_acknowledged_is_lost_with_the_power() {
    for number in 0..20 {
        let broken = round(Synchronous::Full, number % 2 == 0).await;
        assert_eq!(broken, Broken::default(), "round {number}");
    }
}

#[tokio::test]
async fn without_waiting_for_the_disk_the_same_test_finds_losses() {
    let mut lost = 0;
    for _ in 0..10 {
        lost += round(Synchronous::Normal, false).await.lost;
    }
    assert!(lost > 0, "the test would not see a lost event");
}

#[tokio::test]
async fn the_test_sees_what_is_invented() {
    let folder = Folder::new();
    let storage = folder.open();
    storage
        .accept(event("0-7", "0"), vec![plugin("one")], NOW)
        .await
        .expect("accepted");
    drop(storage);
    let broken = judge(&Seen::default(), &folder).await;
    assert_eq!((broken.lost, broken.invented), (0, 1));
}
