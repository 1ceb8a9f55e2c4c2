//! Compiled code by the digest of its bytes: the same bytes are compiled once, under however many
//! names they stand, and a changed grant compiles nothing.

use super::load::Loader;
use crate::engine::Program;
use crate::model::id::Generation;
use crate::model::problem::Problem;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OnceCell, Semaphore};

/// Compiled code of one version; several plugins may hold the same.
pub(super) type Shared = Arc<OnceCell<Program>>;

/// All compiled code that somebody holds.
#[derive(Debug)]
pub(super) struct Programs {
    by_generation: Mutex<HashMap<Generation, Shared>>,
    compilers: Semaphore,
}

impl Programs {
    /// A collection that compiles as many versions side by side as half of the machine can: two at
    /// least, so that one that takes minutes does not hold up the others.
    pub(super) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            by_generation: Mutex::default(),
            compilers: Semaphore::new((cores / 2).max(2)),
        }
    }

    /// The code of these bytes: what somebody holds, else compiled now. Who asks for the same
    /// meanwhile waits for the first.
    ///
    /// # Errors
    /// `load.*`; who asks next tries again.
    pub(super) async fn of(
        &self,
        generation: Generation,
        bytes: Vec<u8>,
        loader: &Loader,
    ) -> Result<Shared, Problem> {
        let shared = Arc::clone(self.held().entry(generation).or_default());
        let compiled = shared.get_or_try_init(|| async {
            // Nobody closes the semaphore.
            let _place = self.compilers.acquire().await;
            loader.prepare(bytes).await
        });
        compiled.await?;
        Ok(shared)
    }

    /// Lets go of the code that nobody holds any more.
    pub(super) fn sweep(&self) {
        self.held()
            .retain(|_, shared| Arc::strong_count(shared) > 1);
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Generation, Shared>> {
        self.by_generation
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
