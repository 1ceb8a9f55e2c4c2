//! Artefacts on disk: what our own compiler made, kept so that a start need not compile again.
//!
//! An entry is found by the plugin's bytes and the engine's configuration, so that one of another
//! version or another machine is never found. It is checked by digest before it is mapped: native
//! code from a file is trusted only as far as this.

use crate::model::id::Generation;
use sha2::{Digest, Sha256};
use std::fs;
use std::hash::{Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use wasmtime::Engine;

/// The folder of artefacts, for one engine configuration.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
    engine: u64,
}

impl Cache {
    /// Opens `folder`, which only this user may read, making it where it is missing.
    pub(super) fn open(folder: &Path, engine: &Engine) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
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
    pub(super) fn find(&self, generation: Generation) -> Option<PathBuf> {
        let (artefact, digest) = self.paths(generation);
        let expected = fs::read_to_string(digest).ok()?;
        let bytes = fs::read(&artefact).ok()?;
        (digest_of(&bytes) == expected).then_some(artefact)
    }

    /// Keeps an artefact. A half-written one is never found: it gets its name when it is whole, and
    /// its digest after that.
    pub(super) fn keep(&self, generation: Generation, bytes: &[u8]) -> io::Result<PathBuf> {
        let (artefact, digest) = self.paths(generation);
        self.write(&artefact, bytes)?;
        self.write(&digest, digest_of(bytes).as_bytes())?;
        Ok(artefact)
    }

    fn paths(&self, generation: Generation) -> (PathBuf, PathBuf) {
        let name = format!("{}-{:016x}", generation.hex(), self.engine);
        let at = |ending: &str| self.folder.join(format!("{name}.{ending}"));
        (at("artefact"), at("sha256"))
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

fn digest_of(bytes: &[u8]) -> String {
    Generation(Sha256::digest(bytes).into()).hex()
}

#[cfg(unix)]
fn private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn private(_folder: &Path) -> io::Result<()> {
    Ok(())
}
