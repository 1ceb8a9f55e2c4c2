//! Picking values out of an answer: paths, and texts with paths in double braces.

use serde_json::Value;
use sidepane_sdk::url;

/// The longest text that is shown, in characters. A card's texts have 4 KiB at most.
const LONGEST: usize = 900;

/// Where a value stands: names, and places in lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Path(Vec<String>);

impl Path {
    /// The answer itself.
    pub(crate) fn root() -> Self {
        Self::default()
    }

    /// Reads `orders.0.items`; an empty text is the answer itself.
    pub(crate) fn parse(value: &Value) -> Option<Self> {
        value.as_str().map(Self::of)
    }

    fn of(text: &str) -> Self {
        let names = text.trim().split('.').filter(|name| !name.is_empty());
        Self(names.map(str::to_owned).collect())
    }

    fn value<'a>(&self, answer: &'a Value) -> &'a Value {
        self.0.iter().fold(answer, |value, name| {
            let found = match value {
                Value::Object(members) => members.get(name),
                Value::Array(items) => name.parse::<usize>().ok().and_then(|at| items.get(at)),
                _ => None,
            };
            found.unwrap_or(&Value::Null)
        })
    }

    /// The items there; one that is no list is its only item, and nothing has none.
    pub(crate) fn items<'a>(&self, answer: &'a Value) -> &'a [Value] {
        match self.value(answer) {
            Value::Null => &[],
            Value::Array(items) => items,
            one => std::slice::from_ref(one),
        }
    }
}

/// A text with values of the answer in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pick(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Of(Path),
}

impl Pick {
    /// Reads a text such as `{{order.number}} ({{order.state}})`.
    ///
    /// # Errors
    ///
    /// Braces have no end, or name a secret or the contact: an answer has neither.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (path, behind) = after
                .split_once("}}")
                .ok_or_else(|| format!("`{text}` has braces without an end"))?;
            if path.trim().starts_with("secret.") {
                return Err(format!("`{text}` is shown, and a secret is not"));
            }
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(Piece::Of(Path::of(path)));
            rest = behind;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        pieces.retain(|piece| !matches!(piece, Piece::Text(text) if text.is_empty()));
        Ok(Self(pieces))
    }

    /// The member `name` of an object, whatever its name.
    pub(crate) fn member(name: &str) -> Self {
        Self(vec![Piece::Of(Path(vec![name.to_owned()]))])
    }

    /// The whole answer.
    pub(crate) fn whole() -> Self {
        Self(vec![Piece::Of(Path::root())])
    }

    /// The text for an answer; empty when none of its values is there.
    pub(crate) fn text(&self, answer: &Value) -> String {
        self.filled(answer, str::to_owned)
            .map_or_else(String::new, shortened)
    }

    /// The address for an answer; none when one of its values is not there. A value that is the whole
    /// of it stands as it is, and the host judges it; in an address that is written out it is
    /// encoded.
    pub(crate) fn link(&self, answer: &Value) -> Option<String> {
        let whole = matches!(self.0.as_slice(), [Piece::Of(_)]);
        let is_missing = |piece: &Piece| match piece {
            Piece::Text(_) => false,
            Piece::Of(path) => shown(path.value(answer)).is_empty(),
        };
        if self.0.iter().any(is_missing) {
            return None;
        }
        self.filled(answer, if whole { str::to_owned } else { url::encode })
    }

    fn filled(&self, answer: &Value, encode: fn(&str) -> String) -> Option<String> {
        let mut something = self.0.iter().all(|piece| matches!(piece, Piece::Text(_)));
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Of(path) => {
                let value = shown(path.value(answer));
                something |= !value.is_empty();
                encode(&value)
            }
        });
        let text: String = pieces.collect();
        something.then_some(text)
    }
}

/// A value as agents read it.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.trim().to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(items)
            if items
                .iter()
                .all(|item| !item.is_object() && !item.is_array()) =>
        {
            let items = items.iter().map(shown).filter(|item| !item.is_empty());
            items.collect::<Vec<_>>().join(", ")
        }
        Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_picked_by_path() {
        let answer = json!({
            "a": {"b": [{"c": "x"}, {"c": " y "}]}, "n": -2.5, "t": true, "l": ["p", 1, null],
            "o": {"k": 1}, "long": "é".repeat(1_000), "url": "https://a.example/?a=1&b=2",
        });
        for (text, want) in [
            ("{{a.b.1.c}}", "y"),
            ("{{ n }} / {{t}}", "-2.5 / true"),
            ("{{l}}", "p, 1"),
            ("{{o}}", "{\"k\":1}"),
            ("{{a.b.9.c}}", ""),
            ("Nr {{a.x}}", ""),
            ("plain", "plain"),
            ("{{a.x}}-{{n}}", "--2.5"),
        ] {
            assert_eq!(Pick::parse(text).expect(text).text(&answer), want, "{text}");
        }
        let long = Pick::parse("{{long}}").expect("a pick").text(&answer);
        assert_eq!(long.chars().count(), LONGEST + 1);
        let link = |text: &str| Pick::parse(text).expect(text).link(&answer);
        assert_eq!(
            link("{{url}}").as_deref(),
            Some("https://a.example/?a=1&b=2")
        );
        assert_eq!(
            link("https://b.example/{{url}}").as_deref(),
            Some("https://b.example/https%3A%2F%2Fa.example%2F%3Fa%3D1%26b%3D2")
        );
        assert_eq!(link("https://b.example/{{none}}"), None);
        assert_eq!(Path::of("").items(&json!([1, 2])).len(), 2);
        assert_eq!(Path::of("a").items(&json!({"a": null})).len(), 0);
        assert_eq!(Path::of("a").items(&json!({"a": {"b": 1}})).len(), 1);
        assert!(Pick::parse("{{a").is_err());
        assert!(Pick::parse("{{secret.api_key}}").is_err());
    }
}
