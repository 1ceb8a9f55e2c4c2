//! Who asks for the same while it is being asked waits for that answer.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// What is being asked at this moment.
#[derive(Debug)]
pub(super) struct Flights<K, T>(Mutex<HashMap<K, watch::Receiver<Option<T>>>>);

/// What to do about a question.
pub(super) enum Joined<'a, K: Hash + Eq, T> {
    /// Ask it, and say what came of it.
    First(Flight<'a, K, T>),
    /// Somebody asks it already.
    Second(Waits<T>),
}

/// The answer that somebody else is being given.
pub(super) struct Waits<T>(watch::Receiver<Option<T>>);

/// The right to ask. Dropped without an answer, it leaves the question to those who wait.
pub(super) struct Flight<'a, K: Hash + Eq, T> {
    flights: &'a Flights<K, T>,
    key: K,
    sender: watch::Sender<Option<T>>,
}

impl<K, T> Default for Flights<K, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Hash + Eq + Clone, T> Flights<K, T> {
    /// Joins the question under this key.
    pub(super) fn join(&self, key: &K) -> Joined<'_, K, T> {
        let mut flights = self.flights();
        if let Some(flying) = flights.get(key) {
            return Joined::Second(Waits(flying.clone()));
        }
        let (sender, flying) = watch::channel(None);
        flights.insert(key.clone(), flying);
        Joined::First(Flight {
            flights: self,
            key: key.clone(),
            sender,
        })
    }
}

impl<K, T> Flights<K, T> {
    /// Nothing can break off while it is held, so a poisoned one is whole.
    fn flights(&self) -> MutexGuard<'_, HashMap<K, watch::Receiver<Option<T>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Clone> Waits<T> {
    /// The answer; none when whoever asked went away before there was one.
    pub(super) async fn answer(mut self) -> Option<T> {
        let answer = self.0.wait_for(Option::is_some).await;
        answer.ok().and_then(|answer| answer.clone())
    }
}

impl<K: Hash + Eq, T> Flight<'_, K, T> {
    /// Tells all who wait. Who asks from now on does not join.
    pub(super) fn land(self, answer: T) {
        // Nobody may be waiting.
        let _ = self.sender.send(Some(answer));
    }
}

impl<K: Hash + Eq, T> Drop for Flight<'_, K, T> {
    fn drop(&mut self) {
        self.flights.flights().remove(&self.key);
    }
}
