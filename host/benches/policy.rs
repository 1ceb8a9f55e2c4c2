//! How long a decision about one request takes, without names and sockets:
//! `cargo bench -p sidepane --bench policy`.
//!
//! A program of its own instead of a framework: the figure wanted is one number a case, and the
//! median of many short rounds is steady enough to hold it against two microseconds.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement stops by panicking, and prints what it found"
)]

use sidepane::model::http::{HeaderValue, Request, SecretFormat};
use sidepane::model::manifest::WantedHost;
use sidepane::policy::egress::{AllowedRule, EgressPolicy, WantedRule};
use std::hint::black_box;
use std::time::Instant;

/// Decisions of one round: few enough that most rounds run undisturbed on a busy machine.
const ROUND: u32 = 50;
/// Rounds.
const ROUNDS: usize = 10_000;

fn main() {
    for (what, policy, request, allowed) in cases() {
        assert_eq!(policy.judge(&request).is_ok(), allowed, "{what}");
        let mut rounds: Vec<u128> = (0..ROUNDS).map(|_| round(&policy, &request)).collect();
        rounds.sort_unstable();
        let at = |part: usize| rounds.get(ROUNDS * part / 100).copied().unwrap_or_default();
        let (half, quarter) = (at(50), at(25));
        println!("{what:36} {half:5} ns, a quarter of the rounds below {quarter} ns");
    }
}

/// What is asked, of which policy, and whether it is allowed.
type Asked = (&'static str, EgressPolicy, Request, bool);

fn cases() -> Vec<Asked> {
    let plain = request("https://shop0.example.com/v1/orders?email=ada%40example.com");
    let full = with_headers(&plain);
    let denied = |what, url| (what, policy(1), at(&plain, url), false);
    let last = at(&full, "https://shop19.example.com/v1/x");
    vec![
        ("allowed, no headers", policy(1), plain.clone(), true),
        ("allowed, five headers and a secret", policy(1), full, true),
        (
            "allowed by the last of twenty rules",
            policy(20),
            last,
            true,
        ),
        denied("denied, another host", "https://evil.example/v1/x"),
        denied("denied, another path", "https://shop0.example.com/v2/x"),
        denied(
            "denied, a path that climbs",
            "https://shop0.example.com/v1/%2e%2e/x",
        ),
        denied("denied, an address in disguise", "https://0x7f.1/v1/x"),
        denied(
            "denied, an international name",
            "https://b\u{fc}cher.example/v1/x",
        ),
    ]
}

/// The same with five headers and a secret.
fn with_headers(request: &Request) -> Request {
    let mut request = request.clone();
    for name in [
        "accept",
        "accept-language",
        "content-type",
        "x-request-id",
        "x-shop",
    ] {
        let value = HeaderValue::Plain("application/json".to_owned());
        request.headers.push((name.to_owned(), value));
    }
    let secret = HeaderValue::Secret {
        name: "api_key".to_owned(),
        format: SecretFormat::Bearer,
    };
    request.headers.push(("authorization".to_owned(), secret));
    request
}

/// Nanoseconds of one decision, by the mean of one round.
fn round(policy: &EgressPolicy, request: &Request) -> u128 {
    let begun = Instant::now();
    for _ in 0..ROUND {
        let _ = black_box(policy.judge(black_box(request)));
    }
    begun.elapsed().as_nanos() / u128::from(ROUND)
}

fn policy(rules: usize) -> EgressPolicy {
    let secrets = vec!["api_key".to_owned()];
    let urls = (0..rules).map(|number| format!("https://shop{number}.example.com/v1/"));
    let (wanted, allowed) = urls
        .map(|url| {
            let allowed = AllowedRule::parse(&url, &["GET"], &secrets).expect("a rule");
            let wanted = WantedHost {
                url,
                methods: vec!["GET".to_owned()],
                reason: String::new(),
                secrets: secrets.clone(),
            };
            (WantedRule::parse(&wanted).expect("a rule"), allowed)
        })
        .unzip();
    EgressPolicy { wanted, allowed }
}

fn request(url: &str) -> Request {
    Request {
        method: "GET".to_owned(),
        url: url.to_owned(),
        headers: Vec::new(),
        body: None,
        timeout_ms: None,
    }
}

fn at(request: &Request, url: &str) -> Request {
    Request {
        url: url.to_owned(),
        ..request.clone()
    }
}
