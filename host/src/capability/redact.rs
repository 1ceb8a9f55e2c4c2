//! What may not come back from a server: secrets of the plugin's, in all their spellings.
//!
//! This is depth, not a boundary. A server that wants to give a secret away can write it in a way
//! that is not looked for here, or compressed, or in parts; the boundary is that a secret goes to
//! granted hosts alone.

use super::spelling::{Spelling, spellings};
use std::fmt;

/// The shortest text looked for, in bytes. Shorter ones stand in every second answer by chance, and
/// are no secrets.
const MIN_BYTES: usize = 4;

/// What stands in place of each byte.
const MASK: u8 = b'*';

/// Knows secrets in all their spellings.
#[derive(Clone, Default)]
pub(super) struct Redactor {
    /// By the byte that a spelling begins with, so that most bytes of a body are passed with one
    /// look; the longest first, so that a spelling inside another leaves no rest. Empty when there
    /// is nothing to look for.
    by_start: Vec<Vec<Spelling>>,
}

impl Redactor {
    /// A redactor that knows every one of `secrets`.
    pub(super) fn of<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut redactor = Self::default();
        for secret in secrets {
            redactor.add(secret);
        }
        redactor
    }

    /// Adds a text that may not come back.
    pub(super) fn add(&mut self, secret: &str) {
        for spelling in spellings(secret) {
            let Some(first) = spelling.first().copied() else {
                continue;
            };
            if spelling.len() < MIN_BYTES {
                continue;
            }
            if self.by_start.is_empty() {
                self.by_start.resize_with(256, Vec::new);
            }
            let Some(same_start) = self.by_start.get_mut(usize::from(first)) else {
                continue;
            };
            if !same_start.contains(&spelling) {
                same_start.push(spelling);
                same_start.sort_by_key(|spelling| std::cmp::Reverse(spelling.len()));
            }
        }
    }

    /// Whether a secret stands in the name or value of a header. Names come in lower case whatever
    /// was sent, so they are compared without it.
    pub(super) fn is_in_header(&self, name: &str, value: &[u8]) -> bool {
        let in_name = |spelling: &Spelling| {
            let mut windows = name.as_bytes().windows(spelling.len());
            windows.any(|window| window.eq_ignore_ascii_case(spelling))
        };
        self.find(value, 0).is_some() || self.by_start.iter().flatten().any(in_name)
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
        if self.by_start.is_empty() {
            return None;
        }
        let rest = bytes.get(from..)?;
        rest.iter().enumerate().find_map(|(offset, byte)| {
            let same_start = self.by_start.get(usize::from(*byte))?;
            if same_start.is_empty() {
                return None;
            }
            let tail = rest.get(offset..)?;
            let spelling = same_start.iter().find(|s| tail.starts_with(s))?;
            Some((from + offset, spelling.len()))
        })
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.by_start.iter().flatten().count();
        write!(f, "Redactor({count} spellings)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    const SECRET: &str = "s3cr/et+\"va?lue>";

    fn redactor() -> Redactor {
        Redactor::of([SECRET])
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
            "s3cr\\/et+\\\"va?lue>".to_owned(),
        ] {
            let mut body = format!("before {spelling} between {spelling}").into_bytes();
            redactor().mask(&mut body);
            let stars = "*".repeat(spelling.len());
            let masked = format!("before {stars} between {stars}");
            assert_eq!(String::from_utf8_lossy(&body), masked);
            assert!(redactor().is_in_header("x-echo", format!("a {spelling}").as_bytes()));
        }
        let mut clean = b"s3cr/et+ and nothing more".to_vec();
        redactor().mask(&mut clean);
        assert_eq!(clean, b"s3cr/et+ and nothing more");
    }

    #[test]
    fn a_secret_inside_an_encoded_text_is_masked_but_for_its_edges() {
        for text in ["1Authorization: ", "Authorization: ", "thorization: "] {
            let whole = STANDARD.encode(format!("{text}{SECRET}\r\n"));
            let mut body = whole.clone().into_bytes();
            redactor().mask(&mut body);
            let stars = body.iter().filter(|byte| **byte == MASK).count();
            assert!(stars >= SECRET.len(), "{whole}: {stars}");
        }
    }

    #[test]
    fn a_header_may_hide_a_secret_in_its_name() {
        let redactor = Redactor::of(["K3y-Of-The-Shop"]);
        assert!(redactor.is_in_header("x-k3y-of-the-shop", b""));
        assert!(!redactor.is_in_header("x-k3y-of-the", b"shop"));
        assert!(!Redactor::default().is_in_header("x", b"y"));
    }

    #[test]
    fn short_texts_are_not_looked_for() {
        let mut body = b"about".to_vec();
        Redactor::of(["ab"]).mask(&mut body);
        assert_eq!(body, b"about");
    }

    #[test]
    fn debug_shows_no_spelling() {
        assert!(!format!("{:?}", redactor()).contains("s3cr"));
    }
}
