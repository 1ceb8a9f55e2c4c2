//! Storage that ends with the process: for tests, and for hosts that keep nothing.
//!
//! It is written to be read. Every rule stands in it once and without an index, so that the other
//! implementations can be held against it.

mod book;
mod keep;
mod look;

use super::quota::Quotas;
use super::{
    Claims, Detail, Filter, Forgotten, Health, Kept, Person, Retention, Storage, StorageError,
    Swept,
};
use crate::model::delivery::{Attempt, Backlog, Claim, Delivery, DeliveryId, Ending, Receipt};
use crate::model::event::Event;
use crate::model::id::{InstallationId, PluginId};
use crate::model::store::{StoreChanges, Stored};
use crate::model::time::Millis;
use book::Book;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// Storage in memory.
pub struct MemoryStorage {
    book: Mutex<Book>,
    quotas: Quotas,
    stirred: watch::Sender<u64>,
}

impl Default for MemoryStorage {
    fn default() -> Self {
        Self::new(Quotas::default())
    }
}

impl MemoryStorage {
    /// An empty one.
    pub fn new(quotas: Quotas) -> Self {
        Self {
            book: Mutex::new(Book::default()),
            quotas,
            stirred: watch::Sender::new(0),
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers with what the book says, and tells whoever waits when something became due. Nothing
    /// happens before the answer is waited for.
    fn ask<'a, T: Send + 'a>(
        &'a self,
        look: impl FnOnce(&mut Book) -> Result<T, StorageError> + Send + 'a,
    ) -> Kept<'a, T> {
        Box::pin(async move {
            let mut book = self.book();
            let answer = look(&mut book);
            if std::mem::take(&mut book.stirred) {
                self.stirred.send_modify(|count| *count += 1);
            }
            answer
        })
    }
}

impl fmt::Debug for MemoryStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStorage").finish_non_exhaustive()
    }
}

impl Storage for MemoryStorage {
    fn accept(&self, event: Event, subscribers: Vec<PluginId>, now: Millis) -> Kept<'_, Receipt> {
        self.ask(move |book| book.accept(event, subscribers, now, &self.quotas))
    }

    fn claim(
        &self,
        plugin: PluginId,
        most: usize,
        now: Millis,
        lease: Duration,
    ) -> Kept<'_, Claims> {
        self.ask(move |book| Ok(book.claim(&plugin, most, now, lease)))
    }

    fn finish<'a>(
        &'a self,
        claim: &'a Claim,
        attempt: Attempt,
        ending: Ending,
        changes: StoreChanges,
        now: Millis,
    ) -> Kept<'a, ()> {
        self.ask(move |book| book.finish(claim, attempt, ending, changes, now, &self.quotas))
    }

    fn release<'a>(&'a self, claim: &'a Claim) -> Kept<'a, ()> {
        self.ask(move |book| book.release(claim))
    }

    fn value<'a>(
        &'a self,
        of: &'a InstallationId,
        key: &'a str,
        now: Millis,
    ) -> Kept<'a, Option<Stored>> {
        self.ask(move |book| Ok(book.value(of, key, now).cloned()))
    }

    fn keys<'a>(
        &'a self,
        of: &'a InstallationId,
        prefix: &'a str,
        after: Option<&'a str>,
        most: usize,
        now: Millis,
    ) -> Kept<'a, Vec<String>> {
        self.ask(move |book| Ok(book.keys(of, prefix, after, most, now)))
    }

    fn commit<'a>(
        &'a self,
        of: &'a InstallationId,
        changes: StoreChanges,
        now: Millis,
    ) -> Kept<'a, ()> {
        self.ask(move |book| book.commit(of, changes, now, &self.quotas))
    }

    fn deliveries(&self, filter: Filter) -> Kept<'_, Vec<Delivery>> {
        self.ask(move |book| Ok(book.listed(&filter)))
    }

    fn delivery<'a>(&'a self, id: &'a DeliveryId) -> Kept<'a, Option<Detail>> {
        self.ask(move |book| Ok(book.detail(id)))
    }

    fn replay(&self, filter: Filter, now: Millis) -> Kept<'_, u64> {
        self.ask(move |book| Ok(book.replay(&filter, now)))
    }

    fn forget(&self, person: Person) -> Kept<'_, Forgotten> {
        self.ask(move |book| Ok(book.forget(&person)))
    }

    fn sweep(&self, keep: Retention, now: Millis) -> Kept<'_, Swept> {
        self.ask(move |book| Ok(book.sweep(keep, now)))
    }

    fn backlog(&self) -> Kept<'_, Vec<Backlog>> {
        self.ask(move |book| Ok(book.backlog()))
    }

    fn subscribe(&self, plugin: PluginId, events: Vec<String>) -> Kept<'_, ()> {
        self.ask(move |book| {
            match events.is_empty() {
                true => book.subscriptions.remove(&plugin),
                false => book.subscriptions.insert(plugin, events),
            };
            Ok(())
        })
    }

    fn subscriptions(&self) -> Kept<'_, Vec<(PluginId, Vec<String>)>> {
        self.ask(|book| Ok(book.subscriptions.clone().into_iter().collect()))
    }

    fn health(&self) -> Health {
        Health::Good
    }

    fn stirred(&self) -> watch::Receiver<u64> {
        self.stirred.subscribe()
    }
}
