//! The contract's imports: convert, pass on to the seam, convert back.

use super::convert::http::{failure_to_wit, request_from_wit, response_to_wit};
use super::convert::store::error_to_wit;
use super::state::State;
use crate::capability::log::Level;
use sidepane_bindings::imports::{card, context, event, form, http, log, settings, store};

impl http::Host for State {
    async fn send(
        &mut self,
        request: http::Request,
    ) -> wasmtime::Result<Result<http::Response, http::HttpError>> {
        let mut answers = send(self, vec![request]).await?;
        answers
            .pop()
            .ok_or_else(|| wasmtime::Error::msg("one request has no answer"))
    }

    async fn send_all(
        &mut self,
        requests: Vec<http::Request>,
    ) -> wasmtime::Result<Vec<Result<http::Response, http::HttpError>>> {
        send(self, requests).await
    }
}

async fn send(
    state: &mut State,
    requests: Vec<http::Request>,
) -> wasmtime::Result<Vec<Result<http::Response, http::HttpError>>> {
    let calls = state.wait()?;
    let requests = requests.into_iter().map(request_from_wit).collect();
    let answers = calls.send(requests).await;
    Ok(answers
        .into_iter()
        .map(|answer| answer.map(response_to_wit).map_err(failure_to_wit))
        .collect())
}

impl settings::Host for State {
    fn get(&mut self, name: String) -> wasmtime::Result<Option<String>> {
        self.count()?;
        Ok(self.calls.setting(&name))
    }

    fn all(&mut self) -> wasmtime::Result<Vec<(String, String)>> {
        self.count()?;
        Ok(self.calls.settings())
    }
}

impl log::Host for State {
    fn write(
        &mut self,
        level: log::Level,
        message: String,
        fields: Vec<(String, String)>,
    ) -> wasmtime::Result<()> {
        self.count()?;
        let level = match level {
            log::Level::Error => Level::Error,
            log::Level::Warn => Level::Warn,
            log::Level::Info => Level::Info,
            log::Level::Debug => Level::Debug,
            log::Level::Trace => Level::Trace,
        };
        self.journal.write(level, &message, &fields);
        Ok(())
    }
}

impl store::Host for State {
    async fn get(
        &mut self,
        key: String,
    ) -> wasmtime::Result<Result<Option<String>, store::StoreError>> {
        let calls = self.wait()?;
        Ok(calls.store().get(&key).await.map_err(error_to_wit))
    }

    async fn set(
        &mut self,
        key: String,
        value: String,
        ttl_s: Option<u32>,
    ) -> wasmtime::Result<Result<(), store::StoreError>> {
        let calls = self.wait()?;
        let written = calls.store().set(key, value, ttl_s).await;
        Ok(written.map_err(error_to_wit))
    }

    async fn compare_and_set(
        &mut self,
        key: String,
        expected: Option<String>,
        value: String,
        ttl_s: Option<u32>,
    ) -> wasmtime::Result<Result<bool, store::StoreError>> {
        let calls = self.wait()?;
        let store = calls.store();
        let written = store.compare_and_set(key, expected, value, ttl_s).await;
        Ok(written.map_err(error_to_wit))
    }

    async fn increment(
        &mut self,
        key: String,
        delta: i64,
    ) -> wasmtime::Result<Result<i64, store::StoreError>> {
        let calls = self.wait()?;
        let sum = calls.store().increment(key, delta).await;
        Ok(sum.map_err(error_to_wit))
    }

    async fn remove(&mut self, key: String) -> wasmtime::Result<Result<(), store::StoreError>> {
        let calls = self.wait()?;
        Ok(calls.store().remove(key).await.map_err(error_to_wit))
    }

    async fn list_keys(
        &mut self,
        prefix: String,
        after: Option<String>,
        limit: u32,
    ) -> wasmtime::Result<Result<Vec<String>, store::StoreError>> {
        let calls = self.wait()?;
        let keys = calls.store().list_keys(&prefix, after.as_deref(), limit);
        Ok(keys.await.map_err(error_to_wit))
    }
}

// Interfaces of types alone.
impl card::Host for State {}
impl context::Host for State {}
impl event::Host for State {}
impl form::Host for State {}
