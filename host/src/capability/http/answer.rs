//! What a plugin gets to see of a server's answer.

use super::transport::Received;
use crate::capability::redact::Redactor;
use crate::model::http::{Body, HttpError, Response};
use http::header::{CONTENT_ENCODING, HeaderMap, HeaderName, TRANSFER_ENCODING};

/// Headers that carry credentials or ask for them; none is a plugin's to see.
const WITHHELD: &[&str] = &[
    "authentication-info",
    "authorization",
    "cookie",
    "proxy-authenticate",
    "proxy-authentication-info",
    "proxy-authorization",
    "set-cookie",
    "set-cookie2",
    "www-authenticate",
];

/// The answer without what is not the plugin's: `redactors` know what was sent, or could have been.
///
/// A body that the server compressed unasked is passed on as bytes, within the same limits. Only a
/// server that is given secrets may not do that: they could stand in there unseen.
///
/// # Errors
/// `Protocol` for a status that is none, and for a compressed answer of a server that `has_secrets`.
pub(super) fn answer(
    received: Received,
    redactors: &[&Redactor],
    has_secrets: bool,
) -> Result<Response, HttpError> {
    let Received { head, mut body } = received;
    let status = head.status.as_u16();
    if !(200..=599).contains(&status) {
        let why = format!("the status {status} is not one from 200 to 599");
        return Err(HttpError::Protocol(why));
    }
    if has_secrets && !body.is_empty() && is_encoded(&head.headers) {
        return Err(HttpError::Protocol(
            "the answer is compressed, though nothing but plain text was asked for; a server that \
             is sent secrets has to answer so that they can be looked for"
                .to_owned(),
        ));
    }
    let shown = |(name, value): (&HeaderName, &http::HeaderValue)| {
        let (name, value) = (name.as_str(), value.as_bytes());
        let withheld = WITHHELD.contains(&name)
            || redactors
                .iter()
                .any(|redactor| redactor.is_in_header(name, value));
        let text = || String::from_utf8_lossy(value).into_owned();
        (!withheld).then(|| (name.to_owned(), text()))
    };
    let headers = head.headers.iter().filter_map(shown).collect();
    for redactor in redactors {
        redactor.mask(&mut body);
    }
    Ok(Response {
        status,
        headers,
        body: Body::from_bytes(body),
    })
}

/// Whether the body's bytes are not the text itself, for all that its headers say.
fn is_encoded(headers: &HeaderMap) -> bool {
    let plain = |value: &http::HeaderValue, words: &[&str]| {
        let text = value.to_str().unwrap_or("?");
        text.split(',').all(|coding| {
            let coding = coding.trim();
            words.iter().any(|word| coding.eq_ignore_ascii_case(word))
        })
    };
    let mut content = headers.get_all(CONTENT_ENCODING).iter();
    let mut transfer = headers.get_all(TRANSFER_ENCODING).iter();
    content.any(|value| !plain(value, &["", "identity"]))
        || transfer.any(|value| !plain(value, &["", "identity", "chunked"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(headers: &[(&str, &str)], body: &str) -> Received {
        let mut response = http::Response::builder();
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let response = response.body(body.as_bytes().to_vec());
        response.expect("a response").into()
    }

    #[test]
    fn credentials_of_the_server_are_withheld() {
        let names = WITHHELD.iter().copied();
        let shown = ["content-type", "location", "retry-after"];
        let headers: Vec<_> = names.chain(shown).map(|name| (name, "x")).collect();
        let answer = answer(received(&headers, ""), &[], false).expect("an answer");
        let names: Vec<_> = answer.headers.iter().map(|(name, _)| name).collect();
        assert_eq!(names, shown);
    }

    #[test]
    fn what_a_server_compresses_is_taken_only_from_one_without_secrets() {
        for (name, value, encoded) in [
            ("content-encoding", "gzip", true),
            ("content-encoding", "identity, br", true),
            ("content-encoding", "Identity", false),
            ("content-encoding", "", false),
            ("transfer-encoding", "chunked", false),
            ("transfer-encoding", "gzip, chunked", true),
            ("content-type", "application/gzip", false),
        ] {
            let head = [(name, value)];
            let bare = answer(received(&head, "\u{1f}\u{8b}"), &[], false).expect(value);
            assert_eq!(bare.headers, [(name.to_owned(), value.to_owned())]);
            assert_eq!(bare.body.into_bytes(), "\u{1f}\u{8b}".as_bytes());
            let trusted = answer(received(&head, "x"), &[], true);
            let refused =
                matches!(&trusted, Err(HttpError::Protocol(why)) if why.contains("compressed"));
            assert_eq!(refused, encoded, "{name}: {value}");
            assert!(answer(received(&head, ""), &[], true).is_ok(), "{value}");
        }
    }
}
