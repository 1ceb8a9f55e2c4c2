//! What `check` and `call` compiled, kept for the next time: a component of Python takes a compiler
//! half a minute, and its author tries it again and again.
//!
//! It lies in the user's own folder for such things, is open to nobody else, and is only ever looked at
//! by the digest of a plugin's bytes. Taking it away costs time and nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The most bytes that stay from one command to the next: about twenty components of Python.
const BYTES: u64 = 1 << 30;

/// How long they stay.
const AGE: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// The folder, tidied; none where the user has no place for it.
pub(crate) fn folder() -> Option<PathBuf> {
    let named = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let caches = named("XDG_CACHE_HOME").filter(|folder| folder.is_absolute());
    let caches = caches.or_else(|| Some(named("HOME")?.join(".cache")))?;
    let folder = caches.join("sidepane/compiled");
    tidy(&folder, BYTES);
    Some(folder)
}

/// Takes away what is old, and the oldest of what is too much.
fn tidy(folder: &Path, most: u64) {
    // What cannot be looked at or taken away is in nobody's way.
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut files: Vec<(Duration, u64, PathBuf)> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let metadata = entry.metadata().ok()?;
            let age = metadata.modified().ok()?.elapsed().unwrap_or_default();
            Some((age, metadata.len(), entry.path()))
        })
        .collect();
    files.sort_unstable();
    let mut bytes = 0;
    for (age, size, path) in files {
        bytes += size;
        if age > AGE || bytes > most {
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    #[test]
    fn the_newest_stay_as_far_as_they_fit() {
        let folder = std::env::temp_dir().join(format!("sidepane-kept-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        for (name, days) in [("old", 15), ("third", 3), ("second", 2), ("first", 1)] {
            let file = fs::File::create(folder.join(name)).expect("a file");
            file.set_len(10).expect("a size");
            let age = Duration::from_secs(days * 24 * 60 * 60);
            #[expect(
                clippy::disallowed_methods,
                reason = "files bear the time of the system's clock"
            )]
            let made = SystemTime::now() - age;
            file.set_modified(made).expect("a time");
        }
        tidy(&folder, 25);
        let mut left: Vec<_> = fs::read_dir(&folder)
            .expect("the folder")
            .map(|entry| entry.expect("an entry").file_name())
            .collect();
        left.sort();
        fs::remove_dir_all(&folder).expect("the folder");
        assert_eq!(left, ["first", "second"]);
    }
}
