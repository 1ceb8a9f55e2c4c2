//! A host by its parts, for programs that put one into their own process.

use super::{Host, HostSettings};
use crate::capability::clock::Clock;
use crate::capability::http::{Resolve, Transport};
use crate::capability::log::LogSink;
use crate::capability::secret::Vault;
use crate::catalog::Given;
use crate::engine::{Compile, Engine, EngineSettings};
use crate::model::id::{AccountId, PluginId};
use crate::model::problem::{Code, Problem};
use crate::policy::cache::CachePolicy;
use crate::policy::delivery::DeliveryPolicy;
use crate::policy::limits::Limits;
use crate::storage::Storage;
use std::path::PathBuf;
use std::sync::Arc;

/// The parts of a host. All of them are optional; what is wrong with one is said by [`start`].
///
/// [`start`]: HostBuilder::start
#[derive(Clone, Debug, Default)]
#[must_use = "nothing runs before `start`"]
pub struct HostBuilder {
    settings: HostSettings,
    /// Names given so far; without one there is the account `default`.
    accounts: Vec<AccountId>,
    engine: Option<Engine>,
    wrong: Vec<String>,
}

impl HostBuilder {
    /// The plugins and grants of a folder: `<id>.wasm` and `<id>.toml`.
    pub fn folder(mut self, path: impl Into<PathBuf>) -> Self {
        self.settings.plugins = Some(path.into());
        self
    }

    /// A plugin as bytes. It may do nothing outside.
    pub fn plugin(self, id: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.given(id, bytes.into(), None)
    }

    /// A plugin as bytes, with the text of its grant, as `<id>.toml` would have it. Files that the
    /// grant names stand in the folder, or where the process was started when there is none.
    pub fn plugin_with_grant(
        self,
        id: &str,
        bytes: impl Into<Vec<u8>>,
        grant: impl Into<String>,
    ) -> Self {
        self.given(id, bytes.into(), Some(grant.into()))
    }

    /// An account that plugins are installed for. Without any there is one, `default`.
    pub fn account(mut self, name: &str) -> Self {
        match AccountId::parse(name) {
            Some(account) if self.accounts.contains(&account) => {}
            Some(account) => self.accounts.push(account),
            None => self.wrong.push(format!(
                "the account {name:?} is not named [A-Za-z0-9_.-]{{1,64}}"
            )),
        }
        self
    }

    /// The budget of a call that no grant changes.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.settings.limits = limits;
        self
    }

    /// An engine that runs already. One a process is enough for many hosts, and then
    /// `engine_settings`, `cache` and `compile` are its own affair.
    pub fn engine(mut self, engine: Engine) -> Self {
        self.engine = Some(engine);
        self
    }

    /// How this host's own engine is set up.
    pub fn engine_settings(mut self, settings: EngineSettings) -> Self {
        let before = std::mem::take(&mut self.settings.engine);
        self.settings.engine = EngineSettings {
            cache: settings.cache.clone().or(before.cache),
            compile: settings.compile.clone().or(before.compile),
            ..settings
        };
        self
    }

    /// Where plugins are compiled. Without it, in a child when the program has called
    /// [`compile_child`](crate::compile_child), else in this process.
    pub fn compile(mut self, compile: Compile) -> Self {
        self.settings.engine.compile = Some(compile);
        self
    }

    /// Where compiled plugins are kept, so that the next start does not compile them again. Nobody
    /// but the host may be able to write there: native code is run from it.
    pub fn cache(mut self, folder: impl Into<PathBuf>) -> Self {
        self.settings.engine.cache = Some(folder.into());
        self
    }

    /// Which cards are kept to be answered again, where their plugins let them be.
    pub fn kept_cards(mut self, policy: CachePolicy) -> Self {
        self.settings.cards = policy;
        self
    }

    /// Where plugins' lines go; without it to `tracing`, under the target `plugin`.
    pub fn log(mut self, sink: impl LogSink + 'static) -> Self {
        self.settings.log = Arc::new(sink);
        self
    }

    /// Secrets that the program keeps itself, beside those that grants name.
    pub fn secrets(mut self, vault: impl Vault) -> Self {
        self.settings.vault = Arc::new(vault);
        self
    }

    /// What turns names into addresses; without it the machine's resolver.
    pub fn resolver(mut self, resolver: impl Resolve) -> Self {
        self.settings.resolver = Some(Arc::new(resolver));
        self
    }

    /// What carries plugins' requests. It sees only those that manifest, grant and addresses allow.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.settings.transport = Some(Arc::new(transport));
        self
    }

    /// What time plugins are told. Deadlines do not go by it.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.settings.clock = Arc::new(clock);
        self
    }

    /// Where plugins' values are kept; without it they are told that this host keeps none.
    pub fn storage(mut self, storage: Arc<dyn Storage>) -> Self {
        self.settings.storage = Some(storage);
        self
    }

    /// How events are delivered; of use with a storage alone.
    pub fn events(mut self, policy: DeliveryPolicy) -> Self {
        self.settings.events = policy;
        self
    }

    /// Starts the engine and loads the plugins. One that does not load is logged and stands in
    /// [`Host::plugins`] with its reason; it stops nothing.
    ///
    /// # Errors
    /// `config.invalid` with everything that is wrong with the parts, or when the folder cannot be
    /// read; `call.host_bug` when the engine cannot start.
    pub async fn start(mut self) -> Result<Host, Problem> {
        if !self.wrong.is_empty() {
            let message = "The host's parts have errors.";
            return Err(Problem::new(Code::ConfigInvalid, message).detail(self.wrong.join("; ")));
        }
        if !self.accounts.is_empty() {
            self.settings.accounts = self.accounts;
        }
        match self.engine {
            Some(engine) => Host::with_engine(engine, self.settings).await,
            None => Host::start(self.settings).await,
        }
    }

    fn given(mut self, id: &str, bytes: Vec<u8>, grant: Option<String>) -> Self {
        let Some(plugin) = PluginId::parse(id) else {
            self.wrong
                .push(format!("the plugin {id:?} is not named [a-z0-9-]{{1,64}}"));
            return self;
        };
        let mut known = self.settings.given.iter();
        if known.any(|given| given.plugin == plugin) {
            self.wrong.push(format!("the plugin {id:?} is given twice"));
            return self;
        }
        self.settings.given.push(Given {
            plugin,
            bytes,
            grant,
        });
        self
    }
}
