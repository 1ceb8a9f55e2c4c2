//! Sidepane: a plugin host for support desks.
//!
//! A plugin is one WebAssembly component. It is asked who a customer is and answers with a card;
//! it runs in a sandbox with a budget, reaches only the addresses that its operator allowed, and
//! never sees a secret. What it answers goes out in each desk's own format.
//!
//! # A host in a program of your own
//!
//! ```no_run
//! use sidepane::{Answer, Context, Host};
//!
//! # async fn tour() -> Result<(), sidepane::Problem> {
//! // Every `<id>.wasm` in the folder is a plugin, `<id>.toml` its grant. It is read once; whoever
//! // drives `host.watch()` follows what is dropped into it.
//! let host = Host::builder().folder("plugins").cache("data").start().await?;
//!
//! // Who is the agent looking at? What is not known is left out.
//! let pane = host.context(Context::of_view("ticket").email("ada@example.com")).await?;
//!
//! println!("{}", pane.contact_name().unwrap_or("nobody knows"));
//! for outcome in &pane.outcomes {
//!     match &outcome.answer {
//!         Answer::Card(card) => println!("{}: {} blocks", outcome.title, card.blocks.len()),
//!         Answer::Failed(problem) => println!("{}: {problem}", outcome.title),
//!         _ => {}
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A host opens no port, takes no signal and sets no logger: it writes to whatever subscriber of
//! `tracing` the program has. A plugin that fails is an outcome like any other.
//!
//! # Plugins from bytes, and a world of your own
//!
//! The builder takes plugins with their grants as they are, and stands in for each part of the
//! world: secrets ([`Vault`]), names ([`Resolve`]), requests ([`Transport`]), time ([`Clock`]) and
//! log lines ([`LogSink`]). The egress policy stays in front of all of them: no transport sees a
//! request that manifest, grant and addresses do not allow.
//!
//! ```no_run
//! use sidepane::{AccountId, Host, PluginId, Vault};
//!
//! struct OurSecrets;
//!
//! impl Vault for OurSecrets {
//!     fn value(&self, plugin: &PluginId, account: &AccountId, secret: &str)
//!         -> Result<Option<String>, String> {
//!         Ok(lookup(&format!("{plugin}/{account}/{secret}")))
//!     }
//! }
//! # fn lookup(_: &str) -> Option<String> { None }
//!
//! # async fn tour(hello: Vec<u8>, orders: Vec<u8>) -> Result<(), sidepane::Problem> {
//! let host = Host::builder()
//!     .plugin("hello", hello)
//!     .plugin_with_grant("orders", orders, r#"
//!         [[http.allow]]
//!         url = "https://crm.example.com/v1/"
//!         secrets = ["api_key"]
//!     "#)
//!     .account("eu")
//!     .account("us")
//!     .secrets(OurSecrets)
//!     .start()
//!     .await?;
//! for refused in host.plugins().refused() {
//!     println!("{} is not served: {}", refused.file, refused.problem);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # In an axum application
//!
//! With the feature `server` (on by default) `Host::router` gives the desks' doors to nest, and
//! `server::serve` runs both listeners as the command `sidepane serve` does. Without the feature
//! there is neither axum nor a command line in the crate.
//!
#![cfg_attr(feature = "server", doc = "```no_run")]
#![cfg_attr(not(feature = "server"), doc = "```ignore")]
//! use sidepane::server::ServerSettings;
//! use sidepane::{Host, Keys};
//!
//! # async fn tour(host: Host) -> std::io::Result<()> {
//! let app = axum::Router::new()
//!     .nest("/side", host.router(Keys::default(), ServerSettings::default()));
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! // No grant opens this address to a plugin.
//! host.own_listeners(vec![listener.local_addr()?]);
//! axum::serve(listener, app).await
//! # }
//! ```
//!
//! `docs/embedding.md` goes on from here; `examples/embed` is a whole program.
//!
//! What stands at the root and in [`model`] is for programs to rely on. The other modules are open
//! to the command and to the tests of this repository, and may change with every version;
//! `ARCHITECTURE.md` says what is in them and who may name whom.

#[doc(hidden)]
pub mod capability;
#[doc(hidden)]
pub mod catalog;
pub mod config;
#[doc(hidden)]
pub mod deliver;
#[doc(hidden)]
pub mod dispatch;
#[doc(hidden)]
pub mod engine;
mod fields;
#[doc(hidden)]
pub mod host;
pub mod model;
#[doc(hidden)]
pub mod policy;
#[cfg(feature = "server")]
pub mod server;
#[doc(hidden)]
pub mod storage;
#[doc(hidden)]
pub mod surface;

pub use capability::calls::Waiting;
pub use capability::clock::{Clock, SystemClock};
pub use capability::http::{
    Outbound, Received, Resolve, ResolveError, Resolving, SystemResolver, Transport,
};
pub use capability::log::{Author, Level, LogLine, LogSink, TracingLog};
pub use capability::recording::Recorder;
pub use capability::secret::{NoVault, Vault};
pub use catalog::{Given, LoadedPlugin, Refused, Snapshot, View};
pub use engine::{Compile, Engine, EngineSettings, PoolSettings, compile_child};
pub use host::{Host, HostBuilder, HostSettings};
pub use model::action::{Acted, Command, Press, Pressed};
pub use model::context::Context;
pub use model::figures::CacheFigures;
pub use model::http::{HttpError, Phase};
pub use model::id::{AccountId, Generation, PluginId, RequestId};
pub use model::outcome::{Answer, Kept, Outcome, Pane};
pub use model::problem::{Code, Problem};
pub use model::simulation::{Played, Simulated, Simulation};
pub use policy::cache::CachePolicy;
pub use policy::compile::CompileBudget;
pub use policy::limits::Limits;
pub use policy::permit::DialPermit;
pub use surface::Question;
pub use surface::keys::{AccountKeys, Key, Keys, RsaKey};

/// The blocks of `docs/embedding.md`, compiled as they stand there.
#[cfg(all(doctest, feature = "server"))]
#[doc = include_str!("../../docs/embedding.md")]
mod embedding {}
