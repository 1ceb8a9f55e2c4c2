//! A secret stands nowhere that a plugin can look, in whatever way it is sent and given back.

use bytes::Bytes;
use e2e::client::encoded;
use e2e::host::{Setup, TestHost};
use e2e::upstream::Upstream;
use http::{Request, Response};
use http_body_util::Full;
use serde_json::Value;

const SECRET: &str = "k3y-of-the-shop-0451";
/// What the server tells beside it, to see that the search finds what is there.
const MARK: &str = "m4rk-of-the-server-77";

/// Answers 401 with everything that was sent.
fn echo(request: &Request<Bytes>) -> Response<Full<Bytes>> {
    let headers = request.headers().iter();
    let lines = headers.map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap_or("?")));
    let body: String = lines.collect();
    let mut response = Response::new(Full::from(format!("{MARK} {body}")));
    *response.status_mut() = http::StatusCode::UNAUTHORIZED;
    for (name, value) in request.headers() {
        if name == "x-api-key" || name == "authorization" {
            response.headers_mut().insert("x-echo", value.clone());
        }
    }
    response
}

async fn search(host: &TestHost, upstream: &Upstream, format: &str, text: &str) -> Value {
    let backwards: String = text.chars().rev().collect();
    let (url, wrong) = (
        encoded(&upstream.url("/v1/x")),
        encoded(&upstream.url("/v2/x")),
    );
    let query = format!("&url={url}&wrong={wrong}&format={format}&backwards={backwards}");
    let outcome = host.card(&query).await;
    assert_eq!(outcome["status"], "ok", "{outcome}");
    outcome["card"]["blocks"][0]["data"][0]["rows"].clone()
}

/// Where the text was found.
fn found(rows: &Value) -> Vec<&str> {
    let rows = rows.as_array().expect("rows").iter();
    rows.filter(|row| row["text"] == "found")
        .map(|row| row["label"].as_str().expect("a label"))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_looks_everywhere_finds_no_secret() {
    let upstream = Upstream::start(echo).await;
    let grant = format!(
        "[settings]\nshop = \"4cme-of-the-grant\"\n[secrets]\napi_key = {{ file = \"key\" }}\n\
         [[http.allow]]\nurl = \"{}\"\nsecrets = [\"api_key\"]\nprivate_network = true\n[limits]\n\
         fuel = 5000000000\ndeadline_ms = 60000\n",
        upstream.url("/v1/")
    );
    let host = Setup::new()
        .file("key", format!("{SECRET}\n"))
        .guest("searches", &grant)
        .start()
        .await;
    for format in ["raw", "bearer", "user", "password"] {
        let rows = search(&host, &upstream, format, SECRET).await;
        assert_eq!(found(&rows), Vec::<&str>::new(), "{format}: {rows}");
    }
    // The pair of `Basic` is as good as the secret in it.
    let rows = search(&host, &upstream, "user", "azN5LW9mLXRoZS1zaG9wLTA0NTE6WA").await;
    assert_eq!(found(&rows), Vec::<&str>::new(), "{rows}");
    assert_eq!(upstream.seen().len(), 5, "and it was sent each time");
    // What is there is found.
    let rows = search(&host, &upstream, "raw", MARK).await;
    assert_eq!(found(&rows), ["answer", "memory"], "{rows}");
    let rows = search(&host, &upstream, "raw", "4cme-of-the-grant").await;
    assert_eq!(found(&rows), ["settings", "memory"], "{rows}");
    // What the plugin logged of all that has none of it either.
    let lines = host.lines.messages().join("\n");
    assert!(lines.contains(MARK) && !lines.contains(SECRET), "{lines}");
}
