//! Stand-ins for the desks that show a page of the host: as much of Front, Chatwoot and Freshchat as
//! the page beside a conversation needs.
//!
//! | address | what it does as the desk does it |
//! |---|---|
//! | `/desks/front` | speaks Front's bridge with `/front`, and carries out what buttons ask for |
//! | `/desks/chatwoot` | tells `/chatwoot` who is open |
//! | `/desks/freshchat` | runs what `/freshchat` says to paste, with a user's values in it |

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use http_body_util::BodyExt;
use std::net::SocketAddr;
use tower::ServiceExt;

/// The module that stands in for Front around a frame, for pages of other programs.
pub const FAKE_FRONT: &str = include_str!("fake-front.js");

/// The files that the pages are made of.
const FILES: [(&str, &str, &str); 6] = [
    ("/desks/desk.css", "text/css", include_str!("desk.css")),
    ("/desks/desk.js", SCRIPT, include_str!("desk.js")),
    ("/desks/front.js", SCRIPT, include_str!("front.js")),
    ("/desks/fake-front.js", SCRIPT, FAKE_FRONT),
    ("/desks/chatwoot.js", SCRIPT, include_str!("chatwoot.js")),
    ("/desks/freshchat.js", SCRIPT, include_str!("freshchat.js")),
];

const SCRIPT: &str = "text/javascript";

/// The desks of a host that answers at `traffic`, and by `doors` without a socket.
pub fn router(doors: Router, traffic: SocketAddr) -> Router {
    let mut router = Router::new();
    for (path, kind, text) in FILES {
        let file = move || async move { ([(header::CONTENT_TYPE, kind)], text) };
        router = router.route(path, get(file));
    }
    for desk in ["Front", "Chatwoot"] {
        let frame = "<iframe title=\"Sidepane\" allow=\"clipboard-write\"></iframe>";
        let page = page(desk, traffic, frame);
        let path = format!("/desks/{}", desk.to_ascii_lowercase());
        router = router.route(&path, get(move || async { Html(page) }));
    }
    let freshchat = move || freshchat(doors.clone(), traffic);
    router.route("/desks/freshchat", get(freshchat))
}

/// A desk with a list, a conversation and something beside it.
fn page(desk: &str, traffic: SocketAddr, beside: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><link rel=\"icon\" href=\"data:,\"><title>A desk that stands in for \
         {desk}</title>\n<link rel=\"stylesheet\" href=\"/desks/desk.css\">\n<body \
         data-host=\"http://{traffic}\">\n<main class=\"desk\"><nav class=\"list\" \
         aria-label=\"Conversations\"><h2>A desk like {desk}</h2></nav>\n<section \
         class=\"thread\"><h1></h1><p class=\"facts\"></p><p class=\"message\"></p><textarea \
         aria-label=\"Reply\" placeholder=\"Reply\"></textarea><ol></ol></section>\n\
         <aside>{beside}</aside></main>\n<script type=\"module\" \
         src=\"/desks/{script}.js\"></script>\n</body></html>\n",
        script = desk.to_ascii_lowercase()
    )
}

/// Freshchat, with the plug that an operator would have pasted.
async fn freshchat(doors: Router, traffic: SocketAddr) -> Response {
    match plug(doors, traffic).await {
        Some(plug) => {
            let json = serde_json::to_string(&plug).unwrap_or_default();
            let json = json.replace('<', "\\u003c");
            let source = format!("<script type=\"application/json\" id=\"plug\">{json}</script>");
            let page = page("Freshchat", traffic, "");
            Html(page.replacen("<main", &format!("{source}\n<main"), 1)).into_response()
        }
        None => (
            StatusCode::BAD_GATEWAY,
            "the host does not say what to paste",
        )
            .into_response(),
    }
}

/// What the host's page says to paste.
pub async fn plug(doors: Router, traffic: SocketAddr) -> Option<String> {
    let request = Request::get("/freshchat").header(header::HOST, traffic.to_string());
    let answer = doors
        .oneshot(request.body(Body::empty()).ok()?)
        .await
        .ok()?;
    let body = answer.into_body().collect().await.ok()?.to_bytes();
    let page = String::from_utf8(body.to_vec()).ok()?;
    let (_, after) = page.split_once("<pre tabindex=\"0\">")?;
    let (shown, _) = after.split_once("</pre>")?;
    let plain = shown.replace("&lt;", "<").replace("&gt;", ">");
    Some(plain.replace("&quot;", "\"").replace("&amp;", "&"))
}
