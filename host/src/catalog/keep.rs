//! The catalog: it keeps the published snapshot in step with the folder.
//!
//! Each plugin is tried on its own, and at most by one at a time; what comes of it is taken over in
//! one step, under one lock that nobody holds while waiting. Nothing runs by itself: whoever starts
//! a catalog drives `watch`, and dropping that future ends everything but a compilation under way,
//! whose result nobody takes.

use super::attempt::{Attempt, Came, Candidate, Compiled, attempt};
use super::folder::{Folder, bad_name, grant_file, plugin_of};
use super::given::{Brought, Given, shadowed};
use super::load::Loader;
use super::programs::Programs;
use super::snapshot::View;
use super::stamp::{Marks, of_secrets};
use super::tracked::{AGAIN, Due, Files, SLOW, Tracked, snapshot};
use crate::model::id::{Generation, PluginId};
use crate::model::problem::{Code, Problem};
use futures_util::stream::{self, StreamExt};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::time::Instant;

/// Plugins tried side by side at the start: enough to keep the compilers and the disk busy.
const AT_ONCE: usize = 8;

/// The folder's plugins, loaded and published. Clones share it.
#[derive(Clone, Debug)]
pub struct Catalog(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    loader: Loader,
    programs: Programs,
    brought: Brought,
    folder: Option<Arc<Folder>>,
    view: View,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    files: Files,
    /// Whether the first snapshot stands; until then nothing is published.
    standing: bool,
}

/// What a forced reload found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reloaded {
    /// This version serves now, new or not.
    Serving(Generation),
    /// Its grant switches it off.
    Disabled,
    /// Its file is gone, and it is no longer served.
    Removed,
}

/// What a look through the folder found.
#[derive(Debug)]
pub(super) struct Found {
    /// Files to be tried now.
    pub(super) due: Vec<String>,
    /// When to look again.
    pub(super) next: Instant,
}

impl Catalog {
    /// Loads what the program brings and the whole folder, where there is one, and publishes it. One
    /// bad file stops neither the others nor the host.
    ///
    /// # Errors
    /// The folder's own error.
    pub async fn open(
        loader: Loader,
        given: Vec<Given>,
        folder: Option<Folder>,
        view: View,
    ) -> io::Result<Self> {
        let base = folder.as_ref().map_or(Path::new(""), Folder::path);
        let brought = Brought::load(&loader, given, base).await;
        let catalog = Self(Arc::new(Inner {
            loader,
            programs: Programs::default(),
            brought,
            folder: folder.map(Arc::new),
            view,
            state: Mutex::default(),
        }));
        let mut files: Vec<String> = catalog.look().await?.into_keys().collect();
        while !files.is_empty() {
            files = catalog.load_all(files).await;
            if !files.is_empty() {
                tokio::time::sleep(AGAIN).await;
            }
        }
        let mut state = catalog.state();
        state.standing = true;
        catalog.publish(&state);
        drop(state);
        Ok(catalog)
    }

    /// Tries files side by side. What failed is in the state, and in the log; the files that only
    /// found too many others being compiled come back.
    async fn load_all(&self, files: Vec<String>) -> Vec<String> {
        stream::iter(files)
            .map(|file| async move {
                let ended = self.load(&file, false).await;
                matches!(ended, Err(problem) if problem.code == Code::LoadBusy).then_some(file)
            })
            .buffer_unordered(AT_ONCE)
            .filter_map(std::future::ready)
            .collect()
            .await
    }

    /// Reads a plugin's files again now, whatever they look like.
    ///
    /// # Errors
    /// Why its newest version is not served, the last good one serving on; `request.unknown_plugin`
    /// when neither a file nor a plugin has this name.
    pub async fn reload(&self, id: &PluginId) -> Result<Reloaded, Problem> {
        let file = format!("{id}.wasm");
        let known = self.state().files.contains_key(&file);
        match self.load(&file, true).await {
            Ok(Reloaded::Removed) if !known => Err(Problem::new(
                Code::RequestUnknownPlugin,
                format!("There is no {file} in the plugins folder."),
            )
            .of_plugin(id)),
            ended => ended,
        }
    }

    /// The folder, where there is one.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.0.folder.as_deref().map(Folder::path)
    }

    /// Looks through the folder and tells what changed and has settled.
    pub(super) async fn found(&self) -> io::Result<Found> {
        let look = self.look().await?;
        let now = Instant::now();
        let mut found = Found {
            due: Vec::new(),
            next: now + SLOW,
        };
        let mut state = self.state();
        for (file, marks) in look {
            let tracked = state.files.entry(file.clone()).or_default();
            // Somebody is at it; it is looked at again when they are done.
            if tracked.turn.try_lock().is_err() {
                continue;
            }
            match tracked.see(marks, now) {
                Due::Never => {}
                Due::Now => found.due.push(file),
                Due::At(then) => found.next = found.next.min(then),
            }
        }
        Ok(found)
    }

    /// Tries a file and takes over what comes of it. `anew` reads its component even if it looks as
    /// it did.
    pub(super) async fn load(&self, file: &str, anew: bool) -> Result<Reloaded, Problem> {
        let turn = {
            let mut state = self.state();
            Arc::clone(&state.files.entry(file.to_owned()).or_default().turn)
        };
        let _turn = turn.lock_owned().await;
        let attempt = match (plugin_of(file), &self.0.folder) {
            (Some(id), _) if self.0.brought.names(&id) => self.untried(file, shadowed(file)),
            (Some(id), Some(folder)) => {
                let candidate = Candidate {
                    file: file.to_owned(),
                    id,
                    compiled: self.compiled(file).filter(|_| !anew),
                };
                attempt(&self.0.loader, &self.0.programs, folder, candidate).await
            }
            (None, _) | (_, None) => self.untried(file, bad_name(file)),
        };
        let ended = match &attempt.came {
            Ok(Came::Loaded(plugin)) => Ok(Reloaded::Serving(plugin.generation)),
            Ok(Came::Disabled) => Ok(Reloaded::Disabled),
            Ok(Came::Gone) => Ok(Reloaded::Removed),
            Err(problem) => Err(problem.clone()),
        };
        self.take(file, attempt);
        ended
    }

    fn take(&self, file: &str, attempt: Attempt) {
        let mut state = self.state();
        match &attempt.came {
            Ok(Came::Gone) => {
                if let Some(Tracked {
                    serving: Some(_), ..
                }) = state.files.remove(file)
                {
                    tracing::info!(file, "plugin removed");
                }
            }
            // It will be looked at again; what serves and what is said of it stay.
            Err(problem) if being_written(problem) && state.standing => return,
            _ => {
                let tracked = state.files.entry(file.to_owned()).or_default();
                tracked.take(file, attempt, Instant::now());
            }
        }
        if state.standing {
            self.publish(&state);
        }
        drop(state);
        self.0.programs.sweep();
    }

    fn publish(&self, state: &State) {
        self.0.view.publish(snapshot(&state.files, &self.0.brought));
    }

    fn compiled(&self, file: &str) -> Option<Compiled> {
        let state = self.state();
        state
            .files
            .get(file)
            .and_then(|tracked| tracked.compiled.clone())
    }

    /// What comes of a file whose name alone keeps it out, while there is one.
    fn untried(&self, file: &str, why: Problem) -> Attempt {
        let stamp = |file: &str| self.0.folder.as_ref().and_then(|folder| folder.stamp(file));
        let wasm = stamp(file);
        Attempt {
            came: match wasm {
                Some(_) => Err(why),
                None => Ok(Came::Gone),
            },
            marks: Marks {
                wasm,
                grant: stamp(&grant_file(file)),
                secrets: Vec::new(),
            },
            secret_files: Vec::new(),
            generation: None,
            compiled: None,
        }
    }

    /// What all files look like now, those that went away included.
    async fn look(&self) -> io::Result<BTreeMap<String, Marks>> {
        let Some(folder) = self.0.folder.clone() else {
            return Ok(BTreeMap::new());
        };
        let known: Vec<(String, Vec<PathBuf>)> = {
            let state = self.state();
            let of =
                |(file, tracked): (&String, &Tracked)| (file.clone(), tracked.secret_files.clone());
            state.files.iter().map(of).collect()
        };
        let look = move || {
            let mut look = BTreeMap::new();
            let listing = folder.listing()?;
            for (file, secrets) in known {
                let marks = Marks {
                    secrets: of_secrets(&secrets),
                    ..Marks::default()
                };
                look.insert(file, marks);
            }
            for (file, (wasm, grant)) in listing {
                let marks: &mut Marks = look.entry(file).or_default();
                (marks.wasm, marks.grant) = (Some(wasm), grant);
            }
            Ok(look)
        };
        tokio::task::spawn_blocking(look)
            .await
            .map_err(io::Error::other)?
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn being_written(problem: &Problem) -> bool {
    problem.retryable && problem.code == Code::LoadUnreadable
}
