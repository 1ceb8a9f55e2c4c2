//! The kinds of doors: what is done between a request and its answer, for cards, streams of cards,
//! pressed buttons, pages and events.

use super::ingress::{arrive, inbound, plugin_of, respond, reveal};
use super::{Shared, status, stream};
use crate::model::id::RequestId;
use crate::model::outcome::Pane;
use crate::model::problem::Problem;
use crate::model::time::Millis;
use crate::surface::{
    ActionSurface, CardSurface, EventSurface, PageSurface, Question, Reply, Reveal, Signer,
    StreamSurface, Submitted, Surface,
};
use axum::extract::Request;
use axum::response::Response;
use http::HeaderValue;
use http::header::RETRY_AFTER;
use http::request::Parts;
use std::sync::Arc;

/// When a sender whose event could not be taken is to try again, in seconds: long enough for a disk
/// to be cleared a little or a queue to shrink, short enough that senders with few tries succeed.
const TAKE_AGAIN_S: &str = "30";

/// When to ask again for what had no place, in seconds, the least that the header can say: a place is
/// free again as soon as any call ends.
const ASK_AGAIN_S: &str = "1";

/// A surface of any kind, as the router sees it.
pub(super) trait Door: Copy + Send + Sync + 'static {
    fn surface(self) -> &'static dyn Surface;

    /// Verifies, parses, asks and renders.
    fn answer(
        self,
        shared: &Arc<Shared>,
        request: Request,
        id: &RequestId,
    ) -> impl Future<Output = Result<Response, Problem>> + Send;

    /// When to try again what failed for the moment, in seconds.
    const RETRY_AFTER_S: &str = ASK_AGAIN_S;

    fn refuse(self, problem: &Problem, id: &RequestId) -> Reply {
        let mut reply = self.surface().refuse(problem, status::of(problem.code), id);
        if problem.retryable {
            let wait = HeaderValue::from_static(Self::RETRY_AFTER_S);
            reply.headers.insert(RETRY_AFTER, wait);
        }
        reply
    }
}

/// Contact cards of a desk.
#[derive(Clone, Copy)]
pub(super) struct Cards(pub(super) &'static dyn CardSurface);

impl Door for Cards {
    fn surface(self) -> &'static dyn Surface {
        self.0
    }

    async fn answer(
        self,
        shared: &Arc<Shared>,
        request: Request,
        id: &RequestId,
    ) -> Result<Response, Problem> {
        let surface = self.0;
        let (parts, body) = request.into_parts();
        let body = arrive(body, shared).await?;
        let asked = match asked(surface, shared, &parts, &body, id)? {
            Turn::Ask(taken) => taken,
            Turn::Answered(reply) => return Ok(respond(reply)),
        };
        let mut pane = match asked.why {
            true => shared.host.explain(&asked.question).await?,
            false => shared.host.ask(&asked.question).await?,
        };
        asked.stamp(shared, &mut pane);
        let plugin = plugin_of(parts.uri.path(), surface);
        let inbound = inbound(shared, &parts, &body, plugin.as_deref());
        let mut reply = surface.reply(&inbound, &asked.question, &pane, asked.reveal);
        if pane.is_busy() {
            let wait = HeaderValue::from_static(ASK_AGAIN_S);
            reply.headers.insert(RETRY_AFTER, wait);
        }
        Ok(respond(reply))
    }
}

/// A question as a door took it.
pub(super) struct Taken {
    pub(super) question: Question,
    pub(super) reveal: Reveal,
    /// Whether the buttons of the answer can be pressed by whoever asked.
    pub(super) buttons: bool,
    why: bool,
    now: Millis,
}

impl Taken {
    /// What signs the buttons of the answer; nothing where nobody could press them.
    pub(super) fn signer<'a>(&'a self, shared: &'a Shared) -> Option<Signer<'a>> {
        let seals = shared.keys.seals.as_ref().filter(|_| self.buttons)?;
        Some(Signer::new(
            &seals.presses,
            &self.question.context,
            self.now,
        ))
    }

    fn stamp(&self, shared: &Shared, pane: &mut Pane) {
        if let Some(signer) = self.signer(shared) {
            for outcome in &mut pane.outcomes {
                signer.stamp(outcome);
            }
        }
    }
}

/// What a request for cards leads to.
enum Turn {
    Ask(Box<Taken>),
    Answered(Reply),
}

fn asked(
    surface: &dyn CardSurface,
    shared: &Shared,
    parts: &Parts,
    body: &[u8],
    id: &RequestId,
) -> Result<Turn, Problem> {
    let plugin = plugin_of(parts.uri.path(), surface);
    let inbound = inbound(shared, parts, body, plugin.as_deref());
    let now = shared.host.now();
    let caller = surface.verify(&inbound, &shared.keys, now)?;
    if let Some(reply) = surface.at_once(&inbound) {
        return Ok(Turn::Answered(reply));
    }
    let reveal = reveal(parts, shared.settings.insiders);
    Ok(Turn::Ask(Box::new(Taken {
        question: surface.parse(&inbound, &caller, id.clone())?,
        buttons: surface.has_buttons() && caller.acts,
        why: reveal == Reveal::Inside && surface.asks_why(&inbound),
        reveal,
        now,
    })))
}

/// Contact cards, one by one.
#[derive(Clone, Copy)]
pub(super) struct Streams(pub(super) &'static dyn StreamSurface);

impl Door for Streams {
    fn surface(self) -> &'static dyn Surface {
        self.0
    }

    async fn answer(
        self,
        shared: &Arc<Shared>,
        request: Request,
        id: &RequestId,
    ) -> Result<Response, Problem> {
        let (parts, body) = request.into_parts();
        let body = arrive(body, shared).await?;
        match asked(self.0, shared, &parts, &body, id)? {
            Turn::Ask(taken) => stream::respond(self.0, Arc::clone(shared), *taken),
            Turn::Answered(reply) => Ok(respond(reply)),
        }
    }
}

/// Pressed buttons.
#[derive(Clone, Copy)]
pub(super) struct Actions(pub(super) &'static dyn ActionSurface);

impl Door for Actions {
    fn surface(self) -> &'static dyn Surface {
        self.0
    }

    async fn answer(
        self,
        shared: &Arc<Shared>,
        request: Request,
        id: &RequestId,
    ) -> Result<Response, Problem> {
        let surface = self.0;
        let (parts, body) = request.into_parts();
        let body = arrive(body, shared).await?;
        let inbound = inbound(shared, &parts, &body, None);
        let now = shared.host.now();
        let caller = surface.verify(&inbound, &shared.keys, now)?;
        let reveal = reveal(&parts, shared.settings.insiders);
        match surface.submitted(&inbound, &caller, &shared.keys, id.clone(), now)? {
            Submitted::Press(press) => {
                let context = press.context.clone();
                let mut acted = shared.host.act(*press).await?;
                if let (Some(seals), Some(after)) = (&shared.keys.seals, &mut acted.after) {
                    Signer::new(&seals.presses, &context, now).stamp(after);
                }
                Ok(respond(surface.acted(&acted, reveal, id)))
            }
            Submitted::Ask(question, cards) => {
                let asked = Taken {
                    question: *question,
                    buttons: caller.acts,
                    why: false,
                    reveal,
                    now,
                };
                let mut pane = shared.host.ask(&asked.question).await?;
                asked.stamp(shared, &mut pane);
                Ok(respond(cards.render(&pane, reveal)))
            }
            Submitted::Answered(reply) => Ok(respond(reply)),
        }
    }
}

/// Pages, their files and their sessions.
#[derive(Clone, Copy)]
pub(super) struct Pages(pub(super) &'static dyn PageSurface);

impl Door for Pages {
    fn surface(self) -> &'static dyn Surface {
        self.0
    }

    async fn answer(
        self,
        shared: &Arc<Shared>,
        request: Request,
        _id: &RequestId,
    ) -> Result<Response, Problem> {
        let (parts, body) = request.into_parts();
        let body = arrive(body, shared).await?;
        let inbound = inbound(shared, &parts, &body, None);
        let reply = self.0.page(&inbound, &shared.keys, shared.host.now())?;
        Ok(respond(reply))
    }
}

/// Product events of a desk. The answer is a promise: the event is on the disk.
#[derive(Clone, Copy)]
pub(super) struct Events(pub(super) &'static dyn EventSurface);

impl Door for Events {
    fn surface(self) -> &'static dyn Surface {
        self.0
    }

    async fn answer(
        self,
        shared: &Arc<Shared>,
        request: Request,
        id: &RequestId,
    ) -> Result<Response, Problem> {
        let surface = self.0;
        let (parts, body) = request.into_parts();
        let body = arrive(body, shared).await?;
        let inbound = inbound(shared, &parts, &body, None);
        let now = shared.host.now();
        let account = surface.verify(&inbound, &shared.keys, now)?;
        let event = surface.parse(&inbound, account, now)?;
        let receipt = shared.host.accept(event).await?;
        Ok(respond(surface.accepted(&receipt, id)))
    }

    const RETRY_AFTER_S: &str = TAKE_AGAIN_S;
}
