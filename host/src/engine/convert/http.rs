//! Requests in, answers and failures out.

use crate::model::http::{Body, HeaderValue, HttpError, Phase, Request, Response, SecretFormat};
use sidepane_bindings::imports::http as wit;

/// The request as the plugin wrote it.
pub(in crate::engine) fn request_from_wit(request: wit::Request) -> Request {
    Request {
        method: request.method,
        url: request.url,
        headers: request
            .headers
            .into_iter()
            .map(|(name, value)| (name, header_from_wit(value)))
            .collect(),
        body: request.body.map(body_from_wit),
        timeout_ms: request.timeout_ms,
    }
}

/// The answer as the plugin gets it.
pub(in crate::engine) fn response_to_wit(response: Response) -> wit::Response {
    wit::Response {
        status: response.status,
        headers: response.headers,
        body: match response.body {
            Body::Text(text) => wit::Body::Text(text),
            Body::Bytes(bytes) => wit::Body::Bytes(bytes),
        },
    }
}

/// Why there is no answer, as the plugin gets it.
pub(in crate::engine) fn failure_to_wit(error: HttpError) -> wit::HttpError {
    match error {
        HttpError::Denied(denial) => wit::HttpError::Denied(wit::Denial {
            rule: denial.rule.as_str().to_owned(),
            hint: denial.hint,
        }),
        HttpError::Dns(text) => wit::HttpError::Dns(text),
        HttpError::Connect(text) => wit::HttpError::Connect(text),
        HttpError::Tls(text) => wit::HttpError::Tls(text),
        HttpError::Timeout(phase) => wit::HttpError::Timeout(phase_to_wit(phase)),
        HttpError::TooLarge(limit) => wit::HttpError::TooLarge(limit),
        HttpError::Quota(text) => wit::HttpError::Quota(text),
        HttpError::Protocol(text) => wit::HttpError::Protocol(text),
        HttpError::Other(text) => wit::HttpError::Other(text),
    }
}

fn header_from_wit(value: wit::HeaderValue) -> HeaderValue {
    match value {
        wit::HeaderValue::Plain(text) => HeaderValue::Plain(text),
        wit::HeaderValue::Secret(secret) => HeaderValue::Secret {
            name: secret.name,
            format: match secret.format {
                wit::SecretFormat::Raw => SecretFormat::Raw,
                wit::SecretFormat::Bearer => SecretFormat::Bearer,
                wit::SecretFormat::BasicUser(password) => SecretFormat::BasicUser { password },
                wit::SecretFormat::BasicPassword(user) => SecretFormat::BasicPassword { user },
            },
        },
    }
}

fn body_from_wit(body: wit::Body) -> Body {
    match body {
        wit::Body::Text(text) => Body::Text(text),
        wit::Body::Bytes(bytes) => Body::Bytes(bytes),
    }
}

fn phase_to_wit(phase: Phase) -> wit::Phase {
    match phase {
        Phase::Resolve => wit::Phase::Resolve,
        Phase::Connect => wit::Phase::Connect,
        Phase::Tls => wit::Phase::Tls,
        Phase::Send => wit::Phase::Send,
        Phase::Wait => wit::Phase::Wait,
        Phase::Receive => wit::Phase::Receive,
    }
}
