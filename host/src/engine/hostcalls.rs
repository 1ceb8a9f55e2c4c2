//! The contract's imports: convert, pass on to the seam, convert back.

use super::convert::http::{failure_to_wit, request_from_wit, response_to_wit};
use super::state::State;
use crate::capability::log::Level;
use sidepane_bindings::imports::{card, context, event, form, http, log, settings, store};
use std::sync::Arc;

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
    state.count()?;
    // While it waits, the call does not compute.
    state.turn.leave();
    let calls = Arc::clone(&state.calls);
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

/// This host keeps no values yet; the contract has a word for that.
impl store::Host for State {
    fn get(&mut self, _key: String) -> wasmtime::Result<Result<Option<String>, store::StoreError>> {
        unsupported(self)
    }

    fn set(
        &mut self,
        _key: String,
        _value: String,
        _ttl_s: Option<u32>,
    ) -> wasmtime::Result<Result<(), store::StoreError>> {
        unsupported(self)
    }

    fn compare_and_set(
        &mut self,
        _key: String,
        _expected: Option<String>,
        _value: String,
        _ttl_s: Option<u32>,
    ) -> wasmtime::Result<Result<bool, store::StoreError>> {
        unsupported(self)
    }

    fn increment(
        &mut self,
        _key: String,
        _delta: i64,
    ) -> wasmtime::Result<Result<i64, store::StoreError>> {
        unsupported(self)
    }

    fn remove(&mut self, _key: String) -> wasmtime::Result<Result<(), store::StoreError>> {
        unsupported(self)
    }

    fn list_keys(
        &mut self,
        _prefix: String,
        _after: Option<String>,
        _limit: u32,
    ) -> wasmtime::Result<Result<Vec<String>, store::StoreError>> {
        unsupported(self)
    }
}

fn unsupported<T>(state: &mut State) -> wasmtime::Result<Result<T, store::StoreError>> {
    state.count()?;
    Ok(Err(store::StoreError::Unsupported))
}

// Interfaces of types alone.
impl card::Host for State {}
impl context::Host for State {}
impl event::Host for State {}
impl form::Host for State {}
