//! The lane for calls that compute for long: they take turns there, and the rest of the workers
//! stay free for calls that do not.
//!
//! Without it, many spinning guests would each hold every other call back by one tick, in turn on
//! all workers. A call enters the lane after a few ticks and keeps its place only while it
//! computes: one that waits for HTTP has left it.

use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Ticks of processor time that a call has before it takes turns: what an honest guest of any
/// language needs for a card.
pub(super) const FREE_TICKS: u32 = 4;

/// The lane itself, shared by all calls of an engine.
#[derive(Clone)]
pub(super) struct Lane(Arc<Semaphore>);

impl Lane {
    /// Leaves one worker out of `workers` free, where there is more than one.
    pub(super) fn new(workers: usize) -> Self {
        Self(Arc::new(Semaphore::new(workers.saturating_sub(1).max(1))))
    }
}

/// One call's place in the lane, when it has one.
pub(super) struct Turn {
    lane: Lane,
    place: Arc<Mutex<Option<OwnedSemaphorePermit>>>,
}

impl Turn {
    pub(super) fn new(lane: Lane) -> Self {
        Self {
            lane,
            place: Arc::default(),
        }
    }

    /// Gives the place back.
    pub(super) fn leave(&self) {
        let place = self
            .place
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        drop(place);
    }

    /// Gives the place back and waits for the next turn.
    pub(super) fn next(&self) -> impl Future<Output = ()> + Send + use<> {
        self.leave();
        let (semaphore, place) = (Arc::clone(&self.lane.0), Arc::clone(&self.place));
        async move {
            // A place is free more often than not, and then `acquire` would not let others run.
            tokio::task::yield_now().await;
            // Nobody closes the semaphore; a call without a place would only be less polite.
            let permit = semaphore.acquire_owned().await.ok();
            *place.lock().unwrap_or_else(PoisonError::into_inner) = permit;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::poll;

    #[tokio::test]
    async fn one_worker_stays_free_and_who_waits_for_a_server_leaves_the_lane() {
        let lane = Lane::new(2);
        let (first, second) = (Turn::new(lane.clone()), Turn::new(lane));
        first.next().await;
        let waiting = second.next();
        tokio::pin!(waiting);
        // Once to yield, once to find the only place taken.
        assert!(poll!(&mut waiting).is_pending());
        tokio::task::yield_now().await;
        assert!(poll!(&mut waiting).is_pending(), "the place is taken");
        first.leave();
        assert!(poll!(&mut waiting).is_ready(), "the place is free again");
    }

    #[tokio::test]
    async fn a_call_that_ends_in_the_lane_gives_its_place_back() {
        let lane = Lane::new(1);
        let ended = Turn::new(lane.clone());
        ended.next().await;
        drop(ended);
        Turn::new(lane).next().await;
    }
}
