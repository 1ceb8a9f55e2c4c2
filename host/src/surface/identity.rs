//! Ids for events whose desk gives them none: the same event always gets the same one.

use crate::model::id::AccountId;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The longest id, in bytes: what `/deliveries` shows in a line and an index takes.
pub(super) const MAX_ID: usize = 256;

/// The SHA-256 of `parts` in hex. Each goes in with its length, so that no two lists of parts read
/// the same.
pub(super) fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The id of an event of which nothing but its body tells it from others.
pub(super) fn of_body(account: &AccountId, body: &[u8]) -> String {
    digest([account.as_str().as_bytes(), body])
}

/// Whether `text` can be an id: visible, on one line, not too long.
pub(super) fn is_id(text: &str) -> bool {
    (1..=MAX_ID).contains(&text.len()) && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        let of = |parts: &[&str]| digest(parts.iter().map(|part| part.as_bytes()));
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["a", ""]), of(&["a"]));
        assert_eq!(of(&["a"]), of(&["a"]));
        assert_eq!(of(&[]).len(), 64);
    }
}
