//! Reading answers.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

use super::{Cause, HttpError};
use crate::bindings::host::sidepane::plugin::http as wire;

/// What a server answered, whatever the status.
#[derive(Clone, Debug)]
pub struct Response {
    wire: wire::Response,
    /// The request, for messages.
    request: String,
    is_safe: bool,
}

impl Response {
    pub(super) fn new(wire: wire::Response, request: String, is_safe: bool) -> Self {
        Self {
            wire,
            request,
            is_safe,
        }
    }

    /// The status, 200 to 599.
    pub fn status(&self) -> u16 {
        self.wire.status
    }

    /// Whether the status is one of 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.wire.status)
    }

    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.wire.headers.iter();
        headers
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// All headers in the server's order, names in lower case.
    pub fn headers(&self) -> &[(String, String)] {
        &self.wire.headers
    }

    /// The body as text; bytes that are no UTF-8 are replaced.
    pub fn text(&self) -> Cow<'_, str> {
        match &self.wire.body {
            wire::Body::Text(text) => Cow::Borrowed(text),
            wire::Body::Bytes(bytes) => String::from_utf8_lossy(bytes),
        }
    }

    /// The body's bytes.
    pub fn bytes(&self) -> &[u8] {
        match &self.wire.body {
            wire::Body::Text(text) => text.as_bytes(),
            wire::Body::Bytes(bytes) => bytes,
        }
    }

    /// The answer, if its status is one of 200 to 299.
    ///
    /// # Errors
    ///
    /// It is another: [`Cause::Status`].
    pub fn success(self) -> Result<Self, HttpError> {
        if self.is_success() {
            Ok(self)
        } else {
            Err(self.unexpected_status())
        }
    }

    /// The answer, or none where the server says that there is no such thing (404 or 410).
    ///
    /// # Errors
    ///
    /// The status is neither one of those nor one of 200 to 299: [`Cause::Status`].
    pub fn found(self) -> Result<Option<Self>, HttpError> {
        if matches!(self.wire.status, 404 | 410) {
            Ok(None)
        } else {
            self.success().map(Some)
        }
    }

    /// The body of a successful answer, read as JSON.
    ///
    /// # Errors
    ///
    /// The status is not one of 200 to 299 ([`Cause::Status`]), or the body is not such JSON
    /// ([`Cause::Json`]).
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, HttpError> {
        if !self.is_success() {
            return Err(self.unexpected_status());
        }
        self.error_json()
    }

    /// The body of an answer of any status, read as JSON: many servers explain their errors in it.
    ///
    /// # Errors
    ///
    /// The body is not such JSON: [`Cause::Json`].
    pub fn error_json<T: DeserializeOwned>(&self) -> Result<T, HttpError> {
        serde_json::from_slice(self.bytes())
            .map_err(|error| self.error(Cause::Json(error.to_string())))
    }

    fn unexpected_status(&self) -> HttpError {
        let retry_after_s = self
            .header("retry-after")
            .and_then(|value| value.trim().parse().ok());
        self.error(Cause::Status {
            status: self.wire.status,
            retry_after_s,
        })
    }

    fn error(&self, cause: Cause) -> HttpError {
        HttpError::new(self.request.clone(), self.is_safe, cause)
    }
}
