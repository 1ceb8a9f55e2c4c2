//! The line in front of the compiler: so many at one time, so many that wait, and nobody more.

use crate::model::problem::{Code, Problem};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A line, first come first served.
#[derive(Debug)]
pub(super) struct Line {
    places: Arc<Semaphore>,
    waiting: AtomicU32,
    most: u32,
}

impl Line {
    /// `places` at one time, `most` that wait.
    pub(super) fn new(places: usize, most: u32) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places)),
            waiting: AtomicU32::new(0),
            most,
        }
    }

    /// Waits for a place. Dropping the wait leaves the line.
    ///
    /// # Errors
    /// `load.busy` at once when enough wait already.
    pub(super) async fn enter(&self) -> Result<OwnedSemaphorePermit, Problem> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Ok(place);
        }
        let _here = Waiting(&self.waiting);
        let before = self.waiting.fetch_add(1, Ordering::SeqCst);
        if before >= self.most {
            return Err(self.busy(before));
        }
        let place = Arc::clone(&self.places).acquire_owned().await;
        // Nobody closes the semaphore.
        place.map_err(|_| self.busy(before))
    }

    fn busy(&self, waiting: u32) -> Problem {
        let mut problem = Problem::new(
            Code::LoadBusy,
            "Other plugins are being compiled; this one is tried again soon.",
        )
        .of_limit(waiting.into(), self.most.into());
        problem.retryable = true;
        problem
    }
}

/// Leaves the line when dropped, however the wait ends.
struct Waiting<'a>(&'a AtomicU32);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn one_more_than_may_wait_is_told_to_come_again() {
        let line = Line::new(1, 2);
        let place = line.enter().await.expect("the only place");
        let mut second = Box::pin(line.enter());
        let mut third = Box::pin(line.enter());
        assert!(second.as_mut().now_or_never().is_none(), "waits");
        assert!(third.as_mut().now_or_never().is_none(), "waits");
        let fourth = line.enter().await.expect_err("a full line");
        assert_eq!(fourth.code, Code::LoadBusy);
        assert!(fourth.retryable);
        assert_eq!((fourth.used, fourth.limit), (Some(2), Some(2)));
        drop(second);
        let mut fifth = Box::pin(line.enter());
        assert!(
            fifth.as_mut().now_or_never().is_none(),
            "who left made room"
        );
        drop(place);
        let place = third.await.expect("the next");
        drop(place);
        assert!(fifth.await.is_ok());
    }
}
