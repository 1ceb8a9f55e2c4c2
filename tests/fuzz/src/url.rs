//! A request of a plugin, against one grant: what leaves goes where the grant says, read by
//! whomever.

use sidepane::model::http::{HeaderValue, Request};
use sidepane::model::manifest::WantedHost;
use sidepane::policy::egress::{AllowedRule, EgressPolicy, WantedRule};
use sidepane::policy::url::CanonicalUrl;

/// Takes the first line as the URL, the second as the method, each further one as a header.
///
/// # Panics
/// When a request is let through that a server or another parser would read as one to elsewhere.
pub fn url(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let mut lines = text.split('\n');
    let url = lines.next().unwrap_or_default().to_owned();
    let method = lines.next().unwrap_or("GET").to_owned();
    let headers: Vec<(String, HeaderValue)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), HeaderValue::Plain(value.to_owned())))
        .collect();
    let request = Request {
        method,
        url,
        headers,
        body: None,
        timeout_ms: None,
    };
    if let Ok(read) = CanonicalUrl::parse(&request.url) {
        let again = CanonicalUrl::parse(&read.to_string());
        assert_eq!(Ok(read), again, "reading what was written changes it");
    }
    let Ok(permit) = policy().judge(&request) else {
        return;
    };
    let told = permit.url().to_string();
    assert!(
        told.starts_with("https://api.example.com/v1")
            || told.starts_with("https://api.example.com:443/v1"),
        "{told:?} is let through"
    );
    // What the rest of the world makes of the text that was let through.
    let world = url::Url::parse(&request.url).expect("an address that others cannot read");
    assert_eq!(world.scheme(), "https");
    // One dot at the end is taken off: the same host, by a name that is searched nowhere else.
    let host = world
        .host_str()
        .map(|host| host.strip_suffix('.').unwrap_or(host));
    assert_eq!(host, Some("api.example.com"), "{:?}", request.url);
    assert_eq!(world.port_or_known_default(), Some(443));
    assert!(world.username().is_empty() && world.password().is_none());
    let path = world.path();
    assert!(path == "/v1" || path.starts_with("/v1/"), "{path:?}");
    assert!(["GET", "POST"].contains(&permit.method().as_str()));
    for (name, _) in permit.headers().iter() {
        let name = name.as_str();
        for never in [
            "host",
            "content-length",
            "transfer-encoding",
            "connection",
            "te",
            "upgrade",
        ] {
            assert_ne!(name, never, "a header that is the host's to write");
        }
        assert!(
            !name.starts_with("proxy-") && !name.starts_with("x-forwarded"),
            "{name}"
        );
    }
}

fn policy() -> EgressPolicy {
    let wanted = WantedHost {
        url: "https://api.example.com/".into(),
        methods: vec!["GET".into(), "POST".into()],
        reason: "to be asked for anything".into(),
        secrets: Vec::new(),
    };
    EgressPolicy {
        wanted: vec![WantedRule::parse(&wanted).expect("a rule")],
        allowed: vec![
            AllowedRule::parse("https://api.example.com/v1/", &["GET", "POST"], &[])
                .expect("a rule"),
        ],
    }
}
