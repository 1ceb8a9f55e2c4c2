//! Signed requests: whose secret signed the bytes as they came, and whether lately.
//!
//! Each step that can fail has a code of its own, so that a sender sees what to mend. None says
//! which byte differed.

use super::keys::{AccountKeys, Key, Keys};
use crate::model::id::AccountId;
use crate::model::problem::{Code, Problem};
use crate::model::time::Millis;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use std::time::Duration;

/// How far the moment of signing may lie from now, before or after: what Standard Webhooks asks
/// for, and what retries within one delivery need.
pub(super) const TOLERANCE: Duration = Duration::from_secs(300);

/// A signature as a request carries it.
#[derive(Debug)]
pub(super) struct Signed<'a> {
    /// What was signed, one part after the other.
    pub(super) covered: Vec<&'a [u8]>,
    /// The tags that are offered; one that fits is enough.
    pub(super) tags: Vec<Vec<u8>>,
}

/// The account one of whose `keys` made the signature that `read` finds in the request.
///
/// # Errors
/// What reading the signature fails with; `auth.denied` when no active key made it.
pub(super) fn account<K, S>(
    keys: &Keys,
    door: &str,
    kept: fn(&AccountKeys) -> &[K],
    read: impl FnOnce() -> Result<S, Problem>,
    made: impl Fn(&K, &S) -> bool,
) -> Result<AccountId, Problem> {
    if keys.accounts.iter().all(|account| kept(account).is_empty()) {
        return keys.find(door, |_| None);
    }
    let signed = read()?;
    let found = keys.find(door, |account| {
        let kept = kept(account);
        // Every key is tried: the time taken tells nothing.
        (!kept.is_empty()).then(|| kept.iter().fold(false, |hit, key| hit | made(key, &signed)))
    });
    found.map_err(|_| denied(door))
}

impl Signed<'_> {
    /// Whether one of the tags is `key`'s. Every tag is compared.
    pub(super) fn by(&self, key: &Key) -> bool {
        let tags = self.tags.iter();
        tags.fold(false, |hit, tag| hit | key.signed(&self.covered, tag))
    }
}

/// After Standard Webhooks: `webhook-id`, `webhook-timestamp`, and in `webhook-signature` one or
/// more `v1,<base64>` with spaces between them.
///
/// # Errors
/// `auth.signature_missing`, `auth.signature_malformed`, `auth.signature_expired`.
pub(super) fn standard_webhooks<'a>(
    headers: &'a HeaderMap,
    body: &'a [u8],
    now: Millis,
) -> Result<Signed<'a>, Problem> {
    let id = one(headers, "webhook-id")?;
    let at = one(headers, "webhook-timestamp")?;
    let sent = one(headers, "webhook-signature")?;
    lately("webhook-timestamp", at, now)?;
    let mut tags = Vec::new();
    for piece in sent.split(|byte| *byte == b' ') {
        // Other versions, such as v1a, stand beside this one for receivers that know them.
        if let Some(encoded) = piece.strip_prefix(b"v1,") {
            tags.push(base64("webhook-signature", encoded)?);
        }
    }
    if tags.is_empty() {
        return Err(malformed(
            "webhook-signature",
            "it has no signature of the form `v1,<base64>`",
        ));
    }
    // A sender that rotates signs twice; more would only buy guesses.
    if tags.len() > 8 {
        return Err(malformed("webhook-signature", "8 signatures are the most"));
    }
    Ok(Signed {
        covered: vec![id, b".", at, b".", body],
        tags,
    })
}

/// The only value of a header that a signature needs.
///
/// # Errors
/// `auth.signature_missing`, or `auth.signature_malformed` when there are several.
pub(super) fn one<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a [u8], Problem> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(only), None) if !only.is_empty() => Ok(only.as_bytes().trim_ascii()),
        (Some(_), Some(_)) => Err(malformed(name, "it is given twice")),
        _ => Err(Problem::new(
            Code::AuthSignatureMissing,
            format!("This address wants a signature, and the header `{name}` is not there."),
        )
        .field(name)),
    }
}

/// Judges the moment of signing, in seconds since 1970.
///
/// # Errors
/// `auth.signature_malformed`, `auth.signature_expired`.
pub(super) fn lately(name: &str, seconds: &[u8], now: Millis) -> Result<(), Problem> {
    let digits = seconds.len() <= 12 && seconds.iter().all(u8::is_ascii_digit);
    let at = std::str::from_utf8(seconds)
        .ok()
        .filter(|_| digits)
        .and_then(|text| text.parse::<i64>().ok())
        .map(|seconds| Millis(seconds.saturating_mul(1000)))
        .ok_or_else(|| malformed(name, "it must be seconds since 1970"))?;
    match now.since(at).max(at.since(now)) <= TOLERANCE {
        true => Ok(()),
        false => Err(Problem::new(
            Code::AuthSignatureExpired,
            format!(
                "The request was signed more than {} seconds before or after now.",
                TOLERANCE.as_secs()
            ),
        )
        .field(name)
        .hint("sign each attempt anew, and set the clocks of both machines")),
    }
}

/// The bytes of a tag in base64.
///
/// # Errors
/// `auth.signature_malformed`.
pub(super) fn base64(name: &str, encoded: &[u8]) -> Result<Vec<u8>, Problem> {
    STANDARD
        .decode(encoded)
        .map_err(|_| malformed(name, "it is not base64"))
}

/// The bytes of a tag in hex.
///
/// # Errors
/// `auth.signature_malformed`.
pub(super) fn hex(name: &str, encoded: &[u8]) -> Result<Vec<u8>, Problem> {
    let (pairs, rest) = encoded.as_chunks::<2>();
    let byte = |pair: &[u8; 2]| {
        let [high, low] = pair.map(|digit| char::from(digit).to_digit(16));
        u8::try_from(high? << 4 | low?).ok()
    };
    let bytes: Option<Vec<u8>> = pairs.iter().map(byte).collect();
    bytes
        .filter(|_| rest.is_empty() && encoded.len() <= 128)
        .ok_or_else(|| malformed(name, "it is not hex"))
}

/// The refusal of a header that cannot be read.
pub(super) fn malformed(name: &str, why: &str) -> Problem {
    Problem::new(
        Code::AuthSignatureMalformed,
        format!("The header `{name}` cannot be taken: {why}."),
    )
    .field(name)
}

/// The refusal of a signature that nobody's active key made.
fn denied(door: &str) -> Problem {
    Problem::new(
        Code::AuthDenied,
        format!("The signature was made by none of the active keys of {door}."),
    )
    .hint("sign the body as it is sent, byte by byte, with a key that is in the configuration")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            let value = HeaderValue::from_str(value).unwrap();
            headers.append(HeaderName::from_static(name), value);
        }
        headers
    }

    /// The example that Standard Webhooks' own libraries are tested with.
    #[test]
    fn the_standards_own_example_is_signed_by_its_secret() {
        let headers = headers(&[
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            (
                "webhook-signature",
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            ),
        ]);
        let key = Key::of_webhook_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let now = Millis(1_614_265_330_000);
        let body = br#"{"test": 2432232314}"#;
        assert!(standard_webhooks(&headers, body, now).unwrap().by(&key));
        let other = br#"{"test": 2432232315}"#;
        assert!(!standard_webhooks(&headers, other, now).unwrap().by(&key));
    }

    #[test]
    fn the_time_may_be_five_minutes_away() {
        let now = Millis(1_764_000_000_999);
        for (seconds, code) in [
            ("1764000000", None),
            ("1763999701", None),
            ("1763999700", Some(Code::AuthSignatureExpired)),
            ("1764000300", None),
            ("1764000301", Some(Code::AuthSignatureExpired)),
            ("0", Some(Code::AuthSignatureExpired)),
            ("999999999999", Some(Code::AuthSignatureExpired)),
            ("9999999999999", Some(Code::AuthSignatureMalformed)),
            ("-1764000000", Some(Code::AuthSignatureMalformed)),
            ("1764000000.5", Some(Code::AuthSignatureMalformed)),
            ("", Some(Code::AuthSignatureMalformed)),
        ] {
            let judged = lately("x-time", seconds.as_bytes(), now);
            assert_eq!(judged.err().map(|problem| problem.code), code, "{seconds}");
        }
    }

    #[test]
    fn a_header_is_there_once() {
        let none = headers(&[("a", "")]);
        let two = headers(&[("a", "x"), ("a", "x")]);
        for (headers, code) in [
            (&none, Code::AuthSignatureMissing),
            (&two, Code::AuthSignatureMalformed),
        ] {
            let problem = one(headers, "a").unwrap_err();
            assert_eq!((problem.code, problem.field.as_deref()), (code, Some("a")));
        }
        assert_eq!(one(&headers(&[("a", " x ")]), "a"), Ok(&b"x"[..]));
    }

    #[test]
    fn hex_is_read_in_either_case_and_whole() {
        assert_eq!(hex("a", b"00fFA9"), Ok(vec![0, 255, 0xa9]));
        for bad in [&b"0"[..], b"0g", b" 00", "é".as_bytes(), &[b'0'; 130]] {
            assert!(hex("a", bad).is_err(), "{bad:?}");
        }
    }
}
