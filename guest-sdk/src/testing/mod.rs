//! Runs a plugin natively against a fake host: no wasm, no server, no network.
//!
//! Turn it on for tests alone:
//!
//! ```toml
//! [dev-dependencies]
//! sidepane-sdk = { version = "0.1", features = ["testing"] }
//! ```
//!
//! ```
//! use sidepane_sdk::testing::{FakeHost, context, on};
//! use sidepane_sdk::*;
//! # struct Tier;
//! # impl Plugin for Tier {
//! #     fn manifest() -> Manifest {
//! #         Manifest::new("Tier", "1.0.0")
//! #             .host(manifest::Host::new("https://shop.example/v1/", "looks up tiers").secret("api_key"))
//! #             .secret("api_key", "the shop's key")
//! #             .setting(Field::text("shop", "Shop").default("acme"))
//! #     }
//! # }
//! # impl CardPlugin for Tier {
//! #     fn render(context: Context) -> Result<Option<Card>, Error> {
//! #         let tier: String = http::get("https://shop.example/v1/tier").bearer("api_key").send()?.json()?;
//! #         info!("tier found");
//! #         Ok(Some(Card::new().block(Block::new("Tier").list([("Tier", tier)]))))
//! #     }
//! # }
//!
//! let run = FakeHost::new()
//!     .setting("shop", "acme")
//!     .expect(on("GET", "https://shop.example/v1/tier").bearer("api_key").reply_json(200, "gold"))
//!     .render::<Tier>(context());
//!
//! assert_eq!(run.log, ["info: tier found"]);
//! let card = run.card();
//! assert_eq!(card.blocks[0].name, "Tier");
//! ```
//!
//! A call that a real host recorded runs here, too: see [`Recording`].
//!
//! The fake host is strict where a real one would refuse: a run panics if the plugin asks for an
//! address or a secret that its manifest does not name, if it makes a request that the test does not
//! expect or leaves one out, if a setting is set that the manifest does not have, and if a card
//! breaks the contract's rules.

mod coverage;
mod exchange;
mod recording;
mod rules;
mod sample;
pub(crate) mod seam;

use std::collections::BTreeMap;
use std::fmt::Debug;

pub use exchange::{Exchange, Failure, on};
pub use recording::Recording;
pub use sample::{action, context, event, message_created, updated};
pub use seam::Sent;

use crate::{
    Action, ActionPlugin, ActionResult, Card, CardPlugin, Context, Error, Event, EventError,
    EventPlugin, Plugin,
};

/// A host for tests. It keeps its store from run to run; what is expected of HTTP is for one run.
#[derive(Debug, Default)]
pub struct FakeHost {
    settings: Vec<(String, String)>,
    exchanges: Vec<Exchange>,
    store: BTreeMap<String, String>,
}

/// What came of one call.
#[derive(Debug)]
pub struct Run<T> {
    /// What the plugin answered.
    pub answer: T,
    /// What it wrote to the log: the level, the message, and fields behind it.
    pub log: Vec<String>,
    /// What it sent, in order.
    pub requests: Vec<Sent>,
}

impl FakeHost {
    /// A host without settings, with an empty store, that expects no requests.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets one of the manifest's settings, in the text form of its kind.
    #[must_use]
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// Expects one request in the next run. The order among several does not matter.
    #[must_use]
    pub fn expect(mut self, exchange: Exchange) -> Self {
        self.exchanges.push(exchange);
        self
    }

    /// Has this value in the store.
    #[must_use]
    pub fn stored(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.store.insert(key.into(), value.into());
        self
    }

    /// What the store has now. Nothing expires in it.
    pub fn store(&self) -> &BTreeMap<String, String> {
        &self.store
    }

    /// Asks for a card.
    ///
    /// # Panics
    ///
    /// The plugin did what a real host refuses, or other requests than expected; see the
    /// [module](self).
    #[track_caller]
    pub fn render<P: CardPlugin>(&mut self, context: Context) -> Run<Result<Option<Card>, Error>> {
        self.run::<P, _, _>(
            || P::render(context),
            |answer| {
                answer
                    .as_ref()
                    .map_or_else(Vec::new, |card| rules::broken_by(&P::manifest(), card))
            },
        )
    }

    /// Delivers an event.
    ///
    /// # Panics
    ///
    /// As [`render`](Self::render), and when the plugin has no handler for it: a real host would not
    /// deliver it.
    #[track_caller]
    pub fn handle<P: EventPlugin>(&mut self, event: Event) -> Run<Result<(), EventError>> {
        let handlers = P::handlers();
        assert!(
            handlers.takes(&event),
            "the plugin has no handler for `{}`",
            event.event_type
        );
        self.run::<P, _, _>(|| handlers.handle(event), |()| Vec::new())
    }

    /// Presses a button. What was written to the store is kept only if it was done.
    ///
    /// # Panics
    ///
    /// As [`render`](Self::render), when the action has no function, and when it is not in the
    /// manifest: no button of a real host would have it.
    #[track_caller]
    pub fn submit<P: ActionPlugin>(&mut self, action: Action) -> Run<Result<ActionResult, Error>> {
        let (actions, manifest) = (P::actions(), P::manifest());
        let before = self.store.clone();
        let missing = rules::unnamed(&manifest, &actions, &action.id);
        assert!(missing.is_empty(), "{}", missing.join("\n"));
        let run = self.run::<P, _, _>(
            || actions.submit(action),
            |result| rules::broken_by_result(&manifest, result),
        );
        if let Ok(result) = &run.answer
            && !result.field_errors.is_empty()
        {
            self.store = before;
        }
        run
    }

    #[track_caller]
    fn run<P: Plugin, T, E>(
        &mut self,
        call: impl FnOnce() -> Result<T, E>,
        check: impl FnOnce(&T) -> Vec<String>,
    ) -> Run<Result<T, E>> {
        let manifest = P::manifest();
        assert_eq!(
            manifest,
            P::manifest(),
            "a manifest must be the same each time"
        );
        let (settings, mut problems) = rules::settings(&manifest, &self.settings);
        let exchanges = std::mem::take(&mut self.exchanges);
        seam::begin(manifest, settings, exchanges, self.store.clone());
        let answer = call();
        let outcome = seam::end();
        problems.extend(outcome.problems);
        if let Ok(answer) = &answer {
            problems.extend(check(answer));
            self.store = outcome.store;
        }
        assert!(problems.is_empty(), "{}", problems.join("\n"));
        Run {
            answer,
            log: outcome.log,
            requests: outcome.sent,
        }
    }
}

impl Run<Result<Option<Card>, Error>> {
    /// The card.
    ///
    /// # Panics
    ///
    /// There is none.
    #[track_caller]
    pub fn card(self) -> Card {
        match self.answer {
            Ok(Some(card)) => card,
            other => panic!("there is no card: {other:?}"),
        }
    }
}

impl<T: Debug, E: Debug> Run<Result<T, E>> {
    /// The error.
    ///
    /// # Panics
    ///
    /// There is none.
    #[track_caller]
    pub fn error(self) -> E {
        match self.answer {
            Err(error) => error,
            Ok(answer) => panic!("there is no error: {answer:?}"),
        }
    }
}
