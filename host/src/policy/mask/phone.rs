//! Telephone numbers: with a `+` wherever they stand, and those that are known in any writing.

use super::spot;
use std::ops::RangeInclusive;

/// Digits of a number, with the country's. Fewer are a room, more are no number.
pub(super) const DIGITS: RangeInclusive<usize> = 7..=15;

/// A number that was found.
pub(super) struct Found {
    /// Where its digits begin.
    pub(super) begin: usize,
    /// Where they end.
    pub(super) end: usize,
    /// The digits alone.
    pub(super) digits: String,
}

/// The digits of a text.
pub(super) fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Digits that stand in for the number of this place: as many, and with the beginning of numbers that
/// nobody has.
pub(super) fn stand_in(number: usize, length: usize) -> String {
    let width = length.saturating_sub(3);
    let number = (number + 1).to_string();
    format!("155{number:0>width$}")
}

/// `with` in the writing of `written`: digit for digit, and all else as it is.
pub(super) fn over(written: &str, with: &str) -> String {
    let mut with = with.chars();
    let digit = |c: char| {
        if c.is_ascii_digit() {
            with.next().unwrap_or(c)
        } else {
            c
        }
    };
    written.chars().map(digit).collect()
}

/// How long a `+` is that begins at `at`, as it is or as URLs have it.
pub(super) fn plus(text: &str, at: usize) -> Option<usize> {
    match text.as_bytes().get(at..)? {
        [b'+', ..] => Some(1),
        [b'%', b'2', b'B' | b'b', ..] => Some(3),
        _ => None,
    }
}

/// The longest number that begins at `at` and ends where a part of it does.
pub(super) fn any(text: &str, at: usize) -> Option<Found> {
    let (mut digits, mut found) = (String::new(), None);
    let mut run = run(text.as_bytes(), at).peekable();
    while let Some((digit, end)) = run.next() {
        digits.push(char::from(digit));
        let part = run.peek().is_none_or(|(_, next)| *next > end + 1);
        if part && DIGITS.contains(&digits.len()) {
            let (begin, digits) = (at, digits.clone());
            found = Some(Found { begin, end, digits });
        }
        if digits.len() > *DIGITS.end() {
            break;
        }
    }
    found
}

/// The number of these digits that begins at `at`, however it is written.
pub(super) fn known(text: &str, at: usize, digits: &str) -> Option<Found> {
    let mut run = run(text.as_bytes(), at);
    let mut end = at;
    for digit in digits.bytes() {
        let (found, behind) = run.next()?;
        if found != digit {
            return None;
        }
        end = behind;
    }
    let (begin, digits) = (at, digits.to_owned());
    spot::ends(text, end).then_some(Found { begin, end, digits })
}

/// Digits from `at` on, each with the place behind it; at most two of the marks that people write
/// into numbers stand between two of them.
fn run(bytes: &[u8], at: usize) -> impl Iterator<Item = (u8, usize)> {
    let mut here = at;
    std::iter::from_fn(move || {
        for _ in 0..3 {
            match bytes.get(here..)? {
                [digit, ..] if digit.is_ascii_digit() => {
                    here += 1;
                    return Some((*digit, here));
                }
                [b' ' | b'-' | b'.' | b'(' | b')' | b'/', ..] if here > at => here += 1,
                [b'%', b'2', b'0', ..] if here > at => here += 3,
                _ => return None,
            }
        }
        None
    })
}
