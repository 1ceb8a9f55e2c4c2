//! Recorded requests of `tests/fixtures`, read for the doors and compared with what came of them.

use super::{Inbound, Reply};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// One request as it was sent.
pub(super) struct Recording {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Recording {
    /// Reads a `.http` file: head, an empty line, body. A line feed at the end belongs to the file.
    pub(super) fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let body = body.strip_suffix('\n').unwrap_or(body);
        let mut lines = head.lines();
        let mut words = lines.next().expect("a request line").split(' ');
        let method = words.next().expect("a method").parse().expect("a method");
        let target = words.next().expect("a target");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut headers = HeaderMap::new();
        for line in lines {
            let (name, value) = line.split_once(": ").expect("a header");
            headers.append(
                HeaderName::from_bytes(name.as_bytes()).expect("a name"),
                HeaderValue::from_str(value).expect("a value"),
            );
        }
        Self {
            method,
            path: path.into(),
            query: query.into(),
            headers,
            body: body.into(),
        }
    }

    /// What a surface sees of it.
    pub(super) fn inbound<'a>(&'a self, plugin: Option<&'a str>) -> Inbound<'a> {
        Inbound {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &self.headers,
            body: &self.body,
            plugin,
            public_url: None,
        }
    }
}

/// Compares every recording of `folder` with its `.expect`, or writes those anew. The first line of
/// an `.expect` says what the host has ready to answer; `usual` stands in for a new one.
pub(super) fn run(folder: &str, usual: &str, answer: impl Fn(&Recording, &str) -> String) {
    let mut wrong = Vec::new();
    let requests = requests(folder);
    assert!(requests.len() >= 10, "{folder} holds recordings");
    for path in requests {
        let expect_path = path.with_extension("expect");
        let request = std::fs::read_to_string(&path).expect("a request");
        let expected = std::fs::read_to_string(&expect_path).unwrap_or_default();
        let setup = expected.lines().next().unwrap_or(usual);
        let got = answer(&Recording::read(&request), setup);
        if std::env::var_os("SIDEPANE_BLESS").is_some() {
            std::fs::write(&expect_path, &got).expect("the file is written");
        } else if got != expected {
            wrong.push(format!("{}:\n{got}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The `.http` files of `folder`, by name.
pub(super) fn requests(folder: &str) -> Vec<PathBuf> {
    let folder = fixtures().join(folder);
    let mut requests: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("the folder of fixtures")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "http"))
        .collect();
    requests.sort();
    requests
}

/// `tests/fixtures`.
pub(super) fn fixtures() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures")).into()
}

/// Status, headers and body of an answer.
pub(super) fn write_reply(text: &mut String, reply: &Reply) {
    // The status of a refusal is the server's: here it is a word that no server says.
    let _ = writeln!(text, "\n{}", reply.status);
    for (name, value) in &reply.headers {
        let _ = writeln!(text, "{name}: {}", value.to_str().expect("ASCII"));
    }
    let _ = writeln!(text, "\n{}", readable(reply));
}

/// The body; JSON with a line for each member.
fn readable(reply: &Reply) -> String {
    let kind = reply.headers.get(http::header::CONTENT_TYPE);
    if kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain")) {
        return String::from_utf8(reply.body.to_vec()).expect("UTF-8");
    }
    let body: serde_json::Value = serde_json::from_slice(&reply.body).expect("JSON");
    serde_json::to_string_pretty(&body).expect("JSON")
}
