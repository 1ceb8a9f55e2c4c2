//! The desks' formats, in and out: pure translation between bytes and `model`.
//!
//! A surface is a folder: a table of routes, `verify` (whose request is it?), `parse` (what is
//! asked?) and `render` (the answer in the desk's form). All are functions of their arguments; the
//! server mounts them, calls the plugins in between and adds nothing of its own.

mod answer;
mod bearer;
mod body;
mod bounds;
mod caller;
pub mod chatwoot;
pub mod describe;
#[cfg(test)]
mod event_fixtures;
#[cfg(test)]
mod event_storm;
mod filled;
#[cfg(test)]
mod fixtures;
pub mod freshchat;
pub mod front;
mod identity;
pub mod imbox;
pub mod intercom;
mod json;
pub mod keys;
mod lenient;
pub mod mcp;
mod moment;
pub mod native;
pub mod openapi;
mod page;
pub mod pane;
mod plain;
mod press;
mod query;
#[cfg(test)]
mod recording;
mod rsa_key;
mod seal;
mod session;
mod signature;
pub mod simulate;
pub mod snapengage;
mod strict;

pub use body::MAX_EVENT;
pub use caller::Caller;
pub use press::Signer;

use crate::model::action::{Acted, Press};
use crate::model::context::Context;
use crate::model::delivery::Receipt;
use crate::model::event::Event;
use crate::model::id::{AccountId, PluginId, RequestId};
use crate::model::outcome::{Outcome, Pane};
use crate::model::problem::Problem;
use crate::model::time::Millis;
use bytes::Bytes;
use describe::{Operation, Schemas};
use http::{HeaderMap, Method, StatusCode};
use keys::Keys;

/// All doors for contact cards. A new desk is a folder and a line here.
pub fn all() -> &'static [&'static dyn CardSurface] {
    &[
        &native::Native,
        &imbox::ImBox,
        &snapengage::SnapEngage,
        &intercom::Initialize,
    ]
}

/// All doors for product events. A new desk is a folder and a line here.
pub fn events() -> &'static [&'static dyn EventSurface] {
    &[
        &native::Events,
        &freshchat::Events,
        &freshchat::Webhook,
        &chatwoot::Chatwoot,
    ]
}

/// The doors that answer card by card.
pub fn streams() -> &'static [&'static dyn StreamSurface] {
    &[&native::Stream]
}

/// The doors for pressed buttons.
pub fn actions() -> &'static [&'static dyn ActionSurface] {
    &[&native::Actions, &intercom::Submit]
}

/// The doors that browsers load pages from, and their sessions.
pub fn pages() -> &'static [&'static dyn PageSurface] {
    &[
        &pane::Pane,
        &native::Sessions,
        &front::Front,
        &chatwoot::Dashboard,
        &freshchat::Paste,
        &openapi::OpenApi,
    ]
}

/// The door of this name, as contexts have it.
fn named(name: &str) -> Option<&'static str> {
    let cards = all().iter().map(|door| door.name());
    let streams = streams().iter().map(|door| door.name());
    let actions = actions().iter().map(|door| door.name());
    let pages = pages().iter().map(|door| door.name());
    let mut known = cards.chain(streams).chain(actions).chain(pages);
    known.find(|known| *known == name)
}

/// What all doors have in common.
pub trait Surface: Sync {
    /// Its name: the `surface` of every context, and the `source` of every event, that comes through
    /// it, unless a session or a sender names another.
    fn name(&self) -> &'static str;

    /// The addresses it answers.
    fn routes(&self) -> &'static [Route];

    /// What one of its addresses takes and answers, for `/openapi.json`.
    fn describe(&self, route: &Route, _method: &Method, _schemas: &mut Schemas) -> Operation {
        Operation::new(format!("{} of the surface {}", route.path, self.name()))
    }

    /// Writes a refusal of the whole request. The status is `problem`'s own.
    fn refuse(&self, problem: &Problem, status: StatusCode, request_id: &RequestId) -> Reply {
        answer::refusal(problem, status, request_id)
    }
}

/// A desk's door for contact cards.
pub trait CardSurface: Surface {
    /// Decides who asks, by the credential that the request carries. `now` is what the age of a
    /// session is measured by.
    ///
    /// # Errors
    /// `auth.*` when the door wants a credential and this is none of its own.
    fn verify(&self, inbound: &Inbound<'_>, keys: &Keys, now: Millis) -> Result<Caller, Problem>;

    /// Reads what is asked.
    ///
    /// # Errors
    /// `request.*` and `auth.account_mismatch`, with the field at fault.
    fn parse(
        &self,
        inbound: &Inbound<'_>,
        caller: &Caller,
        request_id: RequestId,
    ) -> Result<Question, Problem>;

    /// The answer to a request that nobody need be asked for; none for any other.
    fn at_once(&self, _inbound: &Inbound<'_>) -> Option<Reply> {
        None
    }

    /// Whether buttons of its answers can be pressed, and so have a token each.
    fn has_buttons(&self) -> bool {
        false
    }

    /// Whether the request also asks why each plugin's card is there or is not. Only an asker who
    /// may see the inside is told.
    fn asks_why(&self, _inbound: &Inbound<'_>) -> bool {
        false
    }

    /// Writes the answer.
    fn render(&self, pane: &Pane, reveal: Reveal) -> Reply;

    /// Writes the answer to a request, where that takes more than the cards: for a desk that cannot
    /// show all of a card and leads to where it is shown.
    fn reply(
        &self,
        _inbound: &Inbound<'_>,
        _question: &Question,
        pane: &Pane,
        reveal: Reveal,
    ) -> Reply {
        self.render(pane, reveal)
    }
}

/// A door that answers card by card: it asks like a `CardSurface`, and writes each part as it is
/// there.
pub trait StreamSurface: CardSurface {
    /// The status and headers that go before everything.
    fn head(&self) -> Reply;

    /// Who is asked, in the order of the pane.
    fn start(&self, request_id: &RequestId, asked: &[Asked]) -> Bytes;

    /// What came of asking the plugin at place `order`.
    fn card(&self, order: usize, outcome: &Outcome, reveal: Reveal) -> Bytes;

    /// That all have answered; the name and link of the whole pane.
    fn end(&self, pane: &Pane) -> Bytes;
}

/// A desk's door for pressed buttons.
pub trait ActionSurface: Surface {
    /// Decides who presses.
    ///
    /// # Errors
    /// `auth.*`; `auth.scope` for one who may only look.
    fn verify(&self, inbound: &Inbound<'_>, keys: &Keys, now: Millis) -> Result<Caller, Problem>;

    /// Reads what was pressed.
    ///
    /// # Errors
    /// `request.*` with the field at fault, `auth.action_invalid`, `auth.action_expired`.
    fn parse(
        &self,
        inbound: &Inbound<'_>,
        caller: &Caller,
        keys: &Keys,
        request_id: RequestId,
        now: Millis,
    ) -> Result<Press, Problem>;

    /// Reads what came in at an address that takes more than presses.
    ///
    /// # Errors
    /// As `parse`.
    fn submitted(
        &self,
        inbound: &Inbound<'_>,
        caller: &Caller,
        keys: &Keys,
        request_id: RequestId,
        now: Millis,
    ) -> Result<Submitted, Problem> {
        let press = self.parse(inbound, caller, keys, request_id, now)?;
        Ok(Submitted::Press(Box::new(press)))
    }

    /// Writes what came of it.
    fn acted(&self, acted: &Acted, reveal: Reveal, request_id: &RequestId) -> Reply;
}

/// A door that browsers load pages from: what it answers depends on the request alone.
pub trait PageSurface: Surface {
    /// Writes the page, the file or the session.
    ///
    /// # Errors
    /// `auth.*` and `request.*`.
    fn page(&self, inbound: &Inbound<'_>, keys: &Keys, now: Millis) -> Result<Reply, Problem>;
}

/// A desk's door for product events.
pub trait EventSurface: Surface {
    /// Decides whose request this is: by a token, or by a signature over the body as it came.
    /// `now` is what the age of a signed request is measured by.
    ///
    /// # Errors
    /// `auth.*`, saying which step failed and never which byte.
    fn verify(&self, inbound: &Inbound<'_>, keys: &Keys, now: Millis)
    -> Result<AccountId, Problem>;

    /// Reads what happened. `now` stands in where the desk gives no moment.
    ///
    /// # Errors
    /// `request.*` with the field, or line and column, at fault; `auth.account_mismatch`.
    fn parse(
        &self,
        inbound: &Inbound<'_>,
        account: AccountId,
        now: Millis,
    ) -> Result<Event, Problem>;

    /// Writes that the event was accepted. A duplicate is answered like the first one, so that its
    /// sender stops.
    fn accepted(&self, receipt: &Receipt, request_id: &RequestId) -> Reply;
}

/// One address of a surface.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// As axum writes it: `/imbox/{plugin}`.
    pub path: &'static str,
    /// The methods it answers.
    pub methods: &'static [Method],
}

/// What a surface sees of one request.
#[derive(Clone, Copy, Debug)]
pub struct Inbound<'a> {
    /// The method.
    pub method: &'a Method,
    /// The path, as received.
    pub path: &'a str,
    /// The query as received, without `?`.
    pub query: &'a str,
    /// The headers. They never reach a plugin.
    pub headers: &'a HeaderMap,
    /// The body, already within the listener's limit.
    pub body: &'a [u8],
    /// The `{plugin}` of the path, percent-decoded.
    pub plugin: Option<&'a str>,
    /// Where browsers reach the host, as its operator wrote it.
    pub public_url: Option<&'a str>,
}

/// What is asked, of whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Who the agent is looking at.
    pub context: Context,
    /// The plugins that are asked; empty means all.
    pub plugins: Vec<PluginId>,
    /// Whether only cards made for this very question will do.
    pub anew: bool,
}

/// What comes in at a door for pressed buttons. Desks that show what they are answered send other
/// things there, too.
pub enum Submitted {
    /// A button was pressed.
    Press(Box<Press>),
    /// The cards are asked for; they are written by this surface.
    Ask(Box<Question>, &'static dyn CardSurface),
    /// Nothing is asked of anybody: this is the answer.
    Answered(Reply),
}

impl std::fmt::Debug for Submitted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Press(press) => f.debug_tuple("Press").field(press).finish(),
            Self::Ask(question, cards) => f
                .debug_tuple("Ask")
                .field(question)
                .field(&cards.name())
                .finish(),
            Self::Answered(reply) => f.debug_tuple("Answered").field(reply).finish(),
        }
    }
}

/// A plugin that is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Who.
    pub plugin: PluginId,
    /// The title from its manifest.
    pub title: String,
}

/// How much the asker may see of the host's inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reveal {
    /// Cards and what agents may read.
    Cards,
    /// Also usage and hints: the asker is an operator.
    Inside,
}

/// An answer, ready to send.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers, `content-type` among them.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}
