//! Placeholders of the contact, and what is written in their place.

use sidepane_sdk::Context;

/// A text with placeholders, read once. What is filled in is never read again, so that a contact
/// who is called `{{secret.api_key}}` is called just that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Of(Name),
}

/// What a placeholder stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Email,
    Phone,
    Id,
    Attribute(String),
}

/// What placeholders there are, for errors.
const KNOWN: &str = "there are {{user.email}}, {{user.phone}}, {{user.id}}, {{user.tag.<key>}} and \
                     {{user.properties.<key>}}";

impl Name {
    /// Reads what stands between the braces.
    pub(crate) fn parse(name: &str) -> Result<Self, String> {
        let key = |key: &str| {
            let fits = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.' | ' ');
            (!key.is_empty() && key.chars().all(fits)).then(|| Self::Attribute(key.to_owned()))
        };
        let known = match name {
            "user.email" => Some(Self::Email),
            "user.phone" => Some(Self::Phone),
            "user.id" => Some(Self::Id),
            _ => match name.strip_prefix("user.tag.") {
                Some(rest) => key(rest),
                None => name.strip_prefix("user.properties.").and_then(key),
            },
        };
        known.ok_or_else(|| match name.starts_with("secret.") {
            true => format!("{{{{{name}}}}} may stand in the value of a header alone"),
            false => format!("{{{{{name}}}}} is no placeholder; {KNOWN}"),
        })
    }

    /// What the desk knows of it; empty when it knows nothing.
    pub(crate) fn of<'a>(&self, context: &'a Context) -> &'a str {
        let value = match self {
            Self::Email => context.email.as_deref(),
            Self::Phone => context.phone.as_deref(),
            Self::Id => context.external_id.as_deref(),
            Self::Attribute(key) => context.attribute(key).or_else(|| {
                // Scripts write the key in small snake case, however the site does.
                let mut all = context.attributes.iter();
                all.find(|(name, _)| snake(name) == *key)
                    .map(|(_, value)| value.as_str())
            }),
        };
        value.unwrap_or_default()
    }
}

/// `Journey Id` as `journey_id`.
fn snake(name: &str) -> String {
    let words = name.split(|char: char| !char.is_alphanumeric());
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("_")
}

impl Template {
    /// Reads a text.
    ///
    /// # Errors
    ///
    /// A placeholder is none, or has no end.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, behind) = after
                .split_once("}}")
                .ok_or("a placeholder has no `}}` at its end")?;
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(Piece::Of(Name::parse(name.trim())?));
            rest = behind;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self(pieces))
    }

    /// The text itself, when it has no placeholder.
    pub(crate) fn plain(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The text for this contact, every value written by `encode` for the place it stands in.
    pub(crate) fn fill(&self, context: &Context, encode: fn(&str) -> String) -> String {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Of(name) => encode(name.of(context)),
        });
        pieces.collect()
    }
}

/// Whether a text names a secret.
pub(crate) fn has_secret(text: &str) -> bool {
    let mut opened = text.split("{{").skip(1);
    opened.any(|name| name.trim_start().starts_with("secret."))
}

/// A value inside of a JSON text: what would end the text is escaped.
pub(crate) fn in_json(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    let inside = quoted
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    inside.unwrap_or_default().to_owned()
}

/// A value inside of a header's value: letters, digits and what addresses and numbers are made of
/// stand as they are, all else as percent codes, so that neither a line, nor a word, nor a quotation
/// ends where the visitor says.
pub(crate) fn in_header(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for char in value.chars() {
        match char.is_ascii_alphanumeric() || "-._~@+".contains(char) {
            true => encoded.push(char),
            false => encoded.push_str(&sidepane_sdk::url::encode(char.encode_utf8(&mut [0; 4]))),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidepane_sdk::testing::context;

    fn known() -> Context {
        Context {
            external_id: Some("{{user.email}}".into()),
            attributes: vec![
                ("Journey Id".into(), "J-7".into()),
                ("plan".into(), String::new()),
            ],
            ..context()
        }
    }

    #[test]
    fn placeholders_are_filled_once_and_what_is_missing_is_empty() {
        let fill = |text: &str| {
            let template = Template::parse(text).expect(text);
            template.fill(&known(), str::to_owned)
        };
        for (text, want) in [
            ("", ""),
            ("plain } {", "plain } {"),
            ("<{{user.email}}>", "<ada@example.com>"),
            ("{{ user.phone }}|{{user.id}}", "|{{user.email}}"),
            ("{{user.tag.journey_id}}", "J-7"),
            ("{{user.properties.Journey Id}}", "J-7"),
            ("{{user.tag.plan}}{{user.tag.nobody}}", ""),
        ] {
            assert_eq!(fill(text), want, "{text}");
        }
    }

    #[test]
    fn what_is_no_placeholder_is_an_error() {
        for (text, why) in [
            ("{{user.name}}", "is no placeholder; there are"),
            ("{{user.tag.}}", "is no placeholder"),
            ("{{user.tag.a/b}}", "is no placeholder"),
            ("{{email}}", "is no placeholder"),
            ("{{user.email", "no `}}` at its end"),
            ("{{secret.api_key}}", "value of a header alone"),
        ] {
            let error = Template::parse(text).expect_err(text);
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn values_end_nothing_in_json_and_in_headers() {
        let hostile = "\"},\u{0}\n\\å";
        let json = format!("{{\"a\":\"{}\"}}", in_json(hostile));
        let read: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(read["a"], hostile);
        assert_eq!(in_header("a+b@x.y"), "a+b@x.y");
        assert_eq!(in_header("a\r\nb: \"å\"%"), "a%0D%0Ab%3A%20%22%C3%A5%22%25");
    }
}
