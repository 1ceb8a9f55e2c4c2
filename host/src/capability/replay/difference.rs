//! The first difference between a recording and its replay, in words: where, what was recorded, what
//! came.

use crate::model::http::{HeaderValue, SecretFormat};
use crate::model::recording::{Ending, Recording, Sent, Step, StoreCall, Written};
use std::fmt::Write as _;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where: which call, and what of it.
    pub place: String,
    /// What was recorded.
    pub expected: String,
    /// What came.
    pub came: String,
}

impl Difference {
    /// Something was recorded, and the call ended without it.
    pub(super) fn missing(number: usize, step: &Step) -> Self {
        Self {
            place: call(number),
            expected: told(step),
            came: "the end of the call".to_owned(),
        }
    }

    /// Something else was recorded than what is described in `came`.
    pub(super) fn another(number: usize, step: &Step, came: &Self) -> Self {
        Self {
            place: call(number),
            expected: told(step),
            came: came.came.clone(),
        }
    }

    /// Requests for which nothing is recorded.
    pub(super) fn unexpected_requests(
        number: usize,
        requests: &[Sent],
        recording: &Recording,
    ) -> Self {
        Self {
            place: call(number),
            expected: end(recording),
            came: lines(requests),
        }
    }

    /// A use of the store for which nothing is recorded.
    pub(super) fn unexpected_value(
        number: usize,
        value: &StoreCall,
        recording: &Recording,
    ) -> Self {
        Self {
            place: call(number),
            expected: end(recording),
            came: use_of(value),
        }
    }
}

/// The first difference between two endings: the word, the code, then text by text.
pub fn of_endings(recorded: &Ending, came: &Ending) -> Option<Difference> {
    let differ = |place: &str, expected: String, came: String| {
        let place = place.to_owned();
        Some(Difference {
            place,
            expected,
            came,
        })
    };
    if (recorded.kind, &recorded.code) != (came.kind, &came.code) {
        return differ("the outcome", outcome(recorded), outcome(came));
    }
    let nothing = "nothing";
    let mut rest = came.texts.iter();
    for (place, text) in &recorded.texts {
        match rest.next() {
            Some((same, other)) if same == place && other == text => {}
            Some((same, other)) if same == place => {
                return differ(place, quoted(text), quoted(other));
            }
            // One of the two has something that the other has not: the one that is missing is told.
            Some((other, new)) if recorded.texts.iter().all(|(known, _)| known != other) => {
                return differ(other, nothing.to_owned(), quoted(new));
            }
            _ => return differ(place, quoted(text), nothing.to_owned()),
        }
    }
    let (place, text) = rest.next()?;
    differ(place, nothing.to_owned(), quoted(text))
}

/// What an ending is, in one line.
pub fn outcome(ending: &Ending) -> String {
    let mut text = ending.kind.as_str().to_owned();
    if let Some(code) = &ending.code {
        let _ = write!(text, ", {code}");
    }
    if let Some((_, message)) = ending.texts.iter().find(|(place, _)| place == "message") {
        let _ = write!(text, ": {message}");
    }
    text
}

/// The first difference between requests.
pub(super) fn of_requests(number: usize, expected: &[Sent], came: &[Sent]) -> Option<Difference> {
    if expected.len() != came.len() {
        return Some(Difference {
            place: call(number),
            expected: lines(expected),
            came: lines(came),
        });
    }
    let side_by_side = expected.len() > 1;
    let mut pairs = expected.iter().zip(came).enumerate();
    pairs.find_map(|(at, (expected, came))| {
        let (part, one, other) = of_request(expected, came)?;
        let request = match side_by_side {
            true => format!("call {number}, request {}", at + 1),
            false => call(number),
        };
        Some(Difference {
            place: format!("{request}, {} {}, {part}", expected.method, expected.url),
            expected: one,
            came: other,
        })
    })
}

fn of_request(expected: &Sent, came: &Sent) -> Option<(String, String, String)> {
    let differ = |part: &str, one: String, other: String| Some((part.to_owned(), one, other));
    if expected.method != came.method {
        return differ("method", expected.method.clone(), came.method.clone());
    }
    if expected.url != came.url {
        return differ("url", expected.url.clone(), came.url.clone());
    }
    let (one, other) = (headers(expected), headers(came));
    let gone = one.iter().find(|header| !other.contains(header));
    let new = other.iter().find(|header| !one.contains(header));
    if gone.is_some() || new.is_some() || one.len() != other.len() {
        let text = |header: Option<&String>| header.map_or("no other header".into(), Clone::clone);
        return differ("header", text(gone), text(new));
    }
    let (one, other) = (&expected.body, &came.body);
    if one != other {
        let text = |body: &Option<Written>| body.as_ref().map_or("none".to_owned(), body_text);
        let (one, other) = apart(&text(one), &text(other));
        return differ("body", one, other);
    }
    (expected.timeout_ms != came.timeout_ms).then(|| {
        let text = |ms: Option<u32>| ms.map_or("none".to_owned(), |ms| format!("{ms} ms"));
        let (one, other) = (text(expected.timeout_ms), text(came.timeout_ms));
        ("timeout".to_owned(), one, other)
    })
}

/// Headers as they are compared: names without case.
fn headers(sent: &Sent) -> Vec<String> {
    let line = |(name, value): &(String, HeaderValue)| {
        format!("{}: {}", name.to_ascii_lowercase(), header(value))
    };
    sent.headers.iter().map(line).collect()
}

/// A header's value, with `{name}` where the host writes a secret.
fn header(value: &HeaderValue) -> String {
    match value {
        HeaderValue::Plain(text) => text.clone(),
        HeaderValue::Secret { name, format } => match format {
            SecretFormat::Raw => format!("{{{name}}}"),
            SecretFormat::Bearer => format!("Bearer {{{name}}}"),
            SecretFormat::BasicUser { password } => format!("Basic {{{name}}}:{password}"),
            SecretFormat::BasicPassword { user } => format!("Basic {user}:{{{name}}}"),
        },
    }
}

fn body_text(body: &Written) -> String {
    match body {
        Written::Text(text) => text.clone(),
        Written::Withheld { bytes } => format!("{bytes} bytes"),
    }
}

/// How much of a long text is shown around the place where it differs.
const SHOWN: usize = 60;

/// Two texts, cut to where they differ when they are long.
fn apart(one: &str, other: &str) -> (String, String) {
    let pairs = one.char_indices().zip(other.chars());
    let same = pairs.take_while(|((_, a), b)| a == b).count();
    let cut = |text: &str| {
        let total = text.chars().count();
        let from = same.saturating_sub(SHOWN / 2);
        let shown: String = text.chars().skip(from).take(SHOWN * 2).collect();
        let before = if from > 0 { "…" } else { "" };
        let after = if from + SHOWN * 2 < total { "…" } else { "" };
        format!("{before}{shown}{after}")
    };
    (cut(one), cut(other))
}

fn call(number: usize) -> String {
    format!("call {number}")
}

fn end(recording: &Recording) -> String {
    format!("the end of the call: {}", outcome(&recording.ending))
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}

fn told(step: &Step) -> String {
    match step {
        Step::Http { requests, .. } => lines(requests),
        Step::Store { call, .. } => use_of(call),
        // Nothing else is compared.
        step => format!("{step:?}"),
    }
}

fn lines(requests: &[Sent]) -> String {
    let each = requests
        .iter()
        .map(|sent| format!("{} {}", sent.method, sent.url));
    match each.len() {
        0 => "no requests".to_owned(),
        _ => each.collect::<Vec<_>>().join(" and "),
    }
}

fn use_of(call: &StoreCall) -> String {
    let lasting = |ttl_s: &Option<u32>| ttl_s.map_or(String::new(), |s| format!(" for {s} s"));
    match call {
        StoreCall::Get { key } => format!("store get {key:?}"),
        StoreCall::Set { key, value, ttl_s } => {
            format!("store set {key:?} to {value:?}{}", lasting(ttl_s))
        }
        StoreCall::CompareAndSet {
            key,
            expected,
            value,
            ttl_s,
        } => format!(
            "store set {key:?} from {expected:?} to {value:?}{}",
            lasting(ttl_s)
        ),
        StoreCall::Increment { key, delta } => format!("store increment {key:?} by {delta}"),
        StoreCall::Remove { key } => format!("store remove {key:?}"),
        StoreCall::ListKeys {
            prefix,
            after,
            limit,
        } => format!("store list {prefix:?} after {after:?}, {limit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::recording::EndingKind;

    fn sent() -> Sent {
        Sent {
            method: "POST".into(),
            url: "https://crm.example/v1/orders".into(),
            headers: vec![
                ("Accept".into(), HeaderValue::Plain("*/*".into())),
                (
                    "authorization".into(),
                    HeaderValue::Secret {
                        name: "key".into(),
                        format: SecretFormat::Bearer,
                    },
                ),
            ],
            body: Some(Written::Text(r#"{"id":7}"#.into())),
            timeout_ms: None,
        }
    }

    #[test]
    fn the_part_of_a_request_that_differs_is_named() {
        type Change = fn(&mut Sent);
        let all: [(Change, &str, &str, &str); 6] = [
            (|sent| sent.method = "PUT".into(), "method", "POST", "PUT"),
            (
                |sent| sent.url += "?x",
                "url",
                "https://crm.example/v1/orders",
                "https://crm.example/v1/orders?x",
            ),
            (
                |sent| drop(sent.headers.pop()),
                "header",
                "authorization: Bearer {key}",
                "no other header",
            ),
            (
                |sent| sent.headers[0].1 = HeaderValue::Plain("text/plain".into()),
                "header",
                "accept: */*",
                "accept: text/plain",
            ),
            (
                |sent| sent.body = Some(Written::Text(r#"{"id":8}"#.into())),
                "body",
                r#"{"id":7}"#,
                r#"{"id":8}"#,
            ),
            (
                |sent| sent.timeout_ms = Some(500),
                "timeout",
                "none",
                "500 ms",
            ),
        ];
        for (change, part, expected, came) in all {
            let mut other = sent();
            change(&mut other);
            let found = of_requests(3, &[sent()], &[other]).expect("a difference");
            let place = format!("call 3, POST https://crm.example/v1/orders, {part}");
            assert_eq!(found.place, place);
            assert_eq!(
                (found.expected.as_str(), found.came.as_str()),
                (expected, came)
            );
        }
        let mut same = sent();
        same.headers[0].0 = "ACCEPT".into();
        assert_eq!(of_requests(1, &[sent()], &[same]), None);
    }

    #[test]
    fn a_long_body_is_shown_where_it_differs() {
        let long = "x".repeat(500);
        let (one, other) = apart(&format!("{long}a{long}"), &format!("{long}b{long}"));
        assert!(
            one.starts_with('…') && one.ends_with('…') && one.contains("xa"),
            "{one}"
        );
        assert!(other.contains("xbx"), "{other}");
        assert!(one.chars().count() < 130);
    }

    fn ending(texts: &[(&str, &str)]) -> Ending {
        Ending {
            texts: texts
                .iter()
                .map(|(a, b)| ((*a).into(), (*b).into()))
                .collect(),
            ..Ending::of(EndingKind::Card)
        }
    }

    #[test]
    fn the_first_text_of_a_card_that_differs_is_named() {
        let recorded = ending(&[("a", "1"), ("b", "2"), ("c", "3")]);
        for (came, wanted) in [
            (ending(&[("a", "1"), ("b", "2"), ("c", "3")]), None),
            (
                ending(&[("a", "1"), ("b", "x"), ("c", "y")]),
                Some(("b", "\"2\"", "\"x\"")),
            ),
            (
                ending(&[("a", "1"), ("c", "3")]),
                Some(("b", "\"2\"", "nothing")),
            ),
            (
                ending(&[("a", "1"), ("new", "0"), ("b", "2"), ("c", "3")]),
                Some(("new", "nothing", "\"0\"")),
            ),
            (
                ending(&[("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")]),
                Some(("d", "nothing", "\"4\"")),
            ),
            (
                Ending::of(EndingKind::Empty),
                Some(("the outcome", "card", "empty")),
            ),
        ] {
            let found = of_endings(&recorded, &came);
            let found = found.as_ref().map(|one| {
                let Difference {
                    place,
                    expected,
                    came,
                } = one;
                (place.as_str(), expected.as_str(), came.as_str())
            });
            assert_eq!(found, wanted);
        }
    }
}
