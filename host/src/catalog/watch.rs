//! Noticing that the folder changed: one watch on the folder itself, and a slow look as the net
//! under it, since network folders and full queues tell nothing.

use super::keep::Catalog;
use super::tracked::SLOW;
use futures_util::stream::{FuturesUnordered, StreamExt};
use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecursiveMode, Watcher};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// The least time between two looks: a copy under way tells of every block that it writes.
const GAP: Duration = Duration::from_millis(75);

impl Catalog {
    /// Keeps the published plugins in step with the folder for as long as it is driven. It never
    /// ends; dropping it ends the watch.
    pub async fn watch(&self) {
        let Some(folder) = self.folder() else {
            // Nothing can change that is not a file.
            return std::future::pending().await;
        };
        let told = Arc::new(Notify::new());
        let _watcher = watcher(folder, &told);
        let mut loads = FuturesUnordered::new();
        let mut unreadable = None;
        // At once: what changed between the first load and the watch was told to nobody.
        let mut last = Instant::now();
        let mut next = last;
        loop {
            tokio::select! {
                Some(_) = loads.next(), if !loads.is_empty() => next = next.min(last + GAP),
                () = told.notified() => next = next.min(last + GAP),
                () = sleep_until(next) => {
                    last = Instant::now();
                    match self.found().await {
                        Ok(found) => {
                            unreadable = None;
                            next = found.next;
                            for file in found.due {
                                loads.push(async move { self.load(&file, false).await.is_ok() });
                            }
                        }
                        Err(error) => {
                            next = last + SLOW;
                            let why = error.to_string();
                            if unreadable.as_ref() != Some(&why) {
                                let folder = folder.display();
                                tracing::error!(%folder, why, "the plugins folder cannot be listed; all serve on as they are");
                            }
                            unreadable = Some(why);
                        }
                    }
                }
            }
        }
    }
}

/// A watch that tells `told` of every change; none where the system gives none.
fn watcher(folder: &Path, told: &Arc<Notify>) -> Option<notify::RecommendedWatcher> {
    let told = Arc::clone(told);
    let heard = move |event: notify::Result<notify::Event>| {
        // Looking into files is told too, and would make us look without an end.
        let news = event.map_or(true, |event| match event.kind {
            EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
            _ => true,
        });
        if news {
            told.notify_one();
        }
    };
    let watching = notify::recommended_watcher(heard).and_then(|mut watcher| {
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
        Ok(watcher)
    });
    watching
        .inspect_err(|error| {
            let every = SLOW.as_secs();
            tracing::warn!(%error, "the plugins folder cannot be watched; it is looked through every {every} s");
        })
        .ok()
}
