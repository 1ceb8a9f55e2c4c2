//! Looking at other processes from outside.

use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The processes that `parent` has started and that are there still.
pub(crate) fn children(parent: u32) -> Vec<u32> {
    let of = |entry: std::fs::DirEntry| {
        let id = entry.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        // The name in brackets may hold anything; after it come the state and the parent.
        let mut rest = stat.rsplit(')').next()?.split(' ').skip(1);
        let (state, its_parent) = (rest.next()?, rest.next()?);
        (its_parent == parent.to_string() && state != "Z").then_some(id)
    };
    std::fs::read_dir("/proc")
        .expect("Linux's /proc")
        .filter_map(|entry| of(entry.ok()?))
        .collect()
}

/// Whether a process is there and has not ended.
pub(crate) fn lives(id: u32) -> bool {
    let stat = std::fs::read_to_string(of(id, "stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z ")
}

/// A file of a process's.
pub(crate) fn of(id: u32, file: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{id}/{file}"))
}

/// Waits until there is what is looked for, for twenty seconds at most.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
