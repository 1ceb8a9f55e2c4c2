//! Places to run in: a gate for each plugin, and the slot that it hands out.

use super::lane::{self, Lane};
use crate::model::problem::{Code, Problem};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// One plugin's places, and the line in front of them. It outlives reloads.
#[derive(Debug)]
pub struct Gate {
    places: Arc<Semaphore>,
    concurrency: u32,
    waiting: AtomicU32,
    queue: u32,
    turns: Lane,
}

/// A place to run in until a deadline. `Engine::invoke` takes one; only a gate makes one.
#[derive(Debug)]
pub struct Slot {
    deadline: Instant,
    begun: Instant,
    turns: Lane,
    _plugin: OwnedSemaphorePermit,
    _pool: OwnedSemaphorePermit,
}

/// The pool's places, over all plugins.
#[derive(Clone, Debug)]
pub struct Pool(Arc<Semaphore>);

impl Pool {
    /// As many places as the engine has instances.
    pub(super) fn new(instances: u32) -> Self {
        Self(Arc::new(Semaphore::new(instances as usize)))
    }
}

impl Slot {
    /// When the call has to be over.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Where the plugin's calls take turns with each other.
    pub(super) fn turns(&self) -> &Lane {
        &self.turns
    }

    /// When the wait for this place began; the deadline counts from then.
    pub fn begun(&self) -> Instant {
        self.begun
    }
}

impl Gate {
    /// A gate with `concurrency` places and a line of `queue` in front.
    pub fn new(concurrency: u32, queue: u32) -> Self {
        Self {
            places: Arc::new(Semaphore::new(concurrency as usize)),
            concurrency,
            waiting: AtomicU32::new(0),
            queue,
            turns: Lane::of_plugin(lane::workers()),
        }
    }

    /// Waits for a place, at most until `deadline`. Dropping the wait leaves the line.
    ///
    /// # Errors
    /// `call.busy` when the line is full or no place came free in time.
    pub async fn admit(&self, pool: &Pool, deadline: Instant) -> Result<Slot, Problem> {
        let begun = Instant::now();
        let plugin = match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => place,
            Err(_) => self.wait(deadline).await?,
        };
        let pool = match Arc::clone(&pool.0).try_acquire_owned() {
            Ok(place) => place,
            Err(_) => in_time(&pool.0, deadline)
                .await
                .ok_or_else(|| self.busy())?,
        };
        Ok(Slot {
            deadline,
            begun,
            turns: self.turns.clone(),
            _plugin: plugin,
            _pool: pool,
        })
    }

    async fn wait(&self, deadline: Instant) -> Result<OwnedSemaphorePermit, Problem> {
        let line = Line(&self.waiting);
        if self.waiting.fetch_add(1, Ordering::SeqCst) >= self.queue {
            return Err(self.busy());
        }
        let place = in_time(&self.places, deadline).await;
        drop(line);
        place.ok_or_else(|| self.busy())
    }

    fn busy(&self) -> Problem {
        let mut problem = Problem::new(Code::CallBusy, "The plugin is busy; try again.")
            .of_limit(u64::from(self.concurrency), u64::from(self.concurrency));
        problem.retryable = true;
        problem
    }
}

/// Leaves the line when dropped, however the wait ends.
struct Line<'a>(&'a AtomicU32);

impl Drop for Line<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn in_time(semaphore: &Arc<Semaphore>, deadline: Instant) -> Option<OwnedSemaphorePermit> {
    let place = Arc::clone(semaphore).acquire_owned();
    tokio::time::timeout_at(deadline, place).await.ok()?.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(50)
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_gate_is_busy_after_the_deadline_and_free_when_a_slot_is_dropped() {
        let (gate, pool) = (Gate::new(1, 1), Pool::new(9));
        let held = gate.admit(&pool, soon()).await.expect("a free place");
        let refused = gate.admit(&pool, soon()).await.expect_err("no place");
        assert_eq!(refused.code, Code::CallBusy);
        drop(held);
        gate.admit(&pool, soon()).await.expect("the place again");
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_line_refuses_at_once_and_a_left_line_has_room() {
        let (gate, pool) = (Gate::new(1, 1), Pool::new(9));
        let _held = gate.admit(&pool, soon()).await.expect("a free place");
        let begun = Instant::now();
        {
            let waiting = gate.admit(&pool, soon());
            tokio::pin!(waiting);
            assert!(futures_util::poll!(&mut waiting).is_pending());
            assert!(gate.admit(&pool, soon()).await.is_err());
            assert_eq!(Instant::now(), begun, "a full line does not wait");
        }
        assert_eq!(gate.waiting.load(Ordering::SeqCst), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn the_pool_bounds_all_plugins_together() {
        let (one, other, pool) = (Gate::new(4, 4), Gate::new(4, 4), Pool::new(1));
        let _held = one.admit(&pool, soon()).await.expect("a free place");
        assert!(other.admit(&pool, soon()).await.is_err());
    }
}
