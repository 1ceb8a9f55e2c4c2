//! The documents of both listeners, held against what is mounted.

use bytes::Bytes;
use e2e::client;
use e2e::host::{Setup, TestHost};
use http::Request;
use http_body_util::Full;
use serde_json::Value;
use std::net::SocketAddr;

/// What the README and the documents promise.
const TRAFFIC: &[&str] = &[
    "get /v1/context",
    "post /v1/context",
    "get /v1/context/stream",
    "post /v1/actions",
    "post /v1/events",
    "post /v1/session",
    "post /mcp",
    "get /imbox",
    "post /imbox/{plugin}",
    "get /snapengage",
    "post /freshchat/events",
    "post /freshchat/webhook",
    "post /chatwoot/events",
    "get /pane",
    "get /front",
    "get /chatwoot",
    "get /freshchat",
    "post /intercom/initialize",
    "post /intercom/submit",
    "get /openapi.json",
];
const ADMIN: &[&str] = &[
    "get /healthz",
    "get /readyz",
    "get /metrics",
    "get /plugins",
    "get /plugins/{id}",
    "post /plugins/{id}/reload",
    "get /deliveries",
    "get /deliveries/{id}",
    "post /deliveries/{id}/replay",
    "post /deliveries/replay",
    "post /forget",
    "get /recordings",
    "post /recordings",
    "get /recordings/{id}",
    "get /simulate",
    "post /simulate",
    "get /simulate/choices",
    "get /simulate/stand",
    "get /simulate/page.js",
    "get /pane/{file}",
    "get /openapi.json",
];

/// Every method of every path of a document.
fn operations(document: &Value) -> Vec<(String, String)> {
    let paths = document["paths"].as_object().expect("paths").iter();
    let each = paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("methods").keys();
        methods.map(|method| (method.clone(), path.clone()))
    });
    each.collect()
}

async fn ask(address: SocketAddr, method: &str, path: &str) -> client::Reply {
    let request = Request::builder()
        .method(method.to_uppercase().as_str())
        .uri(path)
        .header("host", address.to_string())
        .body(Full::<Bytes>::default());
    let reply = client::send(address, request.expect("a request")).await;
    reply.unwrap_or_else(|error| panic!("{method} {path}: {error}"))
}

async fn are_mounted(address: SocketAddr, promised: &[&str]) {
    let reply = client::get(address, "/openapi.json").await;
    assert_eq!(reply.header("content-type"), "application/json");
    let document = reply.json();
    assert_eq!(document["openapi"], "3.1.0");
    let operations = operations(&document);
    for promise in promised {
        let is = |(method, path): &(String, String)| format!("{method} {path}") == *promise;
        assert!(operations.iter().any(is), "{promise} is described");
    }
    for (method, path) in operations {
        let at = path
            .replace("{file}", "board.js")
            .replace("{plugin}", "none")
            .replace("{id}", "none");
        let reply = ask(address, &method, &at).await;
        let code = match reply.header("content-type") {
            "application/json" => reply.json()["error"]["code"].clone(),
            _ => Value::Null,
        };
        let nowhere = ["request.not_found", "request.method_not_allowed"];
        let is_nowhere = code.as_str().is_some_and(|code| nowhere.contains(&code));
        assert!(
            !is_nowhere && reply.status != 405,
            "{method} {path}: {}",
            reply.text()
        );
        // A status that the document does not have would surprise who relies on it.
        let described = &document["paths"][&path][&method]["responses"];
        let status = reply.status.as_u16().to_string();
        let is_described = described.get(&status).is_some() || described.get("default").is_some();
        assert!(is_described, "{method} {path} answers {status}");
        let refused = ask(address, "PATCH", &at).await;
        assert_eq!(refused.status, 405, "PATCH {path}");
    }
}

async fn host() -> TestHost {
    Setup::new().guest("echoes", "").kept().start().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_documents_say_is_what_is_mounted() {
    let host = host().await;
    are_mounted(host.traffic, TRAFFIC).await;
    are_mounted(host.admin, ADMIN).await;
    // Nobody learns of the other listener where he asks.
    let traffic = host.get("/openapi.json").await.json();
    assert!(traffic["paths"].get("/forget").is_none());
}
