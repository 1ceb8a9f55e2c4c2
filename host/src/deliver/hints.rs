//! What makes the worker look before its time: these plugins may have something due.

use crate::model::id::PluginId;
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// A slip on which anybody writes, and the worker reads and empties.
#[derive(Debug, Default)]
pub(super) struct Hints {
    slip: Mutex<Slip>,
    written: Notify,
}

/// Who may have something due.
#[derive(Debug, Default)]
pub(super) struct Slip {
    /// These.
    pub(super) named: HashSet<PluginId>,
    /// Everybody.
    pub(super) all: bool,
}

impl Hints {
    /// These plugins.
    pub(super) fn name(&self, plugins: impl IntoIterator<Item = PluginId>) {
        self.slip().named.extend(plugins);
        self.written.notify_one();
    }

    /// All of them.
    pub(super) fn all(&self) {
        self.slip().all = true;
        self.written.notify_one();
    }

    /// Waits until something is written. What was written before counts.
    pub(super) async fn written(&self) {
        self.written.notified().await;
    }

    /// Takes what is written.
    pub(super) fn take(&self) -> Slip {
        std::mem::take(&mut *self.slip())
    }

    fn slip(&self) -> MutexGuard<'_, Slip> {
        self.slip.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
