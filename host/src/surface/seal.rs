//! What this host signs and reads back itself: pages' sessions and cards' buttons.
//!
//! A sealed text can be read by whoever has it and altered by nobody.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use std::fmt;

/// The most bytes of a sealed text that are looked at: the texts of a whole card, which one button's
/// form may fill, as base64.
const MAX: usize = 384 << 10;

/// A key to sign with, for one purpose.
#[derive(Clone)]
pub struct Seal(hmac::Key);

impl Seal {
    /// A seal from 32 bytes that nobody can guess.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// `payload` in a form that goes through addresses and headers, after a `prefix` that says what
    /// it is for. What was sealed for one purpose is none for another.
    pub(super) fn seal(&self, prefix: &str, payload: &[u8]) -> String {
        let tag = self.tag(prefix, payload);
        let mut text = String::from(prefix);
        URL_SAFE_NO_PAD.encode_string(payload, &mut text);
        text.push('.');
        URL_SAFE_NO_PAD.encode_string(tag, &mut text);
        text
    }

    /// The payload of a text that this seal made for `prefix`; of any other, nothing.
    pub(super) fn open(&self, prefix: &str, text: &str) -> Option<Vec<u8>> {
        let (payload, tag) = text.strip_prefix(prefix)?.split_once('.')?;
        if text.len() > MAX {
            return None;
        }
        let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        // Compares in constant time.
        hmac::verify(&self.0, &covered(prefix, &payload), &tag).ok()?;
        Some(payload)
    }

    /// A short name for `secret` that tells nothing about it to who has not this seal.
    pub(super) fn name(&self, secret: &[u8]) -> String {
        let tag = self.tag("name", secret);
        let short = tag.as_ref().get(..9).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(short)
    }

    fn tag(&self, prefix: &str, payload: &[u8]) -> hmac::Tag {
        hmac::sign(&self.0, &covered(prefix, payload))
    }
}

/// What is signed: the purpose, and where it ends, before the payload.
fn covered(prefix: &str, payload: &[u8]) -> Vec<u8> {
    [prefix.as_bytes(), &[0], payload].concat()
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(…)")
    }
}

/// The seals of one host.
#[derive(Clone, Debug)]
pub struct Seals {
    /// Of pages' sessions. Kept in the data folder, so that open pages outlive a restart.
    pub sessions: Seal,
    /// Of buttons. As old as the memory of what was pressed, which is this process: a button of an
    /// earlier one could be pressed twice.
    pub presses: Seal,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_sealed_text_opens_for_its_key_and_purpose_alone() {
        let seal = Seal::new(&[1; 32]);
        let text = seal.seal("sps_", b"who");
        assert!(text.starts_with("sps_"));
        assert_eq!(seal.open("sps_", &text).as_deref(), Some(&b"who"[..]));
        assert_eq!(seal.open("spa_", &text), None);
        assert_eq!(seal.open("spa_", &text.replace("sps_", "spa_")), None);
        assert_eq!(Seal::new(&[2; 32]).open("sps_", &text), None);
        for bad in [
            "",
            "sps_",
            "sps_.",
            "sps_d2hv",
            "sps_d2hv.",
            "sps_d2hv.AAAA",
        ] {
            assert_eq!(seal.open("sps_", bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn one_altered_byte_is_one_too_many(at in 0_usize..80, byte in "[A-Za-z0-9_.-]") {
            let seal = Seal::new(&[1; 32]);
            let text = seal.seal("sps_", b"a payload of some length");
            let mut other = text.clone();
            let at = at % text.len();
            other.replace_range(at..=at, &byte);
            // The last letters of base64 hold bits that stand for nothing; written otherwise they
            // are no base64 to this decoder.
            prop_assert!(other == text || seal.open("sps_", &other).is_none());
        }
    }
}
