//! A plugin's project beside a host: `sidepane dev` tells here how its build stands, and the page of
//! simulations shows it and takes its payloads from there.

use crate::surface::simulate::samples::{self, Sample};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use url::Url;

/// The largest payload that is read, and the most of them. An event has 256 KiB at most.
const SAMPLE_BYTES: u64 = 512 << 10;
const SAMPLES: usize = 200;

/// A project that is being worked on. Clones share it.
#[derive(Clone, Debug)]
pub struct Workshop(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// `test_data` of the project.
    samples: PathBuf,
    /// Where the pane is, for a page that shows it with the state of the build.
    pane: Option<Url>,
    stand: Mutex<Stand>,
}

/// How the build of a project stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stand {
    /// Whether it is being built at the moment.
    pub building: bool,
    /// How many builds were loaded so far.
    pub loaded: u64,
    /// What is wrong with the newest; none when it is the one that answers.
    pub fault: Option<Fault>,
}

/// Why the newest source does not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What failed: `build` or `load`.
    pub of: &'static str,
    /// What the build or the host said, for the author.
    pub text: String,
}

impl Workshop {
    /// A project whose payloads stand in a folder, which need not be there.
    pub fn new(samples: impl Into<PathBuf>) -> Self {
        Self::beside(samples, None)
    }

    /// The same, beside a pane that is shown with how the build stands.
    pub fn beside(samples: impl Into<PathBuf>, pane: Option<Url>) -> Self {
        Self(Arc::new(Inner {
            samples: samples.into(),
            pane,
            stand: Mutex::default(),
        }))
    }

    pub(super) fn pane(&self) -> Option<&Url> {
        self.0.pane.as_ref()
    }

    /// How it stands.
    pub fn stand(&self) -> Stand {
        self.lock().clone()
    }

    /// A build begins.
    pub fn building(&self) {
        self.lock().building = true;
    }

    /// The newest build answers.
    pub fn loaded(&self) {
        let mut stand = self.lock();
        stand.building = false;
        stand.loaded += 1;
        stand.fault = None;
    }

    /// The newest source did not become a plugin that answers.
    pub fn failed(&self, fault: Fault) {
        let mut stand = self.lock();
        stand.building = false;
        stand.fault = Some(fault);
    }

    /// The project's payloads of this moment, by name. What cannot be read is left out.
    pub(super) fn samples(&self) -> Vec<Sample> {
        let entries = std::fs::read_dir(&self.0.samples).into_iter().flatten();
        let mut paths: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
            .collect();
        paths.sort_unstable();
        paths.truncate(SAMPLES);
        paths.iter().filter_map(|path| sample(path)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Stand> {
        self.0.stand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn sample(path: &Path) -> Option<Sample> {
    let small =
        std::fs::metadata(path).is_ok_and(|data| data.is_file() && data.len() <= SAMPLE_BYTES);
    let text = small.then(|| std::fs::read_to_string(path).ok())??;
    let name = path.file_stem()?.to_string_lossy();
    let from = format!("test_data/{}", path.file_name()?.to_string_lossy());
    Some(samples::of_file(&name, &from, text))
}
