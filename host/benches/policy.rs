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
    let one = policy(1);
    let twenty = policy(20);
    let plain = request("https://shop0.example.com/v1/orders?email=ada%40example.com");
    let mut full = plain.clone();
    for name in [
        "accept",
        "accept-language",
        "content-type",
        "x-request-id",
        "x-shop",
    ] {
        let value = HeaderValue::Plain("application/json".to_owned());
        full.headers.push((name.to_owned(), value));
    }
    let secret = HeaderValue::Secret {
        name: "api_key".to_owned(),
        format: SecretFormat::Bearer,
    };
    full.headers.push(("authorization".to_owned(), secret));
    for (what, policy, request, allowed) in [
        ("allowed, no headers", &one, plain.clone(), true),
        (
            "allowed, five headers and a secret",
            &one,
            full.clone(),
            true,
        ),
        (
            "allowed by the last of twenty rules",
            &twenty,
            at(&full, "https://shop19.example.com/v1/x"),
            true,
        ),
        (
            "denied, another host",
            &one,
            at(&plain, "https://evil.example/v1/x"),
            false,
        ),
        (
            "denied, another path",
            &one,
            at(&plain, "https://shop0.example.com/v2/x"),
            false,
        ),
        (
            "denied, a path that climbs",
            &one,
            at(&plain, "https://shop0.example.com/v1/%2e%2e/x"),
            false,
        ),
        (
            "denied, an address in disguise",
            &one,
            at(&plain, "https://0x7f.1/v1/x"),
            false,
        ),
        (
            "denied, an international name",
            &one,
            at(&plain, "https://b\u{fc}cher.example/v1/x"),
            false,
        ),
    ] {
        assert_eq!(policy.judge(&request).is_ok(), allowed, "{what}");
        let mut rounds: Vec<u128> = (0..ROUNDS).map(|_| round(policy, &request)).collect();
        rounds.sort_unstable();
        let at = |part: usize| rounds.get(ROUNDS * part / 100).copied().unwrap_or_default();
        println!(
            "{what:40} {:5} ns, a quarter of the rounds below {} ns",
            at(50),
            at(25)
        );
    }
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
