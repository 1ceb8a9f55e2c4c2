//! How many requests of one plugin are under way at one time, over all of its calls.

use crate::model::http::{HttpError, Phase};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

/// One plugin's places for requests. Its calls share them, and so do the calls before and after a
/// reload. Nobody can queue up without end: a plugin has so many calls at one time, and each so
/// many requests.
#[derive(Debug)]
pub struct HttpPlaces(Semaphore);

impl HttpPlaces {
    /// So many places.
    pub fn new(concurrency: u32) -> Self {
        Self(Semaphore::new(concurrency as usize))
    }

    /// A place for one request, in the order of asking; given back when dropped.
    ///
    /// # Errors
    /// `Timeout` while connecting, when none came free in time. Nothing was sent then.
    pub(super) async fn take(&self, deadline: Instant) -> Result<SemaphorePermit<'_>, HttpError> {
        if let Ok(place) = self.0.try_acquire() {
            return Ok(place);
        }
        let place = timeout_at(deadline, self.0.acquire()).await;
        place
            .ok()
            .and_then(Result::ok)
            .ok_or(HttpError::Timeout(Phase::Connect))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn a_place_is_waited_for_until_the_deadline_and_comes_back() {
        let places = HttpPlaces::new(1);
        let soon = || Instant::now() + Duration::from_secs(7);
        let held = places.take(soon()).await.expect("a free place");
        let began = Instant::now();
        let error = places.take(soon()).await.expect_err("no place");
        assert_eq!(error, HttpError::Timeout(Phase::Connect));
        assert_eq!(began.elapsed().as_secs(), 7);
        let waiting = places.take(soon());
        tokio::pin!(waiting);
        assert!(futures_util::poll!(&mut waiting).is_pending());
        drop(held);
        assert!(waiting.await.is_ok());
    }
}
