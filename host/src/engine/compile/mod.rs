//! Bytes to artefact, artefact to component: two steps, so that the first happens in a process that
//! can be killed, and its result is kept.

mod cache;
mod child;
mod line;
mod native;
mod pipe;
mod prison;

pub(super) use cache::Cache;
pub use child::compile_child;

use crate::model::id::Generation;
use crate::model::problem::{Code, Problem};
use crate::policy::compile::CompileBudget;
use line::Line;
use prison::Prison;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use wasmtime::Engine;
use wasmtime::component::Component;

/// Refusals that are remembered; beyond, all are forgotten and found out again.
const REMEMBERED: usize = 1_000;

/// Where plugins are compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compile {
    /// In this process, without any budget: for plugins that are trusted as the program itself is.
    InProcess,
    /// In a process of its own, one at a time, killed when its budget is used up.
    Child {
        /// A program that calls [`compile_child`] first thing in its `main`, of the very same
        /// build; none is this program.
        program: Option<PathBuf>,
        /// What one compilation may cost.
        budget: CompileBudget,
    },
}

impl Compile {
    /// In a child that is this program again.
    pub fn child(budget: CompileBudget) -> Self {
        Self::Child {
            program: None,
            budget,
        }
    }

    /// In a child where this program has called [`compile_child`], else in process.
    fn usual() -> Self {
        match child::can_be_started() {
            true => Self::child(CompileBudget::default()),
            false => Self::InProcess,
        }
    }
}

/// What makes artefacts of bytes.
#[derive(Debug)]
pub(super) struct Compiler {
    way: Way,
    line: Line,
    /// What used up its processor time or memory will do so again, and is not tried again.
    refused: Mutex<HashMap<Generation, Problem>>,
}

#[derive(Debug)]
enum Way {
    InProcess(Arc<OnceLock<Engine>>),
    Child(Prison),
}

impl Compiler {
    /// A compiler. It says in the log which one it is.
    ///
    /// # Errors
    /// `config.invalid` when it is to be this program, which does not call `compile_child`.
    pub(super) fn start(compile: Option<&Compile>) -> Result<Self, Problem> {
        let (way, line) = match compile.cloned().unwrap_or_else(Compile::usual) {
            Compile::InProcess => {
                tracing::warn!(
                    "plugins are compiled in this process, where nothing ends a compilation that \
                     takes too long"
                );
                // Two at least, so that one that takes minutes does not hold up the others.
                let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
                let line = Line::new((cores / 2).max(2), u32::MAX);
                (Way::InProcess(Arc::default()), line)
            }
            Compile::Child { program, budget } => {
                let program = program.map_or_else(this_program, Ok)?;
                tracing::info!(
                    cpu_s = budget.cpu.as_secs(),
                    wall_s = budget.wall.as_secs(),
                    address_space_mib = budget.address_space_bytes >> 20,
                    queue = budget.queue,
                    "plugins are compiled one at a time in a child"
                );
                let line = Line::new(1, budget.queue);
                (Way::Child(Prison { program, budget }), line)
            }
        };
        Ok(Self {
            way,
            line,
            refused: Mutex::default(),
        })
    }

    /// Makes native code of scanned bytes. Dropping the future ends it.
    ///
    /// # Errors
    /// `load.busy`, `load.compile_timeout`, `load.compile_memory`, `load.compile_failed`,
    /// `load.malformed` and `load.feature_disabled`.
    pub(super) async fn compile(
        &self,
        generation: Generation,
        bytes: Arc<Vec<u8>>,
    ) -> Result<Vec<u8>, Problem> {
        self.known(generation)?;
        let place = self.line.enter().await?;
        // Perhaps the same bytes were before us in the line.
        self.known(generation)?;
        let compiled = match &self.way {
            Way::InProcess(engine) => {
                let engine = Arc::clone(engine);
                blocking(move || {
                    let _place = place;
                    in_process(&engine, &bytes)
                })
                .await
            }
            Way::Child(prison) => {
                let prison = prison.clone();
                let (wanted, _until_dropped) = std::io::pipe().map_err(|error| lost(&error))?;
                blocking(move || {
                    // Until the child is gone, even if nobody waits for its answer any more.
                    let _place = place;
                    prison.compile(&bytes, &wanted)
                })
                .await
            }
        };
        if let Err(problem) = &compiled {
            self.remember(generation, problem);
        }
        compiled
    }

    fn known(&self, generation: Generation) -> Result<(), Problem> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.get(&generation).cloned().map_or(Ok(()), Err)
    }

    fn remember(&self, generation: Generation, problem: &Problem) {
        let used_up = match problem.code {
            Code::LoadCompileMemory => true,
            // By the wall clock it may only have been the others' turn.
            Code::LoadCompileTimeout => problem.field.as_deref() == Some("cpu_s"),
            _ => false,
        };
        if used_up {
            let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
            if refused.len() >= REMEMBERED {
                refused.clear();
            }
            refused.insert(generation, problem.clone());
        }
    }
}

/// The component that an earlier start compiled, where there is one and it is this engine's.
///
/// # Errors
/// `load.limit` when it is, and does not fit into a place of the pool.
pub(super) fn kept(
    engine: &Engine,
    cache: &Cache,
    generation: Generation,
) -> Result<Option<Component>, Problem> {
    let Some(file) = cache.find(generation) else {
        return Ok(None);
    };
    match load(engine, &Artefact::File(file)) {
        Ok(component) => Ok(Some(component)),
        Err(problem) if problem.code == Code::LoadLimit => Err(problem),
        Err(problem) => {
            tracing::warn!(%problem, %generation, "kept code is not this engine's; compiled again");
            Ok(None)
        }
    }
}

/// Keeps what was compiled, where there is a cache, and makes a component of it.
///
/// # Errors
/// `load.limit` when it does not fit into a place of the pool, `load.compile_failed` when it is not
/// this engine's.
pub(super) fn keep(
    engine: &Engine,
    cache: Option<&Cache>,
    generation: Generation,
    native: Vec<u8>,
) -> Result<Component, Problem> {
    let file = cache.and_then(|cache| {
        cache
            .keep(generation, &native)
            .inspect_err(|error| {
                tracing::warn!(%error, %generation, "artefact not kept; the next start compiles again");
            })
            .ok()
    });
    load(
        engine,
        &file.map_or(Artefact::Memory(native), Artefact::File),
    )
}

/// Runs what blocks on a thread that may.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| {
        Err(Problem::new(
            Code::LoadCompileFailed,
            "The compiler failed on this plugin; please report it.",
        ))
    })
}

/// Native code that our own compiler made from a scanned component.
#[derive(Debug)]
enum Artefact {
    /// A checked file, to be mapped.
    File(PathBuf),
    /// Bytes, where there is no cache.
    Memory(Vec<u8>),
}

#[expect(
    unsafe_code,
    reason = "only artefacts of our own compiler come here, by digest from our own folder"
)]
fn load(engine: &Engine, artefact: &Artefact) -> Result<Component, Problem> {
    let loaded = match artefact {
        // SAFETY: `Artefact` is made in this file alone, from what the compiler answered or from a
        // cache entry that lies in a folder of this user alone, with the digest that this program
        // wrote beside it.
        Artefact::File(path) => unsafe { Component::deserialize_file(engine, path) },
        // SAFETY: as above.
        Artefact::Memory(bytes) => unsafe { Component::deserialize(engine, bytes) },
    };
    loaded.map_err(|error| unfit(&error))
}

/// What was compiled and cannot be loaded is mostly too large for a place in the pool.
fn unfit(error: &wasmtime::Error) -> Problem {
    let text = format!("{error:#}");
    let problem = match text.contains("pooling allocator") {
        true => Problem::new(
            Code::LoadLimit,
            "The component begins with more memory, tables or instances than one call can have.",
        ),
        false => Problem::new(
            Code::LoadCompileFailed,
            "The compiled plugin could not be loaded.",
        ),
    };
    problem.detail(text)
}

fn in_process(engine: &OnceLock<Engine>, bytes: &[u8]) -> Result<Vec<u8>, Problem> {
    let engine = match engine.get() {
        Some(engine) => engine,
        None => {
            let made = native::engine().map_err(|error| {
                Problem::new(Code::LoadCompileFailed, "The compiler cannot start.")
                    .detail(format!("{error:#}"))
            })?;
            engine.get_or_init(|| made)
        }
    };
    Ok(native::compile(engine, bytes)?)
}

/// The very program that runs, even when its file was replaced since.
fn this_program() -> Result<PathBuf, Problem> {
    if !child::can_be_started() {
        return Err(Problem::new(
            Code::ConfigInvalid,
            "This program cannot be its own compiler: call `sidepane::compile_child()` first thing \
             in `main`, name a program that does, or compile in process.",
        )
        .field("compile"));
    }
    match cfg!(target_os = "linux") {
        true => Ok("/proc/self/exe".into()),
        false => std::env::current_exe().map_err(|error| lost(&error)),
    }
}

fn lost(error: &std::io::Error) -> Problem {
    let mut problem = Problem::new(
        Code::LoadCompileFailed,
        "The plugin could not be compiled: the machine gives no process for it.",
    )
    .detail(error.to_string());
    problem.retryable = true;
    problem
}
