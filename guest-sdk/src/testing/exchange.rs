//! Requests that a test expects, and what they are answered.

use serde::Serialize;

use super::seam::{Sent, shown};
use crate::bindings::host::sidepane::plugin::http::{
    Body, HeaderValue, Response, SecretFormat, SecretValue,
};

/// Why a request is to fail: the contract's error.
pub use crate::bindings::host::sidepane::plugin::http::HttpError as Failure;

/// One request that a test expects, and its answer: 200 without a body, if nothing else is said.
#[derive(Clone, Debug)]
pub struct Exchange {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<Wanted>,
    answer: Result<Response, Failure>,
}

/// A body that is expected.
#[derive(Clone, Debug)]
enum Wanted {
    /// This JSON, in whatever writing.
    Json(serde_json::Value),
    /// Exactly this.
    Text(String),
}

/// Expects this method at exactly this URL, query included.
pub fn on(method: impl Into<String>, url: impl Into<String>) -> Exchange {
    let nothing = Response {
        status: 200,
        headers: Vec::new(),
        body: Body::Text(String::new()),
    };
    Exchange {
        method: method.into(),
        url: url.into(),
        headers: Vec::new(),
        body: None,
        answer: Ok(nothing),
    }
}

impl Exchange {
    /// Expects this header as well.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers
            .push((name.into().to_ascii_lowercase(), value.into()));
        self
    }

    /// Expects `authorization` with this secret as a bearer token.
    #[must_use]
    pub fn bearer(self, secret: impl Into<String>) -> Self {
        self.secret("authorization", secret.into(), SecretFormat::Bearer)
    }

    /// Expects basic authentication with this secret as the user.
    #[must_use]
    pub fn basic_user(self, secret: impl Into<String>, password: impl Into<String>) -> Self {
        self.secret(
            "authorization",
            secret.into(),
            SecretFormat::BasicUser(password.into()),
        )
    }

    /// Expects basic authentication with this secret as the password.
    #[must_use]
    pub fn basic_password(self, user: impl Into<String>, secret: impl Into<String>) -> Self {
        self.secret(
            "authorization",
            secret.into(),
            SecretFormat::BasicPassword(user.into()),
        )
    }

    /// Expects a header whose value is this secret.
    #[must_use]
    pub fn secret_header(self, name: &str, secret: impl Into<String>) -> Self {
        self.secret(name, secret.into(), SecretFormat::Raw)
    }

    /// Expects a body that is this JSON.
    ///
    /// # Panics
    ///
    /// The value cannot be written as JSON.
    #[must_use]
    #[track_caller]
    pub fn json<T: Serialize + ?Sized>(mut self, body: &T) -> Self {
        self.body = Some(Wanted::Json(as_json(body)));
        self
    }

    /// Answers with this status and JSON.
    ///
    /// # Panics
    ///
    /// The value cannot be written as JSON.
    #[must_use]
    #[track_caller]
    pub fn reply_json<T: Serialize + ?Sized>(self, status: u16, body: &T) -> Self {
        self.reply(status, as_json(body).to_string())
            .reply_header("content-type", "application/json")
    }

    /// Answers with this status and text.
    #[must_use]
    pub fn reply(mut self, status: u16, text: impl Into<String>) -> Self {
        let headers = self.answer.map(|answer| answer.headers).unwrap_or_default();
        self.answer = Ok(Response {
            status,
            headers,
            body: Body::Text(text.into()),
        });
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn reply_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        if let Ok(answer) = &mut self.answer {
            answer
                .headers
                .push((name.into().to_ascii_lowercase(), value.into()));
        }
        self
    }

    /// Gives no answer but this failure.
    #[must_use]
    pub fn fail(mut self, failure: Failure) -> Self {
        self.answer = Err(failure);
        self
    }

    /// What a host recorded.
    pub(super) fn recorded(
        method: String,
        url: String,
        headers: Vec<(String, HeaderValue)>,
        body: Option<String>,
        answer: Result<Response, Failure>,
    ) -> Self {
        let headers = headers.into_iter();
        let json = |text: String| match serde_json::from_str(&text) {
            Ok(json) => Wanted::Json(json),
            Err(_) => Wanted::Text(text),
        };
        Self {
            method,
            url,
            headers: headers
                .map(|(name, value)| (name.to_ascii_lowercase(), shown(&value)))
                .collect(),
            body: body.map(json),
            answer,
        }
    }

    /// Whether this is the request that is expected.
    pub(super) fn fits(&self, sent: &Sent) -> bool {
        self.method == sent.method
            && self.url == sent.url
            && self
                .headers
                .iter()
                .all(|header| sent.headers.contains(header))
            && self.body.as_ref().is_none_or(|wanted| {
                let body = sent.body.as_deref().unwrap_or_default();
                match wanted {
                    Wanted::Json(json) => serde_json::from_str(body)
                        .is_ok_and(|body: serde_json::Value| body == *json),
                    Wanted::Text(text) => body == text,
                }
            })
    }

    pub(super) fn into_answer(self) -> Result<Response, Failure> {
        self.answer
    }

    /// What is expected, in one line.
    pub(super) fn line(&self) -> String {
        let mut line = format!("{} {}", self.method, self.url);
        for (name, value) in &self.headers {
            line.push_str(&format!("; {name}: {value}"));
        }
        match &self.body {
            Some(Wanted::Json(body)) => line.push_str(&format!("; {body}")),
            Some(Wanted::Text(body)) => line.push_str(&format!("; {body}")),
            None => {}
        }
        line
    }

    fn secret(self, header: &str, name: String, format: SecretFormat) -> Self {
        self.header(
            header,
            shown(&HeaderValue::Secret(SecretValue { name, format })),
        )
    }
}

#[track_caller]
fn as_json<T: Serialize + ?Sized>(value: &T) -> serde_json::Value {
    match serde_json::to_value(value) {
        Ok(value) => value,
        Err(error) => panic!("this is no json: {error}"),
    }
}
