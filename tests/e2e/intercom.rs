//! Intercom's inbox against a whole host: a signed request opens a canvas, a component of it presses a
//! button, once.

use bytes::Bytes;
use e2e::client::{self, Reply};
use e2e::host::{Setup, TestHost};
use http::{Request, StatusCode};
use http_body_util::Full;
use ring::hmac;
use serde_json::{Value, json};

const SECRET: &str = "client-secret-of-the-app";

async fn desk() -> TestHost {
    Setup::new()
        .file("secret", format!("{SECRET}\n"))
        .config("[accounts.eu]\nintercom_secrets = [{ file = \"secret\" }]\n[accounts.us]\napi_tokens = [{ file = \"secret\" }]\n")
        .kept()
        .guest("acts", "")
        .guest("fails", "")
        .start()
        .await
}

/// Sends a body as Intercom signs it.
async fn send(host: &TestHost, path: &str, secret: &str, more: Value) -> Reply {
    let mut body = json!({
        "workspace_id": "w1", "admin": {"id": "7", "name": "Sam"},
        "contact": {"id": "c1", "role": "user", "email": "ada@example.com"},
        "conversation": {"id": "215"},
    });
    for (name, value) in more.as_object().expect("an object") {
        body[name] = value.clone();
    }
    let body = body.to_string();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, body.as_bytes());
    let tag: String = tag
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let request = Request::post(path)
        .header("host", host.traffic.to_string())
        .header("content-type", "application/json")
        .header("x-body-signature", tag)
        .body(Full::new(Bytes::from(body)));
    client::send(host.traffic, request.expect("a request"))
        .await
        .expect("a reply")
}

fn components(reply: &Reply) -> Vec<Value> {
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let canvas = reply.json();
    canvas["canvas"]["content"]["components"]
        .as_array()
        .expect("components")
        .clone()
}

fn texts(components: &[Value]) -> Vec<&str> {
    components
        .iter()
        .filter_map(|component| component["text"].as_str())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_of_a_canvas_presses_a_button_once() {
    let host = desk().await;
    let opened = components(&send(&host, "/intercom/initialize", SECRET, json!({})).await);
    assert!(texts(&opened).contains(&"Count"), "{opened:?}");
    let id = |label: &str| {
        let found = opened.iter().find(|component| component["label"] == label);
        found.expect("a component")["id"]
            .as_str()
            .expect("an id")
            .to_owned()
    };
    let note = opened
        .iter()
        .find(|component| component["type"] == "input")
        .expect("an input");
    let note = note["id"].as_str().expect("an id").to_owned();
    let press = json!({"component_id": id("Count"), "input_values": {note.as_str(): "first"}});
    for _ in 0..2 {
        let done = components(&send(&host, "/intercom/submit", SECRET, press.clone()).await);
        assert!(
            texts(&done)[0].starts_with("1 for ada@example.com under "),
            "{done:?}"
        );
    }
    let other = json!({"component_id": id("Count"), "input_values": {note.as_str(): "second"}});
    let other = send(&host, "/intercom/submit", SECRET, other).await;
    assert_eq!(
        other.status,
        StatusCode::CONFLICT,
        "pressed already, with another note"
    );
    let back = components(
        &send(
            &host,
            "/intercom/submit",
            SECRET,
            json!({"component_id": "back"}),
        )
        .await,
    );
    assert!(texts(&back).contains(&"Count"), "{back:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_signed_with_the_apps_secret_asks_nobody() {
    let host = desk().await;
    for path in ["/intercom/initialize", "/intercom/submit"] {
        let wrong = send(&host, path, "another", json!({})).await;
        assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
        assert_eq!(wrong.json()["error"]["code"], "auth.denied");
        let unsigned = host.post(path, "{}").await;
        assert_eq!(unsigned.status, StatusCode::UNAUTHORIZED);
        assert_eq!(unsigned.json()["error"]["code"], "auth.signature_missing");
    }
}
