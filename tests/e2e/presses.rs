//! `/v1/actions`: from a card with a button to what was done, over sockets.

use bytes::Bytes;
use e2e::client::{self, Reply};
use e2e::host::{Setup, TestHost};
use http::{Request, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};

const ACCOUNTS: &str = r#"
[accounts.eu]
api_tokens = [{ file = "eu-token" }]
[accounts.us]
api_tokens = [{ file = "us-token" }]
"#;

async fn desk() -> TestHost {
    ["eu-token", "us-token"]
        .iter()
        .fold(Setup::new(), |setup, file| {
            setup.file(file, format!("value-of-{file}\n"))
        })
        .config(ACCOUNTS)
        .kept()
        .guest("acts", "")
        .guest("refuses_forms", "")
        .start()
        .await
}

fn ada() -> Value {
    json!({"view": "ticket", "email": "ada@example.com", "agent": {"name": "Sam"}})
}

async fn post(host: &TestHost, path: &str, account: &str, body: &Value) -> Reply {
    let request = Request::post(path)
        .header("host", host.traffic.to_string())
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer value-of-{account}-token"))
        .body(Full::new(Bytes::from(body.to_string())))
        .expect("a request");
    client::send(host.traffic, request).await.expect("a reply")
}

/// The token on a plugin's button, and the name on its card.
async fn button(host: &TestHost, account: &str, plugin: &str) -> (String, Value) {
    let mut asked = ada();
    asked["plugins"] = json!([plugin]);
    let answer = post(host, "/v1/context", account, &asked).await.json();
    let card = &answer["cards"][0]["card"];
    let actions = &card["blocks"][0]["data"][0]["actions"];
    let token = actions[0]["token"].as_str();
    let token = token.unwrap_or_else(|| panic!("a button: {answer}"));
    (token.to_owned(), card["contact_name"].clone())
}

async fn press(host: &TestHost, account: &str, token: &str, context: Value, note: &str) -> Reply {
    let body = json!({"token": token, "context": context, "fields": {"note": note}});
    post(host, "/v1/actions", account, &body).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pressing_twice_acts_once() {
    let host = desk().await;
    let (token, count) = button(&host, "eu", "acts").await;
    assert_eq!(count, "0");
    let pressed = async || press(&host, "eu", &token, ada(), "first").await.json();
    let (one, other) = tokio::join!(pressed(), pressed());
    for done in [&one, &other, &pressed().await] {
        assert_eq!(done["status"], "done", "{done}");
        assert_eq!(done["plugin"], "acts");
        let message = done["message"].as_str().expect("a message");
        assert!(
            message.starts_with("1 for ada@example.com under "),
            "{done}"
        );
        // A link that nobody should follow is none of the steps.
        let tags = json!([{"type": "add_tags", "tags": ["counted"]}]);
        assert_eq!(done["commands"], tags);
        let card = &done["card"]["card"];
        assert_eq!(card["contact_name"], "1");
        let again = &card["blocks"][0]["data"][0]["actions"][0]["token"];
        assert!(again.as_str().is_some_and(|again| again != token), "{done}");
    }
    let used = press(&host, "eu", &token, ada(), "something else").await;
    assert_eq!(used.status, StatusCode::CONFLICT);
    assert_eq!(used.json()["error"]["code"], "request.action_used");
    // The next card has another button.
    let (next, count) = button(&host, "eu", "acts").await;
    assert_eq!(count, "1");
    let done = press(&host, "eu", &next, ada(), "").await.json();
    assert_eq!(done["card"]["card"]["contact_name"], "2", "{done}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_good_for_its_account_and_context_alone() {
    let host = desk().await;
    let (token, _) = button(&host, "eu", "acts").await;
    let (theirs, _) = button(&host, "us", "acts").await;
    let mut bob = ada();
    bob["email"] = json!("bob@example.com");
    let mut eve = ada();
    eve["agent"] = json!({"name": "Eve"});
    let mut altered = token.clone();
    let last = if altered.ends_with('A') { "B" } else { "A" };
    altered.replace_range(altered.len() - 1.., last);
    for (account, token, context) in [
        ("us", &token, ada()),
        ("eu", &theirs, ada()),
        ("eu", &token, bob),
        ("eu", &token, eve),
        ("eu", &altered, ada()),
        ("eu", &token.replacen("spa_", "sps_", 1), ada()),
    ] {
        let refused = press(&host, account, token, context, "").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
        assert_eq!(refused.json()["error"]["code"], "auth.action_invalid");
    }
    let (_, count) = button(&host, "eu", "acts").await;
    assert_eq!(count, "0", "nothing was done");
    let request = Request::post("/v1/actions")
        .header("host", host.traffic.to_string())
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(json!({"token": token}).to_string())))
        .expect("a request");
    let nobody = client::send(host.traffic, request).await.expect("a reply");
    assert_eq!(nobody.json()["error"]["code"], "auth.required");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_form_does_not_ask_for_never_reaches_the_plugin() {
    let host = desk().await;
    let (token, _) = button(&host, "eu", "acts").await;
    for fields in [
        json!({"note": "two\nlines"}),
        json!({"note": "a", "other": "b"}),
        json!({"note": "a".repeat(5000)}),
    ] {
        let body = json!({"token": token, "context": ada(), "fields": fields});
        let refused = post(&host, "/v1/actions", "eu", &body).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert_eq!(refused.json()["error"]["code"], "request.invalid_field");
    }
    let (_, count) = button(&host, "eu", "acts").await;
    assert_eq!(count, "0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_has_buttons_too_and_a_desk_that_cannot_press_has_none() {
    let host = desk().await;
    let reply = post(&host, "/v1/context/stream", "eu", &ada()).await;
    assert!(
        reply.text().contains("\"token\":\"spa_"),
        "{}",
        reply.text()
    );
    let host = Setup::new().kept().guest("acts", "").start().await;
    let imbox = host.get("/imbox?view=ticket&email=ada%40example.com").await;
    assert!(!imbox.text().contains("token"), "{}", imbox.text());
}
