//! A request's JSON as it was written: names in order, none lost when written twice.

use crate::model::problem::{Code, Problem};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use std::fmt;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads a whole body.
    ///
    /// # Errors
    /// `request.malformed` with the place at which it stops being JSON.
    pub(super) fn read(body: &[u8]) -> Result<Self, Problem> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Err(Problem::new(
                Code::RequestMalformed,
                "The body is empty; it must be a JSON object.",
            ));
        }
        serde_json::from_slice(body).map_err(|error| {
            Problem::new(
                Code::RequestMalformed,
                format!(
                    "The body stops being JSON at line {}, column {}.",
                    error.line(),
                    error.column()
                ),
            )
            .detail(error.to_string())
        })
    }

    /// The pairs of an object, or what it is instead.
    pub(super) fn into_object(self) -> Result<Vec<(String, Json)>, &'static str> {
        match self {
            Json::Object(pairs) => Ok(pairs),
            other => Err(other.kind()),
        }
    }

    /// The text itself, or the JSON of anything else.
    pub(super) fn into_text(self) -> String {
        match self {
            Json::Text(text) => text,
            // Nothing here can fail to be written: every name is a text.
            other => serde_json::to_string(&other).unwrap_or_default(),
        }
    }

    /// The kind with its article, for "`email` is a number".
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "true or false",
            Json::Number(_) => "a number",
            Json::Text(_) => "a text",
            Json::List(_) => "a list",
            Json::Object(_) => "an object",
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Json;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }

            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json::Null)
            }

            fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
                Ok(Json::Bool(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
                Ok(Json::Number(value.into()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
                Ok(Json::Number(value.into()))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
                Ok(serde_json::Number::from_f64(value).map_or(Json::Null, Json::Number))
            }

            fn visit_str<E>(self, value: &str) -> Result<Json, E> {
                Ok(Json::Text(value.into()))
            }

            fn visit_string<E>(self, value: String) -> Result<Json, E> {
                Ok(Json::Text(value))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    list.push(item);
                }
                Ok(Json::List(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = entries.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Json::Object(pairs))
            }
        }

        deserializer.deserialize_any(Any)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(value) => serializer.serialize_bool(*value),
            Json::Number(value) => value.serialize(serializer),
            Json::Text(text) => serializer.serialize_str(text),
            Json::List(items) => serializer.collect_seq(items),
            Json::Object(pairs) => serializer.collect_map(pairs.iter().map(|(k, v)| (k, v))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_becomes_its_json() {
        let body = br#" {"a":"x","b":1,"c":[true,null,{"d":"\u00e4"}],"e":-2.5,"a":"y"} "#;
        let texts: Vec<(String, String)> = Json::read(body)
            .unwrap()
            .into_object()
            .unwrap()
            .into_iter()
            .map(|(name, value)| (name, value.into_text()))
            .collect();
        let want = [
            ("a", "x"),
            ("b", "1"),
            ("c", r#"[true,null,{"d":"ä"}]"#),
            ("e", "-2.5"),
            ("a", "y"),
        ];
        assert_eq!(texts, want.map(|(k, v)| (k.into(), v.into())));
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_place() {
        let nested = "[".repeat(4_000);
        for body in [
            "",
            " \n",
            "{",
            "{\"a\":1,}",
            "nul",
            "\"\u{1}\"",
            "{} {}",
            &nested,
        ] {
            let problem = Json::read(body.as_bytes()).unwrap_err();
            assert_eq!(problem.code, Code::RequestMalformed, "{body:?}");
        }
        assert!(Json::read(b"\"\xff\"").is_err());
        let problem = Json::read(b"{\n \"a\": ]").unwrap_err();
        assert_eq!(
            problem.message,
            "The body stops being JSON at line 2, column 7."
        );
    }
}
