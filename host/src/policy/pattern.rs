//! Patterns of URLs, as manifests and grants write them.

use super::url::{CanonicalUrl, Host, Scheme, UrlError};
use crate::model::http::Rule;
use std::fmt;

/// Scheme, host, port and path prefix that a URL must have.
///
/// The host is exact, or `*.` and a name for everything one label or more below that name (never
/// the name itself), or, in manifests alone, `*` for any host: at any port, where none is written,
/// because whoever alone knows the host alone knows its port. The path is compared by whole
/// segments: `/v1` and `/v1/` are the same pattern and take `/v1`, `/v1/` and `/v1/x`, not `/v1x`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlPattern {
    scheme: Scheme,
    host: HostPattern,
    /// None for every port.
    port: Option<u16>,
    /// Without a slash at the end; empty takes every path.
    path: String,
}

/// The host of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum HostPattern {
    Any,
    Below(String),
    Exact(Host),
}

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It is no URL.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// A `*` where none may stand.
    #[error(
        "a `*` stands for the first labels of a host and nowhere else; write `https://*.example.com/`"
    )]
    Wildcard,
    /// A `*` in the path.
    #[error("the path has a `*`; a path already takes all below it, so write `{0}`")]
    PathWildcard(String),
    /// `*` alone, in a grant.
    #[error("a grant names its hosts; write them out instead of `*`")]
    AnyHost,
    /// A wildcard over names that belong to different people.
    #[error("everybody can have a name below `{0}`; write the names that are meant")]
    PublicSuffix(String),
    /// A query.
    #[error("the pattern has a query; leave out everything from the `?` on")]
    Query,
}

impl UrlPattern {
    /// Reads what a manifest asks for.
    ///
    /// `*` alone may stand for the host, because the grant then names it. Below a name under which
    /// a company hands out its customers' (`*.myshopify.com`) a wildcard may stand, too, for the
    /// same reason: refusing it would only make authors ask for everything.
    ///
    /// # Errors
    /// [`PatternError`] says what is wrong and what to write instead.
    pub fn parse_wanted(text: &str) -> Result<Self, PatternError> {
        let pattern = Self::parse(text)?;
        match &pattern.host {
            HostPattern::Below(name) if is_public_suffix(name, false) => {
                Err(PatternError::PublicSuffix(name.clone()))
            }
            HostPattern::Any | HostPattern::Below(_) | HostPattern::Exact(_) => Ok(pattern),
        }
    }

    /// Reads what a grant allows: as in manifests, but for the hosts that stand for everybody's.
    ///
    /// # Errors
    /// [`PatternError`] says what is wrong and what to write instead.
    pub fn parse_granted(text: &str) -> Result<Self, PatternError> {
        let pattern = Self::parse(text)?;
        match &pattern.host {
            HostPattern::Any => Err(PatternError::AnyHost),
            HostPattern::Below(name) if is_public_suffix(name, true) => {
                Err(PatternError::PublicSuffix(name.clone()))
            }
            HostPattern::Below(_) | HostPattern::Exact(_) => Ok(pattern),
        }
    }

    /// Whether it takes `url`.
    ///
    /// # Errors
    /// The first rule that does not fit, in the order scheme, host, port, path.
    pub fn check(&self, url: &CanonicalUrl) -> Result<(), Rule> {
        if self.scheme != url.scheme() {
            Err(Rule::Scheme)
        } else if !self.host.takes(url.host()) {
            Err(Rule::Host)
        } else if self.port.is_some_and(|port| port != url.port()) {
            Err(Rule::Port)
        } else if !path_covers(&self.path, url.path()) {
            Err(Rule::Path)
        } else {
            Ok(())
        }
    }

    /// Whether every URL that `other` takes is taken by this one.
    pub fn covers(&self, other: &Self) -> bool {
        self.scheme == other.scheme
            && port_covers(&self.port, &other.port)
            && self.host.covers(&other.host)
            && path_covers(&self.path, &other.path)
    }

    /// The pattern of what both take; none when they share nothing.
    pub fn meet(&self, other: &Self) -> Option<Self> {
        if self.scheme != other.scheme {
            return None;
        }
        let port = narrower(&self.port, &other.port, port_covers)?;
        let host = narrower(&self.host, &other.host, HostPattern::covers)?;
        let path = narrower(&self.path, &other.path, |a, b| path_covers(a, b))?;
        Some(Self {
            scheme: self.scheme,
            host: host.clone(),
            port: *port,
            path: path.clone(),
        })
    }

    /// The same pattern for the host of `url` alone: what a grant would say to allow it.
    pub fn at_host_of(&self, url: &CanonicalUrl) -> Self {
        Self {
            host: HostPattern::Exact(url.host().clone()),
            port: Some(url.port()),
            ..self.clone()
        }
    }

    /// The host where the pattern names one, none where a `*` stands.
    pub fn exact_host(&self) -> Option<&Host> {
        match &self.host {
            HostPattern::Exact(host) => Some(host),
            HostPattern::Any | HostPattern::Below(_) => None,
        }
    }

    /// Whether nothing is encrypted on the way.
    pub fn is_plain_http(&self) -> bool {
        self.scheme == Scheme::Http
    }

    fn parse(text: &str) -> Result<Self, PatternError> {
        let (host_is_any, is_below, plain) = strip_wildcard(text);
        if plain.contains('*') {
            return Err(match path_before_wildcard(text) {
                Some(stem) => PatternError::PathWildcard(stem.to_owned()),
                None => PatternError::Wildcard,
            });
        }
        let url = CanonicalUrl::parse(&plain)?;
        if plain.contains('?') {
            return Err(PatternError::Query);
        }
        let host = match url.host() {
            _ if host_is_any => HostPattern::Any,
            Host::Name(name) if is_below => HostPattern::Below(name.clone()),
            Host::Address(_) if is_below => return Err(PatternError::Wildcard),
            host => HostPattern::Exact(host.clone()),
        };
        let path = url.path();
        // No other `*` is left in the text, so this is the one in front of a port.
        let any_port = host_is_any && !text.contains("://*:");
        Ok(Self {
            scheme: url.scheme(),
            host,
            port: (!any_port).then(|| url.port()),
            path: path.strip_suffix('/').unwrap_or(path).to_owned(),
        })
    }
}

impl fmt::Display for UrlPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.scheme)?;
        match &self.host {
            HostPattern::Any => f.write_str("*")?,
            HostPattern::Below(name) => write!(f, "*.{name}")?,
            HostPattern::Exact(host) => write!(f, "{host}")?,
        }
        let is_any = self.host == HostPattern::Any;
        if let Some(port) = self.port
            && (is_any || port != self.scheme.default_port())
        {
            write!(f, ":{port}")?;
        }
        f.write_str(if self.path.is_empty() {
            "/"
        } else {
            &self.path
        })
    }
}

impl HostPattern {
    fn takes(&self, host: &Host) -> bool {
        match (self, host) {
            (Self::Any, _) => true,
            (Self::Below(name), Host::Name(inner)) => is_below(inner, name),
            (Self::Below(_), Host::Address(_)) => false,
            (Self::Exact(own), host) => own == host,
        }
    }

    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::Exact(host)) => self.takes(host),
            (Self::Any, _) => true,
            (Self::Below(name), Self::Below(inner)) => name == inner || is_below(inner, name),
            (Self::Below(_) | Self::Exact(_), _) => false,
        }
    }
}

/// Whether `name` has one label or more before `above`.
fn is_below(name: &str, above: &str) -> bool {
    name.strip_suffix(above)
        .and_then(|rest| rest.strip_suffix('.'))
        .is_some_and(|rest| !rest.is_empty())
}

/// Whether a pattern's port takes another's.
fn port_covers(port: &Option<u16>, other: &Option<u16>) -> bool {
    port.is_none() || port == other
}

/// Whether `path` is `prefix` or lies below it.
fn path_covers(prefix: &str, path: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The one of two that the other covers.
fn narrower<'a, T>(one: &'a T, other: &'a T, covers: impl Fn(&T, &T) -> bool) -> Option<&'a T> {
    if covers(one, other) {
        Some(other)
    } else {
        covers(other, one).then_some(one)
    }
}

/// Takes a `*` host or a `*.` in front of a host out of a pattern, so that the rest is a URL.
fn strip_wildcard(text: &str) -> (bool, bool, String) {
    let Some((scheme, rest)) = text.split_once("://") else {
        return (false, false, text.to_owned());
    };
    match (rest.strip_prefix("*."), rest.strip_prefix('*')) {
        (Some(name), _) => (false, true, format!("{scheme}://{name}")),
        (None, Some(tail)) if tail.is_empty() || tail.starts_with([':', '/', '?']) => {
            (true, false, format!("{scheme}://any.invalid{tail}"))
        }
        _ => (false, false, text.to_owned()),
    }
}

/// The part of a pattern that ends where its path's first `*` makes a segment unclear.
fn path_before_wildcard(text: &str) -> Option<&str> {
    let authority = text.find("://")? + 3;
    let path = authority + text.get(authority..)?.find('/')?;
    let wildcard = path + text.get(path..)?.find('*')?;
    let host_is_clean = !text
        .get(authority..path)?
        .trim_start_matches("*.")
        .contains('*')
        || text.get(authority..path)? == "*";
    let segment = text.get(..wildcard)?.rfind('/')?;
    text.get(..segment).filter(|_| host_is_clean)
}

/// Whether names below `name` belong to different people. A name of one label always counts: there
/// is no list of the private ones.
fn is_public_suffix(name: &str, companies_too: bool) -> bool {
    let listed = |name: &str| {
        psl::suffix(name.as_bytes()).is_some_and(|suffix| {
            suffix.as_bytes() == name.as_bytes()
                && match suffix.typ() {
                    Some(psl::Type::Icann) => true,
                    Some(psl::Type::Private) => companies_too,
                    None => false,
                }
        })
    };
    // The list also has rules of the form `*.name`, under which the name itself is none.
    !name.contains('.') || listed(name) || listed(&format!("any.{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wanted(text: &str) -> UrlPattern {
        UrlPattern::parse_wanted(text).expect(text)
    }

    #[test]
    fn a_pattern_is_read_and_written() {
        for (text, written) in [
            ("https://shop.test", "https://shop.test/"),
            ("https://Shop.test/v1/", "https://shop.test/v1"),
            ("https://shop.test:443/v1", "https://shop.test/v1"),
            ("http://127.0.0.1:7119", "http://127.0.0.1:7119/"),
            ("http://[::1]:80/", "http://[::1]/"),
            (
                "https://*.shop.test:8443/a/b",
                "https://*.shop.test:8443/a/b",
            ),
            ("https://*", "https://*/"),
            ("https://*:443/", "https://*:443/"),
            ("http://*:8080/x/", "http://*:8080/x"),
            (
                "https://*.myshopify.com/admin",
                "https://*.myshopify.com/admin",
            ),
        ] {
            let pattern = wanted(text);
            assert_eq!(pattern.to_string(), written, "{text}");
            assert_eq!(wanted(written), pattern, "{text}");
        }
    }

    #[test]
    fn a_wrong_pattern_says_what_to_write() {
        for (text, clause) in [
            ("shop.test/v1", "write `https://`"),
            ("ftp://shop.test/", "http and https"),
            ("https://shop.*.test/", "first labels"),
            ("https://*shop.test/", "first labels"),
            ("https://*.*.test/", "first labels"),
            ("https://a.*/", "first labels"),
            ("https://*.127.0.0.1/", "first labels"),
            ("https://shop.test/v1/*", "write `https://shop.test/v1`"),
            ("https://shop.test/v1/a*", "write `https://shop.test/v1`"),
            ("https://*/*", "write `https://*`"),
            ("https://shop.test/?a=b", "the `?`"),
            ("https://shop.test?a", "the `?`"),
            ("https://u@shop.test/", "user or password"),
            ("https://shop.test/../x", "dot segment"),
            ("https://*.com/", "below `com`"),
            ("https://*.co.uk/", "below `co.uk`"),
            ("https://*.kawasaki.jp/", "below `kawasaki.jp`"),
            ("https://*.intranet/", "below `intranet`"),
        ] {
            for parse in [UrlPattern::parse_wanted, UrlPattern::parse_granted] {
                let error = parse(text).expect_err(text).to_string();
                assert!(error.contains(clause), "{text}: {error}");
            }
        }
        for (text, clause) in [
            ("https://*", "names its hosts"),
            ("https://*:8443/v1", "names its hosts"),
            ("https://*.myshopify.com/", "below `myshopify.com`"),
            ("https://*.github.io/", "below `github.io`"),
        ] {
            let error = UrlPattern::parse_granted(text).expect_err(text).to_string();
            assert!(error.contains(clause), "{text}: {error}");
        }
    }

    #[test]
    fn urls_are_taken_by_label_port_and_segment() {
        for (pattern, url, verdict) in [
            ("https://shop.test/v1", "https://shop.test/v1", Ok(())),
            ("https://shop.test/v1", "https://shop.test/v1/", Ok(())),
            ("https://shop.test/v1/", "https://shop.test/v1", Ok(())),
            ("https://shop.test/v1", "https://shop.test/v1/x?y", Ok(())),
            (
                "https://shop.test/v1",
                "https://shop.test/v1x",
                Err(Rule::Path),
            ),
            (
                "https://shop.test/v1",
                "https://shop.test/V1",
                Err(Rule::Path),
            ),
            (
                "https://shop.test/v1",
                "https://shop.test/",
                Err(Rule::Path),
            ),
            ("https://shop.test/", "http://shop.test/", Err(Rule::Scheme)),
            (
                "https://shop.test/",
                "https://shop.test:8443/",
                Err(Rule::Port),
            ),
            (
                "https://shop.test/",
                "https://a.shop.test/",
                Err(Rule::Host),
            ),
            ("https://*.shop.test/", "https://a.shop.test/", Ok(())),
            ("https://*.shop.test/", "https://a.b.shop.test/", Ok(())),
            (
                "https://*.shop.test/",
                "https://shop.test/",
                Err(Rule::Host),
            ),
            (
                "https://*.shop.test/",
                "https://evil-shop.test/",
                Err(Rule::Host),
            ),
            (
                "https://*.shop.test/",
                "https://a.shop.test.evil/",
                Err(Rule::Host),
            ),
            ("https://*/", "https://anything.test/", Ok(())),
            ("https://*/", "https://anything.test:8443/", Ok(())),
            ("https://*:443/", "https://anything.test/", Ok(())),
            (
                "https://*:443/",
                "https://anything.test:8443/",
                Err(Rule::Port),
            ),
            ("https://*/", "http://anything.test:443/", Err(Rule::Scheme)),
            ("http://127.0.0.1:7119/", "http://127.1:7119/x", Ok(())),
        ] {
            let url = CanonicalUrl::parse(url).expect(url);
            assert_eq!(wanted(pattern).check(&url), verdict, "{pattern} {url}");
        }
    }

    #[test]
    fn two_patterns_share_the_narrower() {
        for (one, other, shared) in [
            (
                "https://*",
                "https://shop.test/v1",
                Some("https://shop.test/v1"),
            ),
            (
                "https://*.shop.test/v1",
                "https://eu.shop.test/",
                Some("https://eu.shop.test/v1"),
            ),
            (
                "https://*.shop.test/",
                "https://*.eu.shop.test/a",
                Some("https://*.eu.shop.test/a"),
            ),
            (
                "https://shop.test/v1",
                "https://shop.test/v1/orders",
                Some("https://shop.test/v1/orders"),
            ),
            (
                "https://*/v1",
                "https://shop.test:8443/",
                Some("https://shop.test:8443/v1"),
            ),
            ("https://*:443", "https://shop.test:8443/", None),
            ("https://shop.test/v1", "https://shop.test/v2", None),
            ("https://shop.test/", "http://shop.test/", None),
            ("https://shop.test/", "https://shop.test:8443/", None),
            ("https://*.shop.test/", "https://shop.test/", None),
        ] {
            let (one, other) = (wanted(one), wanted(other));
            let shared = shared.map(wanted);
            assert_eq!(one.meet(&other), shared, "{one} {other}");
            assert_eq!(other.meet(&one), shared, "{other} {one}");
        }
    }

    /// An oracle that knows nothing of ours: it cuts the URL's text at slashes, dots and colons.
    fn oracle(pattern: &str, url: &str) -> bool {
        let cut = |text: &str| {
            let (scheme, rest) = text.split_once("://").expect("a scheme");
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            let labels: Vec<_> = host.split('.').rev().map(str::to_owned).collect();
            let segments: Vec<_> = path
                .split('?')
                .next()
                .expect("a path")
                .split('/')
                .filter(|segment| !segment.is_empty())
                .map(str::to_owned)
                .collect();
            (scheme.to_owned(), labels, segments)
        };
        let (p_scheme, mut p_labels, p_segments) = cut(pattern);
        let (u_scheme, u_labels, u_segments) = cut(url);
        let host_fits = if p_labels.last().is_some_and(|label| label == "*") {
            p_labels.pop();
            u_labels.len() > p_labels.len() && u_labels.starts_with(&p_labels)
        } else {
            u_labels == p_labels
        };
        p_scheme == u_scheme && host_fits && u_segments.starts_with(&p_segments)
    }

    proptest! {
        #[test]
        fn nothing_is_taken_that_a_simple_oracle_refuses(
            pattern in r"https?://(\*\.)?(a|b|a\.b|b\.ab)\.(test|shop\.test)(/(v1|v|x/v1))?",
            url in r"(https?|HTTP)://[abAB.\-]{0,6}[ab.]{1,4}(\.|-)?(shop\.)?test\.?(:443|:80)?(/[v1x.%;/]{0,8})?(\?v1)?",
        ) {
            let pattern = wanted(&pattern);
            if let Ok(url) = CanonicalUrl::parse(&url) {
                let port_fits = !url.authority().contains(':');
                let taken = pattern.check(&url).is_ok();
                prop_assert_eq!(taken, port_fits && oracle(&pattern.to_string(), &url.to_string()), "{} {}", pattern, url);
            }
        }

        #[test]
        fn what_both_take_is_what_their_meet_takes(
            one in r"https://(\*|(\*\.)?(a\.)?b\.test)(/(x(/y)?)?)?",
            other in r"https://(\*|(\*\.)?(a\.)?b\.test)(/(x(/y)?)?)?",
            url in r"https://(z\.)?(a\.)?b\.test(/(x(/y)?)?)?",
        ) {
            let (one, other) = (wanted(&one), wanted(&other));
            let url = CanonicalUrl::parse(&url).expect("a url");
            let both = one.check(&url).is_ok() && other.check(&url).is_ok();
            let meet = one.meet(&other).is_some_and(|shared| shared.check(&url).is_ok());
            prop_assert_eq!(both, meet);
            if one.covers(&other) && other.check(&url).is_ok() {
                prop_assert!(one.check(&url).is_ok());
            }
        }
    }
}
