use super::*;
use crate::model::http::SecretFormat;
use crate::model::manifest::WantedHost;
use proptest::prelude::*;

fn wanted(url: &str, methods: &[&str], secrets: &[&str]) -> WantedRule {
    let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    WantedRule::parse(&WantedHost {
        url: url.to_owned(),
        methods: own(methods),
        reason: "to look up orders".to_owned(),
        secrets: own(secrets),
    })
    .expect(url)
}

fn allowed(url: &str, methods: &[&str], secrets: &[&str]) -> AllowedRule {
    let secrets: Vec<_> = secrets.iter().map(|text| (*text).to_owned()).collect();
    AllowedRule::parse(url, methods, &secrets).expect(url)
}

pub(crate) fn get(url: &str) -> Request {
    Request {
        method: "GET".to_owned(),
        url: url.to_owned(),
        headers: Vec::new(),
        body: None,
        timeout_ms: None,
    }
}

fn header(request: Request, name: &str, value: &str) -> Request {
    let mut request = request;
    let value = HeaderValue::Plain(value.to_owned());
    request.headers.push((name.to_owned(), value));
    request
}

fn secret(request: Request, name: &str) -> Request {
    let mut request = request;
    let value = HeaderValue::Secret {
        name: name.to_owned(),
        format: SecretFormat::Raw,
    };
    request.headers.push(("x-key".to_owned(), value));
    request
}

/// What the rows below are judged by: one host, one method, one path, asked for and granted.
pub(crate) fn shop() -> EgressPolicy {
    EgressPolicy {
        wanted: vec![wanted("https://api.example.com/v1", &[], &[])],
        allowed: vec![allowed("https://api.example.com/v1", &[], &[])],
    }
}

pub(crate) const HOME: &str = "https://api.example.com/v1/x";

/// Every way round an allowlist that is known, and what becomes of it: denied by a rule, or read
/// as the very URL that is allowed.
#[rustfmt::skip]
pub(crate) const BYPASSES: &[(&str, Result<&str, Rule>)] = &[
    // Spellings of 127.0.0.1 and other addresses.
    ("https://2130706433/v1", Err(Rule::Host)),
    ("https://0177.0.0.1/v1", Err(Rule::Host)),
    ("https://0x7f.1/v1", Err(Rule::Host)),
    ("https://127.1/v1", Err(Rule::Host)),
    ("https://0/v1", Err(Rule::Host)),
    ("https://425.510.425.510/v1", Err(Rule::Host)),
    ("https://\u{2460}\u{2461}\u{2466}.0.0.1/v1", Err(Rule::Host)),
    ("https://127\u{3002}0\u{3002}0\u{3002}1/v1", Err(Rule::Host)),
    ("https://[::ffff:127.0.0.1]/v1", Err(Rule::Host)),
    ("https://[::ffff:7f00:1]/v1", Err(Rule::Host)),
    ("https://[0:0:0:0:0:ffff:127.0.0.1]/v1", Err(Rule::Host)),
    ("https://[64:ff9b::7f00:1]/v1", Err(Rule::Host)),
    ("https://[2002:7f00:1::]/v1", Err(Rule::Host)),
    ("https://[::127.0.0.1]/v1", Err(Rule::Host)),
    ("https://[fe80::1%25lo]/v1", Err(Rule::Host)),
    ("http://2130706433/v1", Err(Rule::Scheme)),
    // Names.
    ("https://localhost./v1", Err(Rule::Host)),
    ("https://metadata.google.internal/v1", Err(Rule::Host)),
    ("https://instance-data/v1", Err(Rule::Host)),
    ("https://api.example.com./v1/x", Ok(HOME)),
    ("https://API.EXAMPLE.COM/v1/x", Ok(HOME)),
    ("https://api.example.com.evil.net/v1", Err(Rule::Host)),
    ("https://evil-example.com/v1", Err(Rule::Host)),
    ("https://evil-api.example.com/v1", Err(Rule::Host)),
    ("https://example.com/v1", Err(Rule::Host)),
    ("https://api.example.com%2eevil.net/v1", Err(Rule::Host)),
    ("https://api.example.com%00.evil/v1", Err(Rule::Host)),
    ("https://api.exam\u{ad}ple.com/v1/x", Ok(HOME)),
    ("https://api.exam\u{200b}ple.com/v1/x", Ok(HOME)),
    ("https://api.e\u{df}ample.com/v1", Err(Rule::Host)),
    ("https://api.example.\u{212a}om/v1", Err(Rule::Host)),
    ("https://xn--api.example.com/v1", Err(Rule::Host)),
    ("https://xn--.example.com/v1", Err(Rule::Host)),
    ("https://api\u{3002}example\u{ff0e}com/v1/x", Ok(HOME)),
    // Users, fragments, backslashes: where one parser sees another host.
    ("https://example.com@evil/v1", Err(Rule::Url)),
    ("https://api.example.com:pw@evil/v1", Err(Rule::Url)),
    ("https://api.example.com\\@evil/v1", Err(Rule::Url)),
    ("https://evil#@api.example.com/v1", Err(Rule::Url)),
    ("https://api.example.com/v1#frag", Err(Rule::Url)),
    // Half a URL.
    ("https:api.example.com/v1", Err(Rule::Url)),
    ("http:api.example.com/v1", Err(Rule::Url)),
    ("https:///api.example.com/v1", Err(Rule::Url)),
    ("//evil/v1", Err(Rule::Url)),
    ("/v1", Err(Rule::Url)),
    ("", Err(Rule::Url)),
    // Ports.
    ("https://api.example.com:443/v1/x", Ok(HOME)),
    ("https://api.example.com:443:80/v1", Err(Rule::Port)),
    ("https://api.example.com:+443/v1", Err(Rule::Port)),
    ("https://api.example.com:0443/v1", Err(Rule::Port)),
    ("https://api.example.com:0/v1", Err(Rule::Port)),
    ("https://api.example.com:65536/v1", Err(Rule::Port)),
    ("https://api.example.com:/v1", Err(Rule::Port)),
    ("https://api.example.com:8443/v1", Err(Rule::Port)),
    // Schemes.
    ("http://api.example.com/v1", Err(Rule::Scheme)),
    ("ftp://api.example.com/v1", Err(Rule::Scheme)),
    ("file:///etc/passwd", Err(Rule::Scheme)),
    ("gopher://api.example.com/v1", Err(Rule::Scheme)),
    ("dict://api.example.com/v1", Err(Rule::Scheme)),
    ("data:text/html,x", Err(Rule::Scheme)),
    ("javascript:alert(1)", Err(Rule::Scheme)),
    ("ws://api.example.com/v1", Err(Rule::Scheme)),
    ("wss://api.example.com/v1", Err(Rule::Scheme)),
    ("HTTPS://api.example.com/v1/x", Ok(HOME)),
    // Characters that parsers drop.
    ("ht\ttps://api.example.com/v1", Err(Rule::Url)),
    ("https://api.exam\nple.com/v1", Err(Rule::Url)),
    ("https://ev\til/v1", Err(Rule::Url)),
    ("\u{1}https://api.example.com/v1", Err(Rule::Url)),
    ("https://api.example.com/v1\0", Err(Rule::Url)),
    // Paths.
    ("https://api.example.com/v1x", Err(Rule::Path)),
    ("https://api.example.com/", Err(Rule::Path)),
    ("https://api.example.com/v1/../admin", Err(Rule::Path)),
    ("https://api.example.com/v1/..;/admin", Err(Rule::Path)),
    ("https://api.example.com/v1/%2e%2e/admin", Err(Rule::Path)),
    ("https://api.example.com/v1/%2E%2e/admin", Err(Rule::Path)),
    ("https://api.example.com/v1/.%2e/admin", Err(Rule::Path)),
    ("https://api.example.com/v1/%252e%252e/", Err(Rule::Path)),
    ("https://api.example.com/v1%2f..%2fadmin", Err(Rule::Path)),
    ("https://api.example.com/v1/%5c../admin", Err(Rule::Path)),
    ("https://api.example.com/v1/%00", Err(Rule::Path)),
    ("https://api.example.com/v1//admin", Err(Rule::Path)),
    ("https://api.example.com//v1", Err(Rule::Path)),
    ("https://api.example.com/v1/%0d%0aHost:%20evil", Err(Rule::Path)),
    ("https://api.example.com/v1/\\..\\admin", Err(Rule::Url)),
    ("https://api.example.com/v1/\r\nHost: evil", Err(Rule::Url)),
    ("https://api.example.com/v1?\r\nHost: evil", Err(Rule::Url)),
    ("https://api.example.com/v1/\u{560d}\u{560a}", Err(Rule::Url)),
    ("https://api.example.com/v1?q=%0d%0a", Ok("https://api.example.com/v1?q=%0d%0a")),
];

#[test]
fn every_known_bypass_is_denied_or_read_as_what_is_allowed() {
    for (url, verdict) in BYPASSES {
        let judged = shop().judge(&get(url));
        let seen = judged
            .as_ref()
            .map(|permit| permit.url().to_string())
            .map_err(|denial| denial.rule);
        assert_eq!(seen, verdict.map(str::to_owned), "{url:?}: {judged:?}");
    }
}

#[test]
fn headers_that_smuggle_are_denied() {
    for (name, value) in [
        ("x", "a\r\nHost: evil"),
        ("x", "a\r\n folded"),
        ("Host", "api.example.com"),
        ("Transfer-Encoding", "chunked"),
        ("Transfer-Encoding:\u{b}chunked", "x"),
        ("Transfer_Encoding", "chunked"),
        ("Content-Length", "0"),
        ("Connection", "x-api-key"),
        ("Connection", "close, authorization"),
        ("Proxy-Authorization", "x"),
        ("X-Forwarded-For", "127.0.0.1"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("X-Original-URL", "/admin"),
        (":authority", "evil"),
        ("", "x"),
        ("a b", "x"),
        ("a\0", "x"),
    ] {
        let denial = shop()
            .judge(&header(get(HOME), name, value))
            .expect_err(name);
        assert_eq!(denial.rule, Rule::Header, "{name:?}: {}", denial.why);
        assert_eq!(denial.hint, None, "{name:?}");
    }
    assert!(
        shop()
            .judge(&header(get(HOME), "accept", "application/json"))
            .is_ok()
    );
}

#[test]
fn a_method_has_to_be_asked_for_and_granted() {
    let policy = EgressPolicy {
        wanted: vec![wanted(
            "https://api.example.com/v1",
            &["GET", "POST", "PUT"],
            &["key"],
        )],
        allowed: vec![allowed(
            "https://api.example.com/v1",
            &["GET", "POST"],
            &["key"],
        )],
    };
    for (method, verdict) in [
        ("GET", Ok(())),
        ("POST", Ok(())),
        ("PUT", Err((Rule::Method, true))),
        ("DELETE", Err((Rule::Method, false))),
        ("get", Err((Rule::Method, false))),
        ("TRACE", Err((Rule::Method, false))),
        ("CONNECT", Err((Rule::Method, false))),
        ("GET /x HTTP/1.1\r\n", Err((Rule::Method, false))),
    ] {
        let request = Request {
            method: method.to_owned(),
            ..get(HOME)
        };
        let seen = policy.judge(&request).map(|_| ());
        let seen = seen.map_err(|denial| (denial.rule, denial.hint.is_some()));
        assert_eq!(seen, verdict, "{method:?}");
    }
    let put = Request {
        method: "PUT".to_owned(),
        ..get(HOME)
    };
    let hint = policy.judge(&put).expect_err("a denial").hint;
    assert_eq!(
        hint.as_deref(),
        Some(
            "[[http.allow]]\nurl = \"https://api.example.com/v1\"\n\
             methods = [\"GET\", \"POST\", \"PUT\"]\nsecrets = [\"key\"]"
        )
    );
}

#[test]
fn a_missing_grant_is_hinted_for_the_host_alone() {
    let ask = |pattern, url| {
        let policy = EgressPolicy {
            wanted: vec![wanted(pattern, &["GET", "POST"], &["key"])],
            allowed: Vec::new(),
        };
        let denial = policy.judge(&secret(get(url), "key")).expect_err(url);
        assert_eq!(denial.rule, Rule::Host);
        denial.hint.unwrap_or_default()
    };
    assert_eq!(
        ask("https://l.example/", "https://l.example/points"),
        "[[http.allow]]\nurl = \"https://l.example/\"\nmethods = [\"GET\"]\nsecrets = [\"key\"]"
    );
    assert!(ask("https://*", "https://acme.test/a").contains("url = \"https://acme.test/\""));
    assert!(
        ask("https://*.shop.test/v1", "https://eu.shop.test/v1/a")
            .contains("url = \"https://eu.shop.test/v1\"")
    );
    assert!(ask("http://127.0.0.1:7119/", "http://127.0.0.1:7119/a").contains("private_network"));
    assert!(ask("http://localhost/", "http://localhost/").contains("private_network"));
    assert_eq!(ask("http://*/", "http://169.254.169.254/latest"), "");
}

#[test]
fn the_lines_of_a_hint_allow_what_they_are_printed_for() {
    #[derive(serde::Deserialize)]
    struct Grant {
        http: Http,
    }
    #[derive(serde::Deserialize)]
    struct Http {
        allow: Vec<Allow>,
    }
    #[derive(serde::Deserialize)]
    struct Allow {
        url: String,
        methods: Vec<String>,
        #[serde(default)]
        secrets: Vec<String>,
        #[serde(default)]
        private_network: bool,
    }
    for (granted, request) in [
        (None, get("https://api.example.com/v1/x")),
        (None, secret(get("https://api.example.com/v1/x"), "key")),
        (None, get("http://127.0.0.1:7119/crm")),
        (
            Some(allowed("https://api.example.com/v2", &["POST"], &[])),
            get(HOME),
        ),
        (
            Some(allowed("https://api.example.com/", &["POST"], &[])),
            get(HOME),
        ),
        (
            Some(allowed("https://api.example.com/", &[], &[])),
            secret(get(HOME), "key"),
        ),
    ] {
        let mut policy = EgressPolicy {
            wanted: vec![
                wanted("https://*", &[], &["key"]),
                wanted("http://*:7119", &[], &[]),
            ],
            allowed: granted.into_iter().collect(),
        };
        let hint = policy
            .judge(&request)
            .expect_err("a denial")
            .hint
            .expect("a hint");
        let grant: Grant = toml::from_str(&hint).expect(&hint);
        for rule in grant.http.allow {
            let mut parsed =
                AllowedRule::parse(&rule.url, &rule.methods, &rule.secrets).expect(&hint);
            parsed.private_network = rule.private_network;
            policy.allowed.push(parsed);
        }
        assert!(policy.judge(&request).is_ok(), "{hint}");
    }
}

#[test]
fn neither_side_widens_the_other() {
    let wide = EgressPolicy {
        wanted: vec![wanted("https://api.example.com/v1", &[], &[])],
        allowed: vec![allowed(
            "https://*.example.com/",
            &["GET", "POST"],
            &["key"],
        )],
    };
    assert!(wide.judge(&get(HOME)).is_ok());
    for request in [
        get("https://api.example.com/v2"),
        get("https://www.example.com/v1"),
        secret(get(HOME), "key"),
    ] {
        let denial = wide.judge(&request).expect_err("a denial");
        assert!(
            denial.why.contains("manifest does not ask"),
            "{}",
            denial.why
        );
        assert_eq!(denial.hint, None);
    }
    assert!(EgressPolicy::default().judge(&get(HOME)).is_err());
    let ungranted = EgressPolicy {
        allowed: Vec::new(),
        ..wide
    };
    assert!(ungranted.judge(&get(HOME)).is_err());
}

#[test]
fn a_secret_is_bound_to_its_hosts_by_both_sides() {
    let policy = EgressPolicy {
        wanted: vec![
            wanted("https://api.example.com/v1", &[], &["key"]),
            wanted("https://echo.example.com/", &[], &[]),
            wanted("https://crm.example.com/", &[], &["key", "token"]),
        ],
        allowed: vec![
            allowed("https://api.example.com/v1", &[], &["key"]),
            allowed("https://echo.example.com/", &[], &["key"]),
            allowed("https://crm.example.com/", &[], &["key"]),
        ],
    };
    let permit = policy.judge(&secret(get(HOME), "key")).expect("a permit");
    assert_eq!(permit.headers().secrets().collect::<Vec<_>>(), ["key"]);
    let echo = policy.judge(&secret(get("https://echo.example.com/"), "key"));
    let echo = echo.expect_err("the manifest does not name it there");
    assert_eq!((echo.rule, echo.hint), (Rule::Secret, None));
    let token = policy.judge(&secret(get("https://crm.example.com/"), "token"));
    let token = token.expect_err("the grant does not name it there");
    assert_eq!(token.rule, Rule::Secret);
    assert!(
        token
            .hint
            .unwrap_or_default()
            .contains("secrets = [\"key\", \"token\"]")
    );
}

#[test]
fn a_plugins_own_credential_does_not_stand_where_a_secret_is_bound() {
    let bearer = |url| header(get(url), "Authorization", "Bearer mine");
    let mut policy = EgressPolicy {
        wanted: vec![wanted("https://api.example.com/", &[], &["key"])],
        allowed: vec![allowed("https://api.example.com/v1", &[], &["key"])],
    };
    let denial = policy.judge(&bearer(HOME)).expect_err("a denial");
    assert_eq!(denial.rule, Rule::Header);
    policy
        .allowed
        .push(allowed("https://api.example.com/v1/x", &[], &[]));
    assert!(policy.judge(&bearer(HOME)).is_ok());
    assert!(policy.judge(&secret(get(HOME), "key")).is_ok());
}

#[test]
fn of_several_rules_the_one_for_private_networks_goes_first() {
    let mut policy = shop();
    let mut private = allowed("https://api.example.com/v1", &[], &[]);
    private.private_network = true;
    policy.allowed.push(private);
    let permit = policy.judge(&get(HOME)).expect("a permit");
    assert!(permit.private_network());
}

#[test]
fn the_effective_permission_is_what_both_say() {
    let policy = EgressPolicy {
        wanted: vec![
            wanted("https://*", &["GET"], &["key"]),
            wanted("https://mail.test/", &["POST"], &[]),
        ],
        allowed: vec![
            allowed("https://shop.test/v1", &["GET", "POST"], &["key", "other"]),
            allowed("http://plain.test/", &[], &[]),
        ],
    };
    let effective: Vec<_> = policy
        .effective()
        .iter()
        .map(AllowedRule::to_toml)
        .collect();
    assert_eq!(
        effective,
        [
            "[[http.allow]]\nurl = \"https://shop.test/v1\"\nmethods = [\"GET\"]\nsecrets = [\"key\"]"
        ]
    );
    let ungranted: Vec<_> = policy
        .ungranted()
        .map(|rule| rule.pattern.to_string())
        .collect();
    assert_eq!(ungranted, ["https://mail.test/"]);
    let unwanted: Vec<_> = policy
        .unwanted()
        .map(|rule| rule.pattern.to_string())
        .collect();
    assert_eq!(unwanted, ["http://plain.test/"]);
}

#[test]
fn a_rule_with_errors_is_none() {
    for (url, methods, secrets, clause) in [
        ("https://*", vec!["GET"], vec![], "names its hosts"),
        ("https://a.test/", vec!["get"], vec![], "capitals"),
        ("https://a.test/", vec!["TRACE"], vec![], "never sent"),
        ("https://a.test/", vec![], vec!["API-KEY".to_owned()], "a-z"),
        ("https://a.test/", vec![], vec![String::new()], "a-z"),
    ] {
        let error = AllowedRule::parse(url, &methods, &secrets).expect_err(clause);
        assert!(error.to_string().contains(clause), "{error}");
    }
}

/// What a person would do with a pencil: cut the URL as written at its delimiters, compare labels
/// and segments. Anything unusual is a no.
fn oracle(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://") else {
        return false;
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let labels: Vec<_> = host.split('.').collect();
    let segments: Vec<_> = path.split(['/', '?']).collect();
    let host_fits = labels == ["api", "example", "com"]
        || (labels.len() > 2
            && labels.ends_with(&["shop", "test"])
            && labels.iter().all(|label| !label.is_empty()));
    host_fits && segments.first() == Some(&"v1")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn nothing_is_allowed_that_a_simple_oracle_would_not_allow(
        scheme in prop_oneof![8 => Just("https://"), 1 => Just("http://"), 1 => Just("HTTPS://"), 1 => Just("https:/")],
        host in r"(((api|evil|a|127)[.@\\:%-]){0,2}|(a[.]){0,2})(api[.]example[.]com|shop[.]test)([.]|:443|:80|[.]evil|@evil|%2e)?",
        path in r"(/v1)?(/(v1|v1x|[.]{1,2}|%2e%2e|;|admin)){0,3}/?([?]q=v1)?(#/v1)?",
    ) {
        let policy = EgressPolicy {
            wanted: vec![wanted("https://*", &[], &[])],
            allowed: vec![
                allowed("https://api.example.com/v1", &[], &[]),
                allowed("https://*.shop.test/v1", &[], &[]),
            ],
        };
        let text = format!("{scheme}{host}{path}");
        if let Ok(permit) = policy.judge(&get(&text)) {
            let canonical = permit.url().to_string();
            prop_assert!(oracle(&canonical), "{} became {}", text, canonical);
            // What was allowed is what was written, but for case, default port and final dot.
            let written = text.to_ascii_lowercase().replacen(":443", "", 1).replacen("test./", "test/", 1)
                .replacen("com./", "com/", 1);
            prop_assert!(oracle(&written), "{}", text);
        }
    }

    #[test]
    fn one_edit_of_an_allowed_url_leads_nowhere_else(
        at in 0..HOME.len(),
        removed in 0..3usize,
        put in r"[a-z@:/\\.%#?;*\[\] \t\u{ad}\u{3002}\u{212a}]{0,2}|%2[ef]|[.][.]/|@evil[.]test|[.]evil[.]test",
    ) {
        let end = (at + removed).min(HOME.len());
        let text = format!("{}{put}{}", &HOME[..at], &HOME[end..]);
        if let Ok(permit) = shop().judge(&get(&text)) {
            let canonical = permit.url().to_string();
            prop_assert!(canonical.starts_with("https://api.example.com/"), "{} became {}", text, canonical);
            prop_assert!(oracle(&canonical), "{} became {}", text, canonical);
        }
    }
}
