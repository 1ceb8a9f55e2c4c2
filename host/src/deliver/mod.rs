//! Events on their way to plugins: accepted, kept, handed over one after the other, tried again.
//!
//! Accepting and handing over meet in storage alone. What was accepted is on the disk with one
//! delivery for each plugin that takes it; `run` looks there for what is due, whoever put it there.

mod hand_over;
mod hints;
mod subscribers;
mod work;

pub use hand_over::{Failure, Tried, try_once};

use crate::capability::live::World;
use crate::catalog::View;
use crate::engine::Engine;
use crate::model::delivery::{Backlog, Delivery, DeliveryId, Receipt};
use crate::model::event::Event;
use crate::model::problem::{Code, Problem};
use crate::model::time::Millis;
use crate::policy::delivery::DeliveryPolicy;
use crate::storage::{Detail, Filter, Forgotten, Health, Person, Storage, StorageError};
use hints::Hints;
use std::sync::Arc;
use subscribers::Subscribers;

/// Accepts events and delivers them. Clones share it.
#[derive(Clone, Debug)]
pub struct Deliver(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    engine: Engine,
    view: View,
    world: Arc<World>,
    storage: Arc<dyn Storage>,
    policy: DeliveryPolicy,
    hints: Hints,
    subscribers: Subscribers,
}

impl Deliver {
    /// Deliveries over an engine, the published plugins, the world and what outlives the process.
    pub fn new(
        engine: Engine,
        view: View,
        world: Arc<World>,
        storage: Arc<dyn Storage>,
        policy: DeliveryPolicy,
    ) -> Self {
        Self(Arc::new(Inner {
            engine,
            view,
            world,
            storage,
            policy,
            hints: Hints::default(),
            subscribers: Subscribers::default(),
        }))
    }

    /// Takes an event for every plugin that subscribed to it. When this answers, the event is on
    /// the disk.
    ///
    /// # Errors
    /// `event.quota` when a plugin has as much waiting as it may, `event.storage_full`,
    /// `event.storage_failed`. Nothing was taken then, and the sender is to try again.
    pub async fn accept(&self, event: Event) -> Result<Receipt, Problem> {
        let inner = &self.0;
        let (snapshot, storage) = (inner.view.current(), inner.storage.as_ref());
        let subscribers = inner.subscribers.of(&event, &snapshot, storage).await;
        let subscribers = subscribers.map_err(|error| problem(&error))?;
        let accepted = storage.accept(event, subscribers.clone(), inner.now());
        let receipt = accepted.await.map_err(|error| problem(&error))?;
        if !receipt.duplicate {
            inner.hints.name(subscribers);
        }
        Ok(receipt)
    }

    /// Hands over what is due until `stop` is done; then lets what runs end, and gives back what
    /// takes too long as if it had never been tried. Whoever drops the future instead leaves its
    /// deliveries to the next start.
    pub async fn run(&self, stop: impl Future<Output = ()> + Send) {
        work::work(&self.0, stop).await;
    }

    /// Deliveries, newest first.
    ///
    /// # Errors
    /// `event.storage_failed`.
    pub async fn deliveries(&self, filter: Filter) -> Result<Vec<Delivery>, Problem> {
        let found = self.0.storage.deliveries(filter).await;
        found.map_err(|error| problem(&error))
    }

    /// One delivery with its tries and its event.
    ///
    /// # Errors
    /// `event.unknown_delivery`, `event.storage_failed`.
    pub async fn delivery(&self, id: &DeliveryId) -> Result<Detail, Problem> {
        let found = self.0.storage.delivery(id).await;
        found.map_err(|error| problem(&error))?.ok_or_else(|| {
            Problem::new(
                Code::EventUnknownDelivery,
                format!("There is no delivery {id:?}; `/deliveries` lists those there are."),
            )
        })
    }

    /// Begins a new series of tries for every delivery that has ended and that the filter finds.
    ///
    /// # Errors
    /// `event.storage_full`, `event.storage_failed`.
    pub async fn replay(&self, filter: Filter) -> Result<u64, Problem> {
        let inner = &self.0;
        let replayed = inner.storage.replay(filter, inner.now()).await;
        let replayed = replayed.map_err(|error| problem(&error))?;
        inner.hints.all();
        Ok(replayed)
    }

    /// Removes what is kept about somebody.
    ///
    /// # Errors
    /// `event.storage_failed`.
    pub async fn forget(&self, person: Person) -> Result<Forgotten, Problem> {
        let forgotten = self.0.storage.forget(person).await;
        forgotten.map_err(|error| problem(&error))
    }

    /// How much of each plugin's work waits.
    ///
    /// # Errors
    /// `event.storage_failed`.
    pub async fn backlog(&self) -> Result<Vec<Backlog>, Problem> {
        let backlog = self.0.storage.backlog().await;
        backlog.map_err(|error| problem(&error))
    }

    /// How the storage is.
    pub fn health(&self) -> Health {
        self.0.storage.health()
    }
}

impl Inner {
    fn now(&self) -> Millis {
        Millis::from(self.world.clock.wall())
    }
}

/// Why storage did not take or tell something, for whoever asked.
fn problem(error: &StorageError) -> Problem {
    let mut problem = match error {
        StorageError::Quota { used, limit, .. } => Problem::new(
            Code::EventQuota,
            "A plugin has as many deliveries waiting as it may have; send the event again later.",
        )
        .of_limit(*used, *limit),
        StorageError::Full => Problem::new(
            Code::EventStorageFull,
            "The disk is full, so no event can be taken; make room, and send the event again.",
        ),
        StorageError::Conflict(_) | StorageError::Lost | StorageError::Failed(_) => Problem::new(
            Code::EventStorageFailed,
            "The storage of events does not answer; send the event again later.",
        ),
    };
    problem.retryable = true;
    problem.detail(error.to_string())
}
