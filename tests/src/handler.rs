//! One plugin that takes events, called as a worker calls it.

use crate::guests::guest;
use crate::host::{Lines, engine};
use sidepane::capability::http::HttpClient;
use sidepane::capability::live::{Live, World};
use sidepane::capability::recording::Recorder;
use sidepane::catalog::Loader;
use sidepane::engine::{Callee, Invocation};
use sidepane::model::event::Event;
use sidepane::model::id::InstallationId;
use sidepane::model::refusal::Refusal;
use sidepane::storage::Storage;
use sidepane::storage::memory::MemoryStorage;
use sidepane::{
    AccountId, Author, Limits, LoadedPlugin, PluginId, Problem, RequestId, SystemClock,
    SystemResolver,
};
use std::path::Path;
use std::sync::Arc;
use tokio::time::Instant;

/// A plugin for one account, with values in memory.
#[derive(Debug)]
pub struct Handler {
    /// The plugin.
    pub plugin: LoadedPlugin,
    /// What it wrote to the log.
    pub lines: Lines,
    world: World,
    of: InstallationId,
}

impl Handler {
    /// A guest of `tests/guests` with its grant, and storage of its own.
    pub async fn of(name: &str, grant: &str) -> Self {
        Self::with(name, grant, Arc::new(MemoryStorage::default())).await
    }

    /// As `of`, with the values that are kept there.
    pub async fn with(name: &str, grant: &str, storage: Arc<dyn Storage>) -> Self {
        let id = PluginId::parse(&name.replace('_', "-")).expect("an id");
        let account = AccountId::default();
        let loader = Loader::new(engine(), vec![account.clone()], Limits::default());
        let bytes = std::fs::read(guest(name)).expect("a compiled guest");
        let plugin = loader
            .load_one(id.clone(), bytes, Some(grant), Path::new("/"))
            .await
            .unwrap_or_else(|problem| panic!("{problem}"));
        let lines = Lines::default();
        let world = World {
            http: Arc::new(HttpClient::new(
                Arc::default(),
                Arc::new(SystemResolver::default()),
            )),
            log: Arc::new(lines.clone()),
            clock: Arc::new(SystemClock::default()),
            storage: Some(storage),
            recorder: Recorder::default(),
        };
        let of = InstallationId {
            plugin: id,
            account,
        };
        Self {
            plugin,
            lines,
            world,
            of,
        }
    }

    /// Calls it once. What it wants to write is in the answer.
    pub async fn call(&self, event: &Event, attempt: u32) -> Invocation<Result<(), Refusal>> {
        let plugin = &self.plugin;
        let deadline = Instant::now() + plugin.limits.deadline;
        let engine = engine();
        let slot = plugin.gate.admit(engine.pool(), deadline).await;
        let author = Author {
            plugin: self.of.plugin.clone(),
            account: self.of.account.clone(),
            request_id: RequestId::new("delivery"),
        };
        let installation = Arc::clone(&plugin.installations[&self.of.account]);
        let places = Arc::clone(&plugin.http_places);
        let calls = Live::new(
            &self.world,
            installation,
            author,
            &plugin.limits,
            places,
            deadline,
        );
        let callee = Callee {
            program: &plugin.program,
            limits: &plugin.limits,
            actions: &plugin.actions,
        };
        let slot = slot.expect("a free place");
        engine
            .handle(slot, callee, Arc::new(calls), event, attempt)
            .await
    }

    /// Keeps what a call wrote.
    ///
    /// # Errors
    /// `store.*`; then nothing was kept.
    pub async fn keep<T>(&self, call: Invocation<T>) -> Result<(), Problem> {
        self.world.commit(&self.of, call.changes).await
    }
}
