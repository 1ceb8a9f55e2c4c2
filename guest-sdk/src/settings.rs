//! What the operator set, read into the plugin's own struct.
//!
//! ```
//! use sidepane_sdk::{Error, settings};
//!
//! #[derive(serde::Deserialize)]
//! struct Settings {
//!     shop: String,
//!     limit: usize,
//!     #[serde(default)]
//!     show_notes: bool,
//!     labels: Option<Vec<String>>,
//! }
//!
//! fn shop() -> Result<String, Error> {
//!     let settings: Settings = settings::load()?;
//!     Ok(settings.shop)
//! }
//! ```
//!
//! Names are those of the manifest's fields. Each value arrives as text, written as its kind says,
//! and is read as the type it goes into: a checkbox into `bool`, a number into any number, a select
//! into `String` or an enum, a multi-select into a `Vec`. A setting without value and default is
//! absent: use `Option` or `#[serde(default)]`. So is one that is empty where the type cannot be.

use std::fmt;
use std::str::FromStr;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{self, DeserializeOwned, IntoDeserializer, Visitor};

use crate::host;

/// Reads all settings into a struct.
///
/// # Errors
///
/// A setting is missing, or its text is not of the type it goes into; the error names it.
pub fn load<T: DeserializeOwned>() -> Result<T, SettingsError> {
    read(host::settings())
}

/// The text of one setting, in the form of its field's kind.
pub fn text(name: &str) -> Option<String> {
    host::setting(name)
}

/// A setting that is missing or of another type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError(String);

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "settings do not fit the plugin: {}", self.0)
    }
}

impl std::error::Error for SettingsError {}

impl de::Error for SettingsError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// Pairs of names and texts as a struct.
fn read<T: DeserializeOwned>(pairs: Vec<(String, String)>) -> Result<T, SettingsError> {
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
    fn parse<T: FromStr>(&self, what: &str) -> Result<T, SettingsError> {
        self.text.trim().parse().map_err(|_| self.is_not(what))
    }

    fn is_not(&self, what: &str) -> SettingsError {
        // The text itself may be confidential.
        SettingsError(format!("`{}` is not {what}", self.name))
    }
}

impl<'de> IntoDeserializer<'de, SettingsError> for Value {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parsed {
    ($($method:ident $visit:ident $what:literal),+ $(,)?) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SettingsError> {
            visitor.$visit(self.parse($what)?)
        })+
    };
}

impl<'de> de::Deserializer<'de> for Value {
    type Error = SettingsError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SettingsError> {
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

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SettingsError> {
        if self.text.is_empty() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SettingsError> {
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
    ) -> Result<V::Value, SettingsError> {
        if !variants.contains(&self.text.as_str()) {
            return Err(self.is_not(&format!("one of {}", variants.join(", "))));
        }
        let text: de::value::StringDeserializer<SettingsError> = self.text.into_deserializer();
        text.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, SettingsError> {
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
            let expected = format!("settings do not fit the plugin: {why}");
            assert_eq!(everything(&[(name, text)]), Err(expected));
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
        assert_eq!(
            error,
            "settings do not fit the plugin: missing field `shop`"
        );
    }
}
