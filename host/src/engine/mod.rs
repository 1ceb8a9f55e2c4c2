//! The engine: bytes become a program, a program and a slot become an answer. The only module that
//! names wasmtime.
//!
//! Two ways through it, and they do not meet: *prepare* (scan, compile, load, link; seconds, off
//! the request threads) and *invoke* (a fresh store and instance for every call; microseconds).

mod about;
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
use crate::model::manifest::Manifest;
use crate::model::problem::{Code, Problem};
use about::{About, Traits};
use compile::{Cache, Compiler, blocking};
use lane::Lane;
use program::{Kept, Linked};
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
    /// for large guests. Dropping the future ends a compilation in a child. What an earlier start did
    /// all of that to is only found: its code is mapped when it is first called.
    ///
    /// # Errors
    /// `load.*`, each saying what the file is and what to do.
    pub async fn prepare(&self, bytes: Vec<u8>) -> Result<Program, Problem> {
        let (inner, bytes) = (Arc::clone(&self.0), Arc::new(bytes));
        let of_thread = Arc::clone(&bytes);
        let (generation, found) = blocking(move || inner.look(&of_thread)).await?;
        let inner = Arc::clone(&self.0);
        let scan = match found {
            Found::Known(program) => return Ok(program),
            Found::Compiled(component, scan) => {
                return blocking(move || inner.link(&component, scan)).await;
            }
            Found::New(scan) => scan,
        };
        let native = inner.compiler.compile(generation, bytes).await?;
        blocking(move || {
            let cache = inner.cache.as_ref();
            let component = compile::keep(&inner.wasmtime, cache, generation, native)?;
            inner.link(&component, scan)
        })
        .await
    }

    /// Keeps what a plugin says of itself beside its code, for the next start.
    pub(crate) async fn keep(&self, generation: Generation, program: &Program, says: &Manifest) {
        if self.0.cache.is_none() || program.manifest().is_some() {
            return;
        }
        let about = About {
            traits: program.traits().clone(),
            manifest: says.clone(),
        };
        let inner = Arc::clone(&self.0);
        let kept = blocking(move || {
            if let Some(Err(error)) = inner
                .cache
                .as_ref()
                .map(|it| it.keep_about(generation, &about))
            {
                tracing::warn!(%error, %generation, "not kept; the next start asks again");
            }
            Ok(())
        });
        // A panic in there is told where it happens, and costs the next start a call.
        let _ = kept.await;
    }
}

/// What the first look at a plugin's bytes finds.
enum Found {
    /// All there is to know, from an earlier start.
    Known(Program),
    /// Code of an earlier start, which was not asked what it is.
    Compiled(Component, Scan),
    /// Nothing.
    New(Scan),
}

impl Inner {
    /// What bytes are, and what an earlier start made of them.
    fn look(self: &Arc<Self>, bytes: &[u8]) -> Result<(Generation, Found), Problem> {
        let generation = Engine::generation(bytes);
        if let Some(program) = self.known(generation) {
            return Ok((generation, Found::Known(program)));
        }
        let scan = scan(bytes)?;
        let kept = match &self.cache {
            Some(cache) => compile::kept(&self.wasmtime, cache, generation)?,
            None => None,
        };
        let found = match kept {
            Some(component) => Found::Compiled(component, scan),
            None => Found::New(scan),
        };
        Ok((generation, found))
    }

    /// A program of which everything is kept. Nothing of it is mapped.
    fn known(self: &Arc<Self>, generation: Generation) -> Option<Program> {
        let cache = self.cache.as_ref()?;
        let about = cache.about(generation)?;
        cache.find(generation)?;
        let (inner, sockets) = (Arc::clone(self), about.traits.sockets);
        let link = move || inner.map(generation, sockets);
        Some(Program::kept(
            about.traits,
            Kept {
                link: Box::new(link),
                manifest: about.manifest,
            },
        ))
    }

    /// Maps code of an earlier start that is called for the first time.
    fn map(&self, generation: Generation, sockets: bool) -> Result<Linked, Problem> {
        let component = match &self.cache {
            Some(cache) => compile::kept(&self.wasmtime, cache, generation)?,
            None => None,
        };
        let component = component.ok_or_else(|| {
            Problem::new(
                Code::LoadCompileFailed,
                "The plugin's compiled code is no longer in the data folder; have it read again: \
                 POST /plugins/{id}/reload on the admin listener.",
            )
        })?;
        program::link(&self.wasmtime, &self.linker, &component, sockets)
    }

    fn link(&self, component: &Component, scan: Scan) -> Result<Program, Problem> {
        let sockets = program::has_sockets(&scan.imports);
        let linked = program::link(&self.wasmtime, &self.linker, component, sockets)?;
        let traits = Traits {
            contract: scan.contract,
            card: linked.card.is_some(),
            event: linked.event.is_some(),
            action: linked.action.is_some(),
            sockets,
        };
        Ok(Program::new(linked, traits))
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
