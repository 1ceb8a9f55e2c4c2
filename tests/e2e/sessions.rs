//! Pages and their sessions: what a browser gets in a key's place, and what it may do with it.

use bytes::Bytes;
use e2e::client::{self, Reply};
use e2e::host::{Setup, TestHost};
use http::{Method, Request, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};

const ACCOUNTS: &str = r#"
[accounts.eu]
api_tokens = [{ file = "eu-token" }]
pane_keys = [{ file = "eu-pane" }]
pane_origins = ["https://desk.example"]
[accounts.us]
api_tokens = [{ file = "us-token" }]
pane_keys = [{ file = "us-pane" }]
"#;

async fn two() -> TestHost {
    let files = ["eu-token", "eu-pane", "us-token", "us-pane"];
    files
        .iter()
        .fold(Setup::new(), |setup, file| {
            setup.file(file, format!("value-of-{file}\n"))
        })
        .config(ACCOUNTS)
        .guest("echoes", "")
        .start()
        .await
}

async fn send(
    host: &TestHost,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> Reply {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", host.traffic.to_string());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = match body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    let request = request.body(Full::new(Bytes::from(body)));
    let request = request.expect("a request");
    client::send(host.traffic, request).await.expect("a reply")
}

/// A POST of JSON with a bearer token or session.
async fn post(host: &TestHost, path: &str, bearer: &str, body: Value) -> Reply {
    let bearer = format!("Bearer {bearer}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    send(host, Method::POST, path, &headers, &body).await
}

/// What a page's script finds in it.
fn start(page: &Reply) -> Value {
    let text = page.text();
    let (_, after) = text.split_once("id=\"session\">").expect("a session");
    let (json, _) = after.split_once("</script>").expect("its end");
    serde_json::from_str(json).expect("JSON")
}

fn session(start: &Value) -> &str {
    start["session"].as_str().expect("a session")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_gets_a_session_in_the_place_of_its_key() {
    let host = two().await;
    let query = "key=value-of-eu-pane&view=ticket&email=ada%40example.com&agent.name=Sam\
                 &attributes.note=%3C%2Fscript%3E";
    let page = host.get(&format!("/pane?{query}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    assert!(!page.text().contains("value-of-eu-pane"));
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    let ancestors = "frame-ancestors 'self' https://desk.example";
    assert!(policy.ends_with(ancestors), "{policy}");
    let start = start(&page);
    assert_eq!(start["account"], "eu");
    assert_eq!(start["context"]["email"], "ada@example.com");
    assert_eq!(start["context"]["attributes"]["note"], "</script>");

    // The session opens `/v1` for its account alone, and says whose page and who sits there.
    let context = json!({"view": "ticket", "agent": {"name": "Eve"}});
    let reply = post(&host, "/v1/context", session(&start), context).await;
    let told = reply.text();
    assert_eq!(reply.status, StatusCode::OK, "{told}");
    assert!(told.contains("Sam") && !told.contains("Eve"), "{told}");
    assert!(told.contains("pane"), "{told}");
    let other = json!({"view": "ticket", "account": "us"});
    let reply = post(&host, "/v1/context", session(&start), other).await;
    assert_eq!(reply.json()["error"]["code"], "auth.account_mismatch");

    // It is renewed while the page is open.
    let renewed = post(&host, "/v1/session", session(&start), Value::Null).await;
    assert_eq!(renewed.json()["account"], "eu", "{}", renewed.text());
    let again = json!({"view": "ticket"});
    let reply = post(&host, "/v1/context", session(&renewed.json()), again).await;
    assert_eq!(reply.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_without_its_key_is_refused_as_a_page() {
    let host = two().await;
    for (path, code) in [
        ("/pane", "auth.required"),
        ("/pane?key=", "auth.required"),
        ("/pane?key=wrong", "auth.denied"),
        ("/pane?key=value-of-eu-token", "auth.denied"),
        (
            "/pane?key=value-of-eu-pane&view=no%20view",
            "request.unknown_view",
        ),
        (
            "/pane?key=value-of-us-pane&view=ticket&account=eu",
            "auth.account_mismatch",
        ),
        ("/pane/secret.js", "request.not_found"),
        ("/pane/icons/no_such_icon.svg", "request.not_found"),
    ] {
        let page = host.get(path).await;
        assert!(page.status.is_client_error(), "{path}");
        assert!(page.text().contains(code), "{path}: {}", page.text());
        assert!(page.header("content-type").starts_with("text/html"));
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_follows_a_link_without_a_key_is_asked_for_it() {
    let host = two().await;
    let tab = [("sec-fetch-dest", "document")];
    let path = "/pane?view=ticket&email=%22%3E%3Cscript%3E&key=wrong";
    let page = send(&host, Method::GET, path, &tab, &Value::Null).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    let text = page.text();
    let kept = "name=\"email\" value=\"&quot;&gt;&lt;script&gt;\"";
    assert!(
        text.contains(kept) && text.contains("name=\"key\""),
        "{text}"
    );
    assert!(
        !text.contains("wrong") && text.contains("auth.denied"),
        "{text}"
    );
    let policy = page.header("content-security-policy");
    assert!(policy.contains("form-action 'self'") && policy.ends_with("frame-ancestors 'none'"));
    // In a frame nobody is asked to type a key.
    let frame = [("sec-fetch-dest", "iframe")];
    let page = send(&host, Method::GET, path, &frame, &Value::Null).await;
    assert!(!page.text().contains("<form"), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_a_host_of_ones_own_is_open_and_its_files_are_everybodys() {
    let host = Setup::new().guest("echoes", "").start().await;
    let page = host.get("/pane").await;
    assert_eq!(page.status, StatusCode::OK);
    let start = start(&page);
    assert_eq!(start["context"], Value::Null);
    assert_eq!(start["account"], "default");
    for path in ["/pane.js", "/pane/page.js", "/pane/page.css", "/pane/frame"] {
        let file = host.get(path).await;
        assert_eq!(file.status, StatusCode::OK, "{path}");
        assert_eq!(file.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(file.header("x-content-type-options"), "nosniff", "{path}");
    }
    let frame = host.get("/pane/frame").await;
    let policy = frame.header("content-security-policy");
    assert!(policy.starts_with("sandbox allow-scripts; default-src 'none'"));
    assert!(!policy.contains("unsafe"), "{policy}");
    let icon = host.get("/pane/icons/receipt_long.svg").await;
    assert_eq!(icon.header("content-type"), "image/svg+xml");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_asks_for_a_session_for_a_page_of_its_own() {
    let host = two().await;
    let wish = json!({"agent": {"id": "a1", "name": "Sam"}, "scopes": ["context"]});
    let given = post(&host, "/v1/session", "value-of-us-token", wish).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text());
    assert_eq!(given.json()["scopes"], json!(["context"]));
    let given = given.json();
    let reply = post(
        &host,
        "/v1/context",
        session(&given),
        json!({"view": "chat"}),
    )
    .await;
    assert!(reply.text().contains("Sam"), "{}", reply.text());
    // It may look and not act.
    let press = json!({"token": "spa_x", "context": {"view": "chat"}});
    let reply = post(&host, "/v1/actions", session(&given), press).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    assert_eq!(reply.json()["error"]["code"], "auth.scope");
    for (bearer, wish, code, field) in [
        ("wrong", Value::Null, "auth.denied", Value::Null),
        ("sps_e30.AAAA", Value::Null, "auth.denied", Value::Null),
        (
            "value-of-us-token",
            json!({"scopes": ["all"]}),
            "request.invalid_field",
            "scopes[0]".into(),
        ),
        (
            "value-of-us-token",
            json!({"agent": {"role": "x"}}),
            "request.invalid_field",
            "role".into(),
        ),
        (
            "value-of-us-token",
            json!({"minutes": 5}),
            "request.invalid_field",
            "minutes".into(),
        ),
    ] {
        let reply = post(&host, "/v1/session", bearer, wish).await.json();
        assert_eq!(reply["error"]["code"], code, "{reply}");
        assert_eq!(reply["error"]["field"], field, "{reply}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn browsers_let_listed_pages_ask_and_no_others() {
    let host = two().await;
    let ask = async |origin: &str, path: &str| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            (
                "access-control-request-headers",
                "authorization,content-type",
            ),
        ];
        let reply = send(&host, Method::OPTIONS, path, &headers, &Value::Null).await;
        reply.header("access-control-allow-origin").to_owned()
    };
    for path in [
        "/v1/context",
        "/v1/context/stream",
        "/v1/actions",
        "/v1/session",
    ] {
        assert_eq!(
            ask("https://desk.example", path).await,
            "https://desk.example"
        );
        assert_eq!(
            ask("https://desk.example.evil.test", path).await,
            "",
            "{path}"
        );
        assert_eq!(ask("null", path).await, "", "{path}");
    }
    // Events and other desks' doors are for servers.
    assert_eq!(ask("https://desk.example", "/v1/events").await, "");
    assert_eq!(ask("https://desk.example", "/imbox").await, "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_says_which_field_of_a_press_is_at_fault() {
    let host = two().await;
    let context = json!({"view": "ticket"});
    for (press, code, field) in [
        (json!({}), "request.invalid_field", json!("context.view")),
        (json!({"token": 1}), "request.invalid_field", json!("token")),
        (
            json!({"token": "x", "context": {"view": "ticket", "mail": "a"}}),
            "request.invalid_field",
            json!("context.mail"),
        ),
        (
            json!({"token": "x", "context": context, "fields": []}),
            "request.invalid_field",
            json!("fields"),
        ),
        (
            json!({"token": "x", "context": context, "times": 2}),
            "request.invalid_field",
            json!("times"),
        ),
        (
            json!({"token": "x", "context": context}),
            "auth.action_invalid",
            Value::Null,
        ),
    ] {
        let reply = post(&host, "/v1/actions", "value-of-eu-token", press)
            .await
            .json();
        assert_eq!(reply["error"]["code"], code, "{reply}");
        assert_eq!(reply["error"]["field"], field, "{reply}");
    }
    let form = [
        ("content-type", "text/plain"),
        ("authorization", "Bearer value-of-eu-token"),
    ];
    let reply = send(&host, Method::POST, "/v1/actions", &form, &json!({})).await;
    assert_eq!(reply.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}
