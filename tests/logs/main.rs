//! What stands in the log: neither credentials nor secrets nor anything of a query.
//!
//! A program of its own, because a subscriber is the whole process's: beside other tests, lines that
//! they log first would decide which of this one's are seen.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use bytes::Bytes;
use e2e::client::{self, encoded};
use e2e::host::Setup;
use e2e::upstream::Upstream;
use http::{Request, Response};
use http_body_util::Full;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use tracing_subscriber::fmt::MakeWriter;

/// Everything that was logged.
#[derive(Clone, Debug, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Written {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_line_holds_a_credential_a_secret_or_a_query() {
    let written = Written::default();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(written.clone())
        .init();

    // It gives everything back, secret and all.
    let upstream = Upstream::start(|request| {
        let told = format!("{:?}", request.headers());
        let mut response = Response::new(Full::from(told));
        if let Some(key) = request.headers().get("x-api-key") {
            response.headers_mut().insert("x-echo", key.clone());
        }
        response
    })
    .await;
    let grant = format!(
        "[settings]\nshop = \"acme\"\n[secrets]\napi_key = {{ file = \"key\" }}\n[[http.allow]]\n\
         url = \"{}\"\nsecrets = [\"api_key\"]\nprivate_network = true\n",
        upstream.url("/v1/")
    );
    let host = Setup::new()
        .file("token", "t0ken-of-the-door\n")
        .file("desk", "h3ader-of-the-desk\n")
        .file("page", "p4ge-of-the-desk\n")
        .file("key", "k3y-of-the-shop\n")
        .config(
            "[accounts.eu]\napi_tokens = [{ file = \"token\" }]\nimbox = [{ header = \"x-desk\", \
             value = { file = \"desk\" } }]\npane_keys = [{ file = \"page\" }]\nfront_secrets = [{ \
             file = \"page\" }]\nchatwoot_tokens = [{ file = \"page\" }]\nsnapengage_tokens = [{ \
             file = \"page\" }]\n",
        )
        .guest("tells_shop", &grant)
        .start()
        .await;
    let granted = encoded(&upstream.url("/v1/orders?upstream=qu3ry-of-the-plugin"));
    let refused = encoded(&upstream.url("/v2/?upstream=qu3ry-of-the-plugin"));
    let v1 = "/v1/context?view=ticket&email=v1sitor%40example.com";
    for (path, header, value, status) in [
        (
            format!("{v1}&url={granted}"),
            "authorization",
            "Bearer t0ken-of-the-door",
            200,
        ),
        (
            format!("{v1}&url={refused}"),
            "authorization",
            "Bearer t0ken-of-the-door",
            200,
        ),
        (
            format!("{v1}&url={granted}"),
            "authorization",
            "Bearer wr0ng-token",
            401,
        ),
        (
            format!("{v1}&account=n0body"),
            "authorization",
            "Bearer t0ken-of-the-door",
            403,
        ),
        (
            format!("{v1}&email=v1sitor"),
            "authorization",
            "Bearer t0ken-of-the-door",
            400,
        ),
        (
            "/imbox?view=ticket&email=v1sitor".to_owned(),
            "x-desk",
            "h3ader-of-the-desk",
            200,
        ),
        (
            "/imbox?view=v1sitor&email=v1sitor".to_owned(),
            "x-desk",
            "h3ader-of-the-desk",
            400,
        ),
        (
            "/imbox?view=ticket&email=v1sitor".to_owned(),
            "x-desk",
            "wr0ng-header",
            401,
        ),
        (
            "/pane?key=p4ge-of-the-desk&view=ticket&email=v1sitor".to_owned(),
            "accept",
            "*/*",
            200,
        ),
        ("/pane?key=wr0ng-page".to_owned(), "accept", "*/*", 401),
        (
            "/front?auth_secret=p4ge-of-the-desk".to_owned(),
            "accept",
            "*/*",
            200,
        ),
        (
            "/front?auth_secret=wr0ng-page".to_owned(),
            "accept",
            "*/*",
            401,
        ),
        (
            "/chatwoot?token=p4ge-of-the-desk".to_owned(),
            "accept",
            "*/*",
            200,
        ),
        (
            "/chatwoot?token=wr0ng-page".to_owned(),
            "accept",
            "*/*",
            401,
        ),
        (
            "/snapengage?token=p4ge-of-the-desk&email=v1sitor%40shop.example".to_owned(),
            "accept",
            "*/*",
            200,
        ),
        (
            "/snapengage?token=wr0ng-page&email=v1sitor%40shop.example".to_owned(),
            "accept",
            "*/*",
            401,
        ),
        (
            "/nowhere?email=v1sitor".to_owned(),
            "authorization",
            "Bearer t0ken-of-the-door",
            404,
        ),
    ] {
        let request = Request::get(&path)
            .header("host", host.traffic.to_string())
            .header(header, value)
            .body(Full::<Bytes>::default())
            .expect("a request");
        let reply = client::send(host.traffic, request).await.expect("a reply");
        assert_eq!(reply.status, status, "{path}: {}", reply.text());
    }
    assert_eq!(upstream.connections(), 1, "the granted one alone");
    host.end().await;

    let log = written.text();
    for there in [
        "plugin loaded",
        "request refused",
        "call failed",
        "auth.denied",
    ] {
        assert!(log.contains(there), "{there} is logged:\n{log}");
    }
    for secret in [
        "t0ken",
        "h3ader",
        "k3y-of",
        "wr0ng",
        "p4ge",
        "v1sitor",
        "n0body",
        "qu3ry",
        "view=ticket",
    ] {
        assert!(!log.contains(secret), "{secret} in\n{log}");
    }
}
