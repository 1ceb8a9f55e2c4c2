//! Where in a text something begins and ends: texts are prose, URLs and JSON, and in the latter two
//! a letter may belong to the code before it.

/// The next place at which a character begins.
pub(super) fn next(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.chars().next().map_or(1, char::len_utf8)
}

/// Whether a word may begin here: behind the beginning, what is no letter or digit, or a code such as
/// `%20` and `\n`.
pub(super) fn begins(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    !inside_code(text, at)
        && (before
            .chars()
            .next_back()
            .is_none_or(|c| !c.is_alphanumeric())
            || behind_code(before.as_bytes()))
}

/// Whether a word may end here.
pub(super) fn ends(text: &str, at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    rest.chars().next().is_none_or(|c| !c.is_alphanumeric())
}

/// Whether a code ends here: `%2F`, `\n`, `\u00e9`.
pub(super) fn behind_code(before: &[u8]) -> bool {
    match before {
        [.., b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => true,
        [.., b'\\', b'n' | b'r' | b't' | b'b' | b'f'] => true,
        [.., b'\\', b'u', a, b, c, d] => [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()),
        _ => false,
    }
}

/// Whether the character here belongs to a code that begins before it.
pub(super) fn inside_code(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let here = |back: usize| at.checked_sub(back).and_then(|from| bytes.get(from..));
    let percent = |rest: &[u8]| matches!(rest, [b'%', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit());
    let unicode = |rest: &[u8]| {
        let digits = rest.get(2..6);
        rest.starts_with(b"\\u")
            && digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    let letter = |rest: &[u8]| matches!(rest, [b'\\', b'n' | b'r' | b't' | b'b' | b'f' | b'u', ..]);
    here(1).is_some_and(|rest| percent(rest) || letter(rest))
        || here(2).is_some_and(percent)
        || (2..6).any(|back| here(back).is_some_and(unicode))
}

/// `with` in the case of `written`: a plugin that writes an address in capitals finds the stand-in
/// in capitals. Codes have no case.
pub(super) fn cased(written: &str, with: &str) -> String {
    let letters = || {
        let places = written.char_indices();
        let letters =
            places.filter(|(at, c)| *c != '\\' && *c != '%' && !inside_code(written, *at));
        letters.map(|(_, c)| c)
    };
    let upper = letters().any(|c| c.is_ascii_uppercase());
    let lower = letters().any(|c| c.is_ascii_lowercase());
    let turn = |turn: fn(&char) -> char| {
        let places = with.char_indices();
        let turned = places.map(|(at, c)| if inside_code(with, at) { c } else { turn(&c) });
        turned.collect()
    };
    match (upper, lower) {
        (true, false) => turn(char::to_ascii_uppercase),
        (false, true) => turn(char::to_ascii_lowercase),
        _ => with.to_owned(),
    }
}
