//! What an answer may not bring back: the secrets that were sent, and credentials of the server's.
//!
//! This is depth, not a boundary. A server that wants to give a secret away can write it in a way
//! that is not looked for here; the boundary is that a secret goes to granted hosts alone. What is
//! looked for: the value itself, and its usual encodings (base64 in both alphabets, percent, JSON).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt;
use zeroize::Zeroizing;

/// The shortest text looked for, in bytes. Shorter ones stand in every second answer by chance, and
/// are no secrets.
const MIN_BYTES: usize = 4;

/// What stands in place of each byte.
const MASK: u8 = b'*';

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

/// What RFC 3986 leaves as it is, so that both habits of encoding are known.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Knows the secrets of one request in all their spellings.
pub(super) struct Redactor {
    /// The longest first, so that a spelling inside another does not leave a rest.
    spellings: Vec<Zeroizing<Vec<u8>>>,
    /// The bytes that a spelling begins with: most bytes of a body are passed with one look.
    starts: [bool; 256],
}

impl Default for Redactor {
    fn default() -> Self {
        Self {
            spellings: Vec::new(),
            starts: [false; 256],
        }
    }
}

impl Redactor {
    /// Adds a text that may not come back.
    pub(super) fn add(&mut self, secret: &str) {
        let json = serde_json::Value::from(secret).to_string();
        let percent =
            [RESERVED, NON_ALPHANUMERIC].map(|set| utf8_percent_encode(secret, set).to_string());
        let [loose, strict] = percent;
        for spelling in [
            secret.to_owned(),
            json.trim_matches('"').to_owned(),
            STANDARD_NO_PAD.encode(secret),
            URL_SAFE_NO_PAD.encode(secret),
            lower_codes(&loose),
            lower_codes(&strict),
            loose.replace("%20", "+"),
            loose,
            strict,
        ] {
            let spelling = Zeroizing::new(spelling.into_bytes());
            if spelling.len() < MIN_BYTES || self.spellings.contains(&spelling) {
                continue;
            }
            let first = spelling.first().copied().map(usize::from);
            if let Some(start) = first.and_then(|first| self.starts.get_mut(first)) {
                *start = true;
            }
            self.spellings.push(spelling);
        }
        self.spellings
            .sort_by_key(|spelling| std::cmp::Reverse(spelling.len()));
    }

    /// Whether a header of the answer is left out.
    pub(super) fn withholds(&self, name: &str, value: &[u8]) -> bool {
        WITHHELD.contains(&name) || self.find(value, 0).is_some()
    }

    /// Writes over every secret in `bytes`. The length stays, so no limit is passed.
    pub(super) fn mask(&self, bytes: &mut [u8]) {
        let mut from = 0;
        while let Some((at, length)) = self.find(bytes, from) {
            from = at + length;
            if let Some(found) = bytes.get_mut(at..from) {
                found.fill(MASK);
            }
        }
    }

    /// The first spelling at or after `from`: where, and how long.
    fn find(&self, bytes: &[u8], from: usize) -> Option<(usize, usize)> {
        let rest = bytes.get(from..)?;
        rest.iter().enumerate().find_map(|(offset, byte)| {
            let may_start = self
                .starts
                .get(usize::from(*byte))
                .copied()
                .unwrap_or_default();
            let tail = rest.get(offset..).filter(|_| may_start)?;
            let spelling = self.spellings.iter().find(|s| tail.starts_with(s))?;
            Some((from + offset, spelling.len()))
        })
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({} spellings)", self.spellings.len())
    }
}

/// The same text with its percent codes in lower case.
fn lower_codes(text: &str) -> String {
    let mut rest_of_code = 0;
    text.chars()
        .map(|c| {
            let in_code = rest_of_code > 0;
            rest_of_code = if c == '%' {
                2
            } else {
                rest_of_code - i32::from(in_code)
            };
            if in_code { c.to_ascii_lowercase() } else { c }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    const SECRET: &str = "s3cr/et+\"va?lue>";

    fn redactor() -> Redactor {
        let mut redactor = Redactor::default();
        redactor.add(SECRET);
        redactor
    }

    #[test]
    fn every_spelling_is_masked_and_nothing_else() {
        for spelling in [
            SECRET.to_owned(),
            STANDARD.encode(SECRET).trim_end_matches('=').to_owned(),
            URL_SAFE.encode(SECRET).trim_end_matches('=').to_owned(),
            "s3cr%2Fet%2B%22va%3Flue%3E".to_owned(),
            "s3cr%2fet%2b%22va%3flue%3e".to_owned(),
            "s3cr/et+\\\"va?lue>".to_owned(),
        ] {
            let mut body = format!("before {spelling} between {spelling}").into_bytes();
            redactor().mask(&mut body);
            let stars = "*".repeat(spelling.len());
            let masked = format!("before {stars} between {stars}");
            assert_eq!(String::from_utf8_lossy(&body), masked);
            assert!(redactor().withholds("x-echo", format!("a {spelling}").as_bytes()));
        }
        let mut clean = b"s3cr/et+ and nothing more".to_vec();
        redactor().mask(&mut clean);
        assert_eq!(clean, b"s3cr/et+ and nothing more");
    }

    #[test]
    fn credentials_of_the_server_are_withheld() {
        let none = Redactor::default();
        for name in ["set-cookie", "www-authenticate", "authorization"] {
            assert!(none.withholds(name, b"x"), "{name}");
        }
        for name in ["content-type", "location", "retry-after"] {
            assert!(!none.withholds(name, b"x"), "{name}");
        }
    }

    #[test]
    fn short_texts_are_not_looked_for() {
        let mut redactor = Redactor::default();
        redactor.add("ab");
        let mut body = b"about".to_vec();
        redactor.mask(&mut body);
        assert_eq!(body, b"about");
    }

    #[test]
    fn debug_shows_no_spelling() {
        assert!(!format!("{:?}", redactor()).contains("s3cr"));
    }
}
