//! `/pane`: the page that a desk shows beside a conversation, and the files it is made of.
//!
//! The page's address carries a key, where the account has some, and may say who the agent is
//! looking at. The answer holds a session in the key's place. Whoever shows the page in a frame is
//! one of the account's `pane_origins`, and may tell it later, by message, that somebody else is
//! looked at.

mod assets;
mod frame;
mod icons;

use super::describe::{Operation, Schemas};
use super::keys::{AccountKeys, Keys};
use super::native::sessions::{self, Given};
use super::native::{context, parse};
use super::session::Session;
use super::{Caller, Inbound, PageSurface, Reply, Route, Surface, query};
use crate::model::context::Context;
use crate::model::id::{AccountId, RequestId};
use crate::model::problem::{Code, Problem};
use crate::model::time::Millis;
use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{Method, StatusCode};
use serde::Serialize;
use serde_json::json;

/// The pane's door.
#[derive(Clone, Copy, Debug)]
pub struct Pane;

/// What contexts that are asked about from this page come through.
const NAME: &str = "pane";

/// What the page may load and where it may be sent: its own host's files, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'";

impl Surface for Pane {
    fn name(&self) -> &'static str {
        NAME
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
        let html = "text/html; charset=utf-8";
        let text = || json!({"type": "string"});
        let refused =
            |operation: Operation| operation.refuses_in(html, &[400, 401, 403, 404, 405, 408, 413]);
        match route.path {
            "/pane" => refused(
                Operation::new("The page that a desk shows beside a conversation")
                    .credential("key_in_address")
                    .query(
                        "theme",
                        text(),
                        "`light` or `dark`; whatever else stands there is the browser's choice.",
                    )
                    .query_of_ones_own("context", "Who is looked at, as in `GET /v1/context`.")
                    .reply(200, "The page.", html, text()),
            ),
            _ => refused(
                Operation::new("A file of the page")
                    .bare_reply(200, "The file.")
                    .bare_reply(304, "It is as it was."),
            ),
        }
    }

    fn refuse(&self, problem: &Problem, status: StatusCode, request_id: &RequestId) -> Reply {
        let html = format!(
            "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Sidepane</title>\n\
             <p>{}</p>\n<p><small>{} · {}</small></p>\n",
            escape(&problem.message),
            problem.code,
            request_id
        );
        html_reply(status, html, "default-src 'none'; frame-ancestors *")
    }
}

impl PageSurface for Pane {
    fn page(&self, inbound: &Inbound<'_>, keys: &Keys, now: Millis) -> Result<Reply, Problem> {
        match inbound.path {
            "/pane" => page(inbound, keys, now),
            "/pane/frame" => Ok(frame::reply()),
            path => assets::reply(path, inbound.headers)
                .or_else(|| icons::reply(path))
                .ok_or_else(|| {
                    Problem::new(Code::RequestNotFound, "Nothing is served at this address.")
                }),
        }
    }
}

const fn get(path: &'static str) -> Route {
    Route {
        path,
        methods: &[Method::GET],
    }
}

/// What the page's script finds in the page.
#[derive(Serialize)]
struct Start<'a> {
    #[serde(flatten)]
    session: Given,
    surface: &'static str,
    /// Who the agent is looking at, as `/v1/context` takes it; null until the desk says it.
    context: Option<context::ContextView<'a>>,
    /// `light` or `dark`; whatever else stands there is the browser's choice.
    theme: Option<String>,
    origins: &'a [String],
}

fn page(inbound: &Inbound<'_>, keys: &Keys, now: Millis) -> Result<Reply, Problem> {
    let Address { key, theme, rest } = Address::read(inbound.query)?;
    let seals = sessions::seals(keys)?;
    let offered = key.unwrap_or_default();
    let account = account(keys, &offered)?;
    let of_account = keys.accounts.iter().find(|keys| keys.account == account);
    let by = of_account
        .and_then(|keys| keys.pane_keys.iter().find(|key| key.is(offered.as_bytes())))
        .map(|key| key.name(&seals.sessions));
    let mut caller = Caller {
        page: Some(NAME),
        ..Caller::program(account)
    };
    let context = looked_at(inbound, &rest, &caller)?;
    caller.agent = context.as_ref().and_then(|context| context.agent.clone());
    let session = Session {
        caller,
        opened: now,
        by: by.unwrap_or_default(),
    };
    let origins = of_account.map_or(&[][..], |keys| &keys.pane_origins);
    let start = Start {
        session: sessions::given(&session, seals, now),
        surface: NAME,
        context: context.as_ref().map(context::ContextView::new),
        theme,
        origins,
    };
    let ancestors = std::iter::once("'self'").chain(origins.iter().map(String::as_str));
    let ancestors: Vec<&str> = ancestors.collect();
    let policy = format!("{POLICY}; frame-ancestors {}", ancestors.join(" "));
    Ok(html_reply(StatusCode::OK, html(&start), &policy))
}

/// What is about the page itself in its address, and the query without it.
#[derive(Default)]
struct Address {
    key: Option<String>,
    theme: Option<String>,
    rest: String,
}

impl Address {
    fn read(query: &str) -> Result<Self, Problem> {
        let mut address = Self::default();
        let mut rest = Vec::new();
        for piece in query.split('&').filter(|piece| !piece.is_empty()) {
            match query::pairs(piece).next().transpose()? {
                Some((name, value)) if name == "key" => address.key = Some(value),
                Some((name, value)) if name == "theme" => address.theme = Some(value),
                _ => rest.push(piece),
            }
        }
        address.rest = rest.join("&");
        Ok(address)
    }
}

/// The account whose key the address carries. A door to cards that asks programs for a token is not
/// open to pages without a key.
fn account(keys: &Keys, offered: &str) -> Result<AccountId, Problem> {
    let found = keys.find("/pane", |account: &AccountKeys| {
        let guarded = !account.pane_keys.is_empty() || !account.api_tokens.is_empty();
        guarded.then(|| {
            // Every key is compared: the time taken tells nothing.
            let keys = account.pane_keys.iter();
            keys.fold(false, |hit, key| hit | key.is(offered.as_bytes())) && !offered.is_empty()
        })
    });
    found.map_err(|problem| match offered {
        "" if problem.code == Code::AuthDenied => Problem::new(
            Code::AuthRequired,
            "This page wants a key in its address: /pane?key=…",
        ),
        _ => problem,
    })
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

fn html(start: &Start<'_>) -> String {
    // A script's text ends at `</script`, whatever is around it.
    let json = serde_json::to_string(start).unwrap_or_default();
    let json = json.replace('<', "\\u003c");
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<title>Sidepane</title>\n<link \
         rel=\"icon\" href=\"/pane/icons/view_sidebar.svg\">\n<link rel=\"stylesheet\" href=\"/pane/page.css\">\n<script type=\"module\" \
         src=\"/pane/page.js\"></script>\n{}<script type=\"application/json\" \
         id=\"session\">{json}</script>\n<side-pane></side-pane>\n</html>\n",
        assets::preloads()
    )
}

/// A page that nobody keeps and that says to nobody where it was.
fn html_reply(status: StatusCode, html: String, policy: &str) -> Reply {
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=()"),
    );
    // Origins were checked when the configuration was read; without a policy nothing is shown.
    let policy = HeaderValue::from_str(policy)
        .unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"));
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    Reply {
        status,
        headers,
        body: Bytes::from(html),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
