//! The headers a plugin may send.

use crate::model::http::{HeaderValue, SecretFormat};
use http::header::{self, HeaderName};
use std::borrow::Cow;

/// The most headers of one request.
pub const MAX_HEADERS: usize = 100;

/// The most bytes of all names and values of one request. Most servers refuse more.
pub const MAX_HEADER_BYTES: usize = 32 << 10;

/// What a header costs beside name and value: a colon, a space and the line's end.
const LINE_BYTES: usize = 4;

/// Headers that the host writes itself, or that change what a request means on its way.
const FORBIDDEN: &[&str] = &[
    // The host's own: where it goes, how it is framed, in which form the answer comes.
    "host",
    "content-length",
    "transfer-encoding",
    "accept-encoding",
    "te",
    "trailer",
    "expect",
    // For one hop alone. `connection` can name others, and so have a proxy drop a secret.
    "connection",
    "keep-alive",
    "upgrade",
    "http2-settings",
    // Who asks, and whom: believed by servers that stand behind a proxy.
    "forwarded",
    "via",
    "x-forwarded",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "true-client-ip",
    "x-host",
    "x-original-host",
    "cookie",
    "cookie2",
    // Another method or path than those that were judged.
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-url",
    "x-rewrite-url",
];

/// Families of such headers.
const FORBIDDEN_PREFIXES: &[&str] = &["proxy-", "x-forwarded-"];

/// Why a request's headers are refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// More headers than [`MAX_HEADERS`].
    #[error("the request has {0} headers; at most {MAX_HEADERS} are sent")]
    TooMany(usize),
    /// More bytes than [`MAX_HEADER_BYTES`].
    #[error("the headers have {0} bytes; at most {MAX_HEADER_BYTES} are sent")]
    TooLarge(usize),
    /// The name is none.
    #[error("the header name {0:?} has characters that no header name has")]
    Name(String),
    /// The host writes it, or nobody may.
    #[error("the header `{0}` is not the plugin's to set; leave it out")]
    Forbidden(String),
    /// Two names that servers take for one.
    #[error("the headers `{0}` and `{1}` are one to many servers; send one of them")]
    Collision(String, String),
    /// The value has a line break or another character that cannot be sent.
    #[error("the value of the header `{0}` has a character outside visible ASCII; encode it")]
    Value(String),
    /// A secret's header comes twice.
    #[error("the header `{0}` carries a secret and comes twice; send it once")]
    SecretTwice(String),
    /// The user of a Basic credential has a colon, which would end it.
    #[error("the user in the header `{0}` has a colon or a character outside visible ASCII")]
    BasicUser(String),
}

/// Headers of one request, checked; secrets still stand as names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestHeaders(Vec<(HeaderName, RequestValue)>);

/// The value of one checked header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestValue {
    /// As the plugin wrote it.
    Plain(http::HeaderValue),
    /// To be written from a secret when all else is decided.
    Secret {
        /// The secret's name.
        name: String,
        /// How it is written.
        format: SecretFormat,
    },
}

impl RequestValue {
    fn is_secret(&self) -> bool {
        matches!(self, Self::Secret { .. })
    }
}

impl RequestHeaders {
    /// Checks names, values and sizes.
    ///
    /// # Errors
    /// [`HeaderError`] of the first header that may not be sent.
    pub fn check(headers: &[(String, HeaderValue)]) -> Result<Self, HeaderError> {
        if headers.len() > MAX_HEADERS {
            return Err(HeaderError::TooMany(headers.len()));
        }
        let bytes = headers
            .iter()
            .map(|(name, value)| name.len() + value_bytes(value) + LINE_BYTES)
            .sum();
        if bytes > MAX_HEADER_BYTES {
            return Err(HeaderError::TooLarge(bytes));
        }
        let mut checked: Vec<(HeaderName, RequestValue)> = Vec::with_capacity(headers.len());
        for (text, value) in headers {
            let name = check_name(text)?;
            let value = check_value(&name, value)?;
            // There are a hundred at most, and mostly five: looking through them costs less than a
            // table of what was seen.
            let before = checked.iter().find(|(other, _)| folds_to(other, &name));
            if let Some((other, before)) = before {
                if *other != name {
                    return Err(HeaderError::Collision(other.to_string(), name.to_string()));
                }
                if [before, &value].into_iter().any(RequestValue::is_secret) {
                    return Err(HeaderError::SecretTwice(name.to_string()));
                }
            }
            checked.push((name, value));
        }
        Ok(Self(checked))
    }

    /// Each header, in the order written.
    pub fn iter(&self) -> impl Iterator<Item = &(HeaderName, RequestValue)> {
        self.0.iter()
    }

    /// The names of the secrets that are used.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|(_, value)| match value {
            RequestValue::Secret { name, .. } => Some(name.as_str()),
            RequestValue::Plain(_) => None,
        })
    }

    /// Whether the plugin wrote a credential of its own.
    pub fn has_plain_authorization(&self) -> bool {
        self.0
            .iter()
            .any(|(name, value)| folds_to(name, &header::AUTHORIZATION) && !value.is_secret())
    }
}

fn value_bytes(value: &HeaderValue) -> usize {
    match value {
        HeaderValue::Plain(text) => text.len(),
        HeaderValue::Secret { format, .. } => match format {
            SecretFormat::Raw | SecretFormat::Bearer => 0,
            SecretFormat::BasicUser { password: text }
            | SecretFormat::BasicPassword { user: text } => text.len(),
        },
    }
}

/// Whether two names are one to servers that turn `_` into `-`: `content_length` has to count as
/// `content-length`.
fn folds_to(name: &HeaderName, other: &HeaderName) -> bool {
    let fold = |byte: u8| if byte == b'_' { b'-' } else { byte };
    let (name, other) = (name.as_str().bytes(), other.as_str().bytes());
    name.len() == other.len() && name.map(fold).eq(other.map(fold))
}

fn check_name(text: &str) -> Result<HeaderName, HeaderError> {
    let name = HeaderName::from_bytes(text.as_bytes())
        .map_err(|_| HeaderError::Name(text.chars().take(80).collect()))?;
    let folded = match name.as_str() {
        text if text.contains('_') => Cow::from(text.replace('_', "-")),
        text => Cow::from(text),
    };
    let forbidden = FORBIDDEN.contains(&folded.as_ref())
        || FORBIDDEN_PREFIXES
            .iter()
            .any(|prefix| folded.starts_with(prefix));
    if forbidden {
        return Err(HeaderError::Forbidden(name.to_string()));
    }
    Ok(name)
}

fn check_value(name: &HeaderName, value: &HeaderValue) -> Result<RequestValue, HeaderError> {
    match value {
        HeaderValue::Plain(text) if is_visible(text) => http::HeaderValue::from_str(text)
            .map(RequestValue::Plain)
            .map_err(|_| HeaderError::Value(name.to_string())),
        HeaderValue::Plain(_) => Err(HeaderError::Value(name.to_string())),
        HeaderValue::Secret {
            name: secret,
            format,
        } => {
            if let SecretFormat::BasicPassword { user } = format
                && (user.contains(':') || !is_visible(user))
            {
                return Err(HeaderError::BasicUser(name.to_string()));
            }
            if let SecretFormat::BasicUser { password } = format
                && !is_visible(password)
            {
                return Err(HeaderError::Value(name.to_string()));
            }
            Ok(RequestValue::Secret {
                name: secret.clone(),
                format: format.clone(),
            })
        }
    }
}

/// Printable ASCII, spaces and tabs.
fn is_visible(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b' '..=b'~' | b'\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(name: &str, value: &str) -> (String, HeaderValue) {
        (name.to_owned(), HeaderValue::Plain(value.to_owned()))
    }

    fn secret(name: &str, format: SecretFormat) -> (String, HeaderValue) {
        let value = HeaderValue::Secret {
            name: "api_key".to_owned(),
            format,
        };
        (name.to_owned(), value)
    }

    #[test]
    fn ordinary_headers_pass_in_their_order() {
        let headers = RequestHeaders::check(&[
            plain("Accept", "application/json"),
            plain("x-trace", ""),
            plain("accept", "text/plain;\tq=0.5"),
            secret("Authorization", SecretFormat::Bearer),
        ])
        .expect("headers");
        let names: Vec<_> = headers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["accept", "x-trace", "accept", "authorization"]);
        assert_eq!(headers.secrets().collect::<Vec<_>>(), ["api_key"]);
        assert!(!headers.has_plain_authorization());
        let own = RequestHeaders::check(&[plain("AUTHORIZATION", "Bearer x")]).expect("headers");
        assert!(own.has_plain_authorization());
    }

    #[test]
    fn what_is_not_the_plugins_is_refused() {
        let cased = [
            "Host",
            "HOST",
            "Content_Length",
            "content-length",
            "Proxy_Connection",
        ];
        let families = [
            "x-forwarded-for",
            "X-Forwarded-Host",
            "proxy-authorization",
            "x_forwarded_for",
        ];
        for name in FORBIDDEN.iter().chain(&cased).chain(&families) {
            let error = RequestHeaders::check(&[plain(name, "x")]).expect_err(name);
            assert!(
                matches!(error, HeaderError::Forbidden(_)),
                "{name}: {error}"
            );
        }
    }

    #[test]
    fn names_and_values_cannot_write_a_second_line() {
        for name in [
            "",
            " ",
            "a b",
            ":path",
            "a:",
            "a\r\nb",
            "a\0",
            "\u{e9}",
            "transfer-encoding:\u{b}x",
            "Transfer-Encoding ",
        ] {
            let error = RequestHeaders::check(&[plain(name, "x")]).expect_err(name);
            assert!(matches!(error, HeaderError::Name(_)), "{name:?}: {error}");
        }
        for value in [
            "a\r\nHost: b",
            "a\n b",
            "a\r",
            "\0",
            "\u{7f}",
            "\u{b}chunked",
            "\u{560a}",
            "\u{e9}",
        ] {
            let error = RequestHeaders::check(&[plain("x-a", value)]).expect_err(value);
            assert!(matches!(error, HeaderError::Value(_)), "{value:?}: {error}");
            let password = SecretFormat::BasicUser {
                password: value.to_owned(),
            };
            assert!(
                RequestHeaders::check(&[secret("authorization", password)]).is_err(),
                "{value:?}"
            );
            let user = SecretFormat::BasicPassword {
                user: value.to_owned(),
            };
            assert!(
                RequestHeaders::check(&[secret("authorization", user)]).is_err(),
                "{value:?}"
            );
        }
        let user = SecretFormat::BasicPassword {
            user: "a:b".to_owned(),
        };
        let error = RequestHeaders::check(&[secret("authorization", user)]).expect_err("a colon");
        assert!(matches!(error, HeaderError::BasicUser(_)), "{error}");
    }

    #[test]
    fn names_that_fold_together_are_refused() {
        let error = RequestHeaders::check(&[plain("x-api-key", "a"), plain("x_api_key", "b")]);
        assert!(
            matches!(error, Err(HeaderError::Collision(..))),
            "{error:?}"
        );
        let twice = [
            secret("x-api-key", SecretFormat::Raw),
            plain("X-Api-Key", "b"),
        ];
        let error = RequestHeaders::check(&twice);
        assert!(
            matches!(error, Err(HeaderError::SecretTwice(_))),
            "{error:?}"
        );
    }

    #[test]
    fn counts_and_bytes_have_bounds() {
        let many = |count| vec![plain("x-a", "b"); count];
        assert!(RequestHeaders::check(&many(MAX_HEADERS)).is_ok());
        assert!(matches!(
            RequestHeaders::check(&many(MAX_HEADERS + 1)),
            Err(HeaderError::TooMany(_))
        ));
        let long = |bytes| [plain("x", &"v".repeat(bytes - 1 - LINE_BYTES))];
        assert!(RequestHeaders::check(&long(MAX_HEADER_BYTES)).is_ok());
        assert!(matches!(
            RequestHeaders::check(&long(MAX_HEADER_BYTES + 1)),
            Err(HeaderError::TooLarge(_))
        ));
    }
}
