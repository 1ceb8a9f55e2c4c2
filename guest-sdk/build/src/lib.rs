//! Builds plugins (crates of type `cdylib`) into components, from a build script.
//!
//! ```no_run
//! // build.rs
//! use sidepane_guest_build::GuestBuild;
//!
//! fn main() {
//!     match GuestBuild::new().package("hello").package("order-lookup").build() {
//!         Ok(guests) => println!("cargo:rustc-env=HELLO={}", guests[0].wasm.display()),
//!         Err(error) => {
//!             eprintln!("{error}");
//!             std::process::exit(1);
//!         }
//!     }
//! }
//! ```
//!
//! What it takes care of, because each has bitten somebody:
//!
//! * **A target folder of its own.** The outer cargo holds the lock of `target/` while build scripts
//!   run; an inner one would wait for it for ever. Guests go to `target/guests`, where all build
//!   scripts of a workspace share them.
//! * **An environment of its own.** `cargo clippy` runs build scripts with itself as the compiler's
//!   wrapper, and cargo passes the outer build's flags on. The inner cargo gets none of that.
//! * **The target.** `wasm32-wasip2` is added with rustup where it is missing.
//! * **The profile.** `guest` is the workspace's own where it has one, and one that is fast and without unwinding otherwise.
//! * **Changes.** Cargo is told to run the script again when one of the guests' sources changes. A
//!   build with nothing to do takes some tenths of a second.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "cargo reads what a build script prints, and people read what cargo shows"
)]

mod cargo;
mod environment;
mod error;
mod messages;
mod sources;
mod target;

use std::path::{Path, PathBuf};

pub use error::Error;

/// The target that plugins are built for.
pub const TARGET: &str = "wasm32-wasip2";

/// The profile that plugins are built with.
pub const PROFILE: &str = "guest";

/// A component that was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guest {
    /// The name of its package, or of its example: `order-lookup`.
    pub name: String,
    /// Where it lies.
    pub wasm: PathBuf,
}

/// What to build, and where.
#[derive(Clone, Debug, Default)]
pub struct GuestBuild {
    workspace: Option<PathBuf>,
    packages: Vec<String>,
    examples_of: Vec<String>,
    target_dir: Option<PathBuf>,
}

impl GuestBuild {
    /// Builds nothing yet, in the workspace of the package whose build script this is (or of the
    /// current folder).
    pub fn new() -> Self {
        Self::default()
    }

    /// Builds in another workspace: the folder of its `Cargo.toml`, or of one of its packages.
    #[must_use]
    pub fn workspace(mut self, folder: impl Into<PathBuf>) -> Self {
        self.workspace = Some(folder.into());
        self
    }

    /// Builds the library of this package.
    #[must_use]
    pub fn package(mut self, name: impl Into<String>) -> Self {
        self.packages.push(name.into());
        self
    }

    /// Builds all examples of this package. They need `crate-type = ["cdylib"]`.
    #[must_use]
    pub fn examples_of(mut self, name: impl Into<String>) -> Self {
        self.examples_of.push(name.into());
        self
    }

    /// Builds into this folder. Without it: `guests` in the target folder of the build that runs
    /// this script, or of the workspace.
    #[must_use]
    pub fn target_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.target_dir = Some(folder.into());
        self
    }

    /// Builds all of it and answers the components in the order in which they were asked for,
    /// examples behind packages and sorted by name.
    ///
    /// In a build script it also prints what cargo has to watch.
    ///
    /// # Errors
    ///
    /// The target is missing and cannot be added, cargo fails, or a package makes no component.
    pub fn build(&self) -> Result<Vec<Guest>, Error> {
        let folder = self.folder()?;
        target::add_if_missing(&folder)?;
        let target_dir = match &self.target_dir {
            Some(target_dir) => target_dir.clone(),
            None => self.default_target_dir(&folder)?,
        };
        let build = cargo::Build {
            folder: &folder,
            target_dir: &target_dir,
        };
        let mut guests = Vec::new();
        if !self.packages.is_empty() {
            let built = build.run(cargo::What::Libraries(&self.packages))?;
            for package in &self.packages {
                let guest = built.iter().find(|guest| guest.name == *package);
                guests.push(
                    guest
                        .cloned()
                        .ok_or_else(|| Error::NoComponent(package.clone()))?,
                );
            }
        }
        for package in &self.examples_of {
            let mut built = build.run(cargo::What::Examples(package))?;
            if built.is_empty() {
                return Err(Error::NoComponent(format!("{package}'s examples")));
            }
            built.sort_by(|a, b| a.name.cmp(&b.name));
            guests.extend(built);
        }
        if environment::is_build_script() {
            sources::watch(&guests);
        }
        Ok(guests)
    }

    fn folder(&self) -> Result<PathBuf, Error> {
        match &self.workspace {
            Some(folder) => Ok(folder.clone()),
            None => environment::package_folder(),
        }
    }

    fn default_target_dir(&self, folder: &Path) -> Result<PathBuf, Error> {
        let outer = match environment::outer_target_dir() {
            Some(outer) => outer,
            None => cargo::target_directory(folder)?,
        };
        Ok(outer.join("guests"))
    }
}
