//! Sidepane: a plugin host for support desks.
//!
//! A plugin is one WebAssembly component. It is asked who a customer is and answers with a card;
//! it runs in a sandbox with a budget, reaches only the addresses that its operator allowed, and
//! never sees a secret. What it answers goes out in each desk's own format.
//!
//! # A host in a program of your own
//!
//! ```no_run
//! use sidepane::model::context::Context;
//! use sidepane::model::id::{AccountId, RequestId};
//! use sidepane::{Host, HostSettings, Question};
//!
//! # async fn tour() -> Result<(), sidepane::Problem> {
//! // The folder is read once, or drive `host.watch()` beside your own work: every `<id>.wasm` in it is a plugin, `<id>.toml` its grant.
//! let host = Host::start(HostSettings::of_folder("plugins")).await?;
//!
//! // Who is the agent looking at? What is not known is left out.
//! let context = Context {
//!     view: "ticket".into(),
//!     email: Some("ada@example.com".into()),
//!     ..Context::empty("native", AccountId::default(), RequestId::new("request-1"))
//! };
//! let pane = host.ask(&Question { context, plugins: Vec::new() }).await?;
//!
//! println!("{}", pane.contact_name().unwrap_or("nobody knows"));
//! for card in pane.cards() {
//!     for block in &card.blocks {
//!         println!("{}", block.name);
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A host opens no port, takes no signal and sets no logger. With the feature `server` (on by
//! default) `server::serve` answers desks on one listener and operators on another, and
//! `server::traffic_router` is an axum router to nest in your own.
//!
//! # Where things are
//!
//! The modules stand in the order in which they may use each other, lowest first; `ARCHITECTURE.md`
//! has the table, and a test holds the code to it.
//!
//! | module | what |
//! |---|---|
//! | [`model`] | the nouns: context, card, manifest, problem |
//! | [`policy`] | all decisions: limits, addresses, links, markup; values in, a permit or a refusal out |
//! | [`surface`] | the desks' formats, in and out |
//! | [`capability`] | what a plugin may ask of the world |
//! | [`engine`] | the sandbox; the only module that names wasmtime |
//! | [`config`] | what operators write in TOML |
//! | [`catalog`] | the folder, grants, loaded plugins, snapshots |
//! | [`dispatch`] | from a question to the outcomes of its plugins |
//! | `server` | the listeners; the only module that names axum |
//! | [`host`] | everything put together |

pub mod capability;
pub mod catalog;
pub mod config;
pub mod dispatch;
pub mod engine;
mod fields;
pub mod host;
pub mod model;
pub mod policy;
#[cfg(feature = "server")]
pub mod server;
pub mod surface;

pub use host::{Host, HostSettings};
pub use model::outcome::{Answer, Outcome, Pane};
pub use model::problem::{Code, Problem};
pub use surface::Question;
