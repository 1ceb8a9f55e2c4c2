//! Headers of a request: values with placeholders, or with one secret that the host fills in.

use crate::script::ENCODED;
use crate::template::{Template, has_secret, in_header};
use sidepane_sdk::Context;
use sidepane_sdk::http::Request;

/// What stands behind a header's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HeaderValue {
    /// A text with placeholders.
    Text(Template),
    /// This secret, as it is.
    Raw(String),
    /// `Bearer` and this secret.
    Bearer(String),
    /// `Basic`, this secret as the user, and a password.
    BasicUser(String, String),
    /// `Basic`, a user, and this secret as the password.
    BasicPassword(String, String),
}

/// The ways to write a secret.
const WAYS: &str = "a secret stands alone (`{{secret.api_key}}`), behind `Bearer `, or behind `Basic ` \
                    as user or password (`Basic {{secret.api_key}}:X`); for any other form keep the \
                    whole value of the header in the secret";

impl HeaderValue {
    /// Reads the value of the header `name`.
    ///
    /// # Errors
    ///
    /// It has a placeholder or a secret that cannot stand there, or is a key that was pasted in.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, String> {
        let is_authorization = name.eq_ignore_ascii_case("authorization");
        let Some((before, secret, after)) = split_secret(text)? else {
            let template = Template::parse(text)?;
            let is_visible = |char: char| char == ' ' || char.is_ascii_graphic();
            if !text.chars().all(is_visible) {
                return Err(format!(
                    "the header `{name}` has a character outside visible ASCII"
                ));
            }
            if is_authorization {
                return Err(format!(
                    "the header `{name}` has its key in the open; put it into [secrets] and write \
                     {{{{secret.api_key}}}} in its place"
                ));
            }
            return Ok(Self::Text(template));
        };
        let (scheme, rest) = before.split_once(' ').unwrap_or((before, ""));
        // `Basic ` and `btoa(…)` read as `Basic ` and what was inside.
        let user = rest.strip_prefix(ENCODED).unwrap_or(rest);
        let value = match (before, scheme.to_ascii_lowercase().as_str(), after) {
            ("", _, "") => Self::Raw(secret),
            (_, "bearer", "") if rest.is_empty() && is_authorization => Self::Bearer(secret),
            (_, "basic", _) if is_authorization => {
                match (user.split_once(':'), after.strip_prefix(':')) {
                    (None, Some(password)) if user.is_empty() => {
                        Self::BasicUser(secret, password.into())
                    }
                    (Some((user, "")), None) if after.is_empty() => {
                        Self::BasicPassword(user.into(), secret)
                    }
                    _ => return Err(WAYS.into()),
                }
            }
            _ => return Err(WAYS.into()),
        };
        match text.matches(ENCODED).count() == usize::from(rest.starts_with(ENCODED)) {
            true => Ok(value),
            false => Err(WAYS.into()),
        }
    }

    /// Adds it to a request.
    pub(crate) fn add(&self, name: &str, request: Request, context: &Context) -> Request {
        match self {
            Self::Text(template) => request.header(name, template.fill(context, in_header)),
            Self::Raw(secret) => request.secret_header(name, secret),
            Self::Bearer(secret) => request.bearer(secret),
            Self::BasicUser(secret, password) => request.basic_user(secret, password),
            Self::BasicPassword(user, secret) => request.basic_password(user, secret),
        }
    }

    /// Which secret it names.
    pub(crate) fn secret(&self) -> Option<&str> {
        match self {
            Self::Text(_) => None,
            Self::Raw(name)
            | Self::Bearer(name)
            | Self::BasicUser(name, _)
            | Self::BasicPassword(_, name) => Some(name),
        }
    }
}

/// What stands before and behind the only secret of a value.
fn split_secret(text: &str) -> Result<Option<(&str, String, &str)>, String> {
    if !has_secret(text) {
        return match text.contains(ENCODED) {
            true => Err(WAYS.into()),
            false => Ok(None),
        };
    }
    let (before, rest) = text.split_once("{{").unwrap_or_default();
    let (name, after) = rest
        .split_once("}}")
        .ok_or("a placeholder has no `}}` at its end")?;
    match name.trim().strip_prefix("secret.") {
        Some(name) if !after.contains("{{") => Ok(Some((before, name.to_owned(), after))),
        _ => Err(WAYS.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_stands_in_the_forms_that_the_host_can_write() {
        let key = || "api_key".to_owned();
        for (name, text, want) in [
            ("X-Api-Key", "{{secret.api_key}}", HeaderValue::Raw(key())),
            (
                "authorization",
                "{{ secret.api_key }}",
                HeaderValue::Raw(key()),
            ),
            (
                "Authorization",
                "Bearer {{secret.api_key}}",
                HeaderValue::Bearer(key()),
            ),
            (
                "Authorization",
                "basic {{secret.api_key}}:X",
                HeaderValue::BasicUser(key(), "X".into()),
            ),
            (
                "Authorization",
                "Basic \u{1}{{secret.api_key}}:X",
                HeaderValue::BasicUser(key(), "X".into()),
            ),
            (
                "Authorization",
                "Basic \u{1}me:{{secret.api_key}}",
                HeaderValue::BasicPassword("me".into(), key()),
            ),
        ] {
            assert_eq!(HeaderValue::parse(name, text), Ok(want), "{text}");
        }
    }

    #[test]
    fn other_forms_and_pasted_keys_are_errors() {
        for (name, text, why) in [
            ("Authorization", "Basic bWU6WA==", "has its key in the open"),
            ("authorization", "{{user.email}}", "has its key in the open"),
            ("Authorization", "Basic {{secret.a}}", "stands alone"),
            ("Authorization", "Token {{secret.a}}", "stands alone"),
            ("Authorization", "Bearer x{{secret.a}}", "stands alone"),
            ("Authorization", "Bearer {{secret.a}}x", "stands alone"),
            ("Authorization", "Basic u:p:{{secret.a}}", "stands alone"),
            ("X-Key", "Bearer {{secret.a}}", "stands alone"),
            ("X-Key", "\u{1}{{secret.a}}", "stands alone"),
            ("X-Key", "{{secret.a}}{{user.id}}", "stands alone"),
            ("X-Key", "{{secret.a", "no `}}`"),
            ("X-Key", "a\r\nb", "outside visible ASCII"),
            ("X-Name", "{{user.name}}", "is no placeholder"),
        ] {
            let error = HeaderValue::parse(name, text).expect_err(text);
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
