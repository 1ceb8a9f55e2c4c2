//! The composition root: engine, catalog, world and dispatch, put together once.

use crate::capability::http::{HttpClient, SystemResolver};
use crate::capability::live::World;
use crate::capability::log::{LogSink, TracingLog};
use crate::catalog::{Catalog, Folder, Loader, Reloaded, View};
use crate::dispatch::Dispatch;
use crate::engine::{Engine, EngineSettings};
use crate::model::id::{AccountId, PluginId};
use crate::model::outcome::Pane;
use crate::model::problem::{Code, Problem};
use crate::policy::limits::Limits;
use crate::surface::Question;
use arc_swap::ArcSwap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// What a host is made of.
#[derive(Clone)]
pub struct HostSettings {
    /// The folder of plugins and grants.
    pub plugins: PathBuf,
    /// The engine's part.
    pub engine: EngineSettings,
    /// The budget of a call that no grant changes.
    pub limits: Limits,
    /// The accounts that plugins are installed for.
    pub accounts: Vec<AccountId>,
    /// Where plugins' log lines go.
    pub log: Arc<dyn LogSink>,
}

impl HostSettings {
    /// A host of the plugins in a folder, with every default: one account, compiled code kept
    /// nowhere.
    pub fn of_folder(plugins: impl Into<PathBuf>) -> Self {
        Self {
            plugins: plugins.into(),
            engine: EngineSettings::default(),
            limits: Limits::default(),
            accounts: vec![AccountId::default()],
            log: Arc::new(TracingLog),
        }
    }
}

impl std::fmt::Debug for HostSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HostSettings")
            .field("plugins", &self.plugins)
            .field("engine", &self.engine)
            .field("accounts", &self.accounts)
            .finish_non_exhaustive()
    }
}

/// A running plugin host. It opens no port, takes no signal and sets no logger. Clones share it.
#[derive(Clone, Debug)]
pub struct Host {
    dispatch: Dispatch,
    catalog: Catalog,
    own: Arc<ArcSwap<Vec<SocketAddr>>>,
}

impl Host {
    /// Starts the engine and loads the folder. A plugin that does not load is logged and listed in
    /// the snapshot; it stops nothing.
    ///
    /// # Errors
    /// `config.invalid` when the folder cannot be read, `call.host_bug` when the engine cannot
    /// start.
    pub async fn start(settings: HostSettings) -> Result<Self, Problem> {
        let engine = Engine::start(&settings.engine)?;
        Self::with_engine(engine, settings).await
    }

    /// As `start`, with an engine that exists: one engine a process is enough for many hosts.
    ///
    /// # Errors
    /// As `start`.
    pub async fn with_engine(engine: Engine, settings: HostSettings) -> Result<Self, Problem> {
        let folder = Folder::open(&settings.plugins)?;
        let own = Arc::new(ArcSwap::from_pointee(Vec::new()));
        let world = World {
            http: Arc::new(HttpClient::new(
                Arc::clone(&own),
                Arc::new(SystemResolver::default()),
            )),
            log: settings.log,
        };
        let loader = Loader::new(engine.clone(), settings.accounts, settings.limits);
        let view = View::default();
        let catalog = Catalog::open(loader, folder, view.clone())
            .await
            .map_err(|error| {
                Problem::new(
                    Code::ConfigInvalid,
                    format!(
                        "The plugins folder {} cannot be listed.",
                        settings.plugins.display()
                    ),
                )
                .detail(error.to_string())
            })?;
        Ok(Self {
            dispatch: Dispatch::new(engine, view, Arc::new(world)),
            catalog,
            own,
        })
    }

    /// Keeps the plugins in step with the folder for as long as the future is driven; it never ends
    /// by itself. Without it the folder is read once. `server::serve` drives one.
    pub fn watch(&self) -> impl Future<Output = ()> + Send + use<> {
        let catalog = self.catalog.clone();
        async move { catalog.watch().await }
    }

    /// Reads one plugin's files again now, whether they changed or not.
    ///
    /// # Errors
    /// Why its newest version is not served, while the last good one is; `request.unknown_plugin`
    /// when there is no such file and no such plugin.
    pub async fn reload(&self, plugin: &PluginId) -> Result<Reloaded, Problem> {
        self.catalog.reload(plugin).await
    }

    /// Asks the plugins of a question and waits for all of them. Dropping the future ends the
    /// calls.
    ///
    /// # Errors
    /// `request.unknown_plugin` and `request.unknown_view`. A plugin that fails is an outcome in
    /// the pane.
    pub async fn ask(&self, question: &Question) -> Result<Pane, Problem> {
        self.dispatch.pane(question).await
    }

    /// As `ask`, and says of every plugin of the folder why its card is in the pane or is not.
    ///
    /// # Errors
    /// As `ask`.
    pub async fn explain(&self, question: &Question) -> Result<Pane, Problem> {
        self.dispatch.explain(question).await
    }

    /// The published plugins.
    pub fn view(&self) -> &View {
        self.dispatch.view()
    }

    /// Names the addresses that this process listens on: no grant opens those to a plugin.
    pub fn own_listeners(&self, addresses: Vec<SocketAddr>) {
        self.own.store(Arc::new(addresses));
    }
}
