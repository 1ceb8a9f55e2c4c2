//! The world of a recording: what passed then is answered again, in order, until a plugin asks for
//! something else.
//!
//! Compared is what a plugin does to the world, requests and values. What it only reads is answered:
//! settings by name, clocks and randomness in the order of the recording, the last time again when a
//! build reads its clock more often than the recorded one did. What it writes to its log is its own
//! affair. A sleep returns at once; the order among several timers is not promised.

mod difference;
mod reading;

pub use difference::{Difference, of_endings, outcome};

use super::calls::{HostCalls, Waiting};
use super::failure::Failure;
use super::log::LogLine;
use super::store::{StoreCalls, Stored};
use crate::model::http::{Body, HttpError, Request, Response};
use crate::model::problem::Code;
use crate::model::recording::{Received, Recording, Sent, Step, StoreAnswer, StoreCall, Written};
use crate::model::store::{StoreChanges, StoreError};
use crate::model::usage::Used;
use reading::Reading;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// A recording that is played back, for one call.
pub struct Replay {
    recording: Arc<Recording>,
    reading: Mutex<Reading>,
    failure: Failure,
    stopped: Notify,
}

/// Why a replay does not go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The plugin does something else than what was recorded.
    Differs(Difference),
    /// The recorded call was cut off here, while it waited.
    CutOff,
    /// What comes next is not in the recording; the text says why.
    Missing(String),
}

impl std::fmt::Debug for Replay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replay")
            .field("recording", &self.recording.id)
            .finish_non_exhaustive()
    }
}

impl Replay {
    /// Plays a recording from its beginning.
    pub fn of(recording: Arc<Recording>) -> Self {
        Self {
            reading: Mutex::default(),
            recording,
            failure: Failure::default(),
            stopped: Notify::new(),
        }
    }

    /// Waits until the replay cannot go on. A call that comes to its end does not get there.
    pub async fn stopped(&self) -> Stop {
        loop {
            if let Some(stop) = &self.reading().stop {
                return stop.clone();
            }
            self.stopped.notified().await;
        }
    }

    /// What was recorded and not asked for again, when the call has ended.
    pub fn rest(&self) -> Option<Difference> {
        let mut reading = self.reading();
        let (number, step) = reading.next(&self.recording)?;
        Some(Difference::missing(number, step))
    }

    /// How many of the recorded requests and values were asked for again.
    pub fn answered(&self) -> usize {
        self.reading().answered
    }

    /// What the plugin wrote to its log.
    pub fn lines(&self) -> Vec<LogLine> {
        self.reading().lines.clone()
    }

    /// Ends the replay here and never answers.
    async fn stop<T>(&self, stop: Stop) -> T {
        self.reading().stop.get_or_insert(stop);
        self.stopped.notify_one();
        std::future::pending().await
    }

    fn reading(&self) -> MutexGuard<'_, Reading> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was answered to these requests, or why the replay ends at them.
    fn http(&self, requests: &[Sent]) -> Result<Answers, Stop> {
        let mut reading = self.reading();
        let came = |number| Difference::unexpected_requests(number, requests, &self.recording);
        let Some((number, step)) = reading.next(&self.recording) else {
            return Err(self.at_end(came(reading.answered + 1)));
        };
        let Step::Http {
            requests: expected,
            answers,
        } = step
        else {
            return Err(Stop::Differs(Difference::another(
                number,
                step,
                &came(number),
            )));
        };
        if let Some(difference) = difference::of_requests(number, expected, requests) {
            return Err(Stop::Differs(difference));
        }
        let Some(answers) = answers else {
            return Err(Stop::CutOff);
        };
        reading.answered += 1;
        reading.requests += requests.len() as u64;
        let answers = answers.iter().map(|answer| match answer {
            Ok(received) => Ok(Ok(response(number, received)?)),
            Err(error) => Ok(Err(error.clone())),
        });
        answers.collect()
    }

    /// What was answered to this operation, or why the replay ends at it.
    fn stored(&self, call: &StoreCall) -> Result<Result<StoreAnswer, StoreError>, Stop> {
        let mut reading = self.reading();
        let Some((number, step)) = reading.next(&self.recording) else {
            let number = reading.answered + 1;
            let came = Difference::unexpected_value(number, call, &self.recording);
            return Err(self.at_end(came));
        };
        let came = Difference::unexpected_value(number, call, &self.recording);
        let Step::Store {
            call: expected,
            answer,
        } = step
        else {
            return Err(Stop::Differs(Difference::another(number, step, &came)));
        };
        if expected != call {
            return Err(Stop::Differs(Difference::another(number, step, &came)));
        }
        let answer = answer.clone().ok_or(Stop::CutOff)?;
        reading.answered += 1;
        Ok(answer)
    }

    /// The plugin asks for more than was recorded.
    fn at_end(&self, came: Difference) -> Stop {
        match self.recording.whole {
            true => Stop::Differs(came),
            false => Stop::Missing(
                "the recording ends here, before the call did: it had reached its size".to_owned(),
            ),
        }
    }

    async fn store_call<T>(
        &self,
        call: StoreCall,
        read: impl FnOnce(StoreAnswer) -> Option<T>,
    ) -> Result<T, StoreError> {
        let stop = match self.stored(&call) {
            Ok(Ok(answer)) => match read(answer) {
                Some(value) => return Ok(value),
                None => Stop::Missing("an answer of the store is of another kind".to_owned()),
            },
            Ok(Err(error)) => return Err(error),
            Err(stop) => stop,
        };
        self.stop(stop).await
    }
}

type Answers = Vec<Result<Response, HttpError>>;

fn response(number: usize, received: &Received) -> Result<Response, Stop> {
    let body = match &received.body {
        Written::Text(text) => Body::Text(text.clone()),
        Written::Withheld { bytes } => {
            return Err(Stop::Missing(format!(
                "the body that call {number} was answered with is not in the recording: {bytes} \
                 bytes that are no text, or too many to be kept"
            )));
        }
    };
    Ok(Response {
        status: received.status,
        headers: received.headers.clone(),
        body,
    })
}

impl HostCalls for Replay {
    fn wall_clock(&self) -> Duration {
        self.reading().wall(&self.recording)
    }

    fn monotonic_clock(&self) -> Duration {
        self.reading().monotonic(&self.recording)
    }

    fn random(&self, into: &mut [u8]) {
        self.reading().random(&self.recording, into);
    }

    fn sleep(&self, _until: Option<Instant>) -> Waiting<'_, ()> {
        let (over, last) = self.reading().sleep(&self.recording);
        let deadline = Code::CallDeadlineExceeded.as_str();
        let cut_off = last && self.recording.ending.code.as_deref() == Some(deadline);
        Box::pin(async move {
            match (over, cut_off) {
                (true, _) => {}
                (false, true) => self.stop(Stop::CutOff).await,
                // Something else woke it up.
                (false, false) => std::future::pending().await,
            }
        })
    }

    fn setting(&self, name: &str) -> Option<String> {
        let mut settings = self.recording.settings.iter();
        let found = settings.find(|(known, _)| known == name)?;
        Some(found.1.clone())
    }

    fn settings(&self) -> Vec<(String, String)> {
        self.recording.settings.clone()
    }

    fn log(&self, line: LogLine) {
        self.reading().lines.push(line);
    }

    fn send(&self, requests: Vec<Request>) -> Waiting<'_, Vec<Result<Response, HttpError>>> {
        let sent: Vec<Sent> = requests.iter().map(Sent::of).collect();
        Box::pin(async move {
            match self.http(&sent) {
                Ok(answers) => {
                    let errors = answers.iter().filter_map(|answer| answer.as_ref().err());
                    errors.for_each(|error| self.failure.remember(error));
                    answers
                }
                Err(stop) => self.stop(stop).await,
            }
        })
    }

    fn http_failure(&self) -> Option<HttpError> {
        self.failure.noted()
    }

    fn store(&self) -> &dyn StoreCalls {
        self
    }

    fn http_requests(&self) -> Used {
        Used {
            used: self.reading().requests,
            limit: self.recording.usage.http_requests.limit,
        }
    }

    fn http_bytes(&self) -> Used {
        self.recording.usage.http_bytes
    }
}

impl StoreCalls for Replay {
    fn get<'a>(&'a self, key: &'a str) -> Stored<'a, Option<String>> {
        let call = StoreCall::Get {
            key: key.to_owned(),
        };
        Box::pin(self.store_call(call, |answer| match answer {
            StoreAnswer::Value(value) => Some(value),
            _ => None,
        }))
    }

    fn set(&self, key: String, value: String, ttl_s: Option<u32>) -> Stored<'_, ()> {
        let call = StoreCall::Set { key, value, ttl_s };
        Box::pin(self.store_call(call, done))
    }

    fn compare_and_set(
        &self,
        key: String,
        expected: Option<String>,
        value: String,
        ttl_s: Option<u32>,
    ) -> Stored<'_, bool> {
        let call = StoreCall::CompareAndSet {
            key,
            expected,
            value,
            ttl_s,
        };
        Box::pin(self.store_call(call, |answer| match answer {
            StoreAnswer::Swapped(swapped) => Some(swapped),
            _ => None,
        }))
    }

    fn increment(&self, key: String, delta: i64) -> Stored<'_, i64> {
        let call = StoreCall::Increment { key, delta };
        Box::pin(self.store_call(call, |answer| match answer {
            StoreAnswer::Sum(sum) => Some(sum),
            _ => None,
        }))
    }

    fn remove(&self, key: String) -> Stored<'_, ()> {
        Box::pin(self.store_call(StoreCall::Remove { key }, done))
    }

    fn list_keys<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a str>,
        limit: u32,
    ) -> Stored<'a, Vec<String>> {
        let call = StoreCall::ListKeys {
            prefix: prefix.to_owned(),
            after: after.map(str::to_owned),
            limit,
        };
        Box::pin(self.store_call(call, |answer| match answer {
            StoreAnswer::Keys(keys) => Some(keys),
            _ => None,
        }))
    }

    /// What a replayed call writes goes nowhere: that it writes the same was compared.
    fn take_changes(&self) -> StoreChanges {
        StoreChanges::default()
    }

    fn operations(&self) -> Used {
        self.recording.usage.store_ops
    }

    fn bytes(&self) -> Used {
        self.recording.usage.store_bytes
    }
}

fn done(answer: StoreAnswer) -> Option<()> {
    matches!(answer, StoreAnswer::Done).then_some(())
}

#[cfg(test)]
mod tests;
