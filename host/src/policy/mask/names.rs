//! Texts that are looked for as they are: what is known of the people in a question, in the
//! spellings of URLs and JSON.

use super::spot;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What RFC 3986 leaves as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A text to look for, whatever the case of its Latin letters.
pub(super) struct Needle {
    /// The text.
    pub(super) text: String,
    with: String,
    /// Whether it is found only where it is no part of a longer word.
    whole: bool,
}

impl Needle {
    /// Whether it stands at `at`: where it ends, and what stands in for it.
    pub(super) fn at(&self, text: &str, at: usize) -> Option<(usize, String)> {
        let end = at + self.text.len();
        let written = text.get(at..end)?;
        let there = written.eq_ignore_ascii_case(&self.text)
            && (!self.whole || spot::begins(text, at) && spot::ends(text, end));
        there.then(|| (end, spot::cased(written, &self.with)))
    }
}

/// What stands in for the word of this number. No digits: a plugin may look for them.
pub(super) fn stand_in(number: usize) -> String {
    let mut letters = String::new();
    let mut rest = number;
    loop {
        let letter = u8::try_from(rest % 26).unwrap_or(0);
        letters.insert(0, char::from(b'a' + letter));
        match rest / 26 {
            0 => return format!("Name{letters}"),
            more => rest = more - 1,
        }
    }
}

/// The words of a name that are looked for each for itself: three letters or more, two where they are
/// not Latin. Shorter ones stand in every second text by chance.
pub(super) fn words(name: &str) -> impl Iterator<Item = &str> {
    let all = name.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’');
    all.filter(|word| {
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        letters >= if word.is_ascii() { 3 } else { 2 }
    })
}

/// A text in its usual spellings, and its stand-in in the same.
pub(super) fn needles(text: &str, with: &str, whole: bool) -> Vec<Needle> {
    let mut all: Vec<Needle> = Vec::new();
    let mut add = |text: String, with: String| {
        if !text.is_empty()
            && !all
                .iter()
                .any(|needle| needle.text.eq_ignore_ascii_case(&text))
        {
            all.push(Needle { text, with, whole });
        }
    };
    // Letters beyond ASCII are compared as they are.
    for text in [text.to_owned(), text.to_lowercase(), text.to_uppercase()] {
        for set in [RESERVED, NON_ALPHANUMERIC] {
            let percent = |text: &str| utf8_percent_encode(text, set).to_string();
            add(percent(&text), percent(with));
        }
        add(escaped(&text), with.to_owned());
        add(text, with.to_owned());
    }
    all
}

/// With `\u00e9` for what is not ASCII, as many write JSON.
fn escaped(text: &str) -> String {
    let mut written = String::new();
    for unit in text.encode_utf16() {
        match u8::try_from(unit).ok().filter(u8::is_ascii) {
            Some(byte) => written.push(char::from(byte)),
            None => written.push_str(&format!("\\u{unit:04x}")),
        }
    }
    written
}
