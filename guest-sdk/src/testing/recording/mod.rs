//! A call that a host recorded, as a fixture: what went wrong in production, as a test.
//!
//! ```no_run
//! use sidepane_sdk::testing::Recording;
//! # use sidepane_sdk::*;
//! # struct Tier;
//! # impl Plugin for Tier {
//! #     fn manifest() -> Manifest { Manifest::new("Tier", "1.0.0") }
//! # }
//! # impl CardPlugin for Tier {
//! #     fn render(context: Context) -> Result<Option<Card>, Error> { Ok(None) }
//! # }
//!
//! let failed = Recording::read("tests/recordings/failed.json");
//! assert_eq!(failed.code(), Some("call.trap"));
//! let card = failed.host().render::<Tier>(failed.context()).card();
//! ```
//!
//! The plugin runs natively here, so that what only a component has is not as it was recorded: clocks
//! and randomness. `sidepane replay` plays these back as well.

mod form;
mod input;
mod steps;

use super::FakeHost;
use crate::action::Action;
use crate::context::Context;
use crate::event::Event;
use form::Form;
use serde_json::Value;
use std::path::Path;

/// The version of the form that is read.
const VERSION: u64 = 1;

/// One recorded call.
#[derive(Clone, Debug)]
pub struct Recording(Value);

impl Recording {
    /// Reads the file that `GET /recordings/{id}` gave. A path that is not absolute begins where the
    /// plugin's `Cargo.toml` stands.
    ///
    /// # Panics
    ///
    /// It cannot be read, or is no recording.
    #[track_caller]
    pub fn read(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text),
            Err(error) => panic!("{} cannot be read: {error}", path.display()),
        }
    }

    /// Reads the text of such a file.
    ///
    /// # Panics
    ///
    /// It is no recording.
    #[track_caller]
    pub fn parse(text: &str) -> Self {
        let value: Value = match serde_json::from_str(text) {
            Ok(value) => value,
            Err(error) => panic!("this is no recording: {error}"),
        };
        let version = value.get("sidepane_recording").and_then(Value::as_u64);
        assert!(
            version == Some(VERSION),
            "this is no recording of version {VERSION}, the one that this SDK reads"
        );
        Self(value)
    }

    /// A host with the recorded settings, with the values that the store had, and with the recorded
    /// answers to the recorded requests. What the plugin asks for beyond them, a test expects as ever.
    ///
    /// # Panics
    ///
    /// The recording lacks a body that a server answered with, because it was too long or no text.
    #[track_caller]
    pub fn host(&self) -> FakeHost {
        let whole = self.whole();
        let mut host = FakeHost::new();
        for (name, value) in whole.pairs("settings") {
            host = host.setting(name, value);
        }
        for (key, value) in steps::store(&whole) {
            host = host.stored(key, value);
        }
        for exchange in steps::exchanges(&whole) {
            host = host.expect(exchange);
        }
        host
    }

    /// The context that the plugin was asked about.
    ///
    /// # Panics
    ///
    /// It was called for something else.
    #[track_caller]
    pub fn context(&self) -> Context {
        let (input, account) = self.input("card");
        input::context(&input.form("question"), account)
    }

    /// The event that the plugin was given.
    ///
    /// # Panics
    ///
    /// It was called for something else.
    #[track_caller]
    pub fn event(&self) -> Event {
        let (input, account) = self.input("event");
        let attempt = u32::try_from(input.number("attempt")).unwrap_or(u32::MAX);
        input::event(&input.form("event"), account, attempt)
    }

    /// The press that the plugin carried out.
    ///
    /// # Panics
    ///
    /// It was called for something else.
    #[track_caller]
    pub fn action(&self) -> Action {
        let (input, account) = self.input("press");
        Action {
            id: input.text("action"),
            value: input.text("value"),
            fields: input.pairs("fields"),
            idempotency_key: input.text("key"),
            context: input::context(&input.form("question"), account),
        }
    }

    /// The code that the call ended with, where it failed.
    pub fn code(&self) -> Option<&str> {
        self.0["ending"]["code"].as_str()
    }

    /// What the plugin answered: each text with its place, such as `blocks[0].name`.
    pub fn texts(&self) -> Vec<(String, String)> {
        self.whole().form("ending").pairs("texts")
    }

    fn whole(&self) -> Form<'_> {
        Form::of(&self.0)
    }

    #[track_caller]
    fn input(&self, wanted: &str) -> (Form<'_>, String) {
        let whole = self.whole();
        let input = whole.form("input");
        let kind = input.text("kind");
        assert!(
            kind == wanted,
            "the recording is of a {kind}, and a {wanted} is asked for"
        );
        (input, whole.text("account"))
    }
}

impl FakeHost {
    /// A host as it was for a recorded call: short for [`Recording::read`] and [`Recording::host`].
    ///
    /// # Panics
    ///
    /// As those two.
    #[track_caller]
    pub fn from_recording(path: impl AsRef<Path>) -> Self {
        Recording::read(path).host()
    }
}
