//! What becomes of storage when the disk fails or fills, or the process ends.

use crate::kit::{
    Folder, LEASE, NOW, accept, at, attempt, change, claims, delivered, event, finish, ids,
    installation, plugin, small,
};
use crate::shim::{self, Disk};
use sidepane::model::delivery::{DeliveryState, Ending};
use sidepane::storage::sqlite::{SqliteSettings, SqliteStorage};
use sidepane::storage::{Filter, Health, Storage, StorageError};
use std::time::Duration;

fn shimmed() -> SqliteSettings {
    SqliteSettings {
        vfs: Some(shim::NAME.into()),
        ..small()
    }
}

fn open(folder: &Folder) -> SqliteStorage {
    SqliteStorage::open(&folder.0, shimmed()).expect("opened")
}

/// Whatever is asked, the answer is that the storage failed.
async fn answers_nothing(storage: &dyn Storage) {
    let Health::Failed(why) = storage.health() else {
        panic!("{:?}", storage.health());
    };
    let failed = StorageError::Failed(why);
    let of = installation("one");
    let accepted = storage
        .accept(event("late", "z"), vec![plugin("one")], NOW)
        .await;
    assert_eq!(accepted, Err(failed.clone()));
    let claimed = storage.claim(plugin("one"), 1, NOW, LEASE).await;
    assert_eq!(claimed.expect_err("failed"), failed);
    let committed = storage.commit(&of, change("k", None, Some("v")), NOW).await;
    assert_eq!(committed, Err(failed.clone()));
    assert_eq!(storage.value(&of, "k", NOW).await, Err(failed.clone()));
    assert_eq!(storage.deliveries(Filter::default()).await, Err(failed));
}

#[tokio::test]
async fn a_failed_sync_ends_acknowledging_for_good() {
    for after in [0, 1, 5] {
        let folder = Folder::new();
        let disk = Disk::under(&folder);
        let storage = open(&folder);
        disk.fail_log_sync(after);
        let mut acknowledged = Vec::new();
        for n in 0..10 {
            let id = format!("e{n}");
            let taken = storage
                .accept(event(&id, "a"), vec![plugin("one")], NOW)
                .await;
            match taken {
                Ok(_) => acknowledged.push(id),
                Err(error) => assert!(matches!(error, StorageError::Failed(_)), "{error}"),
            }
        }
        assert!(acknowledged.len() < 6, "{acknowledged:?}");
        // The next sync would say that all is well.
        answers_nothing(&storage).await;
        drop(storage);
        let found = disk.cut(|| false);
        let again = found.open();
        for id in &acknowledged {
            assert!(
                accept(&again, event(id, "a"), &["one"], NOW)
                    .await
                    .duplicate,
                "{id}"
            );
        }
    }
}

#[tokio::test]
async fn a_failed_write_ends_acknowledging_for_good() {
    let folder = Folder::new();
    let disk = Disk::under(&folder);
    let storage = open(&folder);
    accept(&storage, event("e1", "a"), &["one"], NOW).await;
    disk.fail_write(2);
    let refused = storage
        .accept(event("e2", "a"), vec![plugin("one")], NOW)
        .await;
    assert!(
        matches!(refused, Err(StorageError::Failed(_))),
        "{refused:?}"
    );
    answers_nothing(&storage).await;
}

#[tokio::test]
async fn a_failed_sync_of_a_checkpoint_is_not_kept_secret() {
    let folder = Folder::new();
    let disk = Disk::under(&folder);
    let storage = open(&folder);
    disk.fail_database_sync(0);
    let mut large = event("e", "a");
    large.raw = "x".repeat(100 << 10);
    for n in 0..200 {
        large.id = format!("e{n}");
        // Nobody takes them, so that no quota stops them.
        if storage
            .accept(large.clone(), Vec::new(), NOW)
            .await
            .is_err()
        {
            break;
        }
    }
    answers_nothing(&storage).await;
}

#[tokio::test]
async fn a_full_disk_refuses_what_is_new_and_delivers_what_is_there() {
    let folder = Folder::new();
    let disk = Disk::under(&folder);
    let storage = open(&folder);
    let ballast = folder.0.join("sidepane.ballast");
    assert_eq!(
        std::fs::metadata(&ballast).expect("a ballast").len(),
        64 << 10
    );
    for id in ["e1", "e2", "e3"] {
        accept(&storage, event(id, "a"), &["one"], NOW).await;
    }
    disk.full(true);
    let held = claims(&storage, "one", 1, NOW).await.held.remove(0);
    for id in ["e4", "e5"] {
        let refused = storage
            .accept(event(id, "a"), vec![plugin("one")], NOW)
            .await;
        assert_eq!(refused, Err(StorageError::Full));
    }
    assert_eq!(storage.health(), Health::Full);
    assert!(!ballast.exists(), "its room is given up");
    let changes = change("k", None, Some("v"));
    let done = storage.finish(&held, attempt(&held, NOW), Ending::Delivered, changes, NOW);
    done.await.expect("deliveries go on, with what they store");
    let held = claims(&storage, "one", 1, NOW).await.held.remove(0);
    delivered(&storage, &held, NOW).await;
    disk.full(false);
    let mut rooms = 0;
    while storage
        .accept(event("e4", "a"), vec![plugin("one")], NOW)
        .await
        .is_err()
    {
        rooms += 1;
        assert!(rooms < 100, "room is looked for about once a second");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(storage.health(), Health::Good);
    assert!(ballast.exists());
    for id in ["e3", "e4"] {
        let held = claims(&storage, "one", 1, NOW).await;
        assert_eq!(ids(&held), [id], "nothing of what was refused is there");
        delivered(&storage, &held.held[0], NOW).await;
    }
    assert!(claims(&storage, "one", 1, NOW).await.held.is_empty());
}

#[tokio::test]
async fn what_was_running_waits_again_and_is_set_aside_the_second_time() {
    let folder = Folder::new();
    accept(&folder.open(), event("e1", "a"), &["one"], NOW).await;
    for attempt in [1, 2] {
        let storage = folder.open();
        let held = claims(&storage, "one", 9, at(1)).await.held;
        assert_eq!((held.len(), held[0].attempt), (1, attempt));
        // The process ends.
    }
    let storage = folder.open();
    assert!(claims(&storage, "one", 9, at(1)).await.held.is_empty());
    let dead = storage.deliveries(Filter::default()).await.expect("listed");
    assert_eq!(dead[0].state, DeliveryState::Dead);
    assert_eq!(
        dead[0].error.as_ref().expect("an error").code,
        "event.poison"
    );
    // An operator knows better.
    assert_eq!(storage.replay(Filter::default(), at(2)).await, Ok(1));
    let held = claims(&storage, "one", 9, at(2)).await.held.remove(0);
    storage.release(&held).await.expect("released");
    drop(storage);
    let storage = folder.open();
    let held = claims(&storage, "one", 9, at(3)).await.held.remove(0);
    assert_eq!(held.attempt, 1, "one that was given back was not running");
    finish(&storage, &held, Ending::Dead, at(3))
        .await
        .expect("finished");
}

#[tokio::test]
async fn numbers_go_on_after_a_start() {
    let folder = Folder::new();
    let of = installation("one");
    let mut seen = Vec::new();
    for _ in 0..3 {
        let storage = folder.open();
        storage
            .commit(&of, change("k", None, Some("v")), NOW)
            .await
            .expect("committed");
        seen.push(
            storage
                .value(&of, "k", NOW)
                .await
                .expect("read")
                .expect("there")
                .version,
        );
        storage
            .commit(&of, change("k", None, None), NOW)
            .await
            .expect("removed");
    }
    assert!(seen.windows(2).all(|two| two[0] < two[1]), "{seen:?}");
}

#[tokio::test]
async fn every_event_is_known_after_a_start() {
    let folder = Folder::new();
    for count in 0..8 {
        let storage = folder.open();
        for n in 0..=count {
            // The newest ones are known from memory, the others from a table.
            let taken = accept(&storage, event(&format!("e{n}"), "a"), &["one"], NOW).await;
            assert_eq!(taken.duplicate, n < count, "{n} at the start {count}");
        }
    }
}
