//! Names with their texts, read into a plugin's own struct: settings, and what a form was filled in
//! with.

use std::fmt;
use std::str::FromStr;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{self, DeserializeOwned, IntoDeserializer, Visitor};

/// Why the texts are not the struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unfit {
    /// Whose text it is; none where that is not known.
    pub(crate) name: Option<String>,
    why: Why,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Why {
    Missing,
    /// It is not this.
    IsNot(String),
    Other(String),
}

impl Unfit {
    /// For a person in front of the field.
    pub(crate) fn told(&self) -> String {
        match &self.why {
            Why::Missing => "This has to be filled in.".to_owned(),
            Why::IsNot(what) => format!("This is not {what}."),
            Why::Other(_) => "This cannot be taken.".to_owned(),
        }
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_deref().unwrap_or_default();
        match &self.why {
            Why::Missing => write!(f, "missing field `{name}`"),
            // The text itself may be confidential.
            Why::IsNot(what) => write!(f, "`{name}` is not {what}"),
            Why::Other(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Unfit {}

impl de::Error for Unfit {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self {
            name: None,
            why: Why::Other(message.to_string()),
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self {
            name: Some(field.to_owned()),
            why: Why::Missing,
        }
    }
}

/// Pairs of names and texts as a struct.
pub(crate) fn read<T: DeserializeOwned>(pairs: Vec<(String, String)>) -> Result<T, Unfit> {
    let values = pairs.into_iter().map(|(name, text)| {
        let value = Value {
            name: name.clone(),
            text,
        };
        (name, value)
    });
    T::deserialize(MapDeserializer::new(values))
}

/// One text, read as whatever type is asked for.
struct Value {
    name: String,
    text: String,
}

impl Value {
    fn parse<T: FromStr>(&self, what: &str) -> Result<T, Unfit> {
        self.text.trim().parse().map_err(|_| self.is_not(what))
    }

    fn is_not(&self, what: &str) -> Unfit {
        Unfit {
            name: Some(self.name.clone()),
            why: Why::IsNot(what.to_owned()),
        }
    }
}

impl<'de> IntoDeserializer<'de, Unfit> for Value {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parsed {
    ($($method:ident $visit:ident $what:literal),+ $(,)?) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
            visitor.$visit(self.parse($what)?)
        })+
    };
}

impl<'de> de::Deserializer<'de> for Value {
    type Error = Unfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_string(self.text)
    }

    parsed! {
        deserialize_bool visit_bool "`true` or `false`",
        deserialize_i8 visit_i8 "a whole number that fits",
        deserialize_i16 visit_i16 "a whole number that fits",
        deserialize_i32 visit_i32 "a whole number that fits",
        deserialize_i64 visit_i64 "a whole number that fits",
        deserialize_u8 visit_u8 "a whole number, 0 or more, that fits",
        deserialize_u16 visit_u16 "a whole number, 0 or more, that fits",
        deserialize_u32 visit_u32 "a whole number, 0 or more, that fits",
        deserialize_u64 visit_u64 "a whole number, 0 or more, that fits",
        deserialize_f32 visit_f32 "a number",
        deserialize_f64 visit_f64 "a number",
        deserialize_char visit_char "one character",
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        if self.text.is_empty() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        if self.text.is_empty() {
            return visitor.visit_seq(SeqDeserializer::new(std::iter::empty::<Value>()));
        }
        let texts: Vec<String> =
            serde_json::from_str(&self.text).map_err(|_| self.is_not("a list of texts"))?;
        let values = texts.into_iter().map(|text| Value {
            name: self.name.clone(),
            text,
        });
        visitor.visit_seq(SeqDeserializer::new(values))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        if !variants.contains(&self.text.as_str()) {
            return Err(self.is_not(&format!("one of {}", variants.join(", "))));
        }
        let text: de::value::StringDeserializer<Unfit> = self.text.into_deserializer();
        text.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        i128 u128 str string bytes byte_buf unit unit_struct tuple tuple_struct map struct
        identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Size {
        #[default]
        Small,
        VeryLarge,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Everything {
        text: String,
        flag: bool,
        whole: u16,
        signed: i64,
        fraction: f64,
        maybe: Option<u32>,
        size: Size,
        sizes: Vec<Size>,
        words: Option<Vec<String>>,
    }

    fn everything(pairs: &[(&str, &str)]) -> Result<Everything, String> {
        let owned = pairs
            .iter()
            .map(|(name, text)| ((*name).into(), (*text).into()))
            .collect();
        read(owned).map_err(|error| error.to_string())
    }

    #[test]
    fn each_kind_is_read_into_its_type() {
        let none = Everything::default;
        for (name, text, expected) in [
            (
                "text",
                " as it is ",
                Everything {
                    text: " as it is ".into(),
                    ..none()
                },
            ),
            (
                "text",
                "42",
                Everything {
                    text: "42".into(),
                    ..none()
                },
            ),
            (
                "flag",
                "true",
                Everything {
                    flag: true,
                    ..none()
                },
            ),
            (
                "whole",
                "12",
                Everything {
                    whole: 12,
                    ..none()
                },
            ),
            (
                "signed",
                "-7",
                Everything {
                    signed: -7,
                    ..none()
                },
            ),
            (
                "fraction",
                "-0.5",
                Everything {
                    fraction: -0.5,
                    ..none()
                },
            ),
            (
                "maybe",
                "3",
                Everything {
                    maybe: Some(3),
                    ..none()
                },
            ),
            ("maybe", "", none()),
            (
                "size",
                "very_large",
                Everything {
                    size: Size::VeryLarge,
                    ..none()
                },
            ),
            (
                "sizes",
                r#"["small"]"#,
                Everything {
                    sizes: vec![Size::Small],
                    ..none()
                },
            ),
            ("sizes", "", none()),
            (
                "words",
                r#"["a","\"b"]"#,
                Everything {
                    words: Some(vec!["a".into(), "\"b".into()]),
                    ..none()
                },
            ),
            ("a_setting_nobody_reads", "x", none()),
        ] {
            assert_eq!(
                everything(&[(name, text)]),
                Ok(expected),
                "{name} = {text:?}"
            );
        }
    }

    #[test]
    fn an_error_names_the_setting_and_not_its_text() {
        for (name, text, why) in [
            ("flag", "yes", "`flag` is not `true` or `false`"),
            (
                "whole",
                "-1",
                "`whole` is not a whole number, 0 or more, that fits",
            ),
            ("fraction", "hunter2", "`fraction` is not a number"),
            ("size", "medium", "`size` is not one of small, very_large"),
            ("sizes", "small", "`sizes` is not a list of texts"),
            (
                "sizes",
                r#"["medium"]"#,
                "`sizes` is not one of small, very_large",
            ),
        ] {
            assert_eq!(everything(&[(name, text)]), Err(why.to_owned()));
        }
    }

    #[test]
    fn a_missing_setting_is_named() {
        #[derive(Debug, Deserialize)]
        struct Needs {
            #[expect(dead_code, reason = "it is only looked for")]
            shop: String,
        }
        let error = read::<Needs>(Vec::new()).unwrap_err().to_string();
        assert_eq!(error, "missing field `shop`");
    }
}
