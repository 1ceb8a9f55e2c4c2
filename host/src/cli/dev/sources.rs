//! What a project is built from, and noticing that it changed: by what the files say, not by when they
//! were written, so that a build which writes a file anew does not begin another.

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Folders of what is made, fetched or only tried.
const PASSED_OVER: [&str; 7] = [
    "target",
    "build",
    "node_modules",
    "dist",
    "venv",
    "__pycache__",
    "test_data",
];

/// Files that builds write themselves.
const LOCKS: [&str; 2] = ["Cargo.lock", "package-lock.json"];

/// The net under the watch: network folders tell nothing.
const SLOW: Duration = Duration::from_secs(2);

/// An editor saves in several steps.
const SETTLED: Duration = Duration::from_millis(60);

/// Larger files are known by their size and time.
const READ_BYTES: u64 = 4 << 20;

/// A project's sources.
pub(super) struct Sources {
    folder: PathBuf,
    grant: Option<PathBuf>,
    told: Arc<Notify>,
    watcher: Option<RecommendedWatcher>,
    watched: HashSet<PathBuf>,
}

/// What the sources are at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Look([u8; 32]);

impl Sources {
    /// The sources of a project, and a grant that stands elsewhere.
    pub(super) fn of(folder: &Path, grant: Option<&Path>) -> Self {
        let told = Arc::<Notify>::default();
        Self {
            folder: folder.to_owned(),
            grant: grant.map(Path::to_owned),
            watcher: watcher(&told),
            told,
            watched: HashSet::new(),
        }
    }

    /// What they are now. From here on changes are heard.
    pub(super) async fn look(&mut self) -> Look {
        loop {
            let (folder, grant) = (self.folder.clone(), self.grant.clone());
            let looked = tokio::task::spawn_blocking(move || look(&folder, grant.as_deref()));
            let Ok((look, folders)) = looked.await else {
                continue;
            };
            // What changed in a folder before it was watched was told to nobody: look again.
            if !self.hear(folders) {
                return look;
            }
        }
    }

    /// Waits until they are not as they were, and have settled.
    pub(super) async fn changed(&mut self, before: &Look) {
        loop {
            let told = Arc::clone(&self.told);
            let _ = tokio::time::timeout(SLOW, told.notified()).await;
            let mut now = self.look().await;
            if now == *before {
                continue;
            }
            loop {
                tokio::time::sleep(SETTLED).await;
                let next = self.look().await;
                if next == now {
                    return;
                }
                now = next;
            }
        }
    }

    /// Listens at folders, and tells whether one of them is new.
    fn hear(&mut self, folders: Vec<PathBuf>) -> bool {
        let Some(watcher) = &mut self.watcher else {
            return false;
        };
        let mut news = false;
        for folder in folders {
            if !self.watched.contains(&folder)
                && watcher.watch(&folder, RecursiveMode::NonRecursive).is_ok()
            {
                self.watched.insert(folder);
                news = true;
            }
        }
        news
    }
}

/// A watch at nothing yet; none where the system gives none.
fn watcher(told: &Arc<Notify>) -> Option<RecommendedWatcher> {
    let told = Arc::clone(told);
    let heard = move |event: notify::Result<notify::Event>| {
        // Reading files is told too, and a build reads all of them.
        let news = event.map_or(true, |event| match event.kind {
            EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
            _ => true,
        });
        if news {
            told.notify_one();
        }
    };
    notify::recommended_watcher(heard).ok()
}

/// What the sources are, and the folders that they stand in.
fn look(folder: &Path, grant: Option<&Path>) -> (Look, Vec<PathBuf>) {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    let mut next = 0;
    while let Some(folder) = folders.get(next).cloned() {
        next += 1;
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            // A link to a folder is passed over: it may lead round in a circle.
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if name.starts_with('.') {
                continue;
            } else if is_folder && !PASSED_OVER.contains(&name.as_ref()) {
                folders.push(path);
            } else if path.is_file() && !LOCKS.contains(&name.as_ref()) {
                files.push(path);
            }
        }
    }
    files.extend(grant.map(Path::to_owned));
    files.sort_unstable();
    let mut digest = Sha256::new();
    for file in files {
        digest.update(file.as_os_str().as_encoded_bytes());
        digest.update([0]);
        digest.update(content(&file));
    }
    (Look(digest.finalize().into()), folders)
}

/// What a file says, or what is known of it from outside.
fn content(file: &Path) -> [u8; 32] {
    let Ok(data) = std::fs::metadata(file) else {
        return [0; 32];
    };
    if data.len() > READ_BYTES {
        return Sha256::digest(format!("{} {:?}", data.len(), data.modified().ok())).into();
    }
    Sha256::digest(std::fs::read(file).unwrap_or_default()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("sidepane-{name}-{}", std::process::id()));
        fs::create_dir_all(folder.join("src/deep")).expect("a folder");
        fs::create_dir_all(folder.join("target")).expect("a folder");
        fs::write(folder.join("src/a"), "1").expect("a file");
        folder
    }

    #[test]
    fn what_is_made_is_no_source() {
        let folder = folder("sources");
        let now = || look(&folder, None).0;
        let first = now();
        for path in ["target/x", "Cargo.lock", ".hidden"] {
            fs::write(folder.join(path), "made").expect("a file");
        }
        fs::write(folder.join("src/a"), "1").expect("the same again");
        assert_eq!(now(), first);
        for (path, text) in [
            ("src/a", "2"),
            ("src/deep/b", ""),
            ("orders.toml", "order = 1"),
        ] {
            let before = now();
            fs::write(folder.join(path), text).expect("a file");
            assert_ne!(now(), before, "{path}");
        }
        let before = now();
        fs::remove_file(folder.join("src/deep/b")).expect("removed");
        assert_ne!(now(), before, "what is gone is a change");
        fs::remove_dir_all(&folder).expect("removed");
    }

    #[tokio::test]
    async fn a_change_is_heard_also_in_a_folder_that_is_new() {
        let folder = folder("heard");
        let mut sources = Sources::of(&folder, None);
        for path in ["src/a", "src/new/c", "src/new/c"] {
            let before = sources.look().await;
            let file = folder.join(path);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            let text = format!("{path} {before:?}");
            let (changed, ()) = tokio::join!(
                tokio::time::timeout(Duration::from_secs(20), sources.changed(&before)),
                async { fs::write(&file, text).expect("a file") }
            );
            changed.expect("it is heard");
        }
        fs::remove_dir_all(&folder).expect("removed");
    }
}
