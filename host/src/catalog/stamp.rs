//! What a file looks like from outside: enough to know, without reading it, that it is another.

use cap_std::fs::MetadataExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// One file at one moment. A file that is replaced, rewritten, or copied with its old time has
/// another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    // Nobody can set this time: it gives away a rewrite that kept size and modification time.
    changed: (i64, i64),
}

/// All that one plugin is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// Its component; none where it is gone.
    pub(super) wasm: Option<Stamp>,
    /// Its grant; none where there is none.
    pub(super) grant: Option<Stamp>,
    /// The files of its secrets, in the order of their paths.
    pub(super) secrets: Vec<Option<Stamp>>,
}

impl Stamp {
    /// The stamp of an entry of the plugins folder.
    pub(super) fn of(metadata: &cap_std::fs::Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// The stamp of a secret's file. Links are followed: secrets are often mounted as links, and
    /// what they lead to is what changes.
    pub(super) fn of_secret(path: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok()?;
        Some(Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }
}

/// The stamps of all of a plugin's secret files.
pub(super) fn of_secrets(files: &[PathBuf]) -> Vec<Option<Stamp>> {
    files.iter().map(|file| Stamp::of_secret(file)).collect()
}
