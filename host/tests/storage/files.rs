//! The files of a data folder: whose they are, what they may be, what they no longer hold.

use crate::kit::{Folder, NOW, accept, claims, event, ids, small};
use sidepane::Code;
use sidepane::storage::sqlite::SqliteStorage;
use sidepane::storage::{Person, Storage};
use std::collections::BTreeMap;

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
    let person = Person {
        account: sidepane::AccountId::default(),
        marks: vec![mark.into()],
    };
    assert_eq!(storage.forget(person).await.expect("forgotten").events, 5);
    // The log is emptied after the answer.
    accept(&storage, event("next", "b"), &["one"], NOW).await;
    assert_eq!(held(&folder), 0);
}
