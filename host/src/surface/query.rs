//! A query string taken apart: form encoding, strictly UTF-8.

use crate::model::problem::{Code, Problem};
use percent_encoding::percent_decode;
use std::borrow::Cow;

/// The names and values of `query` in the order received. A name without `=` has an empty value.
///
/// # Errors
/// `request.malformed` when a name or value is not UTF-8 once decoded.
pub(super) fn pairs(query: &str) -> impl Iterator<Item = Result<(String, String), Problem>> {
    query
        .split('&')
        .filter(|piece| !piece.is_empty())
        .map(|piece| {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            Ok((decode(name)?, decode(value)?))
        })
}

fn decode(encoded: &str) -> Result<String, Problem> {
    if !encoded.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return Ok(encoded.into());
    }
    let spaced: Cow<'_, str> = match encoded.contains('+') {
        true => encoded.replace('+', " ").into(),
        false => encoded.into(),
    };
    percent_decode(spaced.as_bytes())
        .decode_utf8()
        .map(Cow::into_owned)
        .map_err(|_| {
            Problem::new(
                Code::RequestMalformed,
                "A name or value of the query is not UTF-8 once decoded.",
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(query: &str) -> Result<Vec<(String, String)>, Problem> {
        pairs(query).collect()
    }

    #[test]
    fn a_query_comes_apart_as_forms_are_encoded() {
        let cases: &[(&str, &[(&str, &str)])] = &[
            ("", &[]),
            ("&&", &[]),
            ("a=1&b=2", &[("a", "1"), ("b", "2")]),
            ("a&b=&=c", &[("a", ""), ("b", ""), ("", "c")]),
            ("a=b=c", &[("a", "b=c")]),
            ("phone=%2B46+70", &[("phone", "+46 70")]),
            ("n%C3%A4me=%E2%82%AC", &[("näme", "€")]),
            ("a=100%&b=%zz", &[("a", "100%"), ("b", "%zz")]),
        ];
        for (query, want) in cases {
            let want: Vec<_> = want
                .iter()
                .map(|(k, v)| (k.to_string(), v.to_string()))
                .collect();
            assert_eq!(all(query), Ok(want), "{query}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        for query in ["a=%ff", "%C3=1", "a=%ED%A0%80"] {
            assert_eq!(
                all(query).unwrap_err().code,
                Code::RequestMalformed,
                "{query}"
            );
        }
    }
}
