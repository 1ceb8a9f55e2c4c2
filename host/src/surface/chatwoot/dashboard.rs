//! `GET /chatwoot`: the page that Chatwoot shows as a dashboard app beside a conversation.
//!
//! Chatwoot signs nothing here and adds nothing to the address. The token that an administrator puts
//! into it decides the account, and the account's `chatwoot_origins` are the only pages that may show
//! this one and tell it who is looked at.

use super::super::describe::{Operation, Schemas};
use super::super::keys::Keys;
use super::super::page::{self, Page, Shown, get};
use super::super::pane::assets::{self, Asset};
use super::super::{Inbound, PageSurface, Reply, Route, Surface};
use crate::model::id::RequestId;
use crate::model::problem::Problem;
use crate::model::time::Millis;
use http::{Method, StatusCode};
use serde::Serialize;
use std::sync::LazyLock;

/// The door for dashboard apps.
#[derive(Clone, Copy, Debug)]
pub struct Dashboard;

const PAGE: Page = Page {
    name: "chatwoot",
    address: "/chatwoot?token=…",
    script: "/chatwoot/page.js",
};

static FILES: LazyLock<[Asset; 2]> = LazyLock::new(|| {
    [
        Asset::new("/chatwoot/page.js", include_str!("assets/page.js")),
        Asset::new("/chatwoot/context.js", include_str!("assets/context.js")),
    ]
});

impl Surface for Dashboard {
    fn name(&self) -> &'static str {
        PAGE.name
    }

    fn routes(&self) -> &'static [Route] {
        const ROUTES: &[Route] = &[
            get("/chatwoot"),
            get("/chatwoot/page.js"),
            get("/chatwoot/context.js"),
        ];
        ROUTES
    }

    fn describe(&self, route: &Route, _: &Method, _: &mut Schemas) -> Operation {
        let what = "The page that Chatwoot shows as a dashboard app";
        page::described(route, "/chatwoot", what, "token_in_address")
    }

    fn refuse(&self, problem: &Problem, status: StatusCode, request_id: &RequestId) -> Reply {
        page::refusal(problem, status, request_id)
    }
}

/// What is in the page beside its session.
#[derive(Serialize)]
struct Start<'a> {
    /// Whose messages count.
    origins: &'a [String],
}

impl PageSurface for Dashboard {
    fn page(&self, inbound: &Inbound<'_>, keys: &Keys, now: Millis) -> Result<Reply, Problem> {
        if inbound.path != "/chatwoot" {
            return assets::reply(&*FILES, inbound.path, inbound.headers).ok_or_else(page::no_such);
        }
        let offered = page::only(inbound.query, "token").unwrap_or_default();
        let opened = PAGE.open(keys, &offered, now)?;
        let origins = opened.of.map_or(&[][..], |keys| &keys.chatwoot_origins);
        let ancestors: Vec<&str> = origins.iter().map(String::as_str).collect();
        let how = Shown {
            ancestors: &ancestors,
            files: &*FILES,
        };
        PAGE.reply(&opened.session, keys, now, Start { origins }, how)
    }
}
