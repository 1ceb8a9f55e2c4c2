//! The files of the pane, part of the program. They hold nothing about anybody, so every page may
//! load them.

use super::super::Reply;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::StatusCode;
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderName,
    HeaderValue, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS,
};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// A file, by the path it is served at.
#[derive(Debug)]
pub(in crate::surface) struct Asset {
    path: &'static str,
    text: &'static str,
    /// What a browser asks by whether its copy is still the same.
    tag: String,
}

macro_rules! assets {
    ($($path:literal = $file:literal,)*) => {
        /// The pane's own.
        pub(super) static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
            vec![$(Asset::new($path, include_str!(concat!("assets/", $file))),)*]
        });
    };
}

assets! {
    "/pane.js" = "pane.js",
    "/pane/page.js" = "page.js",
    "/pane/page.css" = "page.css",
    "/pane/actions.js" = "pane/actions.js",
    "/pane/ask.js" = "pane/ask.js",
    "/pane/awake.js" = "pane/awake.js",
    "/pane/blocks.js" = "pane/blocks.js",
    "/pane/board.js" = "pane/board.js",
    "/pane/commands.js" = "pane/commands.js",
    "/pane/context.js" = "pane/context.js",
    "/pane/copy.js" = "pane/copy.js",
    "/pane/dom.js" = "pane/dom.js",
    "/pane/elements.js" = "pane/elements.js",
    "/pane/fields.js" = "pane/fields.js",
    "/pane/format.js" = "pane/format.js",
    "/pane/header.js" = "pane/header.js",
    "/pane/html.js" = "pane/html.js",
    "/pane/icon.js" = "pane/icon.js",
    "/pane/links.js" = "pane/links.js",
    "/pane/look.js" = "pane/look.js",
    "/pane/memory.js" = "pane/memory.js",
    "/pane/same.js" = "pane/same.js",
    "/pane/session.js" = "pane/session.js",
    "/pane/slot.js" = "pane/slot.js",
    "/pane/start.js" = "pane/start.js",
    "/pane/stream.js" = "pane/stream.js",
    "/pane/style-card.js" = "pane/style-card.js",
    "/pane/style-form.js" = "pane/style-form.js",
    "/pane/style.js" = "pane/style.js",
    "/pane/toast.js" = "pane/toast.js",
}

impl Asset {
    pub(in crate::surface) fn new(path: &'static str, text: &'static str) -> Self {
        let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(Sha256::digest(text)));
        Self { path, text, tag }
    }

    fn kind(&self) -> &'static str {
        match self.path.ends_with(".css") {
            true => "text/css; charset=utf-8",
            false => "text/javascript; charset=utf-8",
        }
    }
}

/// What makes a browser ask for all modules at once, and not for each when it meets its name: those
/// of the pane, and a page's `own`.
pub(in crate::surface) fn preloads(own: &[Asset]) -> String {
    let modules = ASSETS.iter().chain(own).map(|asset| asset.path);
    modules
        .filter(|path| path.ends_with(".js") && *path != "/pane/page.js")
        .map(|path| format!("<link rel=\"modulepreload\" href=\"{path}\">\n"))
        .collect()
}

/// The file of `all` at `path`, or that the browser's copy is the same.
pub(in crate::surface) fn reply(all: &[Asset], path: &str, headers: &HeaderMap) -> Option<Reply> {
    let asset = all.iter().find(|asset| asset.path == path)?;
    let known = headers.get(IF_NONE_MATCH).map(HeaderValue::as_bytes);
    let mut reply = file(asset.kind(), asset.text, "no-cache");
    if let Ok(tag) = HeaderValue::from_str(&asset.tag) {
        reply.headers.insert(ETAG, tag);
    }
    if known == Some(asset.tag.as_bytes()) {
        reply.status = StatusCode::NOT_MODIFIED;
        reply.body = Bytes::new();
    }
    Some(reply)
}

/// A file that any page may load.
pub(super) fn file(kind: &'static str, text: impl Into<Bytes>, kept: &'static str) -> Reply {
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(kept));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    Reply {
        status: StatusCode::OK,
        headers,
        body: text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn folder() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src/surface/pane/assets")
    }

    #[test]
    fn every_file_of_the_pane_is_served_and_answered_once() {
        let served: Vec<&str> = ASSETS.iter().map(|asset| asset.path).collect();
        for entry in std::fs::read_dir(folder().join("pane")).expect("a folder") {
            let name = entry.expect("an entry").file_name();
            let path = format!("/pane/{}", name.to_str().expect("a name"));
            assert!(served.contains(&path.as_str()), "{path} is in the table");
        }
        let whole = reply(&ASSETS, "/pane.js", &HeaderMap::new()).expect("a file");
        assert_eq!(whole.status, StatusCode::OK);
        let mut known = HeaderMap::new();
        known.insert(IF_NONE_MATCH, whole.headers[ETAG].clone());
        let again = reply(&ASSETS, "/pane.js", &known).expect("an answer");
        assert_eq!(again.status, StatusCode::NOT_MODIFIED);
        assert!(again.body.is_empty());
        assert!(reply(&ASSETS, "/pane/assets.rs", &known).is_none());
    }
}
