//! `POST /v1/events`: what happened, told by a program in the normal form or as a CloudEvent.

use super::super::body::{self, is};
use super::super::describe::{Operation, Schemas};
use super::super::json::Json;
use super::super::strict::{Strict, wrong};
use super::super::{
    EventSurface, Inbound, Reply, Route, Surface, answer, bearer, identity, query, signature,
};
use super::event::{self, Defaults};
use super::{cloud, described};
use crate::model::delivery::Receipt;
use crate::model::event::Event;
use crate::model::id::{AccountId, RequestId};
use crate::model::problem::{Code, Problem};
use crate::model::time::Millis;
use crate::surface::keys::Keys;
use http::{HeaderMap, Method};

/// The host's own door for events.
#[derive(Clone, Copy, Debug)]
pub struct Events;

/// The door, as refusals name it.
const DOOR: &str = "/v1/events";

impl Surface for Events {
    fn name(&self) -> &'static str {
        "native"
    }

    fn routes(&self) -> &'static [Route] {
        &[Route {
            path: DOOR,
            methods: &[Method::POST],
        }]
    }

    fn describe(&self, _: &Route, _: &Method, schemas: &mut Schemas) -> Operation {
        described::events(schemas)
    }
}

impl EventSurface for Events {
    /// A token as for `/v1/context`, or a signature after Standard Webhooks. Where an account has
    /// secrets and a request is signed, the signature alone decides.
    fn verify(
        &self,
        inbound: &Inbound<'_>,
        keys: &Keys,
        now: Millis,
    ) -> Result<AccountId, Problem> {
        let signers = || {
            keys.accounts
                .iter()
                .filter(|account| !account.webhook_secrets.is_empty())
        };
        let signed = SIGNED
            .iter()
            .any(|name| inbound.headers.contains_key(*name));
        if signers().next().is_none() {
            return bearer::account(inbound.headers, keys, DOOR, |account| &account.api_tokens);
        }
        // Who could only sign, and did not, is told so.
        let tokens = keys
            .accounts
            .iter()
            .any(|account| !account.api_tokens.is_empty());
        if signed || !tokens {
            return signature::account(
                keys,
                DOOR,
                |account| &account.webhook_secrets,
                || signature::standard_webhooks(inbound.headers, inbound.body, now),
                |key, signed| signed.by(key),
            );
        }
        bearer::account(inbound.headers, keys, DOOR, |account| &account.api_tokens)
    }

    fn parse(
        &self,
        inbound: &Inbound<'_>,
        account: AccountId,
        now: Millis,
    ) -> Result<Event, Problem> {
        if let Some(pair) = query::pairs(inbound.query).next() {
            let (name, _) = pair?;
            let field = super::super::bounds::member("query", &name);
            return Err(wrong(&field, "an event says everything in its body"));
        }
        body::sized(inbound.body)?;
        let defaults = Defaults {
            id: id_of(inbound, &account)?,
            account,
            now,
            raw: String::new(),
        };
        let headers = inbound.headers;
        if is(headers, "application/cloudevents+json") {
            return cloud::structured(Json::read(inbound.body)?, defaults);
        }
        if cloud::is_binary(headers) {
            let data = (!inbound.body.is_empty()).then(|| body::event_json(headers, inbound.body));
            return cloud::binary(headers, data.transpose()?, defaults);
        }
        if !is(headers, "application/json") {
            return Err(Problem::new(
                Code::RequestUnsupportedMedia,
                "The body must be sent as `content-type: application/json`, or \
                 `application/cloudevents+json`.",
            ));
        }
        let whole = Json::read(inbound.body)?;
        let raw = serde_json::to_string(&whole).unwrap_or_default();
        event::read(Strict::of("", whole)?, Defaults { raw, ..defaults })
    }

    fn accepted(&self, receipt: &Receipt, _: &RequestId) -> Reply {
        answer::receipt(receipt)
    }
}

/// The headers that say a request is signed.
const SIGNED: &[&str] = &["webhook-id", "webhook-timestamp", "webhook-signature"];

/// The id of an event that names none: its sender's `webhook-id`, which retries repeat, else the
/// SHA-256 of account and body.
fn id_of(inbound: &Inbound<'_>, account: &AccountId) -> Result<String, Problem> {
    let sent: Option<&str> = webhook_id(inbound.headers)?;
    Ok(match sent {
        Some(id) => id.to_owned(),
        None => identity::of_body(account, inbound.body),
    })
}

fn webhook_id(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get("webhook-id") else {
        return Ok(None);
    };
    let id = value.to_str().ok().filter(|id| identity::is_id(id));
    id.map(Some)
        .ok_or_else(|| wrong("webhook-id", "it is 1 to 256 visible ASCII bytes"))
}
