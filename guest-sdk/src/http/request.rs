//! Building requests.

use std::fmt::Display;

use serde::Serialize;

use super::{Cause, HttpError, Response};
use crate::bindings::host::sidepane::plugin::http as wire;
use crate::host;
use crate::url::encode;

/// One request. Nothing happens before [`send`](Request::send) or
/// [`send_all`](super::send_all).
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request {
    wire: wire::Request,
    /// Why the body could not be written; told when it is sent, so that builders stay chains.
    unwritten: Option<String>,
}

impl Request {
    pub(super) fn new(method: String, url: String) -> Self {
        let wire = wire::Request {
            method,
            url,
            headers: Vec::new(),
            body: None,
            timeout_ms: None,
        };
        Self {
            wire,
            unwritten: None,
        }
    }

    /// Adds a name and a value to the URL's query, both encoded.
    pub fn query(mut self, name: &str, value: impl Display) -> Self {
        let url = &mut self.wire.url;
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(&encode(name));
        url.push('=');
        url.push_str(&encode(&value.to_string()));
        self
    }

    /// Adds a header with a value that is no secret.
    pub fn header(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.header_value(name.into(), wire::HeaderValue::Plain(value.into()))
    }

    /// Adds `authorization: Bearer …` with this secret of the manifest.
    pub fn bearer(self, secret: impl Into<String>) -> Self {
        self.authorization(secret.into(), wire::SecretFormat::Bearer)
    }

    /// Adds basic authentication with this secret as the user, beside a password that is none
    /// (`X`, say, for systems that want the API key as the user).
    pub fn basic_user(self, secret: impl Into<String>, password: impl Into<String>) -> Self {
        self.authorization(
            secret.into(),
            wire::SecretFormat::BasicUser(password.into()),
        )
    }

    /// Adds basic authentication with this user and this secret as the password.
    pub fn basic_password(self, user: impl Into<String>, secret: impl Into<String>) -> Self {
        self.authorization(
            secret.into(),
            wire::SecretFormat::BasicPassword(user.into()),
        )
    }

    /// Adds a header whose whole value is this secret (`x-api-key`, say).
    pub fn secret_header(self, name: impl Into<String>, secret: impl Into<String>) -> Self {
        self.secret(name.into(), secret.into(), wire::SecretFormat::Raw)
    }

    /// Sends this value as JSON, with its `content-type`.
    pub fn json(mut self, value: &impl Serialize) -> Self {
        match serde_json::to_string(value) {
            Ok(text) => self.text("application/json", text),
            Err(error) => {
                self.unwritten = Some(error.to_string());
                self
            }
        }
    }

    /// Sends names and values as an HTML form does, with its `content-type`.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        self.text("application/x-www-form-urlencoded", pairs.join("&"))
    }

    /// Sends a text of this `content-type`.
    pub fn text(mut self, content_type: impl Into<String>, text: impl Into<String>) -> Self {
        self.wire.body = Some(wire::Body::Text(text.into()));
        self.header("content-type", content_type)
    }

    /// Sends bytes of this `content-type`.
    pub fn bytes(mut self, content_type: impl Into<String>, bytes: Vec<u8>) -> Self {
        self.wire.body = Some(wire::Body::Bytes(bytes));
        self.header("content-type", content_type)
    }

    /// Gives up after so many milliseconds; without it, when the call's own time is up.
    pub fn timeout_ms(mut self, milliseconds: u32) -> Self {
        self.wire.timeout_ms = Some(milliseconds);
        self
    }

    /// Sends it and waits for the whole answer, whatever its status.
    ///
    /// # Errors
    ///
    /// There is no answer; [`HttpError::cause`] says why.
    pub fn send(self) -> Result<Response, HttpError> {
        let (line, wire) = self.split();
        match wire {
            Ok(wire) => line.answer(host::send(&wire)),
            Err(why) => Err(line.unwritten(why)),
        }
    }

    /// What messages call it, and what the host gets, or why there is nothing to give.
    pub(super) fn split(self) -> (Line, Result<wire::Request, String>) {
        let line = Line::of(&self.wire);
        (line, self.unwritten.map_or(Ok(self.wire), Err))
    }

    fn authorization(self, secret: String, format: wire::SecretFormat) -> Self {
        self.secret("authorization".into(), secret, format)
    }

    fn secret(self, name: String, secret: String, format: wire::SecretFormat) -> Self {
        let value = wire::SecretValue {
            name: secret,
            format,
        };
        self.header_value(name, wire::HeaderValue::Secret(value))
    }

    fn header_value(mut self, name: String, value: wire::HeaderValue) -> Self {
        self.wire.headers.push((name, value));
        self
    }
}

/// What messages say of a request: method and URL, without the query, which may name a person.
pub(super) struct Line {
    text: String,
    is_safe: bool,
}

impl Line {
    fn of(request: &wire::Request) -> Self {
        let url = request.url.split('?').next().unwrap_or_default();
        Self {
            text: format!("{} {url}", request.method),
            is_safe: matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS"),
        }
    }

    pub(super) fn answer(
        self,
        answer: Result<wire::Response, wire::HttpError>,
    ) -> Result<Response, HttpError> {
        match answer {
            Ok(response) => Ok(Response::new(response, self.text, self.is_safe)),
            Err(error) => Err(HttpError::new(self.text, self.is_safe, error.into())),
        }
    }

    pub(super) fn unwritten(self, why: String) -> HttpError {
        HttpError::new(self.text, self.is_safe, Cause::Unwritten(why))
    }
}
