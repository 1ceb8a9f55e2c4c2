//! E-mail addresses, as they are and percent-encoded.

use super::spot;

/// An address that was found.
pub(super) struct Found {
    /// Where it ends.
    pub(super) end: usize,
    /// In lower case, decoded.
    pub(super) address: String,
    /// Whether its `@` was written `%40`.
    pub(super) encoded: bool,
}

/// The domain of all stand-ins: one that nobody can have.
const DOMAIN: &str = "masked.example";

/// What stands in for the address of this number.
pub(super) fn stand_in(number: usize) -> String {
    format!("person{}@{DOMAIN}", number + 1)
}

/// The address that begins at `at`.
pub(super) fn at(text: &str, at: usize) -> Option<Found> {
    let bytes = text.as_bytes();
    let begins = !spot::inside_code(text, at)
        && local(bytes, at).is_some()
        && match at.checked_sub(1) {
            None => true,
            Some(before) => {
                local(bytes, before).is_none()
                    || spot::behind_code(bytes.get(..at).unwrap_or_default())
            }
        };
    if !begins {
        return None;
    }
    let mut here = at;
    while let Some(length) = local(bytes, here) {
        here += length;
    }
    let rest = bytes.get(here..)?;
    let (sign, encoded) = match rest {
        [b'@', ..] => (1, false),
        [b'%', b'4', b'0', ..] => (3, true),
        _ => return None,
    };
    let domain = domain(bytes.get(here + sign..)?)?;
    let user = text.get(at..here)?.to_ascii_lowercase().replace("%2b", "+");
    Some(Found {
        end: here + sign + domain.len(),
        address: format!("{user}@{}", domain.to_ascii_lowercase()),
        encoded,
    })
}

/// How many bytes the character at `at` has, if it may stand in front of the `@`.
fn local(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at..)? {
        [b'%', b'2', b'B' | b'b', ..] => Some(3),
        [byte, ..] if byte.is_ascii_alphanumeric() || b"._+-".contains(byte) => Some(1),
        _ => None,
    }
}

/// A name with a dot in it, whose last part is of letters.
fn domain(bytes: &[u8]) -> Option<&str> {
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let length = bytes.iter().take_while(|byte| fits(byte)).count();
    let name = std::str::from_utf8(bytes.get(..length)?).ok()?;
    let name = name.trim_end_matches(['.', '-']);
    let (before, last) = name.rsplit_once('.')?;
    let top = last.len() >= 2 && last.bytes().all(|byte| byte.is_ascii_alphabetic());
    (top && !before.is_empty()).then_some(name)
}
