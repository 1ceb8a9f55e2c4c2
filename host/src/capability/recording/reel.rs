//! The seam that writes down what passes through it.

use crate::capability::calls::{HostCalls, Waiting};
use crate::capability::log::LogLine;
use crate::capability::store::{StoreCalls, Stored};
use crate::model::http::{Body, HeaderValue, HttpError, Request, Response};
use crate::model::recording::{Received, Sent, Step, StoreAnswer, StoreCall, Written};
use crate::model::store::{StoreChanges, StoreError};
use crate::model::usage::Used;
use crate::policy::recording::{BODY_BYTES, RECORDING_BYTES, STEPS};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The live world, and what passed so far.
pub(super) struct Reel {
    live: Arc<dyn HostCalls>,
    steps: Mutex<Steps>,
}

#[derive(Default)]
struct Steps {
    all: Vec<Step>,
    bytes: usize,
    /// Something did not fit, and so nothing that comes after it is written down.
    full: bool,
    /// Until when each sleep lasts, and where it stands: whoever waits for several things asks again
    /// and again.
    asleep: HashMap<Option<Instant>, usize>,
}

impl std::fmt::Debug for Reel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reel").finish_non_exhaustive()
    }
}

impl Reel {
    pub(super) fn new(live: Arc<dyn HostCalls>) -> Self {
        Self {
            live,
            steps: Mutex::default(),
        }
    }

    /// What passed, and whether that is all.
    pub(super) fn take(&self) -> (Vec<Step>, bool) {
        let mut steps = self.steps();
        let whole = !steps.full;
        (std::mem::take(&mut steps.all), whole)
    }

    /// Begins a call of the store; what comes back is written down by `stored`.
    fn store_call(&self, call: StoreCall) -> Option<usize> {
        let bytes = match &call {
            StoreCall::Set { key, value, .. } | StoreCall::CompareAndSet { key, value, .. } => {
                key.len() + value.len()
            }
            StoreCall::Get { key }
            | StoreCall::Remove { key }
            | StoreCall::Increment { key, .. }
            | StoreCall::ListKeys { prefix: key, .. } => key.len(),
        };
        let answer = None;
        self.steps().push(Step::Store { call, answer }, bytes)
    }

    fn stored(&self, at: Option<usize>, answer: Result<StoreAnswer, StoreError>) {
        let bytes = match &answer {
            Ok(StoreAnswer::Value(Some(value))) => value.len(),
            Ok(StoreAnswer::Keys(keys)) => keys.iter().map(String::len).sum(),
            _ => 0,
        };
        self.steps().answer(at, bytes, |step| {
            if let Step::Store { answer: of, .. } = step {
                *of = Some(answer);
            }
        });
    }

    fn steps(&self) -> MutexGuard<'_, Steps> {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Steps {
    /// Adds a step of so many bytes, and tells where it stands.
    fn push(&mut self, step: Step, bytes: usize) -> Option<usize> {
        let fits = self.all.len() < STEPS && self.bytes.saturating_add(bytes) <= RECORDING_BYTES;
        self.full |= !fits;
        if self.full {
            return None;
        }
        self.bytes += bytes;
        self.all.push(step);
        Some(self.all.len() - 1)
    }

    /// Completes a step by so many bytes. What does not fit makes it the first that is left out.
    fn answer(&mut self, at: Option<usize>, bytes: usize, complete: impl FnOnce(&mut Step)) {
        let Some(at) = at else {
            return;
        };
        if self.bytes.saturating_add(bytes) > RECORDING_BYTES {
            self.full = true;
            self.all.truncate(at);
            return;
        }
        self.bytes += bytes;
        if let Some(step) = self.all.get_mut(at) {
            complete(step);
        }
    }
}

impl HostCalls for Reel {
    fn wall_clock(&self) -> Duration {
        let now = self.live.wall_clock();
        let read = whole_ms(now);
        let mut steps = self.steps();
        match steps.all.last_mut() {
            Some(Step::Wall { ms, times }) if *ms == read => *times = times.saturating_add(1),
            _ => drop(steps.push(Step::Wall { ms: read, times: 1 }, 0)),
        }
        now
    }

    fn monotonic_clock(&self) -> Duration {
        let now = self.live.monotonic_clock();
        let read = whole_ms(now);
        let mut steps = self.steps();
        match steps.all.last_mut() {
            Some(Step::Monotonic { ms, times }) if *ms == read => *times = times.saturating_add(1),
            _ => drop(steps.push(Step::Monotonic { ms: read, times: 1 }, 0)),
        }
        now
    }

    fn random(&self, into: &mut [u8]) {
        self.live.random(into);
        let mut steps = self.steps();
        steps.push(Step::Random(into.to_vec()), into.len());
    }

    fn sleep(&self, until: Option<Instant>) -> Waiting<'_, ()> {
        let at = self.steps().sleep(until);
        let waiting = self.live.sleep(until);
        Box::pin(async move {
            waiting.await;
            self.steps().answer(at, 0, |step| {
                if let Step::Sleep { over, .. } = step {
                    *over = true;
                }
            });
        })
    }

    fn setting(&self, name: &str) -> Option<String> {
        self.live.setting(name)
    }

    fn settings(&self) -> Vec<(String, String)> {
        self.live.settings()
    }

    fn log(&self, line: LogLine) {
        let fields = line.fields.iter();
        let bytes = fields.map(|(name, value)| name.len() + value.len());
        let bytes = bytes.sum::<usize>() + line.message.len();
        let step = Step::Log {
            level: line.level.as_str().to_owned(),
            message: line.message.clone(),
            fields: line.fields.clone(),
        };
        self.steps().push(step, bytes);
        self.live.log(line);
    }

    fn send(&self, requests: Vec<Request>) -> Waiting<'_, Vec<Result<Response, HttpError>>> {
        let sent: Vec<Sent> = requests.iter().map(Sent::of).collect();
        let bytes = sent.iter().map(sent_bytes).sum();
        let step = Step::Http {
            requests: sent,
            answers: None,
        };
        let at = self.steps().push(step, bytes);
        let sending = self.live.send(requests);
        Box::pin(async move {
            let answers = sending.await;
            let received: Vec<_> = answers.iter().map(received).collect();
            let bytes = received.iter().flatten().map(received_bytes).sum();
            self.steps().answer(at, bytes, |step| {
                if let Step::Http { answers, .. } = step {
                    *answers = Some(received);
                }
            });
            answers
        })
    }

    fn http_failure(&self) -> Option<HttpError> {
        self.live.http_failure()
    }

    fn store(&self) -> &dyn StoreCalls {
        self
    }

    fn http_requests(&self) -> Used {
        self.live.http_requests()
    }

    fn http_bytes(&self) -> Used {
        self.live.http_bytes()
    }
}

impl Steps {
    fn sleep(&mut self, until: Option<Instant>) -> Option<usize> {
        if let Some(at) = self.asleep.get(&until) {
            return Some(*at);
        }
        let ms = until.map(|until| whole_ms(until.saturating_duration_since(Instant::now())));
        let at = self.push(Step::Sleep { ms, over: false }, 0)?;
        self.asleep.insert(until, at);
        Some(at)
    }
}

impl StoreCalls for Reel {
    fn get<'a>(&'a self, key: &'a str) -> Stored<'a, Option<String>> {
        let at = self.store_call(StoreCall::Get {
            key: key.to_owned(),
        });
        Box::pin(async move {
            let answer = self.live.store().get(key).await;
            self.stored(at, answer.clone().map(StoreAnswer::Value));
            answer
        })
    }

    fn set(&self, key: String, value: String, ttl_s: Option<u32>) -> Stored<'_, ()> {
        let at = self.store_call(StoreCall::Set {
            key: key.clone(),
            value: value.clone(),
            ttl_s,
        });
        Box::pin(async move {
            let answer = self.live.store().set(key, value, ttl_s).await;
            self.stored(at, answer.clone().map(|()| StoreAnswer::Done));
            answer
        })
    }

    fn compare_and_set(
        &self,
        key: String,
        expected: Option<String>,
        value: String,
        ttl_s: Option<u32>,
    ) -> Stored<'_, bool> {
        let at = self.store_call(StoreCall::CompareAndSet {
            key: key.clone(),
            expected: expected.clone(),
            value: value.clone(),
            ttl_s,
        });
        Box::pin(async move {
            let store = self.live.store();
            let answer = store.compare_and_set(key, expected, value, ttl_s).await;
            self.stored(at, answer.clone().map(StoreAnswer::Swapped));
            answer
        })
    }

    fn increment(&self, key: String, delta: i64) -> Stored<'_, i64> {
        let at = self.store_call(StoreCall::Increment {
            key: key.clone(),
            delta,
        });
        Box::pin(async move {
            let answer = self.live.store().increment(key, delta).await;
            self.stored(at, answer.clone().map(StoreAnswer::Sum));
            answer
        })
    }

    fn remove(&self, key: String) -> Stored<'_, ()> {
        let at = self.store_call(StoreCall::Remove { key: key.clone() });
        Box::pin(async move {
            let answer = self.live.store().remove(key).await;
            self.stored(at, answer.clone().map(|()| StoreAnswer::Done));
            answer
        })
    }

    fn list_keys<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a str>,
        limit: u32,
    ) -> Stored<'a, Vec<String>> {
        let at = self.store_call(StoreCall::ListKeys {
            prefix: prefix.to_owned(),
            after: after.map(str::to_owned),
            limit,
        });
        Box::pin(async move {
            let answer = self.live.store().list_keys(prefix, after, limit).await;
            self.stored(at, answer.clone().map(StoreAnswer::Keys));
            answer
        })
    }

    fn take_changes(&self) -> StoreChanges {
        self.live.store().take_changes()
    }

    fn operations(&self) -> Used {
        self.live.store().operations()
    }

    fn bytes(&self) -> Used {
        self.live.store().bytes()
    }
}

impl Sent {
    /// A request as it is recorded.
    pub(in crate::capability) fn of(request: &Request) -> Self {
        Self {
            method: request.method.clone(),
            url: request.url.clone(),
            headers: request.headers.clone(),
            body: request.body.as_ref().map(written),
            timeout_ms: request.timeout_ms,
        }
    }
}

fn received(answer: &Result<Response, HttpError>) -> Result<Received, HttpError> {
    let answer = answer.as_ref().map_err(Clone::clone)?;
    Ok(Received {
        status: answer.status,
        headers: answer.headers.clone(),
        body: written(&answer.body),
    })
}

fn written(body: &Body) -> Written {
    match body {
        Body::Text(text) if text.len() <= BODY_BYTES => Written::Text(text.clone()),
        Body::Text(_) | Body::Bytes(_) => Written::Withheld {
            bytes: body.len() as u64,
        },
    }
}

fn sent_bytes(sent: &Sent) -> usize {
    let headers = sent.headers.iter().map(|(name, value)| match value {
        HeaderValue::Plain(text) => name.len() + text.len(),
        HeaderValue::Secret { name: secret, .. } => name.len() + secret.len(),
    });
    sent.url.len() + headers.sum::<usize>() + sent.body.as_ref().map_or(0, body_bytes)
}

fn received_bytes(received: &Received) -> usize {
    let headers = received.headers.iter();
    let headers = headers.map(|(name, value)| name.len() + value.len());
    headers.sum::<usize>() + body_bytes(&received.body)
}

fn body_bytes(body: &Written) -> usize {
    match body {
        Written::Text(text) => text.len(),
        Written::Withheld { .. } => 0,
    }
}

fn whole_ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capability::calls::NoWorld;
    use crate::capability::log::Level;

    fn line(bytes: usize) -> LogLine {
        LogLine {
            level: Level::Info,
            message: "x".repeat(bytes),
            fields: Vec::new(),
        }
    }

    #[test]
    fn nothing_follows_what_did_not_fit() {
        let reel = Reel::new(Arc::new(NoWorld::default()));
        reel.log(line(RECORDING_BYTES - 8));
        reel.wall_clock();
        reel.wall_clock();
        reel.log(line(9));
        reel.log(line(1));
        let (steps, whole) = reel.take();
        assert!(!whole);
        assert_eq!(steps.len(), 2, "the line, and a time that was read twice");
        assert_eq!(steps.last(), Some(&Step::Wall { ms: 0, times: 2 }));
    }

    #[tokio::test]
    async fn a_body_that_is_no_text_or_too_long_is_told_by_its_size() {
        let reel = Reel::new(Arc::new(NoWorld::default()));
        let request = |body| Request {
            method: "POST".into(),
            url: "https://crm.example/".into(),
            headers: Vec::new(),
            body: Some(body),
            timeout_ms: None,
        };
        let long = "x".repeat(BODY_BYTES + 1);
        let answers = reel.send(vec![
            request(Body::Bytes(vec![0, 255])),
            request(Body::Text(long)),
            request(Body::Text("short".into())),
        ]);
        answers.await;
        let (steps, whole) = reel.take();
        let Some(Step::Http { requests, answers }) = steps.first() else {
            panic!("{steps:?}");
        };
        let bodies: Vec<_> = requests.iter().map(|sent| sent.body.clone()).collect();
        let withheld = |bytes| Some(Written::Withheld { bytes });
        let text = Some(Written::Text("short".into()));
        let too_long = withheld(BODY_BYTES as u64 + 1);
        assert_eq!(bodies, [withheld(2), too_long, text]);
        assert_eq!(answers.as_ref().map(Vec::len), Some(3));
        assert!(whole);
    }
}
