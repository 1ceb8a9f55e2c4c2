//! The client against servers on loopback.
#![expect(
    clippy::disallowed_methods,
    reason = "servers of a test end with its runtime"
)]

use super::*;
use crate::capability::calls::Waiting;
use crate::model::http::{Denial, HeaderValue, Rule, SecretFormat};
use crate::model::manifest::WantedHost;
use crate::policy::egress::tests::{BYPASSES, HOME, get, shop};
use crate::policy::egress::{AllowedRule, WantedRule};
use crate::policy::limits::Limits;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// Answers from a table, and counts how often it is asked.
#[derive(Default)]
struct FakeDns {
    answers: HashMap<&'static str, Vec<IpAddr>>,
    asked: AtomicUsize,
    hangs: bool,
}

impl FakeDns {
    fn of(answers: &[(&'static str, &[&str])]) -> Arc<Self> {
        let parse = |texts: &[&str]| texts.iter().map(|text| text.parse().expect(text)).collect();
        Arc::new(Self {
            answers: answers
                .iter()
                .map(|(name, to)| (*name, parse(to)))
                .collect(),
            ..Self::default()
        })
    }
}

impl Resolve for FakeDns {
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            if self.hangs {
                std::future::pending::<()>().await;
            }
            let found = self.answers.get(name).cloned();
            found.ok_or_else(|| ResolveError::Unknown(name.to_owned()))
        })
    }
}

/// A server that gives every connection the same answer and passes on the requests it read.
struct Server {
    port: u16,
    requests: mpsc::Receiver<String>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    async fn answering(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self::start(answer, None).await
    }

    async fn start(
        answer: impl Fn(&str) -> String + Send + Sync + 'static,
        tls: Option<tokio_rustls::TlsAcceptor>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (read, requests) = mpsc::channel(16);
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::Relaxed);
                match &tls {
                    None => serve(socket, &answer, &read).await,
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(socket).await {
                            serve(stream, &answer, &read).await;
                        }
                    }
                }
            }
        });
        Self {
            port,
            requests,
            connections,
        }
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    answer: &(impl Fn(&str) -> String + Sync),
    read: &mpsc::Sender<String>,
) {
    let mut bytes = Vec::new();
    let whole = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n")?;
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length = length.map_or(0, |length| length.parse().expect("a length"));
        (body.len() >= length).then_some(text.clone())
    };
    let request = loop {
        if let Some(request) = whole(&bytes) {
            break request;
        }
        match stream.read_buf(&mut bytes).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    };
    let _ = stream.write_all(answer(&request).as_bytes()).await;
    let _ = stream.shutdown().await;
    let _ = read.send(request).await;
}

fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// One installation: what its plugin may do, its secrets, its budget, and the client.
struct Bench {
    client: HttpClient,
    policy: EgressPolicy,
    secrets: Secrets,
    places: HttpPlaces,
    budget: HttpBudget,
}

impl Bench {
    fn new(resolver: Arc<dyn Resolve>, own: &[SocketAddr]) -> Self {
        let mut secrets = Secrets::default();
        secrets.insert("api_key", "k3y-4711/x");
        Self {
            client: HttpClient::new(Arc::new(ArcSwap::from_pointee(own.to_vec())), resolver),
            policy: EgressPolicy::default(),
            secrets,
            places: HttpPlaces::new(8),
            budget: HttpBudget::new(&Limits::default()),
        }
    }

    fn granting(mut self, url: &str, private_network: bool) -> Self {
        self.policy = policy(url, private_network);
        self
    }

    async fn send(&self, request: Request) -> Result<Response, HttpError> {
        self.send_within(request, Duration::from_secs(5)).await
    }

    async fn send_within(&self, request: Request, time: Duration) -> Result<Response, HttpError> {
        self.client.send(request, &self.terms(time)).await
    }

    fn terms(&self, time: Duration) -> Terms<'_> {
        Terms {
            policy: &self.policy,
            secrets: &self.secrets,
            places: &self.places,
            budget: &self.budget,
            deadline: Instant::now() + time,
        }
    }

    async fn denied(&self, request: Request) -> Denial {
        match self.send(request).await {
            Err(HttpError::Denied(denial)) => denial,
            other => panic!("not denied: {other:?}"),
        }
    }
}

fn policy(url: &str, private_network: bool) -> EgressPolicy {
    let secrets = vec!["api_key".to_owned()];
    let methods = vec!["GET".to_owned(), "POST".to_owned(), "HEAD".to_owned()];
    let mut allowed = AllowedRule::parse(url, &methods, &secrets).expect(url);
    allowed.private_network = private_network;
    let wanted = WantedHost {
        url: url.to_owned(),
        methods,
        reason: String::new(),
        secrets,
    };
    EgressPolicy {
        wanted: vec![WantedRule::parse(&wanted).expect(url)],
        allowed: vec![allowed],
    }
}

fn with_header(request: Request, name: &str, value: HeaderValue) -> Request {
    let mut request = request;
    request.headers.push((name.to_owned(), value));
    request
}

fn key(format: SecretFormat) -> HeaderValue {
    HeaderValue::Secret {
        name: "api_key".to_owned(),
        format,
    }
}

fn crm() -> Arc<FakeDns> {
    FakeDns::of(&[("crm.test", &["127.0.0.1"])])
}

#[tokio::test]
async fn a_permitted_request_is_sent_and_answered() {
    let mut server = Server::answering(|_| ok("{\"orders\":[]}")).await;
    let base = format!("http://crm.test:{}", server.port);
    let dns = crm();
    let bench = Bench::new(Arc::clone(&dns) as _, &[]).granting(&base, true);
    let mut request = get(&format!("{base}/orders?email=ada%40shop.test"));
    request.method = "POST".to_owned();
    request.body = Some(Body::Text("hello".to_owned()));
    let accept = HeaderValue::Plain("application/json".to_owned());
    let response = bench
        .send(with_header(request, "Accept", accept))
        .await
        .expect("an answer");
    assert_eq!(response.status, 200);
    assert_eq!(response.body, Body::Text("{\"orders\":[]}".to_owned()));
    let seen = server.requests.recv().await.expect("a request");
    let (head, body) = seen.split_once("\r\n\r\n").expect("a head");
    assert_eq!(body, "hello");
    let mut lines = head.lines();
    assert_eq!(
        lines.next(),
        Some("POST /orders?email=ada%40shop.test HTTP/1.1")
    );
    let mut lines: Vec<_> = lines.collect();
    lines.sort_unstable();
    let host = format!("host: crm.test:{}", server.port);
    assert_eq!(
        lines,
        [
            "accept-encoding: identity",
            "accept: application/json",
            "connection: close",
            "content-length: 5",
            &host,
            "user-agent: sidepane/0.1.0"
        ]
    );
    assert_eq!(dns.asked.load(Ordering::Relaxed), 1, "asked once");
    assert_eq!(bench.budget.used_requests().used, 1);
    assert!(bench.budget.used_bytes().used > (head.len() + 5) as u64);
}

#[tokio::test]
async fn the_demo_crm_on_loopback_can_be_granted() {
    let server = Server::answering(|_| ok("hi")).await;
    let base = format!("http://127.0.0.1:{}/", server.port);
    let dns = FakeDns::of(&[]);
    let bench = Bench::new(Arc::clone(&dns) as _, &[]).granting(&base, true);
    assert_eq!(bench.send(get(&base)).await.map(|r| r.status), Ok(200));
    assert_eq!(
        dns.asked.load(Ordering::Relaxed),
        0,
        "an address is not looked up"
    );
}

#[tokio::test]
async fn every_request_has_a_connection_of_its_own() {
    let server = Server::answering(|_| ok("hi")).await;
    let base = format!("http://crm.test:{}/", server.port);
    let bench = Bench::new(crm(), &[]).granting(&base, true);
    for _ in 0..3 {
        assert!(bench.send(get(&base)).await.is_ok());
    }
    assert_eq!(server.connections.load(Ordering::Relaxed), 3);
    assert_eq!(bench.client.dials(), 3);
}

#[tokio::test]
async fn no_bypass_opens_a_socket() {
    let dns = FakeDns::of(&[]);
    let bench = Bench {
        policy: shop(),
        budget: HttpBudget::new(&Limits {
            http_requests: 1_000,
            ..Limits::default()
        }),
        ..Bench::new(Arc::clone(&dns) as _, &[])
    };
    let mut lookups = 0;
    for (url, verdict) in BYPASSES {
        let outcome = bench.send(get(url)).await;
        match (verdict, outcome) {
            (Err(rule), Err(HttpError::Denied(denial))) => {
                assert_eq!(denial.rule, *rule, "{url:?}")
            }
            (Ok(_), Err(HttpError::Dns(why))) => {
                lookups += 1;
                assert!(why.contains("`api.example.com`"), "{why}");
            }
            (_, outcome) => panic!("{url:?}: {outcome:?}"),
        }
    }
    assert_eq!(dns.asked.load(Ordering::Relaxed), lookups);
    assert_eq!(bench.client.dials(), 0);
}

#[tokio::test]
async fn addresses_that_no_plugin_may_reach_are_not_dialled() {
    let server = Server::answering(|_| ok("secret")).await;
    let port = server.port;
    for (answers, hinted) in [
        (&["127.0.0.1"][..], true),
        (&["1.1.1.1", "127.0.0.1"], true),
        (&["10.0.0.1"], true),
        (&["::1"], true),
        (&["fd12::1"], true),
        (&["169.254.169.254"], false),
        (&["::ffff:127.0.0.1"], false),
        (&["64:ff9b::7f00:1"], false),
        (&["0.0.0.0"], false),
    ] {
        let dns = FakeDns::of(&[("crm.test", answers)]);
        let base = format!("http://crm.test:{port}/");
        let bench = Bench::new(dns, &[]).granting(&base, false);
        let denial = bench.denied(get(&base)).await;
        assert_eq!(denial.rule, Rule::Address, "{answers:?}");
        let hint = denial.hint.unwrap_or_default();
        assert_eq!(
            hint.contains("private_network = true"),
            hinted,
            "{answers:?}: {hint}"
        );
        assert_eq!(bench.client.dials(), 0, "{answers:?}");
    }
    assert_eq!(server.connections.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_name_with_no_or_too_many_addresses_is_not_dialled() {
    let many: Vec<_> = (0..33).map(|last| format!("1.1.1.{last}")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let dns = FakeDns::of(&[("many.test", &many), ("none.test", &[])]);
    for host in ["many.test", "none.test", "unknown.test"] {
        let base = format!("http://{host}/");
        let bench = Bench::new(Arc::clone(&dns) as _, &[]).granting(&base, true);
        let outcome = bench.send(get(&base)).await;
        assert!(
            matches!(outcome, Err(HttpError::Dns(_))),
            "{host}: {outcome:?}"
        );
        assert_eq!(bench.client.dials(), 0);
    }
}

#[tokio::test]
async fn own_listeners_are_not_dialled() {
    let server = Server::answering(|_| ok("admin")).await;
    let own = |ip: &str| SocketAddr::new(ip.parse().expect(ip), server.port);
    for listener in ["127.0.0.1", "0.0.0.0", "::"] {
        let base = format!("http://crm.test:{}/", server.port);
        let bench = Bench::new(crm(), &[own(listener)]).granting(&base, true);
        let denial = bench.denied(get(&base)).await;
        assert_eq!(
            (denial.rule, denial.hint),
            (Rule::Address, None),
            "{listener}"
        );
        assert_eq!(bench.client.dials(), 0);
    }
    assert_eq!(server.connections.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn an_address_of_this_machine_counts_as_a_listener_on_all() {
    let bench = Bench::new(crm(), &["0.0.0.0:7117".parse().expect("an address")]);
    let addresses =
        ["127.0.0.9:7117", "1.1.1.1:7117", "127.0.0.9:80"].map(|text| text.parse().expect(text));
    let own = bench.client.own_among(&addresses);
    assert_eq!(own.get(1..), Some(&addresses[..1]));
}

#[tokio::test]
async fn redirects_come_back_as_answers() {
    for location in [
        "http://169.254.169.254/latest",
        "//evil.test/",
        "https://crm.test/",
        "/",
    ] {
        let server = Server::answering(move |_| {
            format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\nrefresh: 0\r\ncontent-length: 0\r\n\r\n")
        })
        .await;
        let base = format!("http://crm.test:{}/", server.port);
        let bench = Bench::new(crm(), &[]).granting(&base, true);
        let response = bench.send(get(&base)).await.expect("an answer");
        assert_eq!(response.status, 302);
        assert!(
            response
                .headers
                .contains(&("location".to_owned(), location.to_owned()))
        );
        assert_eq!(bench.client.dials(), 1);
    }
}

#[tokio::test]
async fn a_secret_goes_out_and_does_not_come_back() {
    let mut server = Server::answering(|request| {
        let echo = request.replace("\r\n", "|");
        let credential = request
            .lines()
            .find_map(|line| line.strip_prefix("authorization: "));
        let credential = credential.unwrap_or_default();
        format!(
            "HTTP/1.1 401 Unauthorized\r\nx-echo: {credential}\r\nx-plain: fine\r\n\
             set-cookie: a=b\r\nwww-authenticate: Basic\r\ncontent-length: {}\r\n\r\n{echo}",
            echo.len()
        )
    })
    .await;
    let base = format!("http://crm.test:{}/", server.port);
    let bench = Bench::new(crm(), &[]).granting(&base, true);
    for (format, sent) in [
        (SecretFormat::Raw, "k3y-4711/x"),
        (SecretFormat::Bearer, "Bearer k3y-4711/x"),
        (
            SecretFormat::BasicUser {
                password: "X".to_owned(),
            },
            "Basic azN5LTQ3MTEveDpY",
        ),
        (
            SecretFormat::BasicPassword {
                user: "ada".to_owned(),
            },
            "Basic YWRhOmszeS00NzExL3g=",
        ),
    ] {
        let request = with_header(get(&base), "Authorization", key(format));
        let response = bench.send(request).await.expect("an answer");
        let seen = server.requests.recv().await.expect("a request");
        assert!(
            seen.contains(&format!("\r\nauthorization: {sent}\r\n")),
            "{seen}"
        );
        assert_eq!(response.status, 401);
        let names: Vec<_> = response
            .headers
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(names, ["x-plain", "content-length"]);
        let token = sent.rsplit(' ').next().expect("a token");
        let Body::Text(body) = response.body else {
            panic!("not text");
        };
        assert!(!body.contains(token) && !body.contains("k3y"), "{body}");
        assert!(
            body.contains("authorization: ") && body.contains("***"),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_secret_without_a_value_is_not_sent() {
    let base = "http://crm.test/";
    let mut bench = Bench::new(crm(), &[]).granting(base, true);
    bench.secrets = Secrets::default();
    let request = with_header(get(base), "x-key", key(SecretFormat::Raw));
    let denial = bench.denied(request.clone()).await;
    assert_eq!(denial.rule, Rule::Secret);
    let hint = "[secrets]\napi_key = { env = \"API_KEY\" }";
    assert_eq!(denial.hint.as_deref(), Some(hint));
    bench.secrets.insert("api_key", "two\nlines");
    let denial = bench.denied(request).await;
    assert_eq!((denial.rule, denial.hint), (Rule::Secret, None));
    assert_eq!(bench.client.dials(), 0);
}

#[tokio::test]
async fn a_call_has_so_many_requests_and_bytes() {
    let server = Server::answering(|_| ok("hi")).await;
    let base = format!("http://crm.test:{}/", server.port);
    let mut bench = Bench::new(crm(), &[]).granting(&base, true);
    bench.budget = HttpBudget::new(&Limits {
        http_requests: 3,
        http_request_bytes: 4,
        ..Limits::default()
    });
    let mut long = get(&base);
    long.body = Some(Body::Text("hello".to_owned()));
    assert_eq!(bench.send(long).await, Err(HttpError::TooLarge(4)));
    let requests = vec![
        get(&base),
        get("http://other.test/"),
        get(&base),
        get(&base),
        get(&base),
    ];
    let terms = bench.terms(Duration::from_secs(5));
    let answers = bench.client.send_all(requests, &terms).await;
    let words: Vec<_> = answers
        .iter()
        .map(|answer| match answer {
            Ok(_) => "ok",
            Err(HttpError::Denied(_)) => "denied",
            Err(HttpError::Quota(_)) => "quota",
            Err(_) => "other",
        })
        .collect();
    assert_eq!(words, ["ok", "denied", "ok", "ok", "quota"]);
    assert_eq!(server.connections.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn a_hundred_thousand_requests_at_once_are_not_looked_at() {
    let base = "http://crm.test/";
    let dns = FakeDns::of(&[]);
    let bench = Bench::new(Arc::clone(&dns) as _, &[]).granting(base, true);
    let mut requests = vec![get("http://evil.test/"); 20];
    requests.resize_with(100_000, || get(base));
    let terms = bench.terms(Duration::from_secs(60));
    let answers = bench.client.send_all(requests, &terms).await;
    assert_eq!(answers.len(), 100_000);
    let count = |fits: fn(&HttpError) -> bool| {
        let errors = answers.iter().filter_map(|answer| answer.as_ref().err());
        errors.filter(|error| fits(error)).count()
    };
    assert_eq!(count(|error| matches!(error, HttpError::Denied(_))), 16);
    assert_eq!(
        count(|error| matches!(error, HttpError::Quota(_))),
        100_000 - 16
    );
    assert_eq!(dns.asked.load(Ordering::Relaxed), 0);
    // A call that was refused less often still gets what it may ask for.
    let bench = Bench::new(Arc::clone(&dns) as _, &[]).granting(base, true);
    let mut requests = vec![get("http://evil.test/"); 3];
    requests.resize_with(100, || get(base));
    let terms = bench.terms(Duration::from_secs(60));
    let answers = bench.client.send_all(requests, &terms).await;
    let dns_failures = answers
        .iter()
        .filter(|answer| matches!(answer, Err(HttpError::Dns(_))));
    assert_eq!(dns_failures.count(), 16);
}

#[tokio::test]
async fn a_secret_that_is_given_back_later_is_masked_too() {
    let kept = std::sync::Mutex::new(String::new());
    let server = Server::answering(move |request| {
        let mut kept = kept.lock().expect("no panic");
        let answer = format!("HTTP/1.1 200 OK\r\n\r\n{kept}");
        request.clone_into(&mut kept);
        answer
    })
    .await;
    let base = format!("http://crm.test:{}/", server.port);
    let bench = Bench::new(crm(), &[]).granting(&base, true);
    let first = with_header(get(&base), "x-key", key(SecretFormat::Raw));
    assert!(bench.send(first).await.is_ok());
    let second = bench.send(get(&base)).await.expect("an answer");
    let body = String::from_utf8(second.body.into_bytes()).expect("text");
    assert!(body.contains("x-key: **********\r\n"), "{body}");
}

#[tokio::test]
async fn what_is_compressed_unasked_comes_as_bytes_from_servers_without_secrets() {
    let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n\u{1f}x";
    let server = Server::answering(move |_| head.to_owned()).await;
    let base = format!("http://crm.test:{}/", server.port);
    let mut bench = Bench::new(crm(), &[]).granting(&base, true);
    let outcome = bench.send(get(&base)).await;
    assert!(
        matches!(outcome, Err(HttpError::Protocol(_))),
        "{outcome:?}"
    );
    bench
        .policy
        .allowed
        .iter_mut()
        .for_each(|rule| rule.secrets.clear());
    let answer = bench.send(get(&base)).await.expect("an answer");
    assert_eq!(answer.body.into_bytes(), b"\x1fx");
    bench.budget = HttpBudget::new(&Limits {
        http_response_bytes: 1,
        ..Limits::default()
    });
    assert_eq!(bench.send(get(&base)).await, Err(HttpError::TooLarge(1)));
}

#[tokio::test]
async fn a_plugin_has_so_many_requests_under_way_and_the_next_waits() {
    /// Notes how many are with it at one time.
    #[derive(Default)]
    struct Slow {
        now: AtomicUsize,
        most: AtomicUsize,
    }
    impl Transport for Slow {
        fn exchange<'a>(&'a self, _: Outbound<'a>) -> Waiting<'a, Result<Received, HttpError>> {
            Box::pin(async {
                let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
                self.most.fetch_max(now, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(20)).await;
                self.now.fetch_sub(1, Ordering::SeqCst);
                Ok(http::Response::new(Vec::new()).into())
            })
        }
    }
    tokio::time::pause();
    let slow = Arc::new(Slow::default());
    let base = "http://crm.test/";
    let mut bench = Bench::new(crm(), &[]).granting(base, true);
    bench.client = bench.client.over(Arc::clone(&slow) as _);
    bench.places = HttpPlaces::new(3);
    // Two calls of one plugin, of four requests each.
    let budget = HttpBudget::new(&Limits::default());
    let one = bench.terms(Duration::from_secs(5));
    let other = Terms {
        budget: &budget,
        ..one
    };
    let ask = |terms| bench.client.send_all(vec![get(base); 4], terms);
    let (ours, theirs) = tokio::join!(ask(&one), ask(&other));
    assert!(ours.iter().chain(&theirs).all(Result::is_ok));
    assert_eq!(slow.most.load(Ordering::SeqCst), 3);
    // Who waits longer than it may is told so, and sends nothing.
    bench.places = HttpPlaces::new(1);
    let hasty = bench.terms(Duration::from_millis(10));
    let long = Terms {
        budget: &budget,
        ..bench.terms(Duration::from_secs(5))
    };
    let (done, late) = tokio::join!(
        bench.client.send(get(base), &long),
        bench.client.send(get(base), &hasty)
    );
    assert!(done.is_ok());
    assert_eq!(late, Err(HttpError::Timeout(Phase::Connect)));
    assert_eq!(slow.now.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn statuses_outside_the_contract_are_protocol_errors() {
    for (status, fits) in [
        (204, true),
        (425, true),
        (599, true),
        (101, false),
        (600, false),
        (999, false),
    ] {
        let server = Server::answering(move |_| format!("HTTP/1.1 {status} X\r\n\r\n")).await;
        let base = format!("http://crm.test:{}/", server.port);
        let bench = Bench::new(crm(), &[]).granting(&base, true);
        match bench.send(get(&base)).await {
            Ok(response) => assert!(fits && response.status == status, "{status}"),
            Err(HttpError::Protocol(_)) => assert!(!fits, "{status}"),
            Err(other) => panic!("{status}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_head_request_has_an_answer_without_body() {
    let server =
        Server::answering(|_| "HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n".to_owned())
            .await;
    let base = format!("http://crm.test:{}/", server.port);
    let bench = Bench::new(crm(), &[]).granting(&base, true);
    let mut request = get(&base);
    request.method = "HEAD".to_owned();
    let response = bench.send(request).await.expect("an answer");
    assert!(response.body.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_resolver_that_hangs_is_left_after_two_seconds() {
    let dns = Arc::new(FakeDns {
        hangs: true,
        ..FakeDns::default()
    });
    let bench = Bench::new(dns, &[]).granting("http://crm.test/", true);
    let start = Instant::now();
    let outcome = bench
        .send_within(get("http://crm.test/"), Duration::from_secs(60))
        .await;
    assert_eq!(outcome, Err(HttpError::Timeout(Phase::Resolve)));
    assert_eq!(start.elapsed().as_secs(), 2);
    let mut hasty = get("http://crm.test/");
    hasty.timeout_ms = Some(0);
    let start = Instant::now();
    let outcome = bench.send(hasty).await;
    assert_eq!(outcome, Err(HttpError::Timeout(Phase::Resolve)));
    assert!(start.elapsed() < Duration::from_millis(5));
}

#[tokio::test]
async fn a_server_that_never_shakes_hands_is_left_in_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!(
        "https://crm.test:{}/",
        listener.local_addr().expect("an address").port()
    );
    let bench = Bench::new(crm(), &[]).granting(&base, true);
    // Reading the system's certificates counts as the handshake's time; do it before.
    let _ = bench.send_within(get(&base), Duration::from_secs(1)).await;
    let outcome = bench
        .send_within(get(&base), Duration::from_millis(100))
        .await;
    assert_eq!(outcome, Err(HttpError::Timeout(Phase::Tls)));
}

#[tokio::test]
async fn a_closed_port_is_a_connect_error_that_shows_no_address() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!(
        "http://crm.test:{}/",
        listener.local_addr().expect("an address").port()
    );
    drop(listener);
    let bench = Bench::new(crm(), &[]).granting(&base, true);
    match bench.send(get(&base)).await {
        Err(HttpError::Connect(why)) => {
            assert!(why.contains("refused") && !why.contains("127."), "{why}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_server_that_accepts_nobody_is_left_while_connecting() {
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket
        .bind("127.0.0.1:0".parse().expect("an address"))
        .expect("a port");
    let listener = socket.listen(1).expect("listening");
    let address = listener.local_addr().expect("an address");
    let base = format!("http://crm.test:{}/", address.port());
    let bench = Bench::new(crm(), &[]).granting(&base, true);
    // The queue holds one more than it was told.
    let queue = [
        TcpStream::connect(address).await,
        TcpStream::connect(address).await,
    ];
    assert!(queue.iter().all(Result::is_ok));
    let outcome = bench
        .send_within(get(&base), Duration::from_millis(100))
        .await;
    assert_eq!(outcome, Err(HttpError::Timeout(Phase::Connect)));
}

#[tokio::test]
async fn a_call_whose_time_is_up_opens_no_socket() {
    let server = Server::answering(|_| ok("hi")).await;
    let base = format!("http://crm.test:{}/", server.port);
    let bench = Bench::new(crm(), &[]).granting(&base, true);
    let outcome = bench.send_within(get(&base), Duration::ZERO).await;
    assert_eq!(outcome, Err(HttpError::Timeout(Phase::Resolve)));
    assert_eq!(bench.client.dials(), 0);
}

#[tokio::test]
async fn a_second_address_is_tried_when_the_first_refuses() {
    let server = Server::answering(|_| ok("hi")).await;
    let base = format!("http://crm.test:{}/", server.port);
    let dns = FakeDns::of(&[("crm.test", &["127.0.0.2", "127.0.0.1"])]);
    let bench = Bench::new(dns, &[]).granting(&base, true);
    assert_eq!(bench.send(get(&base)).await.map(|r| r.status), Ok(200));
    assert_eq!(bench.client.dials(), 2);
}

#[tokio::test]
async fn a_dropped_request_closes_its_socket() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!(
        "http://crm.test:{}/",
        listener.local_addr().expect("an address").port()
    );
    let bench = Bench::new(crm(), &[]).granting(&base, true);
    let mut socket = tokio::select! {
        outcome = bench.send(get(&base)) => panic!("nobody answered: {outcome:?}"),
        socket = async {
            let (mut socket, _) = listener.accept().await.expect("a connection");
            let _ = socket.read_u8().await.expect("a byte");
            socket
        } => socket,
    };
    let mut rest = Vec::new();
    socket
        .read_to_end(&mut rest)
        .await
        .expect("the end, because the client has gone");
}

/// A certificate authority, its file, and a server's certificate for `crm.test`.
fn authority(name: &str) -> (PathBuf, tokio_rustls::TlsAcceptor) {
    let mut params = rcgen::CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca_key = rcgen::KeyPair::generate().expect("a key");
    let ca = params.self_signed(&ca_key).expect("a certificate");
    let issuer = rcgen::Issuer::new(params, ca_key);
    let key = rcgen::KeyPair::generate().expect("a key");
    let leaf = rcgen::CertificateParams::new(vec!["crm.test".to_owned()])
        .and_then(|params| params.signed_by(&key, &issuer))
        .expect("a certificate");
    let file = std::env::temp_dir().join(format!("sidepane-{name}-{}.pem", std::process::id()));
    std::fs::write(&file, ca.pem()).expect("written");
    let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .expect("a configuration");
    (file, Arc::new(config).into())
}

#[tokio::test]
async fn a_companys_own_authority_is_trusted_where_the_grant_names_it() {
    let (file, tls) = authority("own");
    let server = Server::start(|_| ok("private"), Some(tls)).await;
    let url = |host: &str| format!("https://{host}:{}/", server.port);
    let names: &[(&'static str, &[&str])] =
        &[("crm.test", &["127.0.0.1"]), ("other.test", &["127.0.0.1"])];
    let bench = |host: &str, ca_file: Option<PathBuf>| {
        let mut bench = Bench::new(FakeDns::of(names), &[]).granting(&url(host), true);
        for rule in &mut bench.policy.allowed {
            rule.ca_file.clone_from(&ca_file);
        }
        bench
    };
    let refused = |outcome| match outcome {
        Err(HttpError::Tls(why)) => why,
        other => panic!("{other:?}"),
    };
    let trusting = bench("crm.test", Some(file.clone()));
    for _ in 0..2 {
        let response = trusting
            .send(get(&url("crm.test")))
            .await
            .expect("an answer");
        assert_eq!(response.body, Body::Text("private".to_owned()));
    }
    let why = refused(bench("crm.test", None).send(get(&url("crm.test"))).await);
    assert!(why.contains("ca_file"), "{why}");
    let wrong_name = bench("other.test", Some(file.clone()));
    let why = refused(wrong_name.send(get(&url("other.test"))).await);
    assert!(why.contains("not valid for name"), "{why}");
    let address = bench("127.0.0.1", Some(file.clone()));
    refused(address.send(get(&url("127.0.0.1"))).await);
    std::fs::write(&file, "no certificate").expect("written");
    let why = refused(
        bench("crm.test", Some(file.clone()))
            .send(get(&url("crm.test")))
            .await,
    );
    assert!(why.contains("PEM") && !why.contains("/"), "{why}");
    std::fs::remove_file(&file).expect("removed");
    let missing = bench("crm.test", Some(file))
        .send(get(&url("crm.test")))
        .await;
    assert!(refused(missing).contains("not found"));
}

#[tokio::test]
async fn plain_text_where_tls_is_wanted_is_a_tls_error() {
    let server = Server::answering(|_| ok("hi")).await;
    let base = format!("https://crm.test:{}/", server.port);
    let bench = Bench::new(crm(), &[]).granting(&base, true);
    // The server waits for the end of a head that never comes, and answers nothing.
    let outcome = bench
        .send_within(get(&base), Duration::from_millis(300))
        .await;
    assert!(
        matches!(
            outcome,
            Err(HttpError::Tls(_) | HttpError::Timeout(Phase::Tls))
        ),
        "{outcome:?}"
    );
}

/// Proxies named by the environment are not used: this very test, run again in a process that has
/// them, still finds its server.
#[tokio::test]
async fn the_environments_proxies_are_not_used() {
    const INNER: &str = "SIDEPANE_TEST_WITH_PROXIES";
    if std::env::var_os(INNER).is_some() {
        let server = Server::answering(|_| ok("direct")).await;
        let base = format!("http://crm.test:{}/", server.port);
        let bench = Bench::new(crm(), &[]).granting(&base, true);
        assert_eq!(bench.send(get(&base)).await.map(|r| r.status), Ok(200));
        return;
    }
    let proxy = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", proxy.local_addr().expect("an address"));
    let test = "capability::http::tests::the_environments_proxies_are_not_used";
    let mut command = std::process::Command::new(std::env::current_exe().expect("this test"));
    command.args(["--exact", test]).env(INNER, "1");
    for name in [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "all_proxy",
    ] {
        command.env(name, &address);
    }
    let output = tokio::task::spawn_blocking(move || command.output()).await;
    let output = output.expect("joined").expect("run");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && told.contains("1 passed"),
        "{told}"
    );
}

#[tokio::test]
async fn nothing_shows_a_secret() {
    let bench = Bench::new(crm(), &[]).granting("http://crm.test/", true);
    let request = with_header(get("http://crm.test/"), "x-key", key(SecretFormat::Bearer));
    let permit = bench.policy.judge(&request).expect("a permit");
    let outgoing = Outgoing::write(&permit, None, &bench.secrets).expect("a request");
    let shown = format!(
        "{permit:?} {outgoing:?} {:?} {:?}",
        bench.secrets, bench.client
    );
    assert!(!shown.contains("k3y"), "{shown}");
    assert!(bench.policy.judge(&get(HOME)).is_err());
}

/// Dials nobody: it counts what it was to carry and says back the key it was to send.
#[derive(Default)]
struct Parrot(AtomicUsize);

impl Transport for Parrot {
    fn exchange<'a>(&'a self, outbound: Outbound<'a>) -> Waiting<'a, Result<Received, HttpError>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let said = outbound.request().headers().get("x-key");
        let said = said.map_or(String::new(), |key| key.to_str().expect("ASCII").to_owned());
        let answer = http::Response::builder()
            .header("set-cookie", "session=1")
            .header("x-said", &said)
            .body(said.into_bytes());
        Box::pin(std::future::ready(Ok(answer.expect("an answer").into())))
    }
}

#[tokio::test]
async fn no_bypass_reaches_a_transport_of_the_programs_own() {
    let parrot = Arc::new(Parrot::default());
    let dns = FakeDns::of(&[("api.example.com", &["1.1.1.1"])]);
    let mut bench = Bench {
        policy: shop(),
        budget: HttpBudget::new(&Limits {
            http_requests: 1_000,
            ..Limits::default()
        }),
        ..Bench::new(dns, &[])
    };
    bench.client = bench.client.over(Arc::clone(&parrot) as _);
    let mut carried = 0;
    for (url, verdict) in BYPASSES {
        let outcome = bench.send(get(url)).await;
        match (verdict, outcome) {
            (Err(rule), Err(HttpError::Denied(denial))) => assert_eq!(denial.rule, *rule, "{url}"),
            (Ok(_), Ok(_)) => carried += 1,
            (_, outcome) => panic!("{url:?}: {outcome:?}"),
        }
    }
    assert!(carried > 0, "some are no bypasses");
    assert_eq!(parrot.0.load(Ordering::Relaxed), carried);
    assert_eq!(bench.client.dials(), 0);
}

#[tokio::test]
async fn what_an_own_transport_brings_is_counted_and_redacted() {
    let dns = FakeDns::of(&[("crm.test", &["1.1.1.1"])]);
    let mut bench = Bench::new(dns, &[]).granting("https://crm.test/", false);
    bench.client = bench.client.over(Arc::new(Parrot::default()));
    let request = with_header(get("https://crm.test/"), "x-key", key(SecretFormat::Raw));
    let before = bench.budget.used_bytes().used;
    let answer = bench.send(request).await.expect("an answer");
    assert_eq!(answer.headers, [], "cookies and echoes are withheld");
    assert_eq!(answer.body.into_bytes(), b"**********", "k3y-4711/x");
    assert!(bench.budget.used_bytes().used > before + 10);
}

#[tokio::test]
async fn an_own_transport_is_held_to_the_time_and_the_own_listeners() {
    /// Never answers.
    struct Silence;
    impl Transport for Silence {
        fn exchange<'a>(&'a self, _: Outbound<'a>) -> Waiting<'a, Result<Received, HttpError>> {
            Box::pin(std::future::pending())
        }
    }
    let dns = || FakeDns::of(&[("crm.test", &["127.0.0.1"])]);
    let own: SocketAddr = "127.0.0.1:7118".parse().expect("an address");
    let mut bench = Bench::new(dns(), &[own]).granting("http://crm.test:7118/", true);
    bench.client = bench.client.over(Arc::new(Parrot::default()));
    let denial = bench.denied(get("http://crm.test:7118/")).await;
    assert!(denial.why.contains("own listeners"), "{}", denial.why);

    let mut bench = Bench::new(dns(), &[]).granting("http://crm.test:7119/", true);
    bench.client = bench.client.over(Arc::new(Silence));
    let short = Duration::from_millis(20);
    let outcome = bench.send_within(get("http://crm.test:7119/"), short).await;
    assert_eq!(outcome, Err(HttpError::Timeout(Phase::Wait)));
}
