//! What leaves: a request that manifest and grant allow, with its secret, and nothing else. Every
//! refusal is proven by an upstream that saw no connection.

use bytes::Bytes;
use e2e::client::{self, encoded};
use e2e::host::{Setup, TestHost};
use e2e::upstream::Upstream;
use http::{Request, Response};
use http_body_util::Full;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, UdpSocket};
use tokio::time::timeout;

const SECRET: &str = "k3y-of-the-shop";

/// A grant of one address with the secret, and more lines for its rule.
fn grant(url: &str, more: &str) -> String {
    format!(
        "[secrets]\napi_key = {{ file = \"key.txt\" }}\n[[http.allow]]\nurl = \"{url}\"\nsecrets = \
         [\"api_key\"]\nprivate_network = true\n{more}"
    )
}

/// A host with the guest that asks for whatever the question says.
async fn fetcher(grant: &str) -> TestHost {
    Setup::new()
        .file("key.txt", format!("{SECRET}\n"))
        .guest("fetches", grant)
        .start()
        .await
}

/// Has a guest ask for a URL.
async fn fetch(host: &TestHost, url: &str, format: &str) -> Value {
    host.card(&format!("&url={}&format={format}", encoded(url)))
        .await
}

/// The rows that the guest made of an answer.
fn answered(outcome: &Value) -> (String, String) {
    let rows = &outcome["card"]["blocks"][0]["data"][0]["rows"];
    let text = |row: usize| rows[row]["text"].as_str().map(str::to_owned);
    let both = text(0).zip(text(1));
    both.unwrap_or_else(|| panic!("no answer in {outcome}"))
}

/// Answers with everything the request said.
fn echo(request: &Request<Bytes>) -> Response<Full<Bytes>> {
    let headers = request.headers().iter();
    let lines = headers.map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap_or("?")));
    let body: String = lines.collect();
    let mut response = Response::new(Full::from(body));
    if let Some(value) = request.headers().get("x-api-key") {
        response.headers_mut().insert("x-echo", value.clone());
    }
    response
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_granted_address_gets_the_secret_in_every_format() {
    let upstream = Upstream::text("hello from upstream").await;
    let host = fetcher(&grant(&upstream.url("/"), "")).await;
    for (format, header, value) in [
        ("raw", "x-api-key", "k3y-of-the-shop"),
        ("bearer", "authorization", "Bearer k3y-of-the-shop"),
        (
            "basic-user",
            "authorization",
            "Basic azN5LW9mLXRoZS1zaG9wOlg=",
        ),
        (
            "basic-password",
            "authorization",
            "Basic Ym90OmszeS1vZi10aGUtc2hvcA==",
        ),
    ] {
        let outcome = fetch(&host, &upstream.url("/v1/orders?of=ada"), format).await;
        let (status, body) = answered(&outcome);
        assert_eq!(
            (status.as_str(), body.as_str()),
            ("200", "hello from upstream")
        );
        assert_eq!(
            outcome["usage"]["http_requests"],
            json!({"used": 1, "limit": 16})
        );
        let seen = upstream.seen();
        let request = &seen.last().expect("a request").request;
        assert_eq!(request.headers()[header], value, "{format}");
        assert_eq!(request.uri(), "/v1/orders?of=ada");
        assert_eq!(request.headers()["host"], upstream.address.to_string());
    }
    assert_eq!(upstream.connections(), 4, "no connection serves two calls");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_echoed_secret_stays_with_the_host() {
    let upstream = Upstream::start(echo).await;
    let host = fetcher(&grant(&upstream.url("/"), "")).await;
    for (format, spelling) in [
        ("raw", SECRET),
        ("bearer", SECRET),
        ("basic-user", "azN5LW9mLXRoZS1zaG9wOlg"),
        ("basic-password", "Ym90OmszeS1vZi10aGUtc2hvcA"),
    ] {
        let outcome = fetch(&host, &upstream.url("/"), format).await;
        let (_, body) = answered(&outcome);
        assert!(body.contains("host: 127.0.0.1"), "the echo came: {body}");
        assert!(
            body.contains("****"),
            "and the secret was written over: {body}"
        );
        assert!(!outcome.to_string().contains(spelling), "{outcome}");
    }
    let lines = host.lines.messages().join("\n");
    assert!(!lines.contains(SECRET), "{lines}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hint_of_a_refusal_is_the_grant_that_allows_it() {
    let upstream = Upstream::text("hello").await;
    let (bare, url) = (fetcher("").await, upstream.url("/v1"));
    let refused = fetch(&bare, &url, "none").await;
    let error = &refused["error"];
    assert_eq!(error["code"], "http.denied", "{refused}");
    assert_eq!(error["message"], "Fetcher could not be loaded.");
    let hint = error["hint"].as_str().expect("a hint").to_owned();
    assert!(hint.contains("private_network = true"), "{hint}");
    assert_eq!(upstream.connections(), 0);
    let allowed = fetcher(&hint).await;
    assert_eq!(answered(&fetch(&allowed, &url, "none").await).1, "hello");

    // The same for one line that is missing in a grant there is.
    for (lacking, format) in [
        ("private_network = true\n", "none"),
        ("secrets = [\"api_key\"]\n", "raw"),
    ] {
        let upstream = Upstream::text("hello").await;
        let url = upstream.url("/v1");
        let full = grant(&upstream.url("/"), "");
        let host = fetcher(&full.replace(lacking, "")).await;
        let refused = fetch(&host, &url, format).await;
        assert_eq!(refused["error"]["code"], "http.denied", "{refused}");
        let hint = refused["error"]["hint"].as_str().expect("a hint");
        assert!(hint.contains(lacking.trim()), "{hint}");
        assert_eq!(upstream.connections(), 0, "{lacking}");
        let (secrets, _) = full.split_once("[[http.allow]]").expect("a rule");
        let mended = fetcher(&format!("{secrets}{hint}")).await;
        assert_eq!(answered(&fetch(&mended, &url, format).await).1, "hello");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_grant_does_not_say_opens_no_connection() {
    let (upstream, other) = (Upstream::text("in").await, Upstream::text("out").await);
    let host = fetcher(&grant(&upstream.url("/v1/"), "")).await;
    let (port, to) = (upstream.address.port(), |rest: &str| upstream.url(rest));
    let refused = [
        to("/"),
        to("/v2/x"),
        to("/v1x"),
        to("/V1/x"),
        to("/v1/../admin"),
        to("/v1/./x"),
        to("/v1//x"),
        to("/v1/%2e%2e/admin"),
        to("/v1%2f..%2fadmin"),
        to("/v1/..%5cadmin"),
        to("/v1/..;/admin"),
        to("/v1/%252e%252e/admin"),
        to("/v1/x%0d%0ahost:%20evil"),
        to("/v1/x#part"),
        to("/v1/a b"),
        to("/v1\\..\\admin"),
        other.url("/v1/x"),
        format!("https://127.0.0.1:{port}/v1/x"),
        format!("ftp://127.0.0.1:{port}/v1/x"),
        format!("http://user:pw@127.0.0.1:{port}/v1/x"),
        format!("http://127.0.0.1:{port}@{}/v1/x", other.address),
        format!("http://{}\\@127.0.0.1:{port}/v1/x", other.address),
        format!("http://{}#@127.0.0.1:{port}/v1/x", other.address),
        format!("http://localhost:{port}/v1/x"),
        format!("http://127.0.0.2:{port}/v1/x"),
        format!("http://[::ffff:127.0.0.1]:{port}/v1/x"),
        format!("http://[::1]:{port}/v1/x"),
        format!("http://0.0.0.0:{port}/v1/x"),
        format!("http://127.0.0.1.evil.test:{port}/v1/x"),
        format!("http://127.0.0.1%2eevil.test:{port}/v1/x"),
        format!("http://127.0.0.1:{port}:{port}/v1/x"),
        format!("http://127.0.0.1:0{port}/v1/x"),
        format!("http:/127.0.0.1:{port}/v1/x"),
        format!("//127.0.0.1:{port}/v1/x"),
        format!("ht\ttp://127.0.0.1:{port}/v1/x"),
        "/v1/x".to_owned(),
        "not an address".to_owned(),
    ];
    for url in &refused {
        let outcome = fetch(&host, url, "raw").await;
        assert_eq!(outcome["error"]["code"], "http.denied", "{url}: {outcome}");
        assert_eq!(
            outcome["error"]["message"], "Fetcher could not be loaded.",
            "{url}"
        );
    }
    assert_eq!((upstream.connections(), other.connections()), (0, 0));
    for url in [
        to("/v1"),
        to("/v1/"),
        to("/v1/x?y=../z"),
        format!("HTTP://127.0.0.1:{port}/v1/%C3%A9"),
    ] {
        assert_eq!(answered(&fetch(&host, &url, "raw").await).1, "in", "{url}");
    }
    assert_eq!((upstream.connections(), other.connections()), (4, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_adds_nothing_to_what_the_manifest_asks_for() {
    let upstream = Upstream::text("hello").await;
    let wide = grant(&upstream.url("/"), "methods = [\"GET\", \"POST\"]\n");
    let host = Setup::new()
        .file("key.txt", SECRET)
        .guest("asks_for_little", &wide)
        .start()
        .await;
    for (path, way) in [("/v2/x", "get"), ("/v1/x", "post"), ("/v1/x", "secret")] {
        let query = format!("&url={}&way={way}", encoded(&upstream.url(path)));
        let outcome = host.card(&query).await;
        assert_eq!(
            outcome["error"]["code"], "http.denied",
            "{path} {way}: {outcome}"
        );
        assert_eq!(
            outcome["error"]["hint"],
            Value::Null,
            "no line of a grant would help"
        );
    }
    assert_eq!(upstream.connections(), 0);
    let query = format!("&url={}", encoded(&upstream.url("/v1/x")));
    assert_eq!(host.card(&query).await["card"]["contact_name"], "200");

    let plugins = host.plugins().await;
    let permissions = plugins["plugins"][0]["permissions"].to_string();
    assert!(
        permissions.contains("/v1") && !permissions.contains("POST"),
        "{permissions}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hosts_own_listeners_are_never_dialled() {
    let setup = Setup::new();
    let (traffic, admin) = (setup.traffic(), setup.admin());
    let rules = [traffic, admin].map(|address| {
        format!("[[http.allow]]\nurl = \"http://{address}/\"\nprivate_network = true\n")
    });
    let host = setup.guest("fetches", &rules.concat()).start().await;
    for address in [traffic, admin] {
        let outcome = fetch(&host, &format!("http://{address}/plugins"), "none").await;
        assert_eq!(outcome["error"]["code"], "http.denied", "{outcome}");
        assert_eq!(outcome["error"]["hint"], Value::Null, "{outcome}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirect_is_an_answer() {
    let target = Upstream::text("behind").await;
    let location = target.url("/v1/x");
    let upstream = Upstream::start(move |_| {
        let response = Response::builder()
            .status(302)
            .header("location", &location);
        response.body(Full::from("over there")).expect("a response")
    })
    .await;
    let both = [upstream.url("/"), target.url("/")];
    let rules =
        both.map(|url| format!("[[http.allow]]\nurl = \"{url}\"\nprivate_network = true\n"));
    let host = fetcher(&rules.concat()).await;
    let outcome = fetch(&host, &upstream.url("/v1/x"), "none").await;
    assert_eq!(
        answered(&outcome),
        ("302".to_owned(), "over there".to_owned())
    );
    assert_eq!((upstream.connections(), target.connections()), (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_waits_ends_at_the_deadline_with_its_connection() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let silent = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut request = Vec::new();
        // Reads on until the other side closes; it never answers.
        stream.read_to_end(&mut request).await.expect("an end");
        request
    });
    let grant = grant(&url, "[limits]\ndeadline_ms = 150\n");
    let host = fetcher(&grant).await;
    let outcome = fetch(&host, &url, "none").await;
    assert_eq!(outcome["status"], "error", "{outcome}");
    assert_eq!(
        outcome["error"]["code"], "call.deadline_exceeded",
        "{outcome}"
    );
    let request = timeout(Duration::from_secs(2), silent).await;
    let request = request
        .expect("the connection was closed")
        .expect("no panic");
    assert!(request.starts_with(b"GET / HTTP/1.1\r\n"), "{request:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_no_way_around_by_a_socket() {
    let upstream = Upstream::text("in").await;
    let datagrams = UdpSocket::bind(("127.0.0.1", 0)).await.expect("a port");
    let url = upstream.url("/");
    let grant = format!("[[http.allow]]\nurl = \"{url}\"\nprivate_network = true\n");
    let host = Setup::new().guest("opens_socket", &grant).start().await;
    let udp = datagrams.local_addr().expect("an address");
    for (way, to) in [("tcp", upstream.address), ("udp", udp)] {
        let query = format!("&way={way}&to={}", encoded(&to.to_string()));
        let outcome = host.card(&query).await;
        assert_eq!(
            outcome["error"]["code"], "call.wasi_denied",
            "{way}: {outcome}"
        );
        let field = outcome["error"]["field"].as_str().expect("the function");
        assert!(field.starts_with("wasi:sockets/"), "{field}");
    }
    assert_eq!(upstream.connections(), 0);
    assert!(datagrams.try_recv(&mut [0; 8]).is_err(), "no datagram came");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_has_its_own_addresses_and_secrets() {
    let (ours, theirs) = (Upstream::text("ours").await, Upstream::text("theirs").await);
    let rule = |table: &str, upstream: &Upstream| {
        let url = upstream.url("/");
        format!("[[{table}]]\nurl = \"{url}\"\nsecrets = [\"api_key\"]\nprivate_network = true\n")
    };
    let grant = format!(
        "[secrets]\napi_key = {{ file = \"key.txt\" }}\n{}[accounts.eu.secrets]\napi_key = {{ file = \
         \"eu-key.txt\" }}\n{}",
        rule("http.allow", &ours),
        rule("accounts.eu.http.allow", &theirs),
    );
    let config = "[accounts.eu]\napi_tokens = [{ file = \"eu\" }]\n[accounts.us]\napi_tokens = [{ \
                  file = \"us\" }]\n";
    let files = [
        ("key.txt", SECRET),
        ("eu-key.txt", "k3y-of-eu"),
        ("eu", "token-eu"),
        ("us", "token-us"),
    ];
    let setup = files
        .iter()
        .fold(Setup::new(), |setup, (file, text)| setup.file(file, text));
    let host = setup.config(config).guest("fetches", &grant).start().await;
    for (account, upstream, key) in [("us", &ours, SECRET), ("eu", &theirs, "k3y-of-eu")] {
        for asked in [&ours, &theirs] {
            let before = asked.connections();
            let url = encoded(&asked.url("/"));
            let request = Request::get(format!("/v1/context?view=ticket&format=raw&url={url}"))
                .header("authorization", format!("Bearer token-{account}"))
                .body(Full::default());
            let reply = client::send(host.traffic, request.expect("a request")).await;
            let outcome = reply.expect("an answer").json()["cards"][0].clone();
            if asked.address == upstream.address {
                assert_eq!(answered(&outcome).0, "200");
                let seen = asked.seen();
                assert_eq!(
                    seen.last().expect("a request").request.headers()["x-api-key"],
                    key
                );
            } else {
                assert_eq!(
                    outcome["error"]["code"], "http.denied",
                    "{account}: {outcome}"
                );
                assert_eq!(asked.connections(), before);
            }
        }
    }
}
