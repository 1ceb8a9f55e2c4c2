//! `/simulate`: the page on which a plugin is tried, its payloads, and what it shows of a call.
//!
//! The page draws cards with the pane's own files. All of it is functions of their arguments; the admin
//! listener reads requests and calls the plugin in between.

mod asker;
pub mod payload;
pub mod place;
pub mod samples;
mod test_file;
pub mod told;

pub use asker::may_ask;

use super::pane::{self, assets};
use super::{Reply, page};
use crate::model::id::RequestId;
use assets::Asset;
use http::{HeaderMap, StatusCode};
use std::sync::LazyLock;
use url::Url;

/// What the page may load, and who may show it: the same as the pane, and nobody.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// The page's own files, by the paths they are served at.
pub const FILES: [&str; 7] = [
    "/simulate/page.css",
    "/simulate/page.js",
    "/simulate/card.js",
    "/simulate/editor.js",
    "/simulate/result.js",
    "/simulate/workshop.js",
    "/simulate/beside.js",
];

static ASSETS: LazyLock<[Asset; 7]> = LazyLock::new(|| {
    let [style, page, card, editor, result, workshop, beside] = FILES;
    [
        Asset::new(style, include_str!("assets/page.css")),
        Asset::new(page, include_str!("assets/page.js")),
        Asset::new(card, include_str!("assets/card.js")),
        Asset::new(editor, include_str!("assets/editor.js")),
        Asset::new(result, include_str!("assets/result.js")),
        Asset::new(workshop, include_str!("assets/workshop.js")),
        Asset::new(beside, include_str!("assets/beside.js")),
    ]
});

/// The page. It holds nothing about anybody.
pub fn document() -> Reply {
    let document = include_str!("assets/page.html").to_owned();
    page::html(StatusCode::OK, document, POLICY)
}

/// The pane in a frame, below how the build of its plugin stands. `pane` is its address.
pub fn beside_pane(pane: &Url) -> Reply {
    let escaped = page::escape(pane.as_str());
    let document = include_str!("assets/pane.html").replace("{{pane}}", &escaped);
    let origin = pane.origin().ascii_serialization();
    let policy = POLICY.replace("frame-src 'self'", &format!("frame-src {origin}"));
    page::html(StatusCode::OK, document, &policy)
}

/// A file of the page, or one that cards are drawn with.
pub fn file(path: &str, headers: &HeaderMap) -> Reply {
    let own = || assets::reply(ASSETS.as_slice(), path, headers);
    pane::file(path, headers).or_else(own).unwrap_or_else(|| {
        let problem = page::no_such();
        page::refusal(&problem, StatusCode::NOT_FOUND, &RequestId::new(""))
    })
}
