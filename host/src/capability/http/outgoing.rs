//! A permitted request in the form it is sent in.

use crate::capability::redact::Redactor;
use crate::capability::secret::{SecretError, Secrets};
use crate::model::http::{Denial, HttpError, Rule};
use crate::policy::header::RequestValue;
use crate::policy::permit::HostPermit;
use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Uri};

/// Who asks, where the plugin does not say: some services refuse requests without it.
const USER_AGENT: &str = concat!("sidepane/", env!("CARGO_PKG_VERSION"));

/// What a request's line costs beside method and target: two spaces, the version and the ends.
const LINE_BYTES: usize = 16;

/// The request, and what its answer must not repeat beside the secrets themselves.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) request: http::Request<Option<Bytes>>,
    /// Knows the encoded pairs of Basic: as good as the secret in them.
    pub(super) pairs: Redactor,
    /// Bytes of the request line and headers.
    pub(super) head_bytes: usize,
}

impl Outgoing {
    /// Writes the request from what the permit holds. Target, host and length are made of parsed
    /// parts, never of the plugin's text.
    ///
    /// # Errors
    /// `Denied` where a secret has no value that can be sent.
    pub(super) fn write(
        permit: &HostPermit,
        body: Option<Vec<u8>>,
        secrets: &Secrets,
    ) -> Result<Self, HttpError> {
        let mut pairs = Redactor::default();
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, plain(permit.url().authority())?);
        for (name, value) in permit.headers().iter() {
            let value = match value {
                RequestValue::Plain(value) => value.clone(),
                RequestValue::Secret {
                    name: secret,
                    format,
                } => {
                    let denied = |error| HttpError::Denied(deny(secret, &error));
                    let value = secrets.write(secret, format).map_err(denied)?;
                    let text = value.to_str().unwrap_or_default();
                    if let Some(pair) = text.strip_prefix("Basic ") {
                        pairs.add(pair);
                    }
                    value
                }
            };
            append(&mut headers, name, value)?;
        }
        headers
            .entry(header::USER_AGENT)
            .or_insert(HeaderValue::from_static(USER_AGENT));
        headers.insert(
            header::ACCEPT_ENCODING,
            HeaderValue::from_static("identity"),
        );
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        if let Some(length) = length(permit.method(), body.as_deref()) {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        let target = permit.url().target();
        let mut head_bytes = permit.method().as_str().len() + target.len() + LINE_BYTES;
        for (name, value) in &headers {
            head_bytes += name.as_str().len() + value.len() + 4;
        }
        let mut request = http::Request::new(body.map(Bytes::from));
        *request.method_mut() = permit.method().clone();
        *request.uri_mut() = Uri::try_from(target).map_err(|error| other(&error))?;
        *request.headers_mut() = headers;
        Ok(Self {
            request,
            pairs,
            head_bytes,
        })
    }
}

/// The `content-length`: the body's, and a nought where servers expect to be told of none.
fn length(method: &Method, body: Option<&[u8]>) -> Option<u64> {
    let expects = [Method::POST, Method::PUT, Method::PATCH].contains(method);
    match body {
        Some(body) => Some(body.len() as u64),
        None => expects.then_some(0),
    }
}

fn plain(text: String) -> Result<HeaderValue, HttpError> {
    HeaderValue::try_from(text).map_err(|error| other(&error))
}

fn append(headers: &mut HeaderMap, name: &HeaderName, value: HeaderValue) -> Result<(), HttpError> {
    let appended = headers.try_append(name, value);
    appended.map(|_| ()).map_err(|error| other(&error))
}

fn other(error: &dyn std::fmt::Display) -> HttpError {
    HttpError::Other(error.to_string())
}

fn deny(secret: &str, error: &SecretError) -> Denial {
    let hint = match error {
        SecretError::Missing(_) => Some(format!(
            "[secrets]\n{secret} = {{ env = \"{}\" }}",
            secret.to_ascii_uppercase()
        )),
        SecretError::Unsendable(_) => None,
    };
    Denial {
        rule: Rule::Secret,
        why: error.to_string(),
        hint,
    }
}
