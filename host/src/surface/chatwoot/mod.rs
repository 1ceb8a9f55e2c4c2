//! Chatwoot: webhooks, and those of its automation rules (`POST /chatwoot/events`); a page beside
//! conversations (`GET /chatwoot`).
//!
//! Of webhooks, Chatwoot sends each once: what is not accepted is lost, and several describe the same moment in
//! any order.

mod conversation;
mod dashboard;
mod message;
mod parse;

pub use dashboard::Dashboard;

use super::describe::{Operation, Schemas};
use super::native::described;
use super::{
    EventSurface, Inbound, Reply, Route, Surface, answer, body, identity, moment, signature,
};
use crate::model::delivery::Receipt;
use crate::model::event::Event;
use crate::model::id::{AccountId, RequestId};
use crate::model::problem::Problem;
use crate::model::time::Millis;
use crate::surface::json::Json;
use crate::surface::keys::Keys;
use http::{HeaderMap, Method};
use signature::Signed;

/// The door for Chatwoot's webhooks.
#[derive(Clone, Copy, Debug)]
pub struct Chatwoot;

const DOOR: &str = "/chatwoot/events";

/// `sha256=` and hex.
const SIGNATURE: &str = "x-chatwoot-signature";

/// When it was sent, in seconds.
const TIMESTAMP: &str = "x-chatwoot-timestamp";

/// The delivery's own id, the same when it is sent again.
const DELIVERY: &str = "x-chatwoot-delivery";

/// Whoever has this token may listen in as the contact.
const SECRETS: &[&str] = &["pubsub_token"];

impl Surface for Chatwoot {
    fn name(&self) -> &'static str {
        "chatwoot"
    }

    fn routes(&self) -> &'static [Route] {
        &[Route {
            path: DOOR,
            methods: &[Method::POST],
        }]
    }

    fn describe(&self, _: &Route, _: &Method, schemas: &mut Schemas) -> Operation {
        described::accepts(Operation::new("Takes a webhook of Chatwoot"), schemas)
            .credential("chatwoot")
            .body("application/json", described::of_a_desk())
    }
}

impl EventSurface for Chatwoot {
    /// By an HMAC over the time of sending, a dot, and the body as it came.
    fn verify(
        &self,
        inbound: &Inbound<'_>,
        keys: &Keys,
        now: Millis,
    ) -> Result<AccountId, Problem> {
        signature::account(
            keys,
            DOOR,
            |account| &account.chatwoot_secrets,
            || signed(inbound, now),
            |key, signed| signed.by(key),
        )
    }

    fn parse(
        &self,
        inbound: &Inbound<'_>,
        account: AccountId,
        now: Millis,
    ) -> Result<Event, Problem> {
        let whole = body::event_json(inbound.headers, inbound.body)?.without(SECRETS);
        let sent = header(inbound.headers, TIMESTAMP);
        let sent = sent.and_then(|text| moment::read(TIMESTAMP, &Json::Text(text.into())).ok()?);
        let id = match header(inbound.headers, DELIVERY).filter(|id| identity::is_id(id)) {
            Some(delivery) => delivery.to_owned(),
            None => identity::of_body(&account, inbound.body),
        };
        parse::event(&whole, id, account, sent.unwrap_or(now))
    }

    fn accepted(&self, receipt: &Receipt, _: &RequestId) -> Reply {
        answer::receipt(receipt)
    }
}

fn signed<'a>(inbound: &Inbound<'a>, now: Millis) -> Result<Signed<'a>, Problem> {
    let tag = signature::one(inbound.headers, SIGNATURE)?;
    let at = signature::one(inbound.headers, TIMESTAMP)?;
    signature::lately(TIMESTAMP, at, now)?;
    let tag = tag
        .strip_prefix(b"sha256=")
        .ok_or_else(|| signature::malformed(SIGNATURE, "it must be `sha256=` and hex"))?;
    Ok(Signed {
        covered: vec![at, b".", inbound.body],
        tags: vec![signature::hex(SIGNATURE, tag)?],
    })
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
