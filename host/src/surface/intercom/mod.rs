//! `/intercom/initialize` and `/intercom/submit`: an app in Intercom's inbox, by its Canvas Kit.
//!
//! Intercom sends a signed request whenever a teammate opens a conversation, and another when a
//! component of the canvas is pressed; the answer to each is the whole canvas.
//!
//! What Intercom publishes: the components, the signature (`X-Body-Signature`, HMAC-SHA256 of the body
//! with the app's client secret, in hex), 64 KB for a canvas's content, 400 pixels for the first one,
//! 2 to 10 options for a choice.
//!
//! What is our reading, where nothing is published or pages differ:
//! - how high a component is: the estimates in `canvas`;
//! - that a contact of the role `user` is linked, and that of any other the address is a claim;
//! - that a text is shown with links and emphasis in it, so that what could begin one is kept apart;
//! - that any status but 200 is shown as an error of the app, so that what a teammate can mend is a
//!   canvas.

mod canvas;
mod parse;
mod render;
mod submit;

use super::describe::{Operation, Schemas};
use super::keys::Keys;
use super::signature::{self, Signed};
use super::{
    ActionSurface, Caller, CardSurface, Inbound, Question, Reply, Reveal, Route, Submitted, Surface,
};
use crate::model::action::{Acted, Press};
use crate::model::id::RequestId;
use crate::model::outcome::Pane;
use crate::model::problem::{Code, Problem};
use crate::model::time::Millis;
use http::Method;
use serde_json::json;

/// The door that is asked when a conversation is opened.
#[derive(Clone, Copy, Debug)]
pub struct Initialize;

/// The door that is asked when a component is pressed.
#[derive(Clone, Copy, Debug)]
pub struct Submit;

/// The canvas that is as long as it may be.
#[derive(Clone, Copy, Debug)]
struct Whole;

/// What plugins are told that they are asked through.
const NAME: &str = "intercom";

/// The doors, as refusals name them.
const DOOR: &str = "/intercom";

/// The header of the signature, in hex.
const SIGNATURE: &str = "x-body-signature";

impl Surface for Initialize {
    fn name(&self) -> &'static str {
        NAME
    }

    fn routes(&self) -> &'static [Route] {
        &[Route {
            path: "/intercom/initialize",
            methods: &[Method::POST],
        }]
    }

    fn describe(&self, _: &Route, _: &Method, _: &mut Schemas) -> Operation {
        described("Answers Intercom's inbox with the first canvas")
    }
}

impl CardSurface for Initialize {
    fn verify(&self, inbound: &Inbound<'_>, keys: &Keys, _: Millis) -> Result<Caller, Problem> {
        caller(inbound, keys)
    }

    fn parse(
        &self,
        inbound: &Inbound<'_>,
        caller: &Caller,
        request_id: RequestId,
    ) -> Result<Question, Problem> {
        parse::question(inbound, caller, request_id)
    }

    fn has_buttons(&self) -> bool {
        true
    }

    fn render(&self, pane: &Pane, _: Reveal) -> Reply {
        render::first(pane)
    }
}

impl Surface for Whole {
    fn name(&self) -> &'static str {
        NAME
    }

    fn routes(&self) -> &'static [Route] {
        &[]
    }
}

impl CardSurface for Whole {
    fn verify(&self, inbound: &Inbound<'_>, keys: &Keys, now: Millis) -> Result<Caller, Problem> {
        Initialize.verify(inbound, keys, now)
    }

    fn parse(
        &self,
        inbound: &Inbound<'_>,
        caller: &Caller,
        request_id: RequestId,
    ) -> Result<Question, Problem> {
        Initialize.parse(inbound, caller, request_id)
    }

    fn render(&self, pane: &Pane, _: Reveal) -> Reply {
        render::whole(pane)
    }
}

impl Surface for Submit {
    fn name(&self) -> &'static str {
        NAME
    }

    fn routes(&self) -> &'static [Route] {
        &[Route {
            path: "/intercom/submit",
            methods: &[Method::POST],
        }]
    }

    fn describe(&self, _: &Route, _: &Method, _: &mut Schemas) -> Operation {
        described("Presses a component of Intercom's canvas")
    }
}

impl ActionSurface for Submit {
    fn verify(&self, inbound: &Inbound<'_>, keys: &Keys, _: Millis) -> Result<Caller, Problem> {
        caller(inbound, keys)
    }

    fn parse(
        &self,
        inbound: &Inbound<'_>,
        caller: &Caller,
        keys: &Keys,
        request_id: RequestId,
        now: Millis,
    ) -> Result<Press, Problem> {
        match self.submitted(inbound, caller, keys, request_id, now)? {
            Submitted::Press(press) => Ok(*press),
            Submitted::Ask(..) | Submitted::Answered(_) => Err(Problem::new(
                Code::AuthActionInvalid,
                "This is no button of a card.",
            )),
        }
    }

    fn submitted(
        &self,
        inbound: &Inbound<'_>,
        caller: &Caller,
        keys: &Keys,
        request_id: RequestId,
        now: Millis,
    ) -> Result<Submitted, Problem> {
        submit::submitted(inbound, caller, keys, request_id, now)
    }

    fn acted(&self, acted: &Acted, _: Reveal, _: &RequestId) -> Reply {
        render::acted(acted)
    }
}

fn described(summary: &str) -> Operation {
    Operation::new(summary)
        .credential("intercom")
        .body("application/json", json!({"type": "object"}))
        .reply(
            200,
            "A canvas.",
            "application/json",
            json!({"type": "object", "required": ["canvas"]}),
        )
        .refuses(&[400, 401, 403, 404, 405, 408, 409, 413, 503])
}

/// Whose request it is: the account whose app's client secret signed the body.
fn caller(inbound: &Inbound<'_>, keys: &Keys) -> Result<Caller, Problem> {
    let account = signature::account(
        keys,
        DOOR,
        |account| &account.intercom_secrets,
        || {
            let tag = signature::one(inbound.headers, SIGNATURE)?;
            Ok(Signed {
                covered: vec![inbound.body],
                tags: vec![signature::hex(SIGNATURE, tag)?],
            })
        },
        |key, signed| signed.by(key),
    )?;
    Ok(Caller::program(account))
}

#[cfg(test)]
#[path = "canvas_tests.rs"]
mod tests;
