//! A moment in one of the ways desks write it.

use super::json::Json;
use super::strict::wrong;
use crate::model::problem::Problem;
use crate::model::time::Millis;

/// Smaller numbers are seconds: as milliseconds they would lie before March 1973, when there was no
/// desk; larger ones as seconds after the year 5000.
const SECONDS_BELOW: f64 = 1e11;

/// Reads seconds or milliseconds since 1970, with or without a fraction, as a number or as a text,
/// or RFC 3339. Zero is how desks write "never".
///
/// # Errors
/// `request.invalid_field` when it says something that is no moment.
pub(super) fn read(field: &str, value: &Json) -> Result<Option<Millis>, Problem> {
    let found = match value {
        Json::Text(text) if text.is_empty() => return Ok(None),
        Json::Text(text) => Millis::parse(text).or_else(|| of_number(text.parse().ok()?)),
        Json::Number(number) => number.as_f64().and_then(of_number),
        unsaid if !unsaid.is_said() => return Ok(None),
        _ => None,
    };
    match found {
        Some(Millis(0)) => Ok(None),
        Some(moment) => Ok(Some(moment)),
        None => Err(wrong(
            field,
            "it must be seconds or milliseconds since 1970, or RFC 3339 with its offset",
        )),
    }
}

fn of_number(number: f64) -> Option<Millis> {
    let millis = match number.abs() < SECONDS_BELOW {
        true => number * 1000.0,
        false => number,
    };
    let last = Millis::MAX.0 as f64;
    // Rounded, since a fraction such as .214 has no exact form.
    (0.0..=last)
        .contains(&millis)
        .then(|| Millis(millis.round() as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_many_ways() {
        for (text, want) in [
            ("1763984096214", Some(1_763_984_096_214)),
            ("1763984096214.0", Some(1_763_984_096_214)),
            ("1763984096", Some(1_763_984_096_000)),
            ("1763984096.214", Some(1_763_984_096_214)),
            ("\"1763984096214\"", Some(1_763_984_096_214)),
            ("\"1763984096.214\"", Some(1_763_984_096_214)),
            ("\"2025-11-24T11:34:56.214Z\"", Some(1_763_984_096_214)),
            ("\"2025-11-24T12:34:56.214+01:00\"", Some(1_763_984_096_214)),
            ("0", None),
            ("null", None),
            ("{}", None),
            ("\"\"", None),
        ] {
            let read = read("timestamp", &Json::read(text.as_bytes()).unwrap());
            assert_eq!(read, Ok(want.map(Millis)), "{text}");
        }
        for bad in [
            "-1", "1e300", "true", "[1]", "\"soon\"", "\"NaN\"", "\"inf\"",
        ] {
            let read = read("timestamp", &Json::read(bad.as_bytes()).unwrap());
            assert_eq!(
                read.unwrap_err().field.as_deref(),
                Some("timestamp"),
                "{bad}"
            );
        }
    }
}
