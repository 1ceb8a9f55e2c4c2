//! What pages of this host have in common: a secret in the address that becomes a session, a document
//! that holds it, and the headers that keep others out.

use super::describe::Operation;
use super::keys::{AccountKeys, Key, Keys};
use super::native::sessions::{self, Given};
use super::pane::assets;
use super::session::{self, Session};
use super::{Caller, Reply, Route, query};
use crate::model::id::RequestId;
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

/// What a page may load and where it may be sent: its own host's files, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'";

/// A page that a desk shows in a frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page {
    /// What contexts that are asked about from it come through, and what its sessions are of.
    pub(super) name: &'static str,
    /// Its address with the name of its secret, as a refusal tells it: `/pane?key=…`.
    pub(super) address: &'static str,
    /// The script that makes it live.
    pub(super) script: &'static str,
}

/// What a page's addresses take and answer: the page itself, opened by what `credential` names, and
/// its files.
pub(super) fn described(
    route: &Route,
    page: &str,
    what: &str,
    credential: &'static str,
) -> Operation {
    let html = "text/html; charset=utf-8";
    let operation = match route.path == page {
        true => Operation::new(what).credential(credential).reply(
            200,
            "The page.",
            html,
            json!({"type": "string"}),
        ),
        false => Operation::new("A file of the page")
            .bare_reply(200, "The file.")
            .bare_reply(304, "It is as it was."),
    };
    operation.refuses_in(html, &[400, 401, 403, 404, 405, 408, 413])
}

/// A page's secret, taken for what it is.
pub(super) struct Opened<'a> {
    /// Whose page it is and what it may do; who sits at it may be added.
    pub(super) session: Session,
    /// The account, where the host has any.
    pub(super) of: Option<&'a AccountKeys>,
}

impl Page {
    /// Opens a page with the secret of its address. Where programs or another desk's page need a
    /// credential, no page is open without one.
    ///
    /// # Errors
    /// `auth.required` where a secret has to be given and is not, `auth.denied` for a wrong one.
    pub(super) fn open<'a>(
        &self,
        keys: &'a Keys,
        offered: &str,
        now: Millis,
    ) -> Result<Opened<'a>, Problem> {
        let secrets = session::secrets(self.name);
        let (door, _) = self.address.split_once('?').unwrap_or((self.address, ""));
        let found = keys.find(door, |account: &AccountKeys| {
            let guarded = account.guards_pages();
            guarded.then(|| holds(secrets(account), offered))
        });
        let account = found.map_err(|problem| match offered {
            "" if problem.code == Code::AuthDenied => Problem::new(
                Code::AuthRequired,
                format!("This page wants a secret in its address: {}", self.address),
            ),
            _ => problem,
        })?;
        let seals = sessions::seals(keys)?;
        let of = keys.accounts.iter().find(|keys| keys.account == account);
        let by = of
            .and_then(|of| secrets(of).iter().find(|key| key.is(offered.as_bytes())))
            .map(|key| key.name(&seals.sessions));
        let caller = Caller {
            page: Some(self.name),
            ..Caller::program(account)
        };
        let session = Session {
            caller,
            opened: now,
            by: by.unwrap_or_default(),
        };
        Ok(Opened { session, of })
    }

    /// The page. Its script finds in it the session and what `more` says.
    ///
    /// # Errors
    /// `auth.required` where the host makes no sessions.
    pub(super) fn reply<T: Serialize>(
        &self,
        session: &Session,
        keys: &Keys,
        now: Millis,
        more: T,
        shown: Shown<'_>,
    ) -> Result<Reply, Problem> {
        let start = Start {
            session: sessions::given(session, sessions::seals(keys)?, now),
            surface: self.name,
            more,
        };
        let ancestors = shown.ancestors.iter().copied();
        let ancestors: Vec<&str> = std::iter::once("'self'").chain(ancestors).collect();
        let policy = format!("{POLICY}; frame-ancestors {}", ancestors.join(" "));
        let document = document(&start, self.script, shown.files);
        Ok(html(StatusCode::OK, document, &policy))
    }
}

/// How a page is shown.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    /// Who may show it in a frame beside the host itself, as a policy names them.
    pub(super) ancestors: &'a [&'a str],
    /// Its own modules.
    pub(super) files: &'a [assets::Asset],
}

/// What the page's script finds in the page.
#[derive(Serialize)]
struct Start<T> {
    #[serde(flatten)]
    session: Given,
    surface: &'static str,
    #[serde(flatten)]
    more: T,
}

/// A route of a page or of its files.
pub(super) const fn get(path: &'static str) -> Route {
    Route {
        path,
        methods: &[Method::GET],
    }
}

/// Whether `offered` is one of these secrets. Every one is compared: the time taken tells nothing.
fn holds(secrets: &[Key], offered: &str) -> bool {
    let fits = |hit, key: &Key| hit | key.is(offered.as_bytes());
    secrets.iter().fold(false, fits) && !offered.is_empty()
}

/// The only value of `name` in a query; one that is given twice is none.
pub(super) fn only(query: &str, name: &str) -> Option<String> {
    let mut values = query::pairs(query)
        .flatten()
        .filter_map(|(given, value)| (given == name).then_some(value));
    match (values.next(), values.next()) {
        (only, None) => only,
        _ => None,
    }
}

fn document(start: &impl Serialize, script: &str, files: &[assets::Asset]) -> String {
    // A script's text ends at `</script`, whatever is around it.
    let json = serde_json::to_string(start).unwrap_or_default();
    let json = json.replace('<', "\\u003c");
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<title>Sidepane</title>\n<link \
         rel=\"icon\" href=\"/pane/icons/view_sidebar.svg\">\n<link rel=\"stylesheet\" \
         href=\"/pane/page.css\">\n<script type=\"module\" src=\"{script}\"></script>\n{}<script \
         type=\"application/json\" id=\"session\">{json}</script>\n<side-pane></side-pane>\n</html>\n",
        assets::preloads(files)
    )
}

/// A document that nobody keeps and that says to nobody where it was.
pub(super) fn html(status: StatusCode, document: String, policy: &str) -> Reply {
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
        body: Bytes::from(document),
    }
}

/// A refusal that a person reads, in a frame or in a tab.
pub(super) fn refusal(problem: &Problem, status: StatusCode, request_id: &RequestId) -> Reply {
    let document = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Sidepane</title>\n\
         <p>{}</p>\n<p><small>{} · {}</small></p>\n",
        escape(&problem.message),
        problem.code,
        request_id
    );
    html(status, document, "default-src 'none'; frame-ancestors *")
}

/// That there is no such file.
pub(super) fn no_such() -> Problem {
    Problem::new(Code::RequestNotFound, "Nothing is served at this address.")
}

/// A text as it may stand in markup, between tags and in quoted attributes.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
