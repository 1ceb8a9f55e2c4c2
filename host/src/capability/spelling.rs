//! The ways in which a server may write a secret back.

use base64::Engine as _;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

/// What RFC 3986 leaves as it is, so that both habits of encoding are known.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// One way of writing, overwritten when dropped.
pub(super) type Spelling = Zeroizing<Vec<u8>>;

/// The usual spellings of `text`: as it is, in JSON, percent-encoded, in hex, and in base64 wherever
/// in an encoded text it stands. Some may be the same.
///
/// Every buffer has room for the longest text that may come into it: one that grew would leave a
/// copy of the secret behind.
pub(super) fn spellings(text: &str) -> Vec<Spelling> {
    let loose = percent(text, RESERVED, "%20");
    let strict = percent(text, NON_ALPHANUMERIC, "%20");
    let mut all: Vec<Spelling> = [
        lower_codes(&loose),
        lower_codes(&strict),
        percent(text, RESERVED, "+"),
        loose,
        strict,
        hex(text, false),
        hex(text, true),
        STANDARD_NO_PAD.encode(text),
        URL_SAFE_NO_PAD.encode(text),
    ]
    .into_iter()
    .map(|spelling| Zeroizing::new(spelling.into_bytes()))
    .collect();
    all.push(Zeroizing::new(text.as_bytes().to_vec()));
    all.extend([&b""[..], b"/", b"<>&"].map(|also| json(text, also)));
    for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
        all.extend((0..3).map(|before| inside_base64(engine, text, before)));
    }
    all
}

/// What base64 makes of `text` behind `before` other bytes, modulo three: the letters that depend on
/// the text alone. Up to four bits at each end stand in letters that it shares with its neighbours.
fn inside_base64(engine: &GeneralPurpose, text: &str, before: usize) -> Spelling {
    let mut bytes = Zeroizing::new(Vec::with_capacity(before + text.len()));
    bytes.resize(before, 0);
    bytes.extend_from_slice(text.as_bytes());
    let encoded = Zeroizing::new(engine.encode(bytes.as_slice()));
    let (first, end) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
    let letters = encoded.as_bytes().get(first..end).unwrap_or_default();
    Zeroizing::new(letters.to_vec())
}

/// Percent-encoded, with `space` for a space.
fn percent(text: &str, set: &'static AsciiSet, space: &'static str) -> String {
    let codes = utf8_percent_encode(text, set);
    let mut written = String::with_capacity(text.len() * 3);
    written.extend(codes.map(|code| if code == "%20" { space } else { code }));
    written
}

/// As the inside of a JSON text. Some writers also escape slashes, others what is markup in HTML.
fn json(text: &str, also: &[u8]) -> Spelling {
    let mut written = Zeroizing::new(Vec::with_capacity(text.len() * 6));
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => written.extend([b'\\', byte]),
            b'/' if also.contains(&byte) => written.extend(b"\\/"),
            0..0x20 => escape(&mut written, byte),
            _ if also.contains(&byte) => escape(&mut written, byte),
            _ => written.push(byte),
        }
    }
    written
}

/// A byte as `\u00xx`.
fn escape(into: &mut Vec<u8>, byte: u8) {
    into.extend(b"\\u00");
    into.extend([byte >> 4, byte & 15].map(|half| digit(half, false)));
}

fn hex(text: &str, upper: bool) -> String {
    let halves = text.bytes().flat_map(|byte| [byte >> 4, byte & 15]);
    let mut written = String::with_capacity(text.len() * 2);
    written.extend(halves.map(|half| char::from(digit(half, upper))));
    written
}

fn digit(half: u8, upper: bool) -> u8 {
    match (half, upper) {
        (0..10, _) => b'0' + half,
        (_, false) => b'a' + half - 10,
        (_, true) => b'A' + half - 10,
    }
}

/// The same text with its percent codes in lower case.
fn lower_codes(text: &str) -> String {
    let mut rest_of_code = 0;
    let mut written = String::with_capacity(text.len());
    written.extend(text.chars().map(|c| {
        let in_code = rest_of_code > 0;
        rest_of_code = if c == '%' {
            2
        } else {
            rest_of_code - i32::from(in_code)
        };
        if in_code { c.to_ascii_lowercase() } else { c }
    }));
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text with everything that some encoding writes in another way.
    const SECRET: &str = "s3cr/et+\"va<l>?ue&\\ok";

    fn has(spelling: &str) -> bool {
        spellings(SECRET)
            .iter()
            .any(|known| known.as_slice() == spelling.as_bytes())
    }

    #[test]
    fn every_usual_writer_is_known() {
        for spelling in [
            SECRET,
            "s3cr/et+\\\"va<l>?ue&\\\\ok",
            "s3cr\\/et+\\\"va<l>?ue&\\\\ok",
            "s3cr/et+\\\"va\\u003cl\\u003e?ue\\u0026\\\\ok",
            "s3cr%2Fet%2B%22va%3Cl%3E%3Fue%26%5Cok",
            "s3cr%2fet%2b%22va%3cl%3e%3fue%26%5cok",
            "733363722f65742b2276613c6c3e3f7565265c6f6b",
            "733363722F65742B2276613C6C3E3F7565265C6F6B",
        ] {
            assert!(has(spelling), "{spelling}");
        }
        let written = serde_json::Value::from(SECRET).to_string();
        assert!(has(written.trim_matches('"')), "{written}");
    }

    #[test]
    fn base64_is_found_wherever_the_text_stands() {
        for (before, after) in [
            ("", ""),
            ("a", "b"),
            ("ab", "cd"),
            ("abc", "def"),
            ("xy", ""),
        ] {
            for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
                let encoded = engine.encode(format!("{before}{SECRET}{after}"));
                let found = spellings(SECRET).iter().any(|spelling| {
                    spelling.len() * 6 >= SECRET.len() * 8 - 10
                        && encoded
                            .as_bytes()
                            .windows(spelling.len())
                            .any(|window| window == spelling.as_slice())
                });
                assert!(found, "{before:?} {after:?} in {encoded}");
            }
        }
    }
}
