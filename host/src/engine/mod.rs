//! The engine: bytes become a program, a program and a slot become an answer. The only module that
//! names wasmtime.
//!
//! Two ways through it, and they do not meet: *prepare* (scan, compile, load, link; seconds, off
//! the request threads) and *invoke* (a fresh store and instance for every call; microseconds).

mod blame;
mod clocks;
mod compile;
mod config;
mod convert;
mod ending;
mod handle;
mod hostcalls;
mod invoke;
mod journal;
mod lane;
mod link;
mod meter;
mod program;
mod render;
mod room;
mod scan;
mod slot;
mod state;
mod submit;
mod ticker;
mod trap;

pub use compile::{Compile, compile_child};
pub use config::PoolSettings;
pub use convert::action::Submitted;
pub use convert::card::Checked;
pub use ending::Ended;
pub use invoke::{Callee, Invocation};
pub use program::Program;
pub use room::provide_descriptors;
pub use scan::{CONTRACT, Scan, ScanLimits, scan};
pub use slot::{Gate, Pool, Slot};

use crate::model::id::Generation;
use crate::model::problem::{Code, Problem};
use compile::{Cache, Compiler, blocking};
use lane::Lane;
use sha2::{Digest, Sha256};
use state::State;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use ticker::Ticker;
use wasmtime::Enabled;
use wasmtime::component::{Component, Linker};

/// How an engine is set up.
#[derive(Clone, Debug, Default)]
pub struct EngineSettings {
    /// The pool of instances.
    pub pool: PoolSettings,
    /// Where artefacts are kept; none compiles at every start.
    pub cache: Option<PathBuf>,
    /// Where plugins are compiled; none is a child where the program has called
    /// [`compile_child`], else this process.
    pub compile: Option<Compile>,
    /// Worker threads that run calls; none is the machine's.
    pub workers: Option<usize>,
}

/// The engine. One a process is enough, and one is what wasmtime asks for. Clones share it.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    wasmtime: wasmtime::Engine,
    linker: Linker<State>,
    ticker: Ticker,
    lane: Lane,
    pool: Pool,
    compiler: Compiler,
    cache: Option<Cache>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl Engine {
    /// Reserves the pool and starts the epoch thread.
    ///
    /// # Errors
    /// `call.host_bug` when the machine does not give the address space or a thread,
    /// `config.invalid` when the pool needs more mappings of memory than this machine gives a process,
    /// when the cache's folder is not this user's alone, or plugins cannot be
    /// compiled as `settings` want it.
    pub fn start(settings: &EngineSettings) -> Result<Self, Problem> {
        room::check_mappings(&settings.pool)?;
        let wasmtime = wasmtime_engine(&settings.pool)?;
        let linker = link::linker(&wasmtime)
            .map_err(|error| start_problem("the linker", &format!("{error:#}")))?;
        let ticker = Ticker::start(wasmtime.weak())
            .map_err(|error| start_problem("the epoch thread", &error.to_string()))?;
        let cache = match &settings.cache {
            Some(folder) => Some(open_cache(folder, &wasmtime)?),
            None => None,
        };
        let workers = settings.workers.unwrap_or_else(lane::workers);
        Ok(Self(Arc::new(Inner {
            wasmtime,
            linker,
            ticker,
            lane: Lane::of_all(workers),
            pool: Pool::new(settings.pool.instances),
            compiler: Compiler::start(settings.compile.as_ref())?,
            cache,
        })))
    }

    /// The places of all plugins together; gates ask for one of them.
    pub fn pool(&self) -> &Pool {
        &self.0.pool
    }

    /// The name of these bytes as a version.
    pub fn generation(bytes: &[u8]) -> Generation {
        Generation(Sha256::digest(bytes).into())
    }

    /// Scans, compiles, loads and links a plugin's bytes, on threads that may block. It takes seconds
    /// for large guests. Dropping the future ends a compilation in a child.
    ///
    /// # Errors
    /// `load.*`, each saying what the file is and what to do.
    pub async fn prepare(&self, bytes: Vec<u8>) -> Result<Program, Problem> {
        let (inner, bytes) = (Arc::clone(&self.0), Arc::new(bytes));
        let of_thread = Arc::clone(&bytes);
        let (found, generation, kept) = blocking(move || inner.look(&of_thread)).await?;
        let inner = Arc::clone(&self.0);
        if let Some(kept) = kept {
            return blocking(move || inner.link(&kept, found)).await;
        }
        let native = inner.compiler.compile(generation, bytes).await?;
        blocking(move || {
            let cache = inner.cache.as_ref();
            let component = compile::keep(&inner.wasmtime, cache, generation, native)?;
            inner.link(&component, found)
        })
        .await
    }
}

impl Inner {
    /// What bytes are, and the code that an earlier start made of them.
    fn look(&self, bytes: &[u8]) -> Result<(Scan, Generation, Option<Component>), Problem> {
        let found = scan(bytes)?;
        let generation = Engine::generation(bytes);
        let kept = match &self.cache {
            Some(cache) => compile::kept(&self.wasmtime, cache, generation)?,
            None => None,
        };
        Ok((found, generation, kept))
    }

    fn link(&self, component: &Component, found: Scan) -> Result<Program, Problem> {
        program::link(&self.wasmtime, &self.linker, component, found)
    }
}

fn open_cache(folder: &Path, wasmtime: &wasmtime::Engine) -> Result<Cache, Problem> {
    Cache::open(folder, wasmtime).map_err(|error| {
        Problem::new(
            Code::ConfigInvalid,
            format!(
                "The folder {} cannot be used for compiled plugins: {error}.",
                folder.display()
            ),
        )
        .field("data")
    })
}

/// Reserves the pool, with `PAGEMAP_SCAN` where the kernel has it: without, giving memory back
/// after a call costs half of the throughput.
fn wasmtime_engine(pool: &PoolSettings) -> Result<wasmtime::Engine, Problem> {
    let with = |scan| wasmtime::Engine::new(&config::serving_config(pool, scan));
    let (engine, pagemap_scan) = match with(Enabled::Yes) {
        Ok(engine) => (Ok(engine), true),
        Err(_) => (with(Enabled::No), false),
    };
    let engine =
        engine.map_err(|error| start_problem("the pool of instances", &format!("{error:#}")))?;
    tracing::info!(instances = pool.instances, pagemap_scan, "engine started");
    Ok(engine)
}

fn start_problem(what: &str, why: &str) -> Problem {
    Problem::new(
        Code::CallHostBug,
        format!("The engine cannot start: {what} is not to be had."),
    )
    .detail(why)
}
