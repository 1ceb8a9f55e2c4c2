//! `POST /v1/session`: a session for a page.
//!
//! A program asks with its token and hands the session to a page of its own that holds a
//! `<side-pane>`; a page asks with the session it has and gets one that lasts longer.

use super::super::describe::{Operation, Schemas};
use super::super::json::Json;
use super::super::keys::{Keys, Seals};
use super::super::session::{LASTS, Session};
use super::super::strict::{Strict, wrong};
use super::super::{Caller, Inbound, PageSurface, Reply, Route, Surface, answer, bearer, body};
use super::described;
use crate::model::context::Agent;
use crate::model::id::AccountId;
use crate::model::problem::{Code, Problem};
use crate::model::time::Millis;
use http::{Method, StatusCode};
use schemars::JsonSchema;
use serde::Serialize;

/// The door for sessions.
#[derive(Clone, Copy, Debug)]
pub struct Sessions;

/// The door, as refusals name it.
const DOOR: &str = "/v1/session";

/// The scope to see cards, which every session has.
const LOOK: &str = "context";

/// The scope to press buttons.
const PRESS: &str = "actions";

impl Surface for Sessions {
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
        described::session(schemas)
    }
}

impl PageSurface for Sessions {
    fn page(&self, inbound: &Inbound<'_>, keys: &Keys, now: Millis) -> Result<Reply, Problem> {
        let seals = seals(keys)?;
        let session = match bearer::session_text(inbound.headers) {
            Some(text) => {
                let session = Session::read(text, keys, now)?;
                session.renewable(keys, now)?;
                session
            }
            None => {
                let account =
                    bearer::account(inbound.headers, keys, DOOR, |keys| &keys.api_tokens)?;
                let by = opened_with(keys, seals, &account, inbound);
                Session {
                    caller: wished(inbound, account)?,
                    opened: now,
                    by,
                }
            }
        };
        Ok(answer::json(
            StatusCode::OK,
            &given(&session, seals, now),
            512,
        ))
    }
}

/// A session as a page gets it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Session")]
pub(in crate::surface) struct Given {
    session: String,
    expires_in_s: u64,
    account: String,
    scopes: Vec<&'static str>,
}

/// Seals a session, valid from `now`.
pub(in crate::surface) fn given(session: &Session, seals: &Seals, now: Millis) -> Given {
    let scopes = match session.caller.acts {
        true => vec![LOOK, PRESS],
        false => vec![LOOK],
    };
    Given {
        session: session.seal(&seals.sessions, now),
        expires_in_s: LASTS.as_secs(),
        account: session.caller.account.to_string(),
        scopes,
    }
}

/// The seals of this host.
///
/// # Errors
/// `auth.required` where there are none: a router that makes no sessions.
pub(in crate::surface) fn seals(keys: &Keys) -> Result<&Seals, Problem> {
    keys.seals
        .as_ref()
        .ok_or_else(|| Problem::new(Code::AuthRequired, "This host makes no sessions."))
}

/// The name of the token that the request carries, among the account's.
fn opened_with(keys: &Keys, seals: &Seals, account: &AccountId, inbound: &Inbound<'_>) -> String {
    let offered = bearer::token(inbound.headers).unwrap_or_default();
    keys.accounts
        .iter()
        .filter(|keys| keys.account == *account)
        .flat_map(|keys| &keys.api_tokens)
        .find(|key| key.is(offered))
        .map(|key| key.name(&seals.sessions))
        .unwrap_or_default()
}

/// What the program wants the session to say: `{"agent": {…}, "scopes": ["context"]}`, all of it
/// optional.
fn wished(inbound: &Inbound<'_>, account: AccountId) -> Result<Caller, Problem> {
    let mut caller = Caller {
        page: Some("native"),
        ..Caller::program(account)
    };
    if inbound.body.is_empty() {
        return Ok(caller);
    }
    if !body::is(inbound.headers, "application/json") {
        return Err(body::not_json());
    }
    let mut whole = Strict::of("", Json::read(inbound.body)?)?;
    if let Some(mut agent) = whole.object("agent")? {
        caller.agent = Some(Agent {
            id: agent.text("id")?,
            name: agent.text("name")?,
            email: agent.text("email")?,
        });
        nothing_else(agent)?;
    }
    let scopes = whole.list("scopes")?;
    if !scopes.is_empty() {
        caller.acts = acts(scopes)?;
    }
    nothing_else(whole)?;
    Ok(caller)
}

/// Whether buttons are among the scopes.
fn acts(scopes: Vec<(String, Json)>) -> Result<bool, Problem> {
    let mut acts = false;
    for (path, scope) in scopes {
        match scope {
            Json::Text(scope) if scope == LOOK => {}
            Json::Text(scope) if scope == PRESS => acts = true,
            _ => return Err(wrong(&path, "it must be `context` or `actions`")),
        }
    }
    Ok(acts)
}

fn nothing_else(object: Strict) -> Result<(), Problem> {
    match object.rest().first() {
        None => Ok(()),
        Some((name, _)) => Err(wrong(
            name,
            "a session has `agent` with `id`, `name` and `email`, and `scopes`",
        )),
    }
}
