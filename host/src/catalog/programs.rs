//! Compiled code by the digest of its bytes: the same bytes are compiled once, under however many
//! names they stand, and a changed grant compiles nothing.

use super::load::Loader;
use crate::engine::Program;
use crate::model::id::Generation;
use crate::model::problem::Problem;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::OnceCell;

/// Compiled code of one version; several plugins may hold the same.
pub(super) type Shared = Arc<OnceCell<Program>>;

/// All compiled code that somebody holds.
#[derive(Debug, Default)]
pub(super) struct Programs {
    by_generation: Mutex<HashMap<Generation, Shared>>,
}

impl Programs {
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
        let shared = {
            let mut held = self.held();
            let shared = held.entry(generation).or_default();
            if shared.get().is_some_and(Program::is_lost) {
                *shared = Shared::default();
            }
            Arc::clone(shared)
        };
        shared
            .get_or_try_init(|| loader.engine().prepare(bytes))
            .await?;
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
