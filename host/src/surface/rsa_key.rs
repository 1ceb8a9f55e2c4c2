//! An RSA public key as a desk shows it, and what it signed.
//!
//! Freshchat shows its key under the label `RSA PUBLIC KEY`, which promises PKCS#1, while the bytes
//! are a SubjectPublicKeyInfo. The label is therefore not looked at: the bytes say which it is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};

/// A public key of 2048 to 8192 bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RsaKey {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

/// The object identifier of RSA keys, 1.2.840.113549.1.1.1, with tag and length.
const RSA_ENCRYPTION: &[u8] = &[
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01,
];

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;

impl RsaKey {
    /// Reads a key in PEM under any label, or as base64 alone. Line feeds written as `\n`, as
    /// variables of the environment often have them, count as such.
    ///
    /// # Errors
    /// A clause that says what the text is not.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.contains("PRIVATE KEY") {
            return Err("is a private key, which nobody but its owner should have".into());
        }
        let text = text.replace("\\n", "\n");
        let encoded: String = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("-----"))
            .flat_map(|line| line.chars().filter(|c| !c.is_whitespace()))
            .collect();
        let bytes = STANDARD
            .decode(&encoded)
            .map_err(|_| "is no key in PEM: what stands between its lines is not base64")?;
        let key = Self::read(&bytes).ok_or("is no RSA public key")?;
        let bits = key.modulus.len().saturating_mul(8);
        match (2048..=8192).contains(&bits) {
            true => Ok(key),
            false => Err(format!("has {bits} bits; 2048 to 8192 are taken")),
        }
    }

    /// Whether `signature` is this key's over `message`: RSA-SHA256, PKCS#1 v1.5.
    pub fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = RsaPublicKeyComponents {
            n: &self.modulus,
            e: &self.exponent,
        };
        key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            .is_ok()
    }

    /// `SubjectPublicKeyInfo`, or the `RSAPublicKey` that stands inside it.
    fn read(der: &[u8]) -> Option<Self> {
        let mut der = der;
        let mut outer = take(&mut der, SEQUENCE).filter(|_| der.is_empty())?;
        let mut key = outer;
        if outer.first() == Some(&SEQUENCE) {
            let algorithm = take(&mut outer, SEQUENCE)?;
            let bits = take(&mut outer, BIT_STRING).filter(|_| outer.is_empty())?;
            // The first byte counts the bits that are left over at the end: none.
            let mut inner = bits.strip_prefix(&[0])?;
            key = take(&mut inner, SEQUENCE).filter(|_| inner.is_empty())?;
            if !algorithm.starts_with(RSA_ENCRYPTION) {
                return None;
            }
        }
        let modulus = positive(take(&mut key, INTEGER)?)?;
        let exponent = positive(take(&mut key, INTEGER)?)?;
        key.is_empty().then_some(Self { modulus, exponent })
    }
}

/// The content of the next value, which must have this tag.
fn take<'a>(der: &mut &'a [u8], tag: u8) -> Option<&'a [u8]> {
    let (head, rest) = der.split_at_checked(2)?;
    let (length, rest) = match head {
        [found, short @ 0..=0x7f] if *found == tag => (usize::from(*short), rest),
        [found, 0x81] if *found == tag => {
            let (byte, rest) = rest.split_first()?;
            (usize::from(*byte), rest)
        }
        [found, 0x82] if *found == tag => {
            let (bytes, rest) = rest.split_first_chunk::<2>()?;
            (usize::from(u16::from_be_bytes(*bytes)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    *der = rest;
    Some(content)
}

/// The bytes of a number above zero, without the zero in front that keeps it positive.
fn positive(integer: &[u8]) -> Option<Vec<u8>> {
    let bytes = match integer {
        [0, rest @ ..] => rest,
        [first, ..] if *first >= 0x80 => return None,
        bytes => bytes,
    };
    (!bytes.is_empty()).then(|| bytes.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What Freshchat shows: a SubjectPublicKeyInfo under the label of PKCS#1.
    const SHOWN: &str = include_str!("../../../tests/fixtures/freshchat-webhook/old.pem");

    fn value(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], &length[..], content].concat()
    }

    fn pkcs1(modulus: &[u8]) -> Vec<u8> {
        let modulus = value(INTEGER, &[&[0], modulus].concat());
        value(SEQUENCE, &[modulus, value(INTEGER, &[1, 0, 1])].concat())
    }

    #[test]
    fn a_key_is_one_key_however_it_is_written() {
        let key = RsaKey::parse(SHOWN).expect("a key");
        assert_eq!(
            (key.modulus.len(), &key.exponent[..]),
            (256, &[1, 0, 1][..])
        );
        let lines: Vec<&str> = SHOWN.lines().collect();
        let encoded = lines[1..lines.len() - 1].concat();
        let inner = STANDARD.encode(pkcs1(&key.modulus));
        for text in [
            SHOWN.replace("RSA PUBLIC", "PUBLIC"),
            SHOWN.replace('\n', "\\n"),
            SHOWN.replace('\n', "\r\n  "),
            encoded.clone(),
            format!("-----BEGIN RSA PUBLIC KEY-----\n{inner}\n-----END RSA PUBLIC KEY-----"),
        ] {
            assert_eq!(RsaKey::parse(&text).as_ref(), Ok(&key), "{text}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused_with_a_reason() {
        let key = RsaKey::parse(SHOWN).expect("a key");
        let half = STANDARD.encode(pkcs1(&key.modulus[..128]));
        let with_more = STANDARD.encode([pkcs1(&key.modulus), vec![0]].concat());
        for (text, why) in [
            ("", "no RSA public key"),
            ("-----BEGIN PUBLIC KEY-----\n%\n", "not base64"),
            ("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n", "a private key"),
            (&half, "1024 bits"),
            (&with_more, "no RSA public key"),
        ] {
            let refused = RsaKey::parse(text).expect_err(text);
            assert!(refused.contains(why), "{refused}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_key_or_none(bytes in prop::collection::vec(any::<u8>(), 0..64), flip in any::<prop::sample::Index>()) {
            let _ = RsaKey::parse(&STANDARD.encode(&bytes));
            let mut der = pkcs1(&[0xc5; 256]);
            let at = flip.index(der.len());
            der.splice(at..at, bytes);
            let _ = RsaKey::parse(&STANDARD.encode(der)).map(|key| key.signed(b"x", b"y"));
        }
    }
}
