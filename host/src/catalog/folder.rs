//! The plugins folder, opened once: nothing outside it can be named, whatever links stand in it.

use crate::model::id::PluginId;
use crate::model::problem::{Code, Problem};
use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt, OpenOptionsSyncExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The largest plugin, in bytes: Python guests have 22 MB.
pub const PLUGIN_BYTES: u64 = 32 << 20;
/// The largest grant.
const GRANT_BYTES: u64 = 1 << 20;

/// The folder as a capability.
#[derive(Debug)]
pub struct Folder {
    dir: Dir,
    path: PathBuf,
}

/// One `.wasm` of the folder, read or refused.
#[derive(Debug)]
pub struct Candidate {
    /// The file's name, as an error shows it.
    pub file: String,
    /// The plugin that the name names; none when the name is no id.
    pub plugin: Option<PluginId>,
    /// Its bytes, read once: what is hashed is what is compiled.
    pub bytes: Result<Vec<u8>, Problem>,
    /// The text of its grant; none when there is no grant file.
    pub grant: Result<Option<String>, Problem>,
}

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

    /// Where it stands.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Every `.wasm` in it with its grant, by name. Other files, and names that begin with a dot
    /// (copies under way), are nobody's business.
    ///
    /// # Errors
    /// The folder's own error; a file's stands in its candidate.
    pub fn candidates(&self) -> io::Result<Vec<Candidate>> {
        let mut names = Vec::new();
        for entry in self.dir.entries()? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.ends_with(".wasm") && !name.starts_with('.') {
                names.push(name);
            }
        }
        names.sort();
        Ok(names.iter().map(|name| self.candidate(name)).collect())
    }

    fn candidate(&self, file: &str) -> Candidate {
        let stem = file.strip_suffix(".wasm").unwrap_or(file);
        let plugin = PluginId::parse(stem);
        let (bytes, grant) = match &plugin {
            Some(_) => (
                self.read(file, PLUGIN_BYTES)
                    .and_then(|found| found.ok_or_else(|| unreadable(file, "it is gone"))),
                self.grant(&format!("{stem}.toml")),
            ),
            None => (Err(bad_name(file)), Ok(None)),
        };
        Candidate {
            file: file.to_owned(),
            plugin,
            bytes,
            grant,
        }
    }

    fn grant(&self, file: &str) -> Result<Option<String>, Problem> {
        let Some(bytes) = self.read(file, GRANT_BYTES)? else {
            return Ok(None);
        };
        let text = String::from_utf8(bytes).map_err(|error| {
            Problem::new(Code::GrantInvalid, format!("{file} is not UTF-8."))
                .detail(error.to_string())
        })?;
        Ok(Some(text))
    }

    /// Reads a regular file of at most `limit` bytes; none when there is no such file. It follows
    /// no link and waits for no pipe.
    fn read(&self, file: &str, limit: u64) -> Result<Option<Vec<u8>>, Problem> {
        let mut options = OpenOptions::new();
        options.read(true).follow(FollowSymlinks::No).nonblock(true);
        let opened = match self.dir.open_with(file, &options) {
            Ok(opened) => opened,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.not_opened(file, &error)),
        };
        let metadata = opened
            .metadata()
            .map_err(|error| unreadable(file, &error.to_string()))?;
        if !metadata.is_file() {
            return Err(irregular(file));
        }
        let mut bytes = Vec::new();
        opened
            .take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| unreadable(file, &error.to_string()))?;
        if bytes.len() as u64 > limit {
            let size = metadata.len().max(bytes.len() as u64);
            return Err(Problem::new(
                Code::LoadTooLarge,
                format!("{file} is larger than a file here may be."),
            )
            .of_limit(size, limit));
        }
        Ok(Some(bytes))
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

fn bad_name(file: &str) -> Problem {
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
            .candidates()
            .expect("a listing")
            .into_iter()
            .map(|candidate| {
                let bytes = candidate.bytes.map_err(|problem| problem.code);
                (
                    candidate.file,
                    bytes,
                    candidate.grant.expect("no bad grant"),
                )
            })
            .collect();
        std::fs::remove_dir_all(&dir).expect("the folder again");
        assert_eq!(
            found,
            [
                ("Bad_Name.wasm".into(), Err(Code::LoadBadPath), None),
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
}
