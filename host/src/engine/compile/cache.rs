//! Artefacts on disk: what our own compiler made, kept so that a start need not compile again.
//!
//! An entry is found by the plugin's bytes and the engine's configuration, and checked by digest
//! before it is mapped. The digest stands beside it, so that it tells of accidents alone: a torn
//! write, a flipped bit, a file under another's name. Whoever can write into the folder can write
//! both, and the code is run as this process. Against that stands the folder itself, which belongs to
//! this user and is open to nobody else, or is not used at all. What is not as it should be is
//! compiled again and replaced.

use super::super::about::About;
use crate::model::id::Generation;
use sha2::{Digest, Sha256};
use std::fs;
use std::hash::{Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use wasmtime::Engine;

/// Letters of a digest.
const DIGEST: usize = 64;

/// The folder of artefacts, for one engine configuration.
#[derive(Debug)]
pub(in crate::engine) struct Cache {
    folder: PathBuf,
    engine: u64,
}

impl Cache {
    /// Opens `folder`, making it where it is missing, and closes it to everybody else.
    ///
    /// # Errors
    /// It cannot be made, belongs to another user, or others may write into it: then nobody knows
    /// what is in it.
    pub(in crate::engine) fn open(folder: &Path, engine: &Engine) -> io::Result<Self> {
        private(folder)?;
        // Differs with wasmtime's version, the processor's features and every setting that
        // compiled code depends on.
        let mut hasher = std::hash::DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Ok(Self {
            folder: folder.to_owned(),
            engine: hasher.finish(),
        })
    }

    /// The artefact's file, when there is one and it is what was written.
    pub(in crate::engine) fn find(&self, generation: Generation) -> Option<PathBuf> {
        let (artefact, digest) = self.paths(generation);
        let expected = fs::read_to_string(digest).ok()?;
        let file = fs::File::open(&artefact).ok()?;
        let right = self.digest(generation, file).ok()? == expected;
        if !right {
            tracing::warn!(%generation, "kept code is not what was written; compiled again");
        }
        right.then_some(artefact)
    }

    /// What an earlier start found out about a plugin.
    pub(in crate::engine) fn about(&self, generation: Generation) -> Option<About> {
        let kept = fs::read(self.path(generation, "about")).ok()?;
        let (digest, about) = kept.split_at_checked(DIGEST)?;
        let right = self.digest(generation, about).ok()?.as_bytes() == digest;
        right.then(|| About::read(about)).flatten()
    }

    /// Keeps that, its digest before it.
    pub(in crate::engine) fn keep_about(
        &self,
        generation: Generation,
        about: &About,
    ) -> io::Result<()> {
        let about = about.write();
        let mut bytes = self.digest(generation, &*about)?.into_bytes();
        bytes.extend(about);
        self.write(&self.path(generation, "about"), &bytes)
    }

    /// Keeps an artefact. A half-written one is never found: it gets its name when it is whole, and
    /// its digest after that.
    pub(super) fn keep(&self, generation: Generation, bytes: &[u8]) -> io::Result<PathBuf> {
        let (artefact, digest) = self.paths(generation);
        self.write(&artefact, bytes)?;
        self.write(&digest, self.digest(generation, bytes)?.as_bytes())?;
        Ok(artefact)
    }

    fn paths(&self, generation: Generation) -> (PathBuf, PathBuf) {
        let at = |ending| self.path(generation, ending);
        (at("artefact"), at("sha256"))
    }

    fn path(&self, generation: Generation, ending: &str) -> PathBuf {
        let name = format!("{}-{:016x}.{ending}", generation.hex(), self.engine);
        self.folder.join(name)
    }

    /// Of the entry's name too, or one entry could stand in another's place.
    fn digest(&self, generation: Generation, mut content: impl io::Read) -> io::Result<String> {
        let mut digest = Sha256::new();
        digest.update(generation.0);
        digest.update(self.engine.to_le_bytes());
        // In pieces: a start looks at all there are, and their size is no measure of what it needs.
        let mut piece = [0; 16 << 10];
        loop {
            let read = content.read(&mut piece)?;
            let Some(read) = piece.get(..read).filter(|read| !read.is_empty()) else {
                return Ok(Generation(digest.finalize().into()).hex());
            };
            digest.update(read);
        }
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        // Several hosts of one process may compile the same plugin at one moment; each writes into
        // a file of its own, or one would rename what another is still writing.
        static WRITES: AtomicU64 = AtomicU64::new(0);
        let (process, write) = (std::process::id(), WRITES.fetch_add(1, Ordering::Relaxed));
        let partial = path.with_extension(format!("partial-{process}-{write}"));
        let mut file = fs::File::create(&partial)?;
        file.write_all(bytes)?;
        fs::rename(&partial, path)
    }
}

/// Makes `folder` this user's alone.
fn private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let found = fs::metadata(folder)?;
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Err(refused(
            "it belongs to another user; name a folder of this one's",
        ));
    }
    if found.mode() & 0o022 != 0 {
        return Err(refused(
            "others may write into it, and native code is run from there: take it away and let the \
             host make it anew",
        ));
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

fn refused(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, why)
}
