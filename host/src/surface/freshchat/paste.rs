//! `GET /freshchat`: what to paste into Freshchat's right-hand pane, as a Smart Plug.
//!
//! Freshchat writes the user's values over the placeholders of a plug's source as they are, and then
//! has the source read as HTML. Whoever chats chooses some of these values. So they stand where no text
//! can end anything: behind a `<plaintext>`, which nothing closes, with a mark between them that nobody
//! outside of the desk can know. The script takes them from there as texts.

use super::super::describe::{Operation, Schemas};
use super::super::keys::{AccountKeys, Keys, Seal};
use super::super::native::sessions;
use super::super::page::{escape, get, html, refusal};
use super::super::{Inbound, PageSurface, Reply, Route, Surface, query};
use crate::model::id::RequestId;
use crate::model::problem::{Code, Problem};
use crate::model::time::Millis;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::HOST;
use http::uri::Authority;
use http::{Method, StatusCode};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// The door for what to paste.
#[derive(Clone, Copy, Debug)]
pub struct Paste;

const SCRIPT: &str = include_str!("paste/script.html");
const PAGE: &str = include_str!("paste/page.html");
const STYLE: &str = include_str!("paste/page.css");

/// What Freshchat knows of every user: the context's name for it, and the placeholder.
const ALWAYS: [(&str, &str); 3] = [
    ("email", "user.email"),
    ("phone", "user.phone"),
    ("external_id", "user.id"),
];

/// The example of Freshchat's own description, until an operator names others.
const EXAMPLE: &str = "journey_id";

/// More keys than anybody hands on; each makes the pane's address longer.
const MOST_TAGS: usize = 16;

impl Surface for Paste {
    fn name(&self) -> &'static str {
        super::SOURCE
    }

    fn routes(&self) -> &'static [Route] {
        const ROUTES: &[Route] = &[get("/freshchat")];
        ROUTES
    }

    fn describe(&self, _: &Route, _: &Method, _: &mut Schemas) -> Operation {
        let html = "text/html; charset=utf-8";
        let text = || json!({"type": "string"});
        Operation::new("What to paste into Freshchat's pane")
            .query(
                "tags",
                text(),
                "More of what Freshchat knows of the user, by name.",
            )
            .reply(200, "The page with it.", html, text())
            .refuses_in(html, &[400, 403, 404, 405, 408, 413])
    }

    fn refuse(&self, problem: &Problem, status: StatusCode, request_id: &RequestId) -> Reply {
        refusal(problem, status, request_id)
    }
}

impl PageSurface for Paste {
    fn page(&self, inbound: &Inbound<'_>, keys: &Keys, now: Millis) -> Result<Reply, Problem> {
        let tags = tags(inbound.query)?;
        let base = base(inbound)?;
        let key = match keys.public || keys.accounts.iter().any(AccountKeys::guards_pages) {
            true => "PANE-KEY",
            false => "",
        };
        let script = script(
            &base,
            key,
            &tags,
            &mark(&sessions::seals(keys)?.sessions, now),
        );
        let style = STANDARD.encode(Sha256::digest(STYLE));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'self'; \
             frame-ancestors 'none'"
        );
        Ok(html(
            StatusCode::OK,
            page(&base, key, &tags, &script),
            &policy,
        ))
    }
}

fn page(base: &str, key: &str, tags: &[String], script: &str) -> String {
    let step = match key {
        "" => "This host asks for no key on this machine: leave <code>key</code> empty.".to_owned(),
        key => format!(
            "Put one of the account's <code>pane_keys</code> in the place of <code>{key}</code>. It \
             is not shown here: this page is anybody's to load."
        ),
    };
    // The script goes last: nothing is looked for in it.
    PAGE.replace("@@STYLE@@", STYLE)
        .replace("@@KEY-STEP@@", &step)
        .replace("@@TAGS@@", &tags.join(", "))
        .replace("@@ADDRESS@@", &escape(base))
        .replace("@@SCRIPT@@", &escape(script))
}

/// The plug's source.
fn script(base: &str, key: &str, tags: &[String], mark: &str) -> String {
    let always = ALWAYS.map(|(name, holder)| (name.to_owned(), holder.to_owned()));
    let tags = tags
        .iter()
        .map(|tag| (format!("attributes.{tag}"), format!("user.tag.{tag}")));
    let all: Vec<(String, String)> = always.into_iter().chain(tags).collect();
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    let mut values = String::from(mark);
    for (_, holder) in &all {
        values += &format!("{{{{{holder}}}}}{mark}");
    }
    SCRIPT
        .replace("@@MARK@@", mark)
        .replace("@@PANE@@", &literal(&format!("{base}/pane")))
        .replace("@@KEY@@", &literal(key))
        .replace("@@NAMES@@", &literal(&names))
        .replace("@@VALUES@@", &values)
}

/// A value as a script's source has it.
fn literal(value: &(impl serde::Serialize + ?Sized)) -> String {
    // Texts written to memory: there is nothing that could fail.
    let json = serde_json::to_string(value).unwrap_or_default();
    json.replace('<', "\\u003c")
}

/// What stands between the values: another one on every page, and nobody's to guess.
fn mark(seal: &Seal, now: Millis) -> String {
    let name = seal.name(format!("freshchat {}", now.0).as_bytes());
    format!("~{name}~")
}

/// The keys of the user's own values that are handed on: `tags=journey_id,plan`.
fn tags(query: &str) -> Result<Vec<String>, Problem> {
    let mut tags = Vec::new();
    let mut named = false;
    for pair in query::pairs(query) {
        let (name, value) = pair?;
        if name != "tags" {
            continue;
        }
        named = true;
        let words = value.split([',', ' ']).filter(|word| !word.is_empty());
        for tag in words {
            let snake =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
            if tag.len() > 64 || !tag.bytes().all(snake) || tags.len() >= MOST_TAGS {
                return Err(Problem::new(
                    Code::RequestInvalidField,
                    "`tags` cannot be taken: it names up to 16 keys in small snake case, as \
                     Freshchat writes them: journey_id.",
                )
                .field("tags"));
            }
            if !tags.iter().any(|known| known == tag) {
                tags.push(tag.to_owned());
            }
        }
    }
    if !named {
        tags.push(EXAMPLE.to_owned());
    }
    Ok(tags)
}

/// Where a browser reaches the host: as the operator wrote it, or on this machine as it was asked.
fn base(inbound: &Inbound<'_>) -> Result<String, Problem> {
    if let Some(url) = inbound.public_url {
        return Ok(url.trim_end_matches('/').to_owned());
    }
    let asked = inbound
        .headers
        .get(HOST)
        .and_then(|host| host.to_str().ok());
    let asked = asked.and_then(|host| host.parse::<Authority>().ok());
    match asked.filter(is_here) {
        Some(host) => Ok(format!("http://{host}")),
        None => Err(Problem::new(
            Code::RequestInvalidField,
            "This host does not know where browsers reach it: its operator has to write \
             `public_url` into sidepane.toml.",
        )
        .field("host")
        .hint("public_url = \"https://panes.example.com/\"")),
    }
}

/// Whether it is this very machine, by a name that nobody else has.
fn is_here(host: &Authority) -> bool {
    let name = host.host().trim_matches(['[', ']']);
    let loopback = name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    (loopback || name == "localhost") && !host.as_str().contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surface::keys::Key;
    use crate::surface::seal::Seals;
    use http::{HeaderMap, HeaderValue, Method};

    const NOW: Millis = Millis(1_764_000_000_000);

    fn keys() -> Keys {
        Keys {
            seals: Some(Seals {
                sessions: Seal::new(&[1; 32]),
                presses: Seal::new(&[2; 32]),
            }),
            ..Keys::default()
        }
    }

    fn ask(query: &str, host: &str, public_url: Option<&str>, keys: &Keys) -> Result<String, Code> {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_str(host).unwrap());
        let inbound = Inbound {
            method: &Method::GET,
            path: "/freshchat",
            query,
            headers: &headers,
            body: b"",
            plugin: None,
            public_url,
        };
        let reply = Paste.page(&inbound, keys, NOW);
        let text = |reply: Reply| String::from_utf8(reply.body.to_vec()).unwrap();
        reply.map(text).map_err(|problem| problem.code)
    }

    #[test]
    fn the_script_is_as_recorded() {
        let file = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../tests/fixtures/freshchat-paste/script.html"
        );
        let tags = ["journey_id".to_owned(), "plan".to_owned()];
        let mark = mark(&Seal::new(&[1; 32]), NOW);
        let got = script("https://panes.example.com", "PANE-KEY", &tags, &mark);
        if std::env::var_os("SIDEPANE_BLESS").is_some() {
            std::fs::write(file, &got).expect("the file is written");
        }
        assert_eq!(got, std::fs::read_to_string(file).expect("a recording"));
        // Nothing stands behind the values, and nothing else looks like a placeholder.
        assert!(
            got.ends_with(&format!("{{{{user.tag.plan}}}}{mark}\n")),
            "{got}"
        );
        assert_eq!(got.matches("{{").count(), 5);
    }

    #[test]
    fn the_address_is_the_operators_or_this_machines() {
        let keys = keys();
        let page = |host, url| ask("", host, url, &keys);
        let public = page("evil.example", Some("https://panes.example.com/side/")).unwrap();
        assert!(public.contains("https://panes.example.com/side/pane&quot;"));
        assert!(!public.contains("evil.example"));
        for host in [
            "127.0.0.1:7117",
            "localhost:7117",
            "[::1]:7117",
            "127.3.2.1",
        ] {
            let shown = page(host, None).unwrap();
            assert!(
                shown.contains(&format!("http://{host}/pane&quot;")),
                "{host}"
            );
        }
        for host in [
            "panes.example.com",
            "localhost.evil.example",
            "evil@127.0.0.1",
            "127.0.0.1:7117/x",
            "a\"b",
        ] {
            assert_eq!(page(host, None), Err(Code::RequestInvalidField), "{host}");
        }
    }

    #[test]
    fn a_key_is_asked_for_and_none_is_shown() {
        let open = ask("", "localhost", None, &keys()).unwrap();
        assert!(open.contains("var key = &quot;&quot;;"), "{open}");
        let guarded = Keys {
            accounts: vec![AccountKeys {
                pane_keys: vec![Key::new("k-1")],
                ..AccountKeys::default()
            }],
            ..keys()
        };
        let shown = ask("key=k-1", "localhost", None, &guarded).unwrap();
        assert!(shown.contains("var key = &quot;PANE-KEY&quot;;"), "{shown}");
        assert!(!shown.contains("k-1"), "{shown}");
    }

    #[test]
    fn tags_are_keys_in_snake_case() {
        assert_eq!(tags("").unwrap(), ["journey_id"]);
        assert_eq!(tags("tags=").unwrap(), [""; 0]);
        assert_eq!(tags("tags=plan,+a1&tags=plan").unwrap(), ["plan", "a1"]);
        let many = format!(
            "tags={}",
            (0..17).map(|n| format!("t{n},")).collect::<String>()
        );
        for bad in [
            "tags=Plan",
            "tags=a-b",
            "tags=%7B%7B",
            "tags=%3Cscript",
            &many,
        ] {
            assert_eq!(
                tags(bad).unwrap_err().code,
                Code::RequestInvalidField,
                "{bad}"
            );
        }
    }
}
