//! What commands write, and where: answers to standard output, everything else beside it.

use super::stop::Stop;
use serde::Serialize;
use std::io::Write;

/// Writes an answer. A reader that went away (`| head`) is no failure.
pub(crate) fn answer(text: &str) {
    let mut out = std::io::stdout().lock();
    // Nobody is left to be told when standard output is gone.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes an answer as JSON, indented for people.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Stop> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Stop::of("the answer cannot be written as JSON", &error))?;
    answer(&format!("{text}\n"));
    Ok(())
}

/// Writes a line about the work, beside the answer.
pub(crate) fn note(text: &str) {
    let mut out = std::io::stderr().lock();
    // As above.
    let _ = writeln!(out, "{text}");
}

/// A text of a plugin's on one line of a terminal: control characters and marks that turn the
/// direction of writing are left out, for they could hide what stands there.
pub(crate) fn plain(text: &str) -> String {
    text.chars()
        .map(|char| if matches!(char, '\n' | '\r' | '\t') { ' ' } else { char })
        .filter(|char| {
            !char.is_control()
                && !matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        })
        .collect()
}

/// A number with its thousands apart: `50,000,000`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Lines of two columns under a heading; nothing where there are no lines.
pub(crate) fn section(heading: &str, lines: &[(String, String)]) -> String {
    let width = lines
        .iter()
        .map(|(left, _)| left.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for (at, (left, right)) in lines.iter().enumerate() {
        let heading = if at == 0 { heading } else { "" };
        let line = format!("{heading:12}{left:width$}  {right}");
        text += line.trim_end();
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (50_000_000, "50,000,000"),
        ] {
            assert_eq!(count(number), text);
        }
    }

    #[test]
    fn nothing_a_plugin_writes_moves_the_cursor_or_turns_the_line() {
        assert_eq!(plain("a\u{1b}[2Jb\nc\u{202e}d\u{85}e"), "a[2Jb cde");
    }
}
