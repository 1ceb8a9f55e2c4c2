//! The doors: what is no question is refused with its field, what is one reaches plugins as it was
//! asked, and a failure never takes the other cards away.

use bytes::Bytes;
use e2e::client::{self, Reply};
use e2e::host::{Setup, TestHost};
use http::Request;
use http_body_util::Full;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The rows of `echoes`, by label.
fn echoed(reply: &Reply) -> BTreeMap<String, String> {
    let answer = reply.json();
    let blocks = match answer.get("cards") {
        Some(cards) => &cards[0]["card"]["blocks"],
        None => &answer["blocks"],
    };
    let rows = blocks[0]["data"][0]["rows"].as_array();
    let rows = rows.unwrap_or_else(|| panic!("no echo in {answer}"));
    let text = |row: &Value, name: &str| row[name].as_str().expect("a text").to_owned();
    rows.iter()
        .map(|row| (text(row, "label"), text(row, "text")))
        .collect()
}

fn rows(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(label, text)| ((*label).to_owned(), (*text).to_owned()))
        .collect()
}

/// Sends a request with these headers.
async fn send(
    host: &TestHost,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Reply {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = Full::new(Bytes::copy_from_slice(body.as_bytes()));
    let request = request.header("host", host.traffic.to_string()).body(body);
    client::send(host.traffic, request.expect("a request"))
        .await
        .expect("an answer")
}

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_question_is_refused_with_its_field() {
    let host = Setup::new().guest("counts", "").start().await;
    let large = format!(r#"{{"view":"ticket","email":"{}"}}"#, "a".repeat(600 << 10));
    let post = "/v1/context";
    let cases: [(&str, &str, &str, u16, &str, Value); 19] = [
        (
            "GET",
            "/v1/context",
            "",
            400,
            "request.invalid_field",
            json!("view"),
        ),
        (
            "GET",
            "/v1/context?view=cellar",
            "",
            400,
            "request.unknown_view",
            json!("view"),
        ),
        (
            "GET",
            "/v1/context?view=ticket&plugin=no-such",
            "",
            404,
            "request.unknown_plugin",
            json!("plugins"),
        ),
        (
            "GET",
            "/v1/context?view=ticket&view=chat",
            "",
            400,
            "request.invalid_field",
            json!("view"),
        ),
        (
            "GET",
            "/v1/context?view=ticket&account=other",
            "",
            403,
            "auth.account_mismatch",
            json!("account"),
        ),
        ("POST", post, "", 400, "request.malformed", Value::Null),
        (
            "POST",
            post,
            "{\"view\":",
            400,
            "request.malformed",
            Value::Null,
        ),
        (
            "POST",
            post,
            "[]",
            400,
            "request.invalid_field",
            json!("body"),
        ),
        (
            "POST",
            post,
            "{}",
            400,
            "request.invalid_field",
            json!("view"),
        ),
        (
            "POST",
            post,
            r#"{"view":"ticket","email":7}"#,
            400,
            "request.invalid_field",
            json!("email"),
        ),
        (
            "POST",
            post,
            r#"{"view":"ticket","visitor":{"ip":"here"}}"#,
            400,
            "request.invalid_field",
            json!("visitor.ip"),
        ),
        (
            "POST",
            post,
            r#"{"view":"ticket","emial":"a@b.test"}"#,
            400,
            "request.invalid_field",
            json!("emial"),
        ),
        (
            "POST",
            post,
            r#"{"view":"ticket","plugins":["no-such"]}"#,
            404,
            "request.unknown_plugin",
            json!("plugins"),
        ),
        (
            "POST",
            post,
            r#"{"view":"ticket","account":"other"}"#,
            403,
            "auth.account_mismatch",
            json!("account"),
        ),
        (
            "POST",
            post,
            &large,
            413,
            "request.too_large",
            json!("body"),
        ),
        (
            "GET",
            "/imbox?view=cellar",
            "",
            400,
            "request.unknown_view",
            json!("view"),
        ),
        (
            "GET",
            "/imbox/no-such?view=ticket",
            "",
            404,
            "request.unknown_plugin",
            json!("plugins"),
        ),
        (
            "GET",
            "/v2/context",
            "",
            404,
            "request.not_found",
            Value::Null,
        ),
        (
            "DELETE",
            "/v1/context",
            "",
            405,
            "request.method_not_allowed",
            Value::Null,
        ),
    ];
    for (method, path, body, status, code, field) in cases {
        let headers: &[(&str, &str)] = if method == "POST" { &[JSON] } else { &[] };
        let reply = send(&host, method, path, headers, body).await;
        let what = format!("{method} {path}: {}", reply.text());
        assert_eq!(reply.status, status, "{what}");
        let answer = reply.json();
        assert_eq!(answer["error"]["code"], code, "{what}");
        assert_eq!(
            answer["error"].get("field").unwrap_or(&Value::Null),
            &field,
            "{what}"
        );
        assert!(
            answer["error"]["message"]
                .as_str()
                .is_some_and(|text| text.ends_with('.')),
            "{what}"
        );
    }
    let reply = send(&host, "POST", post, &[JSON], &large).await;
    assert_eq!(reply.json()["error"]["limit"], 512 << 10);
    let reply = send(&host, "POST", post, &[("content-type", "text/plain")], "{}").await;
    assert_eq!(reply.status, 415);
    let reply = send(&host, "DELETE", "/v1/context", &[], "").await;
    assert!(reply.header("allow").contains("GET"), "{:?}", reply.headers);
    assert_eq!(
        host.card("").await["status"],
        "ok",
        "and the next question is answered"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_reaches_the_plugin_as_it_was_asked() {
    let host = Setup::new().guest("echoes", "").start().await;
    let body = json!({
        "view": "chat", "email": "ada@example.com", "phone": null, "external_id": "12345",
        "contact_linked": true, "ticket_id": "7", "conversation_id": "c-9",
        "visitor": {"ip": "203.0.113.9", "page_url": "https://shop.example/cart"},
        "attributes": {"journey_id": "J-77"}, "params": {"source": "crm", "depth": 2},
        "agent": {"id": "a1", "name": "Sam"}, "locale": "sv-SE", "time_zone": "Europe/Stockholm",
    });
    let whole = rows(&[
        ("surface", "native"),
        ("view", "chat"),
        ("account", "default"),
        ("email", "ada@example.com"),
        ("external_id", "12345"),
        ("contact_linked", "true"),
        ("ticket_id", "7"),
        ("conversation_id", "c-9"),
        ("ip", "203.0.113.9"),
        ("page_url", "https://shop.example/cart"),
        ("agent", "Sam"),
        ("locale", "sv-SE"),
        ("time_zone", "Europe/Stockholm"),
        ("attribute journey_id", "J-77"),
        ("param source", "crm"),
        ("param depth", "2"),
    ]);
    assert_eq!(
        echoed(&host.post("/v1/context", &body.to_string()).await),
        whole
    );

    let reply = host
        .get("/v1/context?view=call&phoneNumber=%2B46+8&callId=x&shade=blue")
        .await;
    let whole = rows(&[
        ("surface", "native"),
        ("view", "call"),
        ("account", "default"),
        ("phone", "+46 8"),
        ("contact_linked", "false"),
        ("call_id", "x"),
        ("param shade", "blue"),
    ]);
    assert_eq!(echoed(&reply), whole);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn imboxs_query_alone_says_who_the_contact_is() {
    let host = Setup::new().guest("echoes", "").start().await;
    let path = "/imbox?view=ticket&email=ada%40example.com&ticketId=7&contactId=k-1&channelId=c-2&shop=acme";
    let body = r#"{"email":"mallory@example.com","view":"chat","team":"north","level":3}"#;
    let headers = [JSON, ("x-secret-header", "h1dden"), ("cookie", "h1dden=1")];
    let reply = send(&host, "POST", path, &headers, body).await;
    let whole = rows(&[
        ("surface", "imbox"),
        ("view", "ticket"),
        ("account", "default"),
        ("email", "ada@example.com"),
        ("contact_linked", "true"),
        ("ticket_id", "7"),
        ("contact_id", "k-1"),
        ("conversation_id", "c-2"),
        ("param shop", "acme"),
        ("param email", "mallory@example.com"),
        ("param view", "chat"),
        ("param team", "north"),
        ("param level", "3"),
    ]);
    assert_eq!(echoed(&reply), whole);
    assert!(
        !reply.text().contains("h1dden"),
        "headers are the door's alone"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_to_show_is_an_answer_and_so_is_a_failure() {
    let host = Setup::new().guest("says_nothing", "").start().await;
    let reply = host.get("/imbox?view=ticket").await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("sidepane-status")),
        (200, "")
    );
    assert_eq!(reply.json()["blocks"], json!([]));

    let host = Setup::new()
        .guest("fails", "")
        .guest("panics", "")
        .guest("shows_everything", "")
        .start()
        .await;
    let reply = host.get("/imbox?view=ticket").await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.header("sidepane-status"),
        "fails=call.plugin_error, panics=call.trap"
    );
    assert_eq!(reply.json()["blocks"].as_array().map(Vec::len), Some(1));
    let pane = host.pane("").await;
    let statuses: Vec<_> = (0..3)
        .map(|card| pane["cards"][card]["status"].clone())
        .collect();
    assert_eq!(statuses, ["error", "error", "ok"]);
    assert_eq!(pane["contact_name"], "Ada Lovelace");
}

const ACCOUNTS: &str = r#"
[accounts.eu]
api_tokens = [{ file = "eu-token" }, { file = "eu-token-new" }]
imbox = [{ header = "x-desk", value = { file = "eu-desk" } }]
[accounts.us]
api_tokens = [{ file = "us-token" }]
imbox = [{ header = "x-desk", value = { file = "us-desk" } }]
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_credential_decides_the_account() {
    let files = ["eu-token", "eu-token-new", "eu-desk", "us-token", "us-desk"];
    let setup = files.iter().fold(Setup::new(), |setup, file| {
        setup.file(file, format!("value-of-{file}\n"))
    });
    let host = setup.config(ACCOUNTS).guest("echoes", "").start().await;
    let (v1, imbox) = ("/v1/context?view=ticket", "/imbox?view=ticket");
    for (path, header, value, account) in [
        (v1, "authorization", "Bearer value-of-eu-token", "eu"),
        (v1, "authorization", "Bearer value-of-eu-token-new", "eu"),
        (v1, "authorization", "bearer value-of-us-token", "us"),
        (
            "/v1/context?view=ticket&account=us",
            "authorization",
            "Bearer value-of-us-token",
            "us",
        ),
        (imbox, "x-desk", "value-of-eu-desk", "eu"),
        (imbox, "x-desk", "value-of-us-desk", "us"),
    ] {
        let reply = send(&host, "GET", path, &[(header, value)], "").await;
        assert_eq!(echoed(&reply)["account"], account, "{path} {value}");
    }
    for (path, header, value, status, code) in [
        (v1, "x-nothing", "", 401, "auth.required"),
        (v1, "authorization", "Bearer wrong", 401, "auth.denied"),
        (
            v1,
            "authorization",
            "Basic value-of-eu-token",
            401,
            "auth.denied",
        ),
        (v1, "x-desk", "value-of-eu-desk", 401, "auth.required"),
        (
            "/v1/context?view=ticket&account=eu",
            "authorization",
            "Bearer value-of-us-token",
            403,
            "auth.account_mismatch",
        ),
        (imbox, "x-nothing", "", 401, "auth.required"),
        (imbox, "x-desk", "wrong", 401, "auth.denied"),
        (
            imbox,
            "authorization",
            "Bearer value-of-eu-token",
            401,
            "auth.required",
        ),
    ] {
        let reply = send(&host, "GET", path, &[(header, value)], "").await;
        assert_eq!(reply.status, status, "{path} {value}: {}", reply.text());
        assert_eq!(reply.json()["error"]["code"], code, "{path} {value}");
        assert!(!reply.text().contains("value-of"), "{}", reply.text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_inside_is_shown_on_this_machine_alone() {
    let host = Setup::new().guest("fetches", "").start().await;
    let path = "/v1/context?view=ticket&url=https%3A%2F%2Fshop.example%2F";
    let near = send(&host, "GET", path, &[], "").await.json()["cards"][0].clone();
    assert_eq!(near["error"]["code"], "http.denied");
    assert!(
        near["error"]["hint"].is_string() && near["usage"]["fuel"].is_object(),
        "{near}"
    );
    for header in ["x-forwarded-for", "forwarded", "via", "x-real-ip"] {
        let reply = send(&host, "GET", path, &[(header, "203.0.113.9")], "").await;
        let far = reply.json()["cards"][0].clone();
        let error = json!({"code": "http.denied", "message": "Fetcher could not be loaded."});
        assert_eq!(far["error"], error, "{header}");
        assert_eq!(far.get("usage"), None, "{header}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_does_not_arrive_is_not_waited_for() {
    let host = Setup::new()
        .arrival(Duration::from_millis(100))
        .guest("counts", "")
        .start()
        .await;
    let mut stream = TcpStream::connect(host.traffic)
        .await
        .expect("a connection");
    let head = "POST /v1/context HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
                content-length: 40\r\n\r\n{\"view\":";
    stream
        .write_all(head.as_bytes())
        .await
        .expect("a request's first part");
    let mut answer = Vec::new();
    let read = timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
    read.expect("the connection is closed").expect("an answer");
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("request.timeout"), "{answer}");

    // Nor is a head.
    let mut stream = TcpStream::connect(host.traffic)
        .await
        .expect("a connection");
    stream
        .write_all(b"GET /v1/context?view=ti")
        .await
        .expect("a head's first part");
    let mut answer = Vec::new();
    let read = timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
    read.expect("the connection is closed").expect("an end");
}
