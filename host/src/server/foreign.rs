//! Pages of other origins: which of them a browser lets ask.

use super::Shared;
use crate::surface::keys::Keys;
use axum::Router;
use axum::http::{HeaderValue, Method};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use std::sync::Arc;
use std::time::Duration;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a browser may remember the answer. A day would do; Chromium takes two hours at most.
const REMEMBERED: Duration = Duration::from_secs(2 * 60 * 60);

/// What a page that speaks the Model Context Protocol says of each request.
const OF_MCP: [HeaderName; 3] = [
    HeaderName::from_static("mcp-protocol-version"),
    HeaderName::from_static("mcp-method"),
    HeaderName::from_static("mcp-name"),
];

/// Lets the pages that accounts name ask at these routes. No account's list lets a page see another
/// account: its session, which the browser does not add by itself, decides that. Without a list
/// nothing is added, and browsers let nobody in.
pub(super) fn allow(router: Router<Arc<Shared>>, keys: &Keys) -> Router<Arc<Shared>> {
    let origins: Vec<HeaderValue> = keys
        .accounts
        .iter()
        .flat_map(|account| &account.pane_origins)
        .filter_map(|origin| HeaderValue::from_str(origin).ok())
        .collect();
    if origins.is_empty() {
        return router;
    }
    let cors = CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(
            [AUTHORIZATION, CONTENT_TYPE]
                .into_iter()
                .chain(OF_MCP)
                .collect::<Vec<_>>(),
        )
        .max_age(REMEMBERED);
    router.layer(cors)
}
