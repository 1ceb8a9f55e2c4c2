//! What is known of each file of the folder, and the snapshot that follows from it.

use super::attempt::{Attempt, Came, Compiled};
use super::folder::plugin_of;
use super::given::Brought;
use super::snapshot::{LoadedPlugin, Pending, Refused, Snapshot};
use super::stamp::Marks;
use crate::model::id::{Generation, PluginId};
use crate::model::problem::{Code, Problem};
use crate::policy::limits::Limits;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long a file has to look the same before it counts as complete. Copies write all the time;
/// one that pauses for longer is taken for what it is, and that does not load.
pub(super) const SETTLE: Duration = Duration::from_millis(150);

/// How often the folder is looked through without being told, and how soon what failed for a reason
/// outside of the files is tried again.
pub(super) const SLOW: Duration = Duration::from_secs(10);

/// How soon what found too many others being compiled is tried again.
pub(super) const AGAIN: Duration = Duration::from_secs(1);

/// All files that are known, by name.
pub(super) type Files = BTreeMap<String, Tracked>;

/// One file of the folder.
#[derive(Debug, Default)]
pub(super) struct Tracked {
    /// Whoever tries this plugin holds it: one at a time.
    pub(super) turn: Arc<tokio::sync::Mutex<()>>,
    /// What an attempt needs of the ones before.
    pub(super) compiled: Option<Compiled>,
    /// Files that its secrets stand in.
    pub(super) secret_files: Vec<PathBuf>,
    /// What was tried last, and when.
    done: Option<(Marks, Instant)>,
    /// What was seen since, and from when on.
    seen: Option<(Marks, Instant)>,
    /// The last good version.
    pub(super) serving: Option<Arc<LoadedPlugin>>,
    disabled: Option<PluginId>,
    /// Why the last attempt failed, and of which version it was.
    pub(super) problem: Option<(Problem, Option<Generation>)>,
}

/// What a look tells of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// It is as it was.
    Never,
    /// At this moment: it may still be changing, or it is to be tried again.
    At(Instant),
    /// It is different and has settled, or its time has come again.
    Now,
}

impl Tracked {
    /// Compares what was seen with what was tried.
    pub(super) fn see(&mut self, marks: Marks, now: Instant) -> Due {
        if let Some((done, tried)) = &self.done
            && *done == marks
        {
            self.seen = None;
            let problem = self.problem.as_ref().map(|(problem, _)| problem);
            return match problem.and_then(again) {
                Some(after) => due(*tried + after, now),
                None => Due::Never,
            };
        }
        match &self.seen {
            Some((seen, since)) if *seen == marks => due(*since + SETTLE, now),
            _ => {
                self.seen = Some((marks, now));
                Due::At(now + SETTLE)
            }
        }
    }

    /// Takes over what came of an attempt. A failure leaves the last good version where it is.
    pub(super) fn take(&mut self, file: &str, attempt: Attempt, now: Instant) {
        self.done = Some((attempt.marks, now));
        self.seen = None;
        self.secret_files = attempt.secret_files;
        self.compiled = attempt.compiled;
        match attempt.came {
            Ok(Came::Loaded(plugin)) => {
                self.disabled = None;
                self.problem = None;
                self.serve(*plugin);
            }
            Ok(Came::Disabled) => {
                if self.disabled.is_none() {
                    tracing::info!(file, "disabled by its grant");
                }
                *self = Self {
                    turn: Arc::clone(&self.turn),
                    secret_files: std::mem::take(&mut self.secret_files),
                    done: self.done.take(),
                    disabled: plugin_of(file),
                    ..Self::default()
                };
            }
            // The catalog forgets files that are gone.
            Ok(Came::Gone) => {}
            Err(problem) => self.fail(file, problem, attempt.generation),
        }
    }

    fn serve(&mut self, mut plugin: LoadedPlugin) {
        let (id, generation) = (plugin.id.clone(), plugin.generation);
        let serves = plugin.program.serves().join(", ");
        let permission = plugin.permission.0.join("; ");
        match self.serving.take() {
            Some(before) => {
                // Calls that wait in line and those that run count on: a reload is no way to more
                // places than the grant has.
                let places = |limits: &Limits| (limits.concurrency, limits.queue);
                if places(&before.limits) == places(&plugin.limits) {
                    plugin.gate = Arc::clone(&before.gate);
                }
                if before.limits.http_concurrency == plugin.limits.http_concurrency {
                    plugin.http_places = Arc::clone(&before.http_places);
                }
                let changes = plugin.permission.since(&before.permission).join("; ");
                let (version, was) = (&plugin.manifest.version, &before.manifest.version);
                if before.generation == generation {
                    tracing::info!(plugin = %id, %generation, changes, "grant or secrets read again");
                } else {
                    tracing::info!(
                        plugin = %id, %generation, version, was, before = %before.generation, serves,
                        permission, changes, "plugin replaced"
                    );
                }
            }
            None => {
                tracing::info!(plugin = %id, %generation, serves, permission, "plugin loaded");
            }
        }
        self.serving = Some(Arc::new(plugin));
    }

    fn fail(&mut self, file: &str, problem: Problem, generation: Option<Generation>) {
        self.disabled = None;
        let serving = self.serving.as_ref().map(|plugin| plugin.generation);
        let known = self
            .problem
            .as_ref()
            .is_some_and(|(known, _)| *known == problem);
        match serving {
            _ if known => {}
            Some(serving) => {
                tracing::error!(file, %problem, %serving, "not taken; the last good version serves on");
            }
            None => tracing::error!(file, %problem, "plugin not served"),
        }
        // Of the version that serves there is nothing to tell apart.
        let generation = generation.filter(|tried| Some(*tried) != serving);
        self.problem = Some((problem, generation));
    }
}

/// When what failed like this is tried again though nothing changed: where the fault may be the
/// machine's.
fn again(problem: &Problem) -> Option<Duration> {
    match problem.code {
        Code::LoadBusy => Some(AGAIN),
        Code::LoadUnreadable => Some(SLOW),
        _ => problem.retryable.then_some(SLOW),
    }
}

fn due(at: Instant, now: Instant) -> Due {
    match now >= at {
        true => Due::Now,
        false => Due::At(at),
    }
}

/// The snapshot that follows from all files, and from what the program brings itself.
pub(super) fn snapshot(files: &Files, brought: &Brought) -> Snapshot {
    let mut plugins = brought.plugins.clone();
    let mut refused = brought.refused.clone();
    let mut disabled = brought.disabled.clone();
    let mut pending = HashMap::new();
    for (file, tracked) in files {
        disabled.extend(tracked.disabled.clone());
        match (&tracked.serving, &tracked.problem) {
            (Some(plugin), problem) => {
                plugins.push(Arc::clone(plugin));
                if let Some((problem, generation)) = problem.clone() {
                    let id = plugin.id.clone();
                    pending.insert(
                        id,
                        Pending {
                            generation,
                            problem,
                        },
                    );
                }
            }
            (None, Some((problem, _))) => refused.push(Refused {
                file: file.clone(),
                problem: problem.clone(),
            }),
            (None, None) => {}
        }
    }
    Snapshot::new(plugins, refused, disabled).with_pending(pending)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(marks: &Marks, code: Code, retryable: bool) -> Attempt {
        let mut problem = Problem::new(code, "It does not load.");
        problem.retryable = retryable;
        Attempt {
            marks: marks.clone(),
            secret_files: Vec::new(),
            generation: None,
            compiled: None,
            came: Err(problem),
        }
    }

    /// Marks that differ with their number.
    fn marks(number: usize) -> Marks {
        Marks {
            secrets: vec![None; number],
            ..Marks::default()
        }
    }

    #[test]
    fn a_file_is_due_when_it_has_looked_the_same_for_a_while() {
        let mut tracked = Tracked::default();
        let begun = Instant::now();
        let at = |ms| begun + Duration::from_millis(ms);
        for (when, number, due) in [
            (0, 1, Due::At(at(150))),
            (100, 1, Due::At(at(150))),
            (140, 2, Due::At(at(290))),
            (200, 1, Due::At(at(350))),
            (340, 1, Due::At(at(350))),
            (350, 1, Due::Now),
        ] {
            assert_eq!(tracked.see(marks(number), at(when)), due, "at {when} ms");
        }
    }

    #[test]
    fn what_failed_is_not_tried_again_before_it_changes() {
        for (code, retryable, again) in [
            (Code::LoadMalformed, false, None),
            (Code::LoadCompileTimeout, false, None),
            (Code::GrantSecretMissing, false, None),
            // The machine's fault, not the file's.
            (Code::LoadUnreadable, false, Some(SLOW)),
            (Code::CallBusy, true, Some(SLOW)),
            (Code::LoadBusy, true, Some(AGAIN)),
        ] {
            let (mut tracked, begun) = (Tracked::default(), Instant::now());
            let later = begun + SLOW * 100;
            tracked.take("a.wasm", failed(&marks(1), code, retryable), begun);
            let soon = again.map_or(Due::Never, |after| Due::At(begun + after));
            assert_eq!(tracked.see(marks(1), begun), soon, "{code} at once");
            let then = again.map_or(Due::Never, |_| Due::Now);
            assert_eq!(tracked.see(marks(1), later), then, "{code}");
            let changed = tracked.see(marks(2), later);
            assert_eq!(changed, Due::At(later + SETTLE), "{code}");
        }
    }
}
