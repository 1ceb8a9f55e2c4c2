//! The plugins folder, opened once: nothing outside it can be named, whatever links stand in it.

use super::stamp::Stamp;
use crate::engine::ScanLimits;
use crate::model::id::PluginId;
use crate::model::problem::{Code, Problem};
use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt, OpenOptionsSyncExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The largest plugin, in bytes.
pub const PLUGIN_BYTES: u64 = ScanLimits::DEFAULT.file_bytes;
/// The largest grant.
const GRANT_BYTES: u64 = 1 << 20;

/// The folder as a capability.
#[derive(Debug)]
pub struct Folder {
    dir: Dir,
    path: PathBuf,
}

/// A file that was read, and what it looked like then.
#[derive(Debug)]
pub(super) struct Content<T> {
    /// What is in it.
    pub(super) value: T,
    /// What it looked like before and after it was read.
    pub(super) stamp: Stamp,
}

/// The stamp of every `.wasm` with that of its grant, by the file's name.
pub(super) type Listing = BTreeMap<String, (Stamp, Option<Stamp>)>;

impl Folder {
    /// Opens the folder.
    ///
    /// # Errors
    /// `config.invalid` when there is no such folder or it cannot be opened.
    pub fn open(path: &Path) -> Result<Self, Problem> {
        let dir = Dir::open_ambient_dir(path, ambient_authority()).map_err(|error| {
            Problem::new(
                Code::ConfigInvalid,
                format!(
                    "The plugins folder {} cannot be opened; make it, or name another with \
                     `--plugins`.",
                    path.display()
                ),
            )
            .field("plugins")
            .detail(error.to_string())
        })?;
        Ok(Self {
            dir,
            path: path.to_owned(),
        })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What every `.wasm` in it looks like, and its grant; nothing is read. Other files, and names
    /// that begin with a dot (copies under way), are nobody's business.
    ///
    /// # Errors
    /// The folder's own error, or that another folder stands at its path now.
    pub(super) fn listing(&self) -> io::Result<Listing> {
        self.still_there()?;
        let mut listing = Listing::new();
        for entry in self.dir.entries()? {
            let file = entry?.file_name().to_string_lossy().into_owned();
            if file.starts_with('.') || !file.to_ascii_lowercase().ends_with(".wasm") {
                continue;
            }
            // One that went away since it was listed is not there.
            if let Some(stamp) = self.stamp(&file) {
                let grant = self.stamp(&grant_file(&file));
                listing.insert(file, (stamp, grant));
            }
        }
        Ok(listing)
    }

    /// What an entry looks like; none where there is no such entry. Links are not followed.
    pub(super) fn stamp(&self, file: &str) -> Option<Stamp> {
        let metadata = self.dir.symlink_metadata(file).ok()?;
        Some(Stamp::of(&metadata))
    }

    /// Reads a component, once: what is hashed is what is compiled. None when it is gone.
    ///
    /// # Errors
    /// `load.*`; `retryable` when it is being written at this very moment.
    pub(super) fn component(&self, file: &str) -> Result<Option<Content<Vec<u8>>>, Problem> {
        self.read(file, PLUGIN_BYTES)
    }

    /// Reads a grant; none where there is no grant file.
    ///
    /// # Errors
    /// `load.*`, `grant.invalid` when it is no text; `retryable` as for a component.
    pub(super) fn grant(&self, file: &str) -> Result<Option<Content<String>>, Problem> {
        let Some(Content { value, stamp }) = self.read(file, GRANT_BYTES)? else {
            return Ok(None);
        };
        let value = String::from_utf8(value).map_err(|error| {
            Problem::new(Code::GrantInvalid, format!("{file} is not UTF-8."))
                .detail(error.to_string())
        })?;
        Ok(Some(Content { value, stamp }))
    }

    /// The folder was opened once; when another one stands at its path since, nothing that is done
    /// there would ever be seen.
    fn still_there(&self) -> io::Result<()> {
        use cap_std::fs::MetadataExt as _;
        use std::os::unix::fs::MetadataExt as _;
        let (opened, named) = (self.dir.dir_metadata()?, std::fs::metadata(&self.path)?);
        match (opened.dev(), opened.ino()) == (named.dev(), named.ino()) {
            true => Ok(()),
            false => Err(io::Error::other(
                "another folder stands at its path now; start the host again",
            )),
        }
    }

    /// Reads a regular file of at most `limit` bytes; none when there is no such file. It follows
    /// no link and waits for no pipe.
    fn read(&self, file: &str, limit: u64) -> Result<Option<Content<Vec<u8>>>, Problem> {
        let mut options = OpenOptions::new();
        options.read(true).follow(FollowSymlinks::No).nonblock(true);
        let opened = match self.dir.open_with(file, &options) {
            Ok(opened) => opened,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.not_opened(file, &error)),
        };
        let look = |opened: &cap_std::fs::File| {
            opened
                .metadata()
                .map_err(|error| unreadable(file, &error.to_string()))
        };
        let metadata = look(&opened)?;
        if !metadata.is_file() {
            return Err(irregular(file));
        }
        if metadata.len() > limit {
            return Err(too_large(file, metadata.len(), limit));
        }
        // As much as there should be, and one byte more when it grew since.
        let mut value = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default() + 1);
        (&opened)
            .take(limit + 1)
            .read_to_end(&mut value)
            .map_err(|error| unreadable(file, &error.to_string()))?;
        if value.len() as u64 > limit {
            return Err(too_large(file, value.len() as u64, limit));
        }
        let stamp = Stamp::of(&metadata);
        if Stamp::of(&look(&opened)?) != stamp {
            let mut problem = unreadable(file, "it is being written");
            problem.retryable = true;
            return Err(problem);
        }
        Ok(Some(Content { value, stamp }))
    }

    fn not_opened(&self, file: &str, error: &io::Error) -> Problem {
        let kind = self
            .dir
            .symlink_metadata(file)
            .map(|metadata| metadata.file_type());
        match kind {
            Ok(kind) if !kind.is_file() => irregular(file),
            _ => unreadable(file, &error.to_string()),
        }
    }
}

/// The id that a file's name names; none when it is no id.
pub(super) fn plugin_of(file: &str) -> Option<PluginId> {
    PluginId::parse(file.strip_suffix(".wasm")?)
}

/// The grant that belongs to a component's file.
pub(super) fn grant_file(file: &str) -> String {
    let stem = file.strip_suffix(".wasm").unwrap_or(file);
    format!("{stem}.toml")
}

/// Why a file whose name is no id is not served.
pub(super) fn bad_name(file: &str) -> Problem {
    Problem::new(
        Code::LoadBadPath,
        format!(
            "{file:?} names no plugin: the name before `.wasm` is its id, 1 to 64 of `a-z`, `0-9` \
             and `-`. Rename the file."
        ),
    )
}

fn irregular(file: &str) -> Problem {
    Problem::new(
        Code::LoadNotRegularFile,
        format!("{file} is a link, folder, pipe or device; put the file itself there."),
    )
}

fn too_large(file: &str, size: u64, limit: u64) -> Problem {
    Problem::new(
        Code::LoadTooLarge,
        format!("{file} is larger than a file here may be."),
    )
    .of_limit(size, limit)
}

fn unreadable(file: &str, why: &str) -> Problem {
    Problem::new(Code::LoadUnreadable, format!("{file} could not be read.")).detail(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_with_an_id_are_read() {
        let dir = std::env::temp_dir().join(format!("sidepane-folder-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(dir.join("folder.wasm")).expect("a folder");
        std::fs::write(dir.join("good.wasm"), b"bytes").expect("a file");
        std::fs::write(dir.join("good.toml"), "order = 1").expect("a grant");
        std::fs::write(dir.join("Bad_Name.wasm"), b"bytes").expect("a file");
        std::fs::write(dir.join("GOOD.WASM"), b"twin").expect("a file");
        std::fs::write(dir.join(".partial.wasm"), b"by").expect("a file");
        std::fs::write(dir.join("README.md"), b"text").expect("a file");
        std::os::unix::fs::symlink("/etc/passwd", dir.join("link.wasm")).expect("a link");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            dir.join("pipe.wasm"),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        )
        .expect("a pipe");
        let big = std::fs::File::create(dir.join("big.wasm")).expect("a file");
        big.set_len(10 << 30).expect("a sparse file");

        let folder = Folder::open(&dir).expect("the folder");
        let found: Vec<_> = folder
            .listing()
            .expect("a listing")
            .into_keys()
            .map(|file| {
                let bytes = match plugin_of(&file) {
                    Some(_) => folder.component(&file),
                    None => Err(bad_name(&file)),
                };
                let bytes = bytes.map_err(|problem| problem.code);
                let grant = folder.grant(&grant_file(&file)).expect("no bad grant");
                (
                    file,
                    bytes.map(|read| read.expect("a file").value),
                    grant.map(|read| read.value),
                )
            })
            .collect();
        std::fs::remove_dir_all(&dir).expect("the folder again");
        assert_eq!(
            found,
            [
                ("Bad_Name.wasm".into(), Err(Code::LoadBadPath), None),
                ("GOOD.WASM".into(), Err(Code::LoadBadPath), None),
                ("big.wasm".into(), Err(Code::LoadTooLarge), None),
                ("folder.wasm".into(), Err(Code::LoadNotRegularFile), None),
                (
                    "good.wasm".into(),
                    Ok(b"bytes".to_vec()),
                    Some("order = 1".into())
                ),
                ("link.wasm".into(), Err(Code::LoadNotRegularFile), None),
                ("pipe.wasm".into(), Err(Code::LoadNotRegularFile), None),
            ]
        );
    }

    #[test]
    fn a_file_that_is_another_has_another_stamp() {
        let dir = std::env::temp_dir().join(format!("sidepane-stamp-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).expect("a folder");
        let folder = Folder::open(&dir).expect("the folder");
        let (file, other) = (dir.join("a.wasm"), dir.join(".a.partial"));
        std::fs::write(&file, b"one").expect("a file");
        let first = folder.stamp("a.wasm").expect("a stamp");
        assert_eq!(folder.stamp("a.wasm"), Some(first));
        std::fs::write(&other, b"two").expect("a file");
        let time = file
            .metadata()
            .and_then(|was| was.modified())
            .expect("a time");
        let written = std::fs::File::options().write(true).open(&other);
        written
            .and_then(|file| file.set_modified(time))
            .expect("the same time");
        std::fs::rename(&other, &file).expect("in its place");
        let second = folder.stamp("a.wasm").expect("a stamp");
        assert_ne!(first, second, "as long and as old, and another");
        std::fs::rename(&dir, dir.with_extension("old")).expect("moved away");
        assert!(folder.listing().is_err(), "nothing is at its path");
        std::fs::create_dir_all(&dir).expect("another folder");
        assert!(folder.listing().is_err(), "another is at its path");
        std::fs::remove_dir_all(dir.with_extension("old")).expect("the folder again");
        std::fs::remove_dir_all(&dir).expect("the folder again");
    }
}
