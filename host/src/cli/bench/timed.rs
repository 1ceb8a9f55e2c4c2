//! The seam with a watch: how often each host call is made, and how long it takes.

use sidepane::capability::calls::{HostCalls, Waiting};
use sidepane::capability::log::LogLine;
use sidepane::capability::store::{StoreCalls, Stored};
use sidepane::model::http::{HttpError, Request, Response};
use sidepane::model::store::StoreChanges;
use sidepane::model::usage::Used;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Host calls by their names.
#[derive(Clone, Debug, Default)]
pub(super) struct Cost(pub(super) BTreeMap<&'static str, Spent>);

/// How often, and how long together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spent {
    pub(super) times: u64,
    pub(super) time: Duration,
}

impl Cost {
    /// Adds what another call cost.
    pub(super) fn add(&mut self, other: &Self) {
        for (name, spent) in &other.0 {
            let sum = self.0.entry(name).or_default();
            sum.times += spent.times;
            sum.time += spent.time;
        }
    }

    fn note(&mut self, name: &'static str, time: Duration) {
        let spent = self.0.entry(name).or_default();
        spent.times += 1;
        spent.time += time;
    }
}

/// A seam that is watched.
pub(super) struct Timed {
    calls: Arc<dyn HostCalls>,
    cost: Mutex<Cost>,
}

impl Timed {
    pub(super) fn over(calls: Arc<dyn HostCalls>) -> Self {
        Self {
            calls,
            cost: Mutex::default(),
        }
    }

    /// What was spent.
    pub(super) fn cost(&self) -> Cost {
        let cost = self.cost.lock().unwrap_or_else(PoisonError::into_inner);
        cost.clone()
    }

    fn at_once<T>(&self, name: &'static str, call: impl FnOnce(&dyn HostCalls) -> T) -> T {
        let begun = Instant::now();
        let answer = call(self.calls.as_ref());
        self.note(name, begun.elapsed());
        answer
    }

    fn waiting<'a, T: 'a>(&'a self, name: &'static str, call: Waiting<'a, T>) -> Waiting<'a, T> {
        Box::pin(async move {
            let begun = Instant::now();
            let answer = call.await;
            self.note(name, begun.elapsed());
            answer
        })
    }

    fn note(&self, name: &'static str, time: Duration) {
        let mut cost = self.cost.lock().unwrap_or_else(PoisonError::into_inner);
        cost.note(name, time);
    }
}

impl HostCalls for Timed {
    fn wall_clock(&self) -> Duration {
        self.at_once("clock", |calls| calls.wall_clock())
    }

    fn monotonic_clock(&self) -> Duration {
        self.at_once("clock", |calls| calls.monotonic_clock())
    }

    fn random(&self, into: &mut [u8]) {
        self.at_once("random", |calls| calls.random(into));
    }

    fn sleep(&self, until: Option<Instant>) -> Waiting<'_, ()> {
        self.waiting("sleep", self.calls.sleep(until))
    }

    fn setting(&self, name: &str) -> Option<String> {
        self.at_once("settings", |calls| calls.setting(name))
    }

    fn settings(&self) -> Vec<(String, String)> {
        self.at_once("settings", |calls| calls.settings())
    }

    fn log(&self, line: LogLine) {
        self.at_once("log", |calls| calls.log(line));
    }

    fn send(&self, requests: Vec<Request>) -> Waiting<'_, Vec<Result<Response, HttpError>>> {
        self.waiting("http", self.calls.send(requests))
    }

    fn http_failure(&self) -> Option<HttpError> {
        self.calls.http_failure()
    }

    fn store(&self) -> &dyn StoreCalls {
        self
    }

    fn http_requests(&self) -> Used {
        self.calls.http_requests()
    }

    fn http_bytes(&self) -> Used {
        self.calls.http_bytes()
    }
}

impl StoreCalls for Timed {
    fn get<'a>(&'a self, key: &'a str) -> Stored<'a, Option<String>> {
        self.waiting("store get", self.calls.store().get(key))
    }

    fn set(&self, key: String, value: String, ttl_s: Option<u32>) -> Stored<'_, ()> {
        self.waiting("store set", self.calls.store().set(key, value, ttl_s))
    }

    fn compare_and_set(
        &self,
        key: String,
        expected: Option<String>,
        value: String,
        ttl_s: Option<u32>,
    ) -> Stored<'_, bool> {
        let store = self.calls.store();
        let swapping = store.compare_and_set(key, expected, value, ttl_s);
        self.waiting("store compare-and-set", swapping)
    }

    fn increment(&self, key: String, delta: i64) -> Stored<'_, i64> {
        self.waiting("store increment", self.calls.store().increment(key, delta))
    }

    fn remove(&self, key: String) -> Stored<'_, ()> {
        self.waiting("store remove", self.calls.store().remove(key))
    }

    fn list_keys<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a str>,
        limit: u32,
    ) -> Stored<'a, Vec<String>> {
        let listing = self.calls.store().list_keys(prefix, after, limit);
        self.waiting("store list-keys", listing)
    }

    fn take_changes(&self) -> StoreChanges {
        self.calls.store().take_changes()
    }

    fn operations(&self) -> Used {
        self.calls.store().operations()
    }

    fn bytes(&self) -> Used {
        self.calls.store().bytes()
    }
}
