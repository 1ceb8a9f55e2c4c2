//! Write a [Sidepane](https://github.com/sidepane/sidepane) plugin in Rust. This is a whole one:
//!
//! ```
//! use sidepane_sdk::{Block, Card, CardPlugin, Context, Error, Manifest, Plugin, Row};
//!
//! struct Hello;
//!
//! impl Plugin for Hello {
//!     fn manifest() -> Manifest {
//!         Manifest::new("Hello", "1.0.0")
//!     }
//! }
//!
//! impl CardPlugin for Hello {
//!     fn render(context: Context) -> Result<Option<Card>, Error> {
//!         let Some(email) = context.email else { return Ok(None) };
//!         let rows = [Row::new("E-mail", email), Row::new("View", context.view)];
//!         Ok(Some(Card::new().block(Block::new("Hello").icon("waving_hand").list(rows))))
//!     }
//! }
//!
//! sidepane_sdk::export!(Hello: card);
//! ```
//!
//! Put it into a library crate with `crate-type = ["cdylib", "rlib"]`, build that with
//! `cargo build --release --target wasm32-wasip2`, and drop the `.wasm` into the host's `plugins/`.
//!
//! # What else there is
//!
//! | to | use |
//! |---|---|
//! | say what the plugin needs | [`Manifest`], [`manifest::Host`], [`Field`] |
//! | build a card | [`Card`], [`Block`], [`Table`], [`Accordion`], [`Button`], [`html!`] |
//! | deal with events | [`EventPlugin`], [`Handlers`], [`event`] |
//! | carry out what agents press | [`ActionPlugin`], [`Actions`], [`ActionResult`] |
//! | ask another server, with secrets | [`http`], [`url::encode`] |
//! | read the operator's settings into a struct | [`settings::load`] |
//! | keep something for the next call | [`store`] |
//! | write to the operator's log | [`info!`], [`warn!`], [`error!`], … or plain `println!` |
//! | fail well | [`Error`], [`OrTell`] |
//! | test without a host and without wasm | `testing` (feature `testing`) |
//!
//! # What to know
//!
//! * Each call runs in an instance of its own that is dropped afterwards. A `static` keeps nothing.
//! * Because of that the SDK's allocator never frees (feature `bump-alloc`, on by default): it is
//!   saves the examples a quarter to a third of their fuel. A plugin that churns through more memory
//!   than its limit turns the feature off and gets the standard allocator.
//! * Only what [`export!`] names is exported; the host goes by that.
//! * The contract behind all this is `wit/` in the repository, and [`CONTRACT`] is its version.
#![deny(missing_docs, unsafe_code)]
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a panic in a plugin ends one call; a test of a plugin fails by panicking"
)]

pub mod action;
#[doc(hidden)]
pub mod bindings;
#[cfg(any(test, all(target_arch = "wasm32", feature = "bump-alloc")))]
mod bump;
pub mod card;
mod context;
mod error;
pub mod event;
mod export;
pub mod form;
mod host;
pub mod html;
pub mod http;
pub mod log;
pub mod manifest;
mod plugin;
pub mod settings;
pub mod store;
#[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
pub mod testing;
mod texts;
pub mod url;

pub use action::{Action, ActionResult, Actions, Command};
pub use card::{Accordion, Block, Button, Card, Cell, Confirm, Row, Table};
pub use context::{Agent, Context, Visitor};
pub use error::{Error, OrTell};
pub use event::{Event, EventError, Handlers};
pub use export::CONTRACT;
#[doc(hidden)]
pub use export::STAMP;
pub use form::{Choice, Field};
pub use http::HttpError;
pub use manifest::Manifest;
pub use plugin::{ActionPlugin, CardPlugin, EventPlugin, Plugin};
#[doc(hidden)]
pub use plugin::{Parts, Served, part};
pub use store::StoreError;

/// The blocks of `docs/writing-a-plugin.md`, compiled as they stand there.
#[cfg(doctest)]
#[doc = include_str!("../../docs/writing-a-plugin.md")]
mod writing {}

/// The blocks of `docs/authors/rust.md`, likewise.
#[cfg(doctest)]
#[doc = include_str!("../../docs/authors/rust.md")]
mod authors {}
