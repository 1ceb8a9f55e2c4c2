//! A plugin's URL, parsed once. Everything after this uses the parsed parts; the text is forgotten.

pub use super::host::{Host, Scheme};
use crate::model::http::Rule;
use std::fmt;

/// The longest URL taken, in bytes. Servers rarely take more, and parsers before ours have crashed
/// on longer ones.
pub const MAX_BYTES: usize = 8 << 10;

/// The longest name of a host, in bytes, as DNS counts it.
const MAX_NAME_BYTES: usize = 253;

/// The longest label of a name, in bytes, as DNS counts it.
const MAX_LABEL_BYTES: usize = 63;

/// An absolute URL in its one spelling: checked characters, ASCII host, explicit port, a path
/// without anything that a server could read in two ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalUrl {
    scheme: Scheme,
    host: Host,
    port: u16,
    path: String,
    query: Option<String>,
}

/// Why a text is no URL that may be asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// More bytes than [`MAX_BYTES`].
    #[error("the url has {0} bytes; at most {MAX_BYTES} are taken")]
    TooLong(usize),
    /// A character that has to be percent-encoded, or that parsers drop or turn into another.
    #[error("the url has the character {0:?}; percent-encode it")]
    Character(char),
    /// A percent sign without two hex digits.
    #[error("the url has a percent sign without two hex digits; write `%25` for the sign itself")]
    Percent,
    /// No scheme with `://` and a host.
    #[error("the url is not absolute; write `https://`, the host and the path")]
    NotAbsolute,
    /// A scheme that is not asked for.
    #[error("the scheme {0:?} is not one of http and https")]
    Scheme(String),
    /// A user or password.
    #[error("the url carries a user or password; send a secret in a header instead")]
    UserInfo,
    /// A fragment.
    #[error("the url has a fragment, which no server sees; leave it out")]
    Fragment,
    /// A host that is neither name nor address.
    #[error("the host {0:?} is neither a name nor an address")]
    Host(String),
    /// A port that is no plain number from 1 to 65535.
    #[error("the port {0:?} is not a plain number from 1 to 65535")]
    Port(String),
    /// A path that servers read in different ways.
    #[error("the path has {0}; servers read that in different ways, so write the plain path")]
    Path(&'static str),
    /// Two ways to read the text that disagree.
    #[error("the url can be read in two ways")]
    Ambiguous,
}

impl UrlError {
    /// The rule that said no.
    pub fn rule(&self) -> Rule {
        match self {
            UrlError::Scheme(_) => Rule::Scheme,
            UrlError::Host(_) => Rule::Host,
            UrlError::Port(_) => Rule::Port,
            UrlError::Path(_) => Rule::Path,
            UrlError::TooLong(_)
            | UrlError::Character(_)
            | UrlError::Percent
            | UrlError::NotAbsolute
            | UrlError::UserInfo
            | UrlError::Fragment
            | UrlError::Ambiguous => Rule::Url,
        }
    }
}

impl CanonicalUrl {
    /// Parses `text` the way browsers do, after refusing everything that they would quietly mend.
    ///
    /// Parsing what [`fmt::Display`] writes gives the same value again.
    ///
    /// # Errors
    /// [`UrlError`] names the first part that is not taken.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let raw = Raw::split(text)?;
        check_path(raw.path)?;
        // The text is known to hold nothing that the parser drops or rewrites outside the host, so
        // its reading has to agree with ours.
        let parsed = url::Url::parse(text).map_err(|_| UrlError::Host(excerpt(raw.host)))?;
        let host = canonical_host(parsed.host(), raw.host)?;
        let port = raw.port.unwrap_or(raw.scheme.default_port());
        let path = if raw.path.is_empty() { "/" } else { raw.path };
        let agreed = parsed.scheme() == raw.scheme.as_str()
            && parsed.port_or_known_default() == Some(port)
            && parsed.path() == path
            && parsed.username().is_empty()
            && parsed.password().is_none()
            && parsed.fragment().is_none()
            && parsed.query().is_some() == raw.query.is_some();
        if !agreed {
            return Err(UrlError::Ambiguous);
        }
        Ok(Self {
            scheme: raw.scheme,
            host,
            port,
            path: path.to_owned(),
            query: parsed.query().map(str::to_owned),
        })
    }

    /// The scheme.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The port, the scheme's own where none was written.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The path, beginning with a slash.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Path and query: the target of the request line.
    pub fn target(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    /// Host, and port where it is not the scheme's own: the value of the `host` header.
    pub fn authority(&self) -> String {
        if self.port == self.scheme.default_port() {
            self.host.to_string()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Scheme, host and port, as a log may show them: paths and queries carry people's data.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.authority())
    }
}

impl fmt::Display for CanonicalUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin(), self.target())
    }
}

/// A URL's text cut at its delimiters, each part's characters checked.
struct Raw<'a> {
    scheme: Scheme,
    host: &'a str,
    port: Option<u16>,
    path: &'a str,
    query: Option<&'a str>,
}

impl<'a> Raw<'a> {
    fn split(text: &'a str) -> Result<Self, UrlError> {
        if text.len() > MAX_BYTES {
            return Err(UrlError::TooLong(text.len()));
        }
        let dropped = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
        if let Some(character) = text.chars().find(|&c| dropped(c)) {
            return Err(UrlError::Character(character));
        }
        let (scheme, rest) = split_scheme(text)?;
        if rest.contains('#') {
            return Err(UrlError::Fragment);
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at_checked(end).ok_or(UrlError::Ambiguous)?;
        let (path, query) = match tail.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (tail, None),
        };
        if authority.contains('@') {
            return Err(UrlError::UserInfo);
        }
        check_tail(tail)?;
        let (host, port) = split_authority(authority)?;
        Ok(Self {
            scheme,
            host,
            port,
            path,
            query,
        })
    }
}

fn split_scheme(text: &str) -> Result<(Scheme, &str), UrlError> {
    let (scheme, rest) = text.split_once(':').ok_or(UrlError::NotAbsolute)?;
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        // `shop.example.com:8443/v1` is a missing scheme, not a strange one.
        other if other.is_empty() || other.contains(['.', '/']) => {
            return Err(UrlError::NotAbsolute);
        }
        other => return Err(UrlError::Scheme(excerpt(other))),
    };
    match rest.strip_prefix("//") {
        Some(rest) if !rest.is_empty() && !rest.starts_with(['/', '?']) => Ok((scheme, rest)),
        _ => Err(UrlError::NotAbsolute),
    }
}

/// Path and query may hold what RFC 3986 lets stand there, and square brackets, which many APIs
/// use in queries. The rest differs between parsers.
fn check_tail(tail: &str) -> Result<(), UrlError> {
    let mut bytes = tail.bytes();
    while let Some(byte) = bytes.next() {
        let plain = byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?[]".contains(&byte);
        let hex = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_hexdigit());
        if byte == b'%' {
            if !(hex(bytes.next()) && hex(bytes.next())) {
                return Err(UrlError::Percent);
            }
        } else if !plain {
            let character = tail
                .chars()
                .find(|c| !c.is_ascii())
                .filter(|_| byte >= 0x80);
            return Err(UrlError::Character(character.unwrap_or(char::from(byte))));
        }
    }
    Ok(())
}

fn split_authority(authority: &str) -> Result<(&str, Option<u16>), UrlError> {
    let end_of_host = match authority.find(']') {
        Some(bracket) if authority.starts_with('[') => bracket + 1,
        None if authority.starts_with('[') => return Err(UrlError::Host(excerpt(authority))),
        _ => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, rest) = authority
        .split_at_checked(end_of_host)
        .ok_or(UrlError::Ambiguous)?;
    // A percent sign is a zone id or an encoded dot, slash or NUL: never part of a name.
    let odd = |c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && !"-._[]:".contains(c);
    if host.is_empty() || host.contains(odd) {
        return Err(UrlError::Host(excerpt(host)));
    }
    if rest.is_empty() {
        return Ok((host, None));
    }
    let digits = rest
        .strip_prefix(':')
        .ok_or_else(|| UrlError::Host(excerpt(authority)))?;
    let plain = !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
    match digits.parse::<u16>() {
        Ok(port) if plain => Ok((host, Some(port))),
        _ => Err(UrlError::Port(excerpt(digits))),
    }
}

fn check_path(path: &str) -> Result<(), UrlError> {
    if path.contains(';') {
        return Err(UrlError::Path("a semicolon"));
    }
    if path.contains("//") {
        return Err(UrlError::Path("an empty segment"));
    }
    if path
        .split('/')
        .any(|segment| segment == "." || segment == "..")
    {
        return Err(UrlError::Path("a dot segment"));
    }
    let lower = path.to_ascii_lowercase();
    if ["%2e", "%2f", "%5c", "%3b"]
        .iter()
        .any(|code| lower.contains(code))
    {
        return Err(UrlError::Path(
            "an encoded dot, slash, backslash or semicolon",
        ));
    }
    let decoded: Vec<u8> = percent_encoding::percent_decode_str(path).collect();
    if decoded.iter().any(u8::is_ascii_control) {
        return Err(UrlError::Path("an encoded control character"));
    }
    let encoded_twice = decoded.windows(3).any(|window| {
        matches!(window, [b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
    });
    if encoded_twice {
        return Err(UrlError::Path("something percent-encoded twice"));
    }
    Ok(())
}

fn canonical_host(parsed: Option<url::Host<&str>>, raw: &str) -> Result<Host, UrlError> {
    let name = match parsed {
        Some(url::Host::Ipv4(address)) => return Ok(Host::Address(address.into())),
        Some(url::Host::Ipv6(address)) => return Ok(Host::Address(address.into())),
        Some(url::Host::Domain(name)) => name.strip_suffix('.').unwrap_or(name),
        None => return Err(UrlError::Host(excerpt(raw))),
    };
    let label_fits = |label: &str| {
        (1..=MAX_LABEL_BYTES).contains(&label.len())
            && label
                .bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
    };
    if name.len() <= MAX_NAME_BYTES && name.split('.').all(label_fits) {
        Ok(Host::Name(name.to_owned()))
    } else {
        Err(UrlError::Host(excerpt(raw)))
    }
}

/// Enough of a hostile text to recognise it in a log.
fn excerpt(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<String, Rule> {
        CanonicalUrl::parse(text)
            .map(|url| url.to_string())
            .map_err(|error| error.rule())
    }

    #[test]
    fn a_url_has_one_spelling() {
        for (text, canonical) in [
            ("https://api.shop.test", "https://api.shop.test/"),
            ("HTTPS://API.shop.TEST:443/v1", "https://api.shop.test/v1"),
            ("https://api.shop.test./v1/", "https://api.shop.test/v1/"),
            (
                "http://api.shop.test:8080?q=a+b",
                "http://api.shop.test:8080/?q=a+b",
            ),
            ("https://b\u{fc}cher.test/", "https://xn--bcher-kva.test/"),
            ("https://api.s\u{ad}hop.test/", "https://api.shop.test/"),
            ("https://[2606:4700:0:0::1]/", "https://[2606:4700::1]/"),
            ("http://0x7f.1/", "http://127.0.0.1/"),
            (
                "https://a.test/p?filter[state]='x'",
                "https://a.test/p?filter[state]=%27x%27",
            ),
            (
                "https://a.test/p?note=a%0d%0ab&next=//x/../y",
                "https://a.test/p?note=a%0d%0ab&next=//x/../y",
            ),
            ("https://a.test/p?", "https://a.test/p?"),
            (
                "https://a.test/caf%C3%A9/100%25",
                "https://a.test/caf%C3%A9/100%25",
            ),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(canonical), "{text}");
        }
    }

    #[test]
    fn what_parsers_would_mend_is_refused() {
        let long = format!("https://a.test/{}", "x".repeat(MAX_BYTES));
        let long_name = format!("https://{}test/", "a.".repeat(130));
        let long_label = format!("https://{}.test/", "a".repeat(64));
        for (text, rule) in [
            ("", Rule::Url),
            ("a.test/v1", Rule::Url),
            ("a.test:443/v1", Rule::Url),
            ("/v1", Rule::Url),
            ("//a.test/v1", Rule::Url),
            ("https:a.test", Rule::Url),
            ("https:/a.test", Rule::Url),
            ("https:///a.test", Rule::Url),
            ("https://", Rule::Url),
            ("https://?q", Rule::Url),
            (" https://a.test/", Rule::Url),
            ("https://a.test/\u{a0}", Rule::Url),
            ("https://a.test/\u{e9}", Rule::Url),
            ("https://a.test/{id}", Rule::Url),
            ("https://a.test/?q=`", Rule::Url),
            ("https://a.test/%zz", Rule::Url),
            ("https://a.test/%2", Rule::Url),
            ("https://@a.test/", Rule::Url),
            ("https://a.test\\b/", Rule::Url),
            ("https://a.test/#", Rule::Url),
            (&long, Rule::Url),
            ("ws://a.test/", Rule::Scheme),
            ("mailto:a", Rule::Scheme),
            ("https://a..test/", Rule::Host),
            ("https://.a.test/", Rule::Host),
            ("https://a.test../", Rule::Host),
            ("https://./", Rule::Host),
            ("https://*.a.test/", Rule::Host),
            ("https://[::1/", Rule::Host),
            ("https://[::1]x/", Rule::Host),
            ("https://1.2.3.4.5/", Rule::Host),
            (&long_name, Rule::Host),
            (&long_label, Rule::Host),
            ("https://a.test:/", Rule::Port),
            ("https://a.test:x/", Rule::Port),
            ("https://a.test/v1/./x", Rule::Path),
            ("https://a.test/v1/%0ax", Rule::Path),
            ("https://a.test/v1/%25%32%65", Rule::Path),
            ("https://a.test/v1/%3b", Rule::Path),
        ] {
            assert_eq!(parse(text), Err(rule), "{text:?}");
        }
    }

    #[test]
    fn only_the_origin_is_shown_in_logs() {
        let url = CanonicalUrl::parse("https://a.test:8443/orders?email=ada").expect("a url");
        assert_eq!(url.origin(), "https://a.test:8443");
        assert_eq!(url.target(), "/orders?email=ada");
        assert_eq!(url.authority(), "a.test:8443");
    }

    proptest! {
        #[test]
        fn parsing_twice_gives_the_same(
            text in r"(https?|HTTPS|ftp)(://|:|:///)[a-zA-Z0-9.\-_@:%\[\]①ßK。]{0,24}(:[0-9+]{0,6})?(/[a-z0-9.%;/\\?#\[\] é{}']{0,24})?"
        ) {
            if let Ok(url) = CanonicalUrl::parse(&text) {
                let again = CanonicalUrl::parse(&url.to_string());
                prop_assert_eq!(again, Ok(url));
            }
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = CanonicalUrl::parse(&text);
            let _ = CanonicalUrl::parse(&format!("https://{text}"));
        }
    }
}
