//! `POST /v1/actions`: a button was pressed.
//!
//! The body repeats the button's token as it came, the context that was asked about, and what was
//! filled in. Pressing twice acts once: the second press gets the first answer.

use super::super::describe::{Operation, Schemas};
use super::super::json::Json;
use super::super::keys::Keys;
use super::super::strict::{Strict, wrong};
use super::super::{
    ActionSurface, Caller, Inbound, Reply, Reveal, Route, Surface, bearer, body, press, query,
};
use super::{acted, described, parse};
use crate::model::action::{Acted, Press};
use crate::model::id::RequestId;
use crate::model::problem::{Code, Problem};
use crate::model::time::Millis;
use http::Method;

/// The host's own door for pressed buttons.
#[derive(Clone, Copy, Debug)]
pub struct Actions;

impl Surface for Actions {
    fn name(&self) -> &'static str {
        "native"
    }

    fn routes(&self) -> &'static [Route] {
        &[Route {
            path: "/v1/actions",
            methods: &[Method::POST],
        }]
    }

    fn describe(&self, _: &Route, _: &Method, schemas: &mut Schemas) -> Operation {
        described::actions(schemas)
    }
}

impl ActionSurface for Actions {
    fn verify(&self, inbound: &Inbound<'_>, keys: &Keys, now: Millis) -> Result<Caller, Problem> {
        let caller = bearer::caller(inbound.headers, keys, "/v1", now)?;
        caller.may_act()?;
        Ok(caller)
    }

    fn parse(
        &self,
        inbound: &Inbound<'_>,
        caller: &Caller,
        keys: &Keys,
        request_id: RequestId,
        now: Millis,
    ) -> Result<Press, Problem> {
        // Named by its media type, so that no foreign page's form can press.
        if !body::is(inbound.headers, "application/json") {
            return Err(body::not_json());
        }
        if let Some(pair) = query::pairs(inbound.query).next() {
            let (name, _) = pair?;
            return Err(wrong(&name, "a press says everything in its body"));
        }
        let mut whole = Strict::of("", Json::read(inbound.body)?)?;
        let token = whole.words("token")?.unwrap_or_default();
        let context = whole.take("context").unwrap_or(Json::Object(Vec::new()));
        let given = match whole.take("fields") {
            None => Vec::new(),
            Some(fields) => fields.into_object().map_err(|kind| {
                let what = format!("`fields` is {kind}; it must be an object.");
                Problem::new(Code::RequestInvalidField, what).field("fields")
            })?,
        };
        if let Some((name, _)) = whole.rest().first() {
            return Err(wrong(name, "a press has `token`, `context` and `fields`"));
        }
        let context = parse::repeated(context, caller, request_id)?;
        let seals = keys
            .seals
            .as_ref()
            .ok_or_else(|| Problem::new(Code::AuthActionInvalid, "This host signs no buttons."))?;
        press::read(&seals.presses, caller, &token, context, given, now)
    }

    fn acted(&self, acted: &Acted, reveal: Reveal, request_id: &RequestId) -> Reply {
        acted::acted(acted, request_id, reveal)
    }
}
