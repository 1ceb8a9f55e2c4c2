//! Taking turns: who computes for long makes room for others, and a plugin does not fill the workers'
//! own queue with its calls.
//!
//! Without it, many spinning guests would each hold every other call back by one tick, in turn on
//! all workers. A call that is interrupted for the first time takes turns with the calls of its own
//! plugin, and after a few ticks with all that compute for long. It keeps its place only while it
//! computes: one that waits for HTTP, or sleeps, gives it to the next.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Ticks of processor time that a call has before it takes turns with everybody: what an honest guest
/// of any language needs for a card.
pub(super) const FREE_TICKS: u32 = 4;

/// Calls that take turns, first come first served.
#[derive(Clone, Debug)]
pub(super) struct Lane(Arc<Semaphore>);

impl Lane {
    /// For all calls that compute for long: leaves one worker out of `workers` free, where there is
    /// more than one.
    pub(super) fn of_all(workers: usize) -> Self {
        Self(Arc::new(Semaphore::new(workers.saturating_sub(1).max(1))))
    }

    /// For one plugin's calls: as many as can compute at one time. More of them in the workers' queue
    /// would make nothing faster, and would stand there before other plugins' calls.
    pub(super) fn of_plugin(workers: usize) -> Self {
        Self(Arc::new(Semaphore::new(workers.max(1))))
    }
}

/// Threads that run calls, where nobody says how many there are.
pub(super) fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// One call's place, when it has one.
#[derive(Clone)]
pub(super) struct Turn {
    all: Lane,
    plugin: Lane,
    place: Arc<Mutex<Option<OwnedSemaphorePermit>>>,
}

impl Turn {
    pub(super) fn new(all: Lane, plugin: Lane) -> Self {
        Self {
            all,
            plugin,
            place: Arc::default(),
        }
    }

    /// Gives the place back and waits for the next turn, of a call that has computed for so long.
    pub(super) fn next(&self, ticks: u32) -> impl Future<Output = ()> + Send + use<> {
        let lane = match ticks > FREE_TICKS {
            true => &self.all,
            false => &self.plugin,
        };
        self.put(None);
        let (semaphore, turn) = (Arc::clone(&lane.0), self.clone());
        async move {
            // A place is free more often than not, and then `acquire` would not let others run.
            tokio::task::yield_now().await;
            // Nobody closes the semaphore; a call without a place would only be less polite.
            let permit = semaphore.acquire_owned().await.ok();
            turn.put(permit);
        }
    }

    /// Runs a call. Whenever it stops it waits for something, and so needs no place: for its turn, for
    /// a server, or until a time.
    pub(super) async fn taking_turns<T>(self, call: impl Future<Output = T>) -> T {
        let mut call = pin!(call);
        poll_fn(|context| {
            let polled = call.as_mut().poll(context);
            if polled.is_pending() {
                self.put(None);
            }
            polled
        })
        .await
    }

    fn put(&self, permit: Option<OwnedSemaphorePermit>) {
        let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *place, permit);
        drop(place);
        drop(before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::poll;

    fn turn(all: &Lane) -> Turn {
        Turn::new(all.clone(), Lane::of_plugin(2))
    }

    #[tokio::test]
    async fn one_worker_stays_free_and_who_waits_leaves_the_lane() {
        let all = Lane::of_all(2);
        let (first, second) = (turn(&all), turn(&all));
        let computing = first.next(FREE_TICKS + 1);
        let sleeping = async {
            computing.await;
            std::future::pending::<()>().await;
        };
        let mut first = pin!(first.clone().taking_turns(sleeping));
        assert!(poll!(&mut first).is_pending(), "yields");
        let mut waiting = pin!(second.next(FREE_TICKS + 1));
        assert!(
            poll!(&mut first).is_pending(),
            "takes its turn, then sleeps"
        );
        assert!(poll!(&mut waiting).is_pending(), "yields");
        tokio::task::yield_now().await;
        assert!(poll!(&mut waiting).is_ready(), "who sleeps has no place");
        let mut third = pin!(turn(&all).next(FREE_TICKS + 1));
        assert!(poll!(&mut third).is_pending(), "yields");
        tokio::task::yield_now().await;
        assert!(poll!(&mut third).is_pending(), "the only place is taken");
        drop(second);
        assert!(
            poll!(&mut third).is_ready(),
            "a call that ends gives it back"
        );
    }

    #[tokio::test]
    async fn calls_of_one_plugin_take_turns_and_another_plugin_is_not_held_up() {
        let (all, plugin) = (Lane::of_all(2), Lane::of_plugin(1));
        let one = Turn::new(all.clone(), plugin.clone());
        one.next(1).await;
        let mut same = pin!(Turn::new(all.clone(), plugin).next(1));
        assert!(poll!(&mut same).is_pending(), "yields");
        tokio::task::yield_now().await;
        assert!(poll!(&mut same).is_pending(), "the plugin's only place");
        turn(&all).next(1).await;
        turn(&all).next(FREE_TICKS + 1).await;
        drop(one);
        assert!(
            poll!(&mut same).is_ready(),
            "a call that ends gives it back"
        );
    }
}
