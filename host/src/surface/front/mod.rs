//! `/front`: the page that Front shows in its side panel.
//!
//! Front adds `auth_secret` to the address that is saved for the plugin, and tells the page through a
//! channel of its own which conversation is selected (`assets/bridge.js`). It sends nothing to a page
//! whose address is not the saved one, so the page is never redirected and never changes where it is.

use super::describe::{Operation, Schemas};
use super::keys::Keys;
use super::page::{self, Page, Shown, get};
use super::pane::assets::{self, Asset};
use super::{Inbound, PageSurface, Reply, Route, Surface};
use crate::model::id::RequestId;
use crate::model::problem::Problem;
use crate::model::time::Millis;
use http::{Method, StatusCode};
use serde::Serialize;
use std::sync::LazyLock;

/// Front's door.
#[derive(Clone, Copy, Debug)]
pub struct Front;

const PAGE: Page = Page {
    name: "front",
    address: "/front?auth_secret=…",
    script: "/front/page.js",
};

/// Where Front itself is.
const FRONT: [&str; 2] = ["https://*.frontapp.com", "https://*.frontapplication.com"];

static FILES: LazyLock<[Asset; 4]> = LazyLock::new(|| {
    [
        Asset::new("/front/page.js", include_str!("assets/page.js")),
        Asset::new("/front/bridge.js", include_str!("assets/bridge.js")),
        Asset::new("/front/commands.js", include_str!("assets/commands.js")),
        Asset::new("/front/context.js", include_str!("assets/context.js")),
    ]
});

impl Surface for Front {
    fn name(&self) -> &'static str {
        PAGE.name
    }

    fn routes(&self) -> &'static [Route] {
        const ROUTES: &[Route] = &[
            get("/front"),
            get("/front/page.js"),
            get("/front/bridge.js"),
            get("/front/commands.js"),
            get("/front/context.js"),
        ];
        ROUTES
    }

    fn describe(&self, route: &Route, _: &Method, _: &mut Schemas) -> Operation {
        let what = "The page that Front shows in its side panel";
        page::described(route, "/front", what, "auth_secret_in_address")
    }

    fn refuse(&self, problem: &Problem, status: StatusCode, request_id: &RequestId) -> Reply {
        page::refusal(problem, status, request_id)
    }
}

/// Nothing beside the session: all else comes through the bridge.
#[derive(Serialize)]
struct Start {}

impl PageSurface for Front {
    fn page(&self, inbound: &Inbound<'_>, keys: &Keys, now: Millis) -> Result<Reply, Problem> {
        if inbound.path != "/front" {
            return assets::reply(&*FILES, inbound.path, inbound.headers).ok_or_else(page::no_such);
        }
        let offered = page::only(inbound.query, "auth_secret").unwrap_or_default();
        let opened = PAGE.open(keys, &offered, now)?;
        let own = opened.of.map_or(&[][..], |keys| &keys.front_origins);
        let own = own.iter().map(String::as_str);
        let ancestors: Vec<&str> = FRONT.into_iter().chain(own).collect();
        let how = Shown {
            ancestors: &ancestors,
            files: &*FILES,
        };
        PAGE.reply(&opened.session, keys, now, Start {}, how)
    }
}
