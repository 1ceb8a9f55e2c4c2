//! The composition root: engine, catalog, world and dispatch, put together once.

mod builder;
mod simulate;

pub use builder::HostBuilder;

use crate::capability::clock::{Clock, SystemClock};
use crate::capability::http::{HttpClient, OwnListeners, Resolve, SystemResolver, Transport};
use crate::capability::live::World;
use crate::capability::log::{LogSink, TracingLog};
use crate::capability::recording::Recorder;
use crate::capability::secret::{NoVault, Vault};
use crate::catalog::{Catalog, Folder, Given, Loader, Reloaded, Snapshot, View};
use crate::deliver::Deliver;
use crate::dispatch::Dispatch;
use crate::engine::{Engine, EngineSettings};
use crate::model::action::{Acted, Press};
use crate::model::context::Context;
use crate::model::delivery::Receipt;
use crate::model::event::Event;
use crate::model::figures::CacheFigures;
use crate::model::id::{AccountId, PluginId, RequestId};
use crate::model::outcome::{Pane, Placed};
use crate::model::problem::{Code, Problem};
use crate::model::time::Millis;
use crate::policy::cache::CachePolicy;
use crate::policy::delivery::DeliveryPolicy;
use crate::policy::limits::Limits;
use crate::storage::{Forgotten, Person, Storage};
use crate::surface::{Asked, Question};
use arc_swap::ArcSwap;
use futures_util::stream::Stream;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// What a host is made of; [`Host::builder`] fills it in.
#[derive(Clone)]
pub struct HostSettings {
    /// The folder of plugins and grants, where there is one.
    pub plugins: Option<PathBuf>,
    /// Plugins that the program brings itself.
    pub given: Vec<Given>,
    /// The engine's part.
    pub engine: EngineSettings,
    /// The budget of a call that no grant changes.
    pub limits: Limits,
    /// The accounts that plugins are installed for.
    pub accounts: Vec<AccountId>,
    /// Where plugins' log lines go.
    pub log: Arc<dyn LogSink>,
    /// Secrets beside those that grants name.
    pub vault: Arc<dyn Vault>,
    /// From names to addresses; none is the machine's resolver.
    pub resolver: Option<Arc<dyn Resolve>>,
    /// How requests go over the wire; none is a connection for each.
    pub transport: Option<Arc<dyn Transport>>,
    /// What time plugins are told.
    pub clock: Arc<dyn Clock>,
    /// Where plugins' values are kept; none answers them that this host keeps none.
    pub storage: Option<Arc<dyn Storage>>,
    /// How events are delivered.
    pub events: DeliveryPolicy,
    /// Which cards are kept to be answered again.
    pub cards: CachePolicy,
}

impl HostSettings {
    /// A host of the plugins in a folder, with every default: one account, compiled code kept
    /// nowhere.
    pub fn of_folder(plugins: impl Into<PathBuf>) -> Self {
        Self {
            plugins: Some(plugins.into()),
            ..Self::default()
        }
    }
}

impl Default for HostSettings {
    /// A host without plugins.
    fn default() -> Self {
        Self {
            plugins: None,
            given: Vec::new(),
            engine: EngineSettings::default(),
            limits: Limits::default(),
            accounts: vec![AccountId::default()],
            log: Arc::new(TracingLog),
            vault: Arc::new(NoVault),
            resolver: None,
            transport: None,
            clock: Arc::new(SystemClock::default()),
            storage: None,
            events: DeliveryPolicy::default(),
            cards: CachePolicy::default(),
        }
    }
}

impl std::fmt::Debug for HostSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HostSettings")
            .field("plugins", &self.plugins)
            .field("given", &self.given)
            .field("engine", &self.engine)
            .field("accounts", &self.accounts)
            .finish_non_exhaustive()
    }
}

/// A running plugin host. It opens no port, takes no signal and sets no logger. Clones share it.
#[derive(Clone)]
pub struct Host {
    engine: Engine,
    world: Arc<World>,
    dispatch: Dispatch,
    deliver: Option<Deliver>,
    clock: Arc<dyn Clock>,
    catalog: Catalog,
    accounts: Arc<[AccountId]>,
    own: OwnListeners,
    recorder: Recorder,
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host").finish_non_exhaustive()
    }
}

impl Host {
    /// A host by its parts: plugins from a folder or from bytes, accounts, limits, and whatever of
    /// the world the program wants to stand in for.
    pub fn builder() -> HostBuilder {
        HostBuilder::default()
    }

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
        let folder = settings.plugins.as_deref().map(Folder::open).transpose()?;
        let own: OwnListeners = Arc::new(ArcSwap::from_pointee(Vec::new()));
        let accounts: Arc<[AccountId]> = settings.accounts.clone().into();
        let recorder = Recorder::default();
        let world = World {
            http: Arc::new(http(&settings, &own)),
            log: settings.log,
            clock: Arc::clone(&settings.clock),
            storage: settings.storage,
            recorder: recorder.clone(),
        };
        let loader = Loader::new(engine.clone(), settings.accounts, settings.limits)
            .with_vault(settings.vault);
        let view = View::default();
        let catalog = Catalog::open(loader, settings.given, folder, view.clone())
            .await
            .map_err(|error| {
                let path = settings.plugins.unwrap_or_default();
                Problem::new(
                    Code::ConfigInvalid,
                    format!("The plugins folder {} cannot be listed.", path.display()),
                )
                .detail(error.to_string())
            })?;
        let (world, clock) = (Arc::new(world), settings.clock);
        let deliver = world.storage.clone().map(|storage| {
            let (engine, view, world) = (engine.clone(), view.clone(), Arc::clone(&world));
            Deliver::new(engine, view, world, storage, settings.events)
        });
        Ok(Self {
            engine: engine.clone(),
            world: Arc::clone(&world),
            dispatch: Dispatch::new(engine, view, world, settings.cards),
            deliver,
            clock,
            catalog,
            accounts,
            own,
            recorder,
        })
    }

    /// Asks every plugin that serves the view of `context` who the contact is. Dropping the future
    /// ends the calls.
    ///
    /// # Errors
    /// `request.unknown_view`, and `request.invalid_field` for an account that this host was not
    /// told of. A plugin that fails is an outcome in the pane.
    pub async fn context(&self, context: Context) -> Result<Pane, Problem> {
        let context = named(context);
        let plugins = Vec::new();
        let anew = false;
        let question = Question {
            context,
            plugins,
            anew,
        };
        self.ask(&question).await
    }

    /// Has a plugin carry out a press, and finds out what its card is afterwards. Presses with one
    /// key take effect once: while the first runs, the others wait for it, and what was done is
    /// remembered for an hour and answered again. A press that did nothing may be repeated. The
    /// program answers for who may press, and for what stands in the form.
    ///
    /// Dropping the future ends the call; whatever the plugin had done by then stays done, and so it
    /// sees the same key again when the button is pressed again.
    ///
    /// # Errors
    /// `request.unknown_plugin` when it is not served or not installed for the account,
    /// `request.unknown_action`, `request.action_used` when the press was done with other fields,
    /// `call.busy` when more was pressed of late than is remembered, and `request.invalid_field` for
    /// an account that this host was not told of. A plugin that fails is a result: `Pressed::Failed`.
    pub async fn act(&self, press: Press) -> Result<Acted, Problem> {
        self.knows(&press.context.account)?;
        let press = Press {
            context: named(press.context),
            ..press
        };
        self.dispatch.act(&press).await
    }

    /// Keeps the plugins in step with the folder for as long as the future is driven; it never ends
    /// by itself. Without it the folder is read once. `server::serve` drives one.
    pub fn watch(&self) -> impl Future<Output = ()> + Send + use<> {
        let catalog = self.catalog.clone();
        async move { catalog.watch().await }
    }

    /// Takes an event for every plugin that subscribed to it. When this answers, the event is on
    /// the disk, and `deliver` hands it over.
    ///
    /// # Errors
    /// `event.unavailable` without a storage, `event.quota`, `event.storage_full`,
    /// `event.storage_failed`, and `request.invalid_field` for an account that this host was not
    /// told of. Nothing was taken then.
    pub async fn accept(&self, event: Event) -> Result<Receipt, Problem> {
        self.knows(&event.account)?;
        self.deliveries()?.accept(event).await
    }

    /// Hands events over until `stop` is done, and then lets what runs end. Without it events are
    /// accepted and wait. `server::serve` drives one; a host without a storage has nothing to do.
    pub async fn deliver(&self, stop: impl Future<Output = ()> + Send) {
        match &self.deliver {
            Some(deliver) => deliver.run(stop).await,
            None => stop.await,
        }
    }

    /// The events of this host: what became of each, and trying again.
    ///
    /// # Errors
    /// `event.unavailable` when this host has no storage.
    pub fn deliveries(&self) -> Result<&Deliver, Problem> {
        self.deliver
            .as_ref()
            .ok_or_else(|| Problem::new(Code::EventUnavailable, "This host keeps no events."))
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
    /// `request.unknown_plugin`, and as `context`.
    pub async fn ask(&self, question: &Question) -> Result<Pane, Problem> {
        self.knows(&question.context.account)?;
        self.dispatch.pane(question).await
    }

    /// As `ask`, but hands on each outcome as it comes; first who is asked, in the order of the
    /// pane. Dropping the stream ends the calls.
    ///
    /// # Errors
    /// As `ask`.
    pub fn stream(
        &self,
        question: &Question,
    ) -> Result<(Vec<Asked>, impl Stream<Item = Placed> + Send + use<>), Problem> {
        self.knows(&question.context.account)?;
        self.dispatch.ask(question)
    }

    /// As `ask`, and says of every plugin of the folder why its card is in the pane or is not.
    ///
    /// # Errors
    /// As `ask`.
    pub async fn explain(&self, question: &Question) -> Result<Pane, Problem> {
        self.knows(&question.context.account)?;
        self.dispatch.explain(question).await
    }

    /// The plugins of this moment: what is served, what is refused and why, what is switched off.
    pub fn plugins(&self) -> Arc<Snapshot> {
        self.view().current()
    }

    /// The door to the published plugins.
    pub fn view(&self) -> &View {
        self.dispatch.view()
    }

    /// Removes what is kept about somebody: events with their deliveries, plugins' values, and all
    /// kept cards, since any may tell of them.
    ///
    /// # Errors
    /// `event.unavailable` without a storage, `event.storage_failed`; the cards are gone even so.
    pub async fn forget(&self, person: Person) -> Result<Forgotten, Problem> {
        self.dispatch.clear_kept();
        self.deliveries()?.forget(person).await
    }

    /// What is kept of cards, and how often that saved a call.
    pub fn kept_cards(&self) -> CacheFigures {
        self.dispatch.kept()
    }

    /// Which calls are recorded, and what was.
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// The time, as plugins and events are told it.
    pub fn now(&self) -> Millis {
        Millis::from(self.clock.wall())
    }

    /// Names the addresses that this process listens on: no grant opens those to a plugin. The
    /// listeners of `server::serve` are named by it; a program that listens itself names its own.
    pub fn own_listeners(&self, addresses: Vec<SocketAddr>) {
        self.own.store(Arc::new(addresses));
    }
}

impl Host {
    fn knows(&self, account: &AccountId) -> Result<(), Problem> {
        match self.accounts.contains(account) {
            true => Ok(()),
            false => Err(Problem::new(
                Code::RequestInvalidField,
                format!("This host has no account `{account}`."),
            )
            .field("account")),
        }
    }
}

/// The context with a name for its request, where it comes without.
fn named(context: Context) -> Context {
    match context.request_id.as_str() {
        "" => Context {
            request_id: RequestId::new(ulid::Ulid::generate().to_string()),
            ..context
        },
        _ => context,
    }
}

/// The way out of this host: the egress policy before whatever carries the requests.
fn http(settings: &HostSettings, own: &OwnListeners) -> HttpClient {
    let resolver = match &settings.resolver {
        Some(resolver) => Arc::clone(resolver),
        None => Arc::new(SystemResolver::default()),
    };
    let client = HttpClient::new(Arc::clone(own), resolver);
    match &settings.transport {
        Some(transport) => client.over(Arc::clone(transport)),
        None => client,
    }
}
