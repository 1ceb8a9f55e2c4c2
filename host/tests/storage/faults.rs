//! What becomes of storage when the disk fails, fills, or holds something else.

use crate::kit::{
    Folder, LEASE, NOW, accept, at, attempt, change, claims, delivered, event, finish, ids,
    installation, plugin, small,
};
use crate::shim::{self, Disk};
use sidepane::Code;
use sidepane::model::delivery::{DeliveryState, Ending};
use sidepane::storage::sqlite::{SqliteSettings, SqliteStorage};
use sidepane::storage::{Filter, Health, Storage, StorageError};
use std::collections::BTreeMap;
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

/// Everything in a folder but its lock.
fn contents(folder: &Folder) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(&folder.0).expect("a folder");
    let entries = entries.map(|entry| entry.expect("an entry").path());
    entries
        .filter(|path| !path.ends_with("sidepane.lock"))
        .map(|path| {
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            (name, std::fs::read(&path).expect("a file"))
        })
        .collect()
}

/// Refused with this code, a hint, and every byte as it was.
fn refused_untouched(folder: &Folder, code: Code, case: &str) {
    let before = contents(folder);
    let problem = SqliteStorage::open(&folder.0, small()).expect_err(case);
    assert_eq!(problem.code, code, "{case}: {problem}");
    assert!(problem.hint.is_some(), "{case}: it says what to do");
    assert!(contents(folder) == before, "{case}: the files were touched");
}

async fn filled() -> Folder {
    let folder = Folder::new();
    let storage = folder.open();
    for n in 0..40 {
        accept(&storage, event(&format!("e{n}"), "a"), &["one"], NOW).await;
    }
    drop(storage);
    assert!(
        !folder.0.join("sidepane.db-wal").exists(),
        "closed in order"
    );
    folder
}

#[tokio::test]
async fn a_file_that_is_not_ours_or_not_whole_is_refused_untouched() {
    let folder = filled().await;
    let path = folder.0.join("sidepane.db");
    let whole = std::fs::read(&path).expect("a database");
    let with = |at: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[at] = byte;
        bytes
    };
    let half = whole.len() / 2;
    let cases: Vec<(&str, Vec<u8>, Code)> = vec![
        ("empty", Vec::new(), Code::DataDamaged),
        ("cut in its header", whole[..60].to_vec(), Code::DataDamaged),
        (
            "cut in the middle",
            whole[..half].to_vec(),
            Code::DataDamaged,
        ),
        (
            "cut by a page",
            whole[..whole.len() - 4096].to_vec(),
            Code::DataDamaged,
        ),
        (
            "cut by a byte",
            whole[..whole.len() - 1].to_vec(),
            Code::DataDamaged,
        ),
        (
            "no database",
            b"hello, this is a letter".repeat(50),
            Code::DataForeign,
        ),
        ("another program's", with(71, 0), Code::DataForeign),
        ("a later version's", with(63, 2), Code::DataNewer),
        ("a version of nothing", with(63, 0), Code::DataDamaged),
        (
            "another schema",
            with(1000, whole[1000] ^ 1),
            Code::DataDamaged,
        ),
    ];
    let schema = whole
        .windows(12)
        .position(|bytes| bytes == b"CREATE TABLE")
        .expect("a schema");
    for (case, mut bytes, code) in cases {
        if case == "another schema" {
            bytes = with(schema + 14, whole[schema + 14] ^ 1);
        }
        std::fs::write(&path, &bytes).expect("written");
        refused_untouched(&folder, code, case);
    }
    std::fs::write(&path, &whole).expect("written");
    let storage = folder.open();
    assert_eq!(
        ids(&claims(&storage, "one", 9, NOW).await),
        ["e0"],
        "as before"
    );
}

#[tokio::test]
async fn a_flipped_bit_in_what_tells_a_file_is_found() {
    let folder = filled().await;
    let path = folder.0.join("sidepane.db");
    let whole = std::fs::read(&path).expect("a database");
    // Magic, page size, formats, fractions; pages; schema's format; encoding; version; zeros; whose.
    let told = (0..24)
        .chain(28..32)
        .chain(44..48)
        .chain(56..64)
        .chain(68..92);
    for at in told {
        for bit in 0..8 {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << bit;
            // A smaller number of pages than there are is what a crash in the middle leaves.
            let said = u32::from_be_bytes(bytes[28..32].try_into().expect("four bytes"));
            if (said as usize) * 4096 < whole.len() {
                continue;
            }
            std::fs::write(&path, &bytes).expect("written");
            let problem = SqliteStorage::open(&folder.0, small()).expect_err("refused");
            let family = problem.code.as_str();
            assert!(
                family.starts_with("config.data_"),
                "byte {at} bit {bit}: {problem}"
            );
            assert!(
                std::fs::read(&path).expect("a file") == bytes,
                "byte {at} bit {bit}"
            );
        }
    }
}

#[tokio::test]
async fn a_folder_belongs_to_one_process() {
    let folder = filled().await;
    let first = folder.open();
    let problem = SqliteStorage::open(&folder.0, small()).expect_err("locked");
    assert_eq!(problem.code, Code::DataLocked);
    assert!(
        !accept(&first, event("more", "a"), &["one"], NOW)
            .await
            .duplicate,
        "as before"
    );
    drop(first);
    folder.open();
    // A log without its database is half of something.
    let alone = Folder::new();
    std::fs::write(alone.0.join("sidepane.db-wal"), [1; 100]).expect("written");
    refused_untouched(&alone, Code::DataDamaged, "a log alone");
    let file = Folder::new();
    std::fs::write(file.0.join("x"), "").expect("written");
    let problem = SqliteStorage::open(&file.0.join("x"), small()).expect_err("no folder");
    assert_eq!(problem.code, Code::DataUnusable);
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let storage = folder.open();
    accept(&storage, event("e", "a"), &["one"], NOW).await;
    for name in contents(&folder).keys() {
        let path = folder.0.join(name);
        let mode = std::fs::metadata(&path)
            .expect("a file")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[tokio::test]
async fn what_is_forgotten_is_nowhere_in_the_files() {
    let folder = Folder::new();
    let storage = folder.open();
    let mark = "somebody.unmistakable@example.com";
    for n in 0..5 {
        let mut event = event(&format!("e{n}"), "a");
        event.raw = format!("{{\"from\":\"{mark}\",\"long\":\"{}\"}}", mark.repeat(300));
        accept(&storage, event, &["one"], NOW).await;
    }
    let held = |folder: &Folder| {
        let all = contents(folder).into_values();
        all.filter(|bytes| {
            bytes
                .windows(mark.len())
                .any(|found| found == mark.as_bytes())
        })
        .count()
    };
    assert!(held(&folder) > 0, "it is there at first");
    let person = sidepane::storage::Person {
        account: sidepane::AccountId::default(),
        marks: vec![mark.into()],
    };
    assert_eq!(storage.forget(person).await.expect("forgotten").events, 5);
    // The log is emptied after the answer.
    accept(&storage, event("next", "b"), &["one"], NOW).await;
    assert_eq!(held(&folder), 0);
}
