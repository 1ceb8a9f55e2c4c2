//! The seam between a running plugin and the world.
//!
//! Every call to the host, every clock read and every random draw of one plugin call goes through
//! one `HostCalls`, so that a run can be recorded here and played back. The engine owns none of
//! what stands behind it.

use super::log::LogLine;
use super::store::{NoStore, StoreCalls};
use crate::model::http::{HttpError, Request, Response};
use crate::model::store::StoreError;
use crate::model::usage::Used;
use std::pin::Pin;
use std::time::Duration;
use tokio::time::Instant;

/// A future that is boxed because the seam is one trait object a call.
pub type Waiting<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What one plugin call can learn from the world and do to it.
pub trait HostCalls: Send + Sync {
    /// Time since 1970, in whole milliseconds: finer clocks help nobody but an attacker.
    fn wall_clock(&self) -> Duration;

    /// Time since the call began, in whole milliseconds.
    fn monotonic_clock(&self) -> Duration;

    /// Fills `into` with random bytes.
    fn random(&self, into: &mut [u8]);

    /// Waits until then, or for ever. It may be asked again and again, and dropped in between.
    fn sleep(&self, until: Option<Instant>) -> Waiting<'_, ()>;

    /// One setting of this installation.
    fn setting(&self, name: &str) -> Option<String>;

    /// All settings of this installation that have a value, in the manifest's order.
    fn settings(&self) -> Vec<(String, String)>;

    /// Writes one line.
    fn log(&self, line: LogLine);

    /// Sends requests side by side; answers in their order.
    fn send(&self, requests: Vec<Request>) -> Waiting<'_, Vec<Result<Response, HttpError>>>;

    /// The failure that most likely made the plugin give up: the first refusal, else the last
    /// failure.
    fn http_failure(&self) -> Option<HttpError>;

    /// The values of this installation.
    fn store(&self) -> &dyn StoreCalls;

    /// HTTP requests so far.
    fn http_requests(&self) -> Used;

    /// HTTP bytes so far, both ways.
    fn http_bytes(&self) -> Used;
}

/// A world without anything in it: every request and every value is refused, there are no settings,
/// the clocks stand still and randomness is zeros. Manifests are read in it.
#[derive(Debug)]
pub struct NoWorld {
    store: NoStore,
}

impl Default for NoWorld {
    fn default() -> Self {
        let why = "nothing may be read or written while the plugin is loaded";
        Self {
            store: NoStore(StoreError::Quota(why.to_owned())),
        }
    }
}

impl HostCalls for NoWorld {
    fn wall_clock(&self) -> Duration {
        Duration::ZERO
    }

    fn monotonic_clock(&self) -> Duration {
        Duration::ZERO
    }

    fn random(&self, into: &mut [u8]) {
        into.fill(0);
    }

    fn sleep(&self, until: Option<Instant>) -> Waiting<'_, ()> {
        Box::pin(async move {
            match until {
                Some(until) => tokio::time::sleep_until(until).await,
                None => std::future::pending().await,
            }
        })
    }

    fn setting(&self, _name: &str) -> Option<String> {
        None
    }

    fn settings(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    fn log(&self, _line: LogLine) {}

    fn send(&self, requests: Vec<Request>) -> Waiting<'_, Vec<Result<Response, HttpError>>> {
        let refusal = || {
            Err(HttpError::Quota(
                "nothing may be asked while the plugin is loaded".into(),
            ))
        };
        let answers = requests.iter().map(|_| refusal()).collect();
        Box::pin(std::future::ready(answers))
    }

    fn http_failure(&self) -> Option<HttpError> {
        None
    }

    fn store(&self) -> &dyn StoreCalls {
        &self.store
    }

    fn http_requests(&self) -> Used {
        Used::default()
    }

    fn http_bytes(&self) -> Used {
        Used::default()
    }
}
