//! The world as it is: real time, real randomness, real requests.

use super::calls::{HostCalls, Waiting};
use super::clock::Clock;
use super::failure::Failure;
use super::http::{HttpBudget, HttpClient, HttpPlaces, Terms};
use super::installation::Installation;
use super::log::{Author, LogLine, LogSink};
use super::recording::Recorder;
use super::scrub::scrub;
use super::session::Session;
use super::store::StoreCalls;
use crate::model::http::{HttpError, Request, Response};
use crate::model::id::InstallationId;
use crate::model::usage::Used;
use crate::policy::limits::Limits;
use crate::storage::Storage;
use rand::Rng;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// What every call shares.
#[derive(Clone)]
pub struct World {
    /// The way out.
    pub http: Arc<HttpClient>,
    /// Where plugins' lines go.
    pub log: Arc<dyn LogSink>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where plugins' values are kept; without it they have none.
    pub storage: Option<Arc<dyn Storage>>,
    /// Which calls are recorded.
    pub recorder: Recorder,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").finish_non_exhaustive()
    }
}

/// One call's seam to the live world.
pub struct Live {
    world: World,
    installation: Arc<Installation>,
    author: Author,
    places: Arc<HttpPlaces>,
    budget: HttpBudget,
    store: Session,
    begun: Duration,
    deadline: Instant,
    failure: Failure,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live")
            .field("author", &self.author)
            .finish_non_exhaustive()
    }
}

impl Live {
    /// A seam for one call of one installation, which has to be over at `deadline`. `places` are
    /// the plugin's, for all of its calls.
    pub fn new(
        world: &World,
        installation: Arc<Installation>,
        author: Author,
        limits: &Limits,
        places: Arc<HttpPlaces>,
        deadline: Instant,
    ) -> Self {
        let of = InstallationId {
            plugin: author.plugin.clone(),
            account: author.account.clone(),
        };
        Self {
            world: world.clone(),
            store: Session::new(world.storage.clone(), Arc::clone(&world.clock), of, limits),
            installation,
            author,
            places,
            budget: HttpBudget::new(limits),
            begun: world.clock.monotonic(),
            deadline,
            failure: Failure::default(),
        }
    }

    async fn send_each(&self, requests: Vec<Request>) -> Vec<Result<Response, HttpError>> {
        let Installation {
            secrets, egress, ..
        } = self.installation.as_ref();
        let terms = Terms {
            policy: egress,
            secrets,
            places: &self.places,
            budget: &self.budget,
            deadline: self.deadline,
        };
        let answers = self.world.http.send_all(requests, &terms).await;
        for error in answers.iter().filter_map(|answer| answer.as_ref().err()) {
            self.remember(error);
        }
        answers
    }

    fn remember(&self, error: &HttpError) {
        self.failure.remember(error);
        if let HttpError::Denied(denial) = error {
            tracing::warn!(
                plugin = %self.author.plugin,
                account = %self.author.account,
                request = %self.author.request_id,
                rule = %denial.rule,
                why = ?denial.why,
                hint = denial.hint,
                "request refused"
            );
            self.world.log.denied(&self.author, denial);
        }
    }
}

impl HostCalls for Live {
    fn wall_clock(&self) -> Duration {
        coarse(self.world.clock.wall())
    }

    fn monotonic_clock(&self) -> Duration {
        coarse(self.world.clock.monotonic().saturating_sub(self.begun))
    }

    fn random(&self, into: &mut [u8]) {
        rand::rng().fill_bytes(into);
    }

    fn sleep(&self, until: Option<Instant>) -> Waiting<'_, ()> {
        Box::pin(async move {
            match until {
                // Even no time at all lets sockets be looked at: some run times wait in a loop.
                Some(until) if until <= Instant::now() => tokio::task::yield_now().await,
                Some(until) => tokio::time::sleep_until(until).await,
                None => std::future::pending().await,
            }
        })
    }

    fn setting(&self, name: &str) -> Option<String> {
        let settings = &self.installation.settings;
        settings
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    }

    fn settings(&self) -> Vec<(String, String)> {
        self.installation.settings.clone()
    }

    fn log(&self, line: LogLine) {
        let clean = |text| scrub(&self.installation.secrets, text);
        let line = LogLine {
            level: line.level,
            message: clean(line.message),
            fields: line
                .fields
                .into_iter()
                .map(|(name, value)| (name, clean(value)))
                .collect(),
        };
        self.world.log.write(&self.author, line);
    }

    fn send(&self, requests: Vec<Request>) -> Waiting<'_, Vec<Result<Response, HttpError>>> {
        Box::pin(self.send_each(requests))
    }

    fn http_failure(&self) -> Option<HttpError> {
        self.failure.noted()
    }

    fn store(&self) -> &dyn StoreCalls {
        &self.store
    }

    fn http_requests(&self) -> Used {
        self.budget.used_requests()
    }

    fn http_bytes(&self) -> Used {
        self.budget.used_bytes()
    }
}

/// Whole milliseconds: finer clocks help nobody but an attacker.
fn coarse(time: Duration) -> Duration {
    Duration::from_millis(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::super::http::SystemResolver;
    use super::super::log::TracingLog;
    use super::*;
    use crate::model::id::{AccountId, PluginId, RequestId};
    use std::sync::atomic::{AtomicU64, Ordering};

    /// Stands at so many nanoseconds on both clocks.
    #[derive(Default)]
    struct Stopped(AtomicU64);

    impl Clock for Stopped {
        fn wall(&self) -> Duration {
            Duration::from_nanos(self.0.load(Ordering::Relaxed))
        }

        fn monotonic(&self) -> Duration {
            self.wall()
        }
    }

    fn call(clock: &Arc<Stopped>) -> Live {
        let world = World {
            http: Arc::new(HttpClient::new(
                Arc::default(),
                Arc::new(SystemResolver::default()),
            )),
            log: Arc::new(TracingLog),
            clock: Arc::clone(clock) as _,
            storage: None,
            recorder: Recorder::default(),
        };
        let installation = Arc::new(Installation {
            settings: Vec::new(),
            secrets: super::super::secret::Secrets::default(),
            egress: crate::policy::egress::EgressPolicy::default(),
        });
        let author = Author {
            plugin: PluginId::parse("a").expect("an id"),
            account: AccountId::default(),
            request_id: RequestId::new("r"),
        };
        let places = Arc::new(HttpPlaces::new(1));
        let limits = Limits::default();
        Live::new(
            &world,
            installation,
            author,
            &limits,
            places,
            Instant::now(),
        )
    }

    #[tokio::test]
    async fn clocks_go_by_whole_milliseconds_and_begin_with_the_call() {
        let clock = Arc::new(Stopped::default());
        for (begun, now, wall, passed) in [
            (1_500_000, 1_500_000, 1, 0),
            (1_500_000, 2_499_999, 2, 0),
            (1_500_000, 2_500_000, 2, 1),
            (999_999_999, 4_999_999_999, 4_999, 4_000),
        ] {
            clock.0.store(begun, Ordering::Relaxed);
            let call = call(&clock);
            clock.0.store(now, Ordering::Relaxed);
            assert_eq!(call.wall_clock(), Duration::from_millis(wall));
            assert_eq!(call.monotonic_clock(), Duration::from_millis(passed));
        }
    }

    #[tokio::test]
    async fn two_calls_draw_different_numbers() {
        let clock = Arc::default();
        let draw = || {
            let mut bytes = [0; 32];
            call(&clock).random(&mut bytes);
            bytes
        };
        assert_ne!(draw(), draw());
    }
}
