//! What can go wrong, and what to do about it.

use std::fmt;
use std::path::PathBuf;

use crate::TARGET;

/// Why guests were not built.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A program could not be started.
    Start {
        /// The program.
        program: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file or folder could not be read.
    Read {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Cargo failed; its messages are on standard error.
    Cargo {
        /// What it was to do.
        command: String,
        /// The folder it ran in.
        folder: PathBuf,
    },
    /// The target is missing and rustup did not add it.
    Target(String),
    /// A package was built and made no component.
    NoComponent(String),
    /// Cargo said something that this crate does not understand.
    Answer(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start { program, .. } => {
                write!(f, "`{program}` cannot be started; is it in the path?")
            }
            Self::Read { path, .. } => write!(f, "{} cannot be read", path.display()),
            Self::Cargo { command, folder } => write!(
                f,
                "`{command}` failed in {}; its messages are above",
                folder.display()
            ),
            Self::Target(why) => write!(
                f,
                "the target {TARGET} is not installed and cannot be added ({why}); \
                 run `rustup target add {TARGET}` for the toolchain in use"
            ),
            Self::NoComponent(package) => write!(
                f,
                "`{package}` made no component; it needs `crate-type = [\"cdylib\"]`"
            ),
            Self::Answer(what) => write!(f, "cargo's answer is not understood: {what}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Start { source, .. } | Self::Read { source, .. } => Some(source),
            _ => None,
        }
    }
}
