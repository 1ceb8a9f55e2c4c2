//! `/pane`: the page that a desk shows beside a conversation, and the files it is made of.
//!
//! The page's address carries a key, where the account has some, and may say who the agent is
//! looking at. The answer holds a session in the key's place. Whoever shows the page in a frame is
//! one of the account's `pane_origins`, and may tell it later, by message, that somebody else is
//! looked at.

mod ask;
pub(super) mod assets;
mod frame;
mod icons;

use super::describe::{Operation, Schemas};
use super::keys::Keys;
use super::native::{context, parse};
use super::page::{self, Page, Shown, get};
use super::{Caller, Inbound, PageSurface, Reply, Route, Surface, query};
use crate::model::context::Context;
use crate::model::id::RequestId;
use crate::model::problem::{Code, Problem};
use crate::model::time::Millis;
use http::{HeaderMap, Method, StatusCode};
use serde::Serialize;
use serde_json::json;

/// The pane's door.
#[derive(Clone, Copy, Debug)]
pub struct Pane;

const PAGE: Page = Page {
    name: "pane",
    address: "/pane?key=…",
    script: "/pane/page.js",
};

/// The same page inside of Freshchat, whose plug says so in the address.
const IN_FRESHCHAT: Page = Page {
    name: "freshchat",
    ..PAGE
};

impl Surface for Pane {
    fn name(&self) -> &'static str {
        PAGE.name
    }

    fn routes(&self) -> &'static [Route] {
        const ROUTES: &[Route] = &[
            get("/pane"),
            get("/pane.js"),
            get("/pane/{file}"),
            get("/pane/icons/{file}"),
        ];
        ROUTES
    }

    fn describe(&self, route: &Route, _: &Method, _: &mut Schemas) -> Operation {
        let what = "The page that a desk shows beside a conversation";
        let described = page::described(route, "/pane", what, "key_in_address");
        match route.path {
            "/pane" => described
                .query(
                    "theme",
                    json!({"type": "string"}),
                    "`light` or `dark`; whatever else stands there is the browser's choice.",
                )
                .query(
                    "desk",
                    json!({"type": "string"}),
                    "The desk that shows it, where that is one that the pane knows.",
                )
                .query_of_ones_own("context", "Who is looked at, as in `GET /v1/context`."),
            _ => described,
        }
    }

    fn refuse(&self, problem: &Problem, status: StatusCode, request_id: &RequestId) -> Reply {
        page::refusal(problem, status, request_id)
    }
}

impl PageSurface for Pane {
    fn page(&self, inbound: &Inbound<'_>, keys: &Keys, now: Millis) -> Result<Reply, Problem> {
        match inbound.path {
            "/pane" => shown(inbound, keys, now).or_else(|problem| {
                let keyless = matches!(problem.code, Code::AuthRequired | Code::AuthDenied);
                match keyless && !keys.accounts.is_empty() && ask::in_a_tab(inbound.headers) {
                    true => Ok(ask::reply(&problem, inbound.query)),
                    false => Err(problem),
                }
            }),
            path => file(path, inbound.headers).ok_or_else(page::no_such),
        }
    }
}

/// A file that cards are drawn with. They hold nothing about anybody.
pub(super) fn file(path: &str, headers: &HeaderMap) -> Option<Reply> {
    match path {
        "/pane/frame" => Some(frame::reply()),
        path => assets::reply(&assets::ASSETS, path, headers).or_else(|| icons::reply(path)),
    }
}

/// What is in the page beside its session.
#[derive(Serialize)]
struct Start<'a> {
    /// Who the agent is looking at, as `/v1/context` takes it; null until the desk says it.
    context: Option<context::ContextView<'a>>,
    /// `light` or `dark`; whatever else stands there is the browser's choice.
    theme: Option<String>,
    origins: &'a [String],
}

fn shown(inbound: &Inbound<'_>, keys: &Keys, now: Millis) -> Result<Reply, Problem> {
    let Address {
        page,
        key,
        theme,
        rest,
    } = Address::read(inbound.query)?;
    let mut opened = page.open(keys, &key.unwrap_or_default(), now)?;
    let context = looked_at(inbound, &rest, &opened.session.caller)?;
    opened.session.caller.agent = context.as_ref().and_then(|context| context.agent.clone());
    let origins = opened.of.map_or(&[][..], |keys| &keys.pane_origins);
    let start = Start {
        context: context.as_ref().map(context::ContextView::new),
        theme,
        origins,
    };
    let ancestors: Vec<&str> = origins.iter().map(String::as_str).collect();
    let how = Shown {
        ancestors: &ancestors,
        files: &[],
    };
    page.reply(&opened.session, keys, now, start, how)
}

/// What is about the page itself in its address, and the query without it.
struct Address {
    page: Page,
    key: Option<String>,
    theme: Option<String>,
    rest: String,
}

impl Address {
    fn read(query: &str) -> Result<Self, Problem> {
        let mut address = Self {
            page: PAGE,
            key: None,
            theme: None,
            rest: String::new(),
        };
        let mut rest = Vec::new();
        for piece in query.split('&').filter(|piece| !piece.is_empty()) {
            match query::pairs(piece).next().transpose()? {
                Some((name, value)) if name == "key" => address.key = Some(value),
                Some((name, value)) if name == "theme" => address.theme = Some(value),
                Some((name, value)) if name == "desk" && value == IN_FRESHCHAT.name => {
                    address.page = IN_FRESHCHAT;
                }
                _ => rest.push(piece),
            }
        }
        address.rest = rest.join("&");
        Ok(address)
    }
}

/// Who the address says is looked at; nobody when it names no view.
fn looked_at(
    inbound: &Inbound<'_>,
    query: &str,
    caller: &Caller,
) -> Result<Option<Context>, Problem> {
    let inbound = Inbound { query, ..*inbound };
    let names_view = query::pairs(query)
        .flatten()
        .any(|(name, _)| name == "view");
    if query.is_empty() || !names_view {
        return Ok(None);
    }
    let question = parse::question(&inbound, caller, RequestId::new(""))?;
    Ok(Some(question.context))
}
