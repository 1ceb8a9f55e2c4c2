//! The body of a request: a form, or a text that was written by hand.

use crate::template::{Template, in_json};
use serde_json::Value;
use sidepane_sdk::http::Request;
use sidepane_sdk::{Context, url};

/// What is sent behind the headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// Nothing.
    None,
    /// Names and values, as an HTML form sends them.
    Form(Vec<(String, Template)>),
    /// JSON, with placeholders in its texts.
    Json(Template),
    /// Any other text, as it is.
    Text(String),
}

impl Body {
    /// Reads `formParameters` and `rawBody`; what is empty is not there.
    ///
    /// # Errors
    ///
    /// Both are there, or a placeholder stands where it could end what it stands in.
    pub(crate) fn parse(form: Option<&Value>, raw: Option<&Value>) -> Result<Self, String> {
        let form = form.map_or(Ok(Vec::new()), read_form)?;
        let raw = match raw {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        match (form.is_empty(), raw.trim().is_empty()) {
            (true, true) => Ok(Self::None),
            (false, true) => Ok(Self::Form(form)),
            (true, false) => read_raw(raw),
            (false, false) => {
                Err("`formParameters` and `rawBody` are two bodies; leave one out".into())
            }
        }
    }

    /// Adds it to a request, as `kind` where the headers name one.
    pub(crate) fn add(&self, request: Request, kind: Option<String>, context: &Context) -> Request {
        let kind = |usual: &str| kind.clone().unwrap_or_else(|| usual.to_owned());
        match self {
            Self::None => match kind("") {
                none if none.is_empty() => request,
                kind => request.header("content-type", kind),
            },
            Self::Form(fields) => {
                let fields = fields.iter().map(|(name, value)| {
                    // Encoded as a whole: what stands around a placeholder is no code yet either.
                    let value = value.fill(context, str::to_owned);
                    format!("{}={}", url::encode(name), url::encode(&value))
                });
                let form = fields.collect::<Vec<_>>().join("&");
                request.text("application/x-www-form-urlencoded", form)
            }
            Self::Json(text) => request.text(kind("application/json"), text.fill(context, in_json)),
            Self::Text(text) => request.text(kind("text/plain; charset=utf-8"), text),
        }
    }
}

fn read_form(form: &Value) -> Result<Vec<(String, Template)>, String> {
    let fields = match form {
        Value::Null => return Ok(Vec::new()),
        Value::Object(fields) => fields,
        _ => return Err("`formParameters` is an object of names and texts".into()),
    };
    let field = |(name, value): (&String, &Value)| {
        if name.contains("{{") {
            return Err(format!(
                "`{name}` is a name of the form; a placeholder may stand in a value alone"
            ));
        }
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            Value::Null => String::new(),
            _ => {
                return Err(format!(
                    "`formParameters.{name}` is neither a text nor a number"
                ));
            }
        };
        Ok((name.clone(), Template::parse(&text)?))
    };
    fields.iter().map(field).collect()
}

fn read_raw(raw: String) -> Result<Body, String> {
    let is_json = serde_json::from_str::<Value>(&raw).is_ok();
    if raw.contains("{{") && !is_json {
        // An odd pair of braces in a text that is no JSON would be guesswork, too.
        return Err(
            "`rawBody` has a placeholder outside of a JSON text: put it into quotation marks, or send \
             `formParameters`"
                .into(),
        );
    }
    if !is_json {
        return Ok(Body::Text(raw));
    }
    names_are_plain(&raw)?;
    Template::parse(&raw).map(Body::Json)
}

/// Refuses a placeholder in a member's name. `json` is JSON, so that a text begins and ends at
/// quotation marks, and braces beside each other stand nowhere but in texts.
fn names_are_plain(json: &str) -> Result<(), String> {
    let mut rest = json;
    while let Some((_, inside)) = rest.split_once('"') {
        let mut escaped = false;
        let end = inside.find(|char| {
            let ends = char == '"' && !escaped;
            escaped = char == '\\' && !escaped;
            ends
        });
        let (text, behind) = inside.split_at(end.unwrap_or(inside.len()));
        rest = behind.get(1..).unwrap_or_default();
        if text.contains("{{") && rest.trim_start().starts_with(':') {
            return Err(format!(
                "`{text}` is a name in `rawBody`; a placeholder may stand in a value alone"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use sidepane_sdk::testing::context;

    #[test]
    fn empty_parts_are_no_body() {
        for (form, raw) in [
            (None, None),
            (Some(json!({})), Some(json!(""))),
            (Some(json!(null)), Some(json!(" "))),
        ] {
            assert_eq!(Body::parse(form.as_ref(), raw.as_ref()), Ok(Body::None));
        }
    }

    #[test]
    fn a_hostile_value_ends_nothing_in_json() {
        let raw = json!(
            r#"{ "a\"b{{" : 1, "e":"<{{user.email}}>", "n":{"x":["{{user.id}}"]}, "big":12345678901234567890123 }"#
        );
        let with_open_braces = Body::parse(None, Some(&raw)).expect_err("an open name");
        assert!(with_open_braces.contains("is a name"), "{with_open_braces}");
        let raw = json!(
            r#"{ "e":"<{{user.email}}>", "n":{"x":["{{user.id}}"]}, "big":12345678901234567890123 }"#
        );
        let Ok(Body::Json(template)) = Body::parse(None, Some(&raw)) else {
            panic!("JSON");
        };
        let hostile = Context {
            email: Some("\"},{\"role\":\"admin\"}\\".into()),
            external_id: Some("\u{2028}\n{{user.email}}".into()),
            ..context()
        };
        let filled = template.fill(&hostile, in_json);
        let read: Value = serde_json::from_str(&filled).expect("JSON");
        assert_eq!(read["e"], "<\"},{\"role\":\"admin\"}\\>");
        assert_eq!(read["n"]["x"][0], "\u{2028}\n{{user.email}}");
        // Numbers are sent as they were written.
        assert!(filled.contains("12345678901234567890123"));
        assert_eq!(read.as_object().map(serde_json::Map::len), Some(3));
    }

    #[test]
    fn a_placeholder_elsewhere_is_an_error() {
        for (form, raw, why) in [
            (json!({"a": "1"}), json!("{}"), "two bodies"),
            (json!("a=1"), json!(null), "an object of names"),
            (
                json!({"{{user.id}}": "1"}),
                json!(null),
                "is a name of the form",
            ),
            (
                json!({"a": ["{{user.id}}"]}),
                json!(null),
                "neither a text nor a number",
            ),
            (json!({"a": "{{user.x}}"}), json!(null), "is no placeholder"),
            (
                json!({"a": "{{secret.api_key}}"}),
                json!(null),
                "header alone",
            ),
            (
                json!(null),
                json!("{\"a\":{{user.id}}}"),
                "outside of a JSON text",
            ),
            (
                json!(null),
                json!("email={{user.email}}"),
                "outside of a JSON text",
            ),
            (
                json!(null),
                json!("<e>{{user.email}}</e>"),
                "outside of a JSON text",
            ),
            (
                json!(null),
                json!("{\"{{user.id}}\": 1}"),
                "is a name in `rawBody`",
            ),
            (
                json!(null),
                json!("{\"a\":\"{{secret.api_key}}\"}"),
                "header alone",
            ),
        ] {
            let error = Body::parse(Some(&form), Some(&raw)).expect_err(why);
            assert!(error.contains(why), "{form} {raw}: {error}");
        }
    }
}
