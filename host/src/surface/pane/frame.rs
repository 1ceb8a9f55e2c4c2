//! The document that markup of plugins is shown in: without an origin, with one script and one
//! style of ours, which the header names by their digests, and with no way to anywhere.

use super::super::Reply;
use super::assets::file;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONTENT_SECURITY_POLICY, HeaderValue, REFERRER_POLICY};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

const SCRIPT: &str = include_str!("assets/frame.js");
const STYLE: &str = include_str!("assets/frame.css");

/// The document and its policy.
static FRAME: LazyLock<(String, String)> = LazyLock::new(|| {
    let digest = |text: &str| STANDARD.encode(Sha256::digest(text));
    let document = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Markup of a \
         plugin</title><style>{STYLE}</style><script>{SCRIPT}</script></html>\n"
    );
    let policy = format!(
        "sandbox allow-scripts; default-src 'none'; script-src 'sha256-{}'; style-src \
         'sha256-{}'; base-uri 'none'; form-action 'none'",
        digest(SCRIPT),
        digest(STYLE)
    );
    (document, policy)
});

/// The document. Any page may show it: there is nothing in it yet.
pub(super) fn reply() -> Reply {
    let (document, policy) = &*FRAME;
    let mut reply = file("text/html; charset=utf-8", document.as_str(), "no-cache");
    // Written of digests alone.
    if let Ok(policy) = HeaderValue::from_str(policy) {
        reply.headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    let referrer = HeaderValue::from_static("no-referrer");
    reply.headers.insert(REFERRER_POLICY, referrer);
    reply
}
