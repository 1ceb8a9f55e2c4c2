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
