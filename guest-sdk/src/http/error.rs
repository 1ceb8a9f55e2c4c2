//! Why a request came to nothing.

use std::fmt;

use super::{Denial, Phase};
use crate::bindings::host::sidepane::plugin::http as wire;

/// A request that came to nothing: which, and why.
///
/// Shown, it names the request without its query, and says nothing of how to allow a denied one.
/// `?` turns it into an [`Error`](crate::Error) that only the log sees.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpError {
    request: String,
    is_safe: bool,
    cause: Cause,
}

/// Why a request came to nothing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Cause {
    /// Manifest or grant do not allow it. Nothing was sent.
    Denied(Denial),
    /// The name does not resolve.
    Dns(String),
    /// The server cannot be reached.
    Connect(String),
    /// There is no trusted connection.
    Tls(String),
    /// Time ran out in this phase.
    Timeout(Phase),
    /// One of the bodies has more bytes than this.
    TooLarge(u32),
    /// The call's requests or bytes are used up; the text names which. Nothing was sent.
    Quota(String),
    /// The answer is no HTTP, or broke off.
    Protocol(String),
    /// The status is not the one that was asked for.
    Status {
        /// The status.
        status: u16,
        /// For how many seconds the server wants to be left alone (`retry-after`).
        retry_after_s: Option<u32>,
    },
    /// The answer is not the JSON that was asked for.
    Json(String),
    /// The request's own body could not be written as JSON. Nothing was sent.
    Unwritten(String),
    /// Anything else, for the log.
    Other(String),
}

impl HttpError {
    pub(crate) fn new(request: String, is_safe: bool, cause: Cause) -> Self {
        Self {
            request,
            is_safe,
            cause,
        }
    }

    /// For a host that answers fewer requests than it was given.
    pub(super) fn unanswered() -> Self {
        Self::new(
            "request".into(),
            false,
            Cause::Other("the host gave no answer".into()),
        )
    }

    /// Why.
    pub fn cause(&self) -> &Cause {
        &self.cause
    }

    /// The status that was not the one asked for.
    pub fn status(&self) -> Option<u16> {
        if let Cause::Status { status, .. } = self.cause {
            Some(status)
        } else {
            None
        }
    }

    /// Whether the same request may succeed later without doing anything twice: the trouble passes,
    /// and the server cannot have acted, or only read.
    pub fn is_retryable(&self) -> bool {
        match &self.cause {
            Cause::Dns(_) | Cause::Connect(_) | Cause::Status { status: 429, .. } => true,
            Cause::Timeout(_) | Cause::Protocol(_) => self.is_safe,
            Cause::Status { status, .. } => self.is_safe && *status >= 500,
            Cause::Denied(_)
            | Cause::Tls(_)
            | Cause::TooLarge(_)
            | Cause::Quota(_)
            | Cause::Json(_)
            | Cause::Unwritten(_)
            | Cause::Other(_) => false,
        }
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { request, cause, .. } = self;
        match cause {
            Cause::Denied(Denial { rule, .. }) => {
                write!(f, "{request} is not allowed by the grant (rule: {rule})")
            }
            Cause::Dns(why) => write!(f, "{request}: the name does not resolve: {why}"),
            Cause::Connect(why) => write!(f, "{request}: no connection: {why}"),
            Cause::Tls(why) => write!(f, "{request}: no trusted connection: {why}"),
            Cause::Timeout(phase) => write!(f, "{request}: time ran out {}", during(*phase)),
            Cause::TooLarge(limit) => write!(f, "{request}: a body exceeds {limit} bytes"),
            Cause::Quota(what) => write!(f, "{request}: the call's budget is used up: {what}"),
            Cause::Protocol(why) => write!(f, "{request}: the answer is not whole: {why}"),
            Cause::Status { status, .. } => write!(f, "{request} answered {status}"),
            Cause::Json(why) => write!(f, "{request} answered other json than expected: {why}"),
            Cause::Unwritten(why) => write!(f, "{request}: the body is no json: {why}"),
            Cause::Other(why) => write!(f, "{request} failed: {why}"),
        }
    }
}

impl std::error::Error for HttpError {}

impl From<wire::HttpError> for Cause {
    fn from(error: wire::HttpError) -> Self {
        match error {
            wire::HttpError::Denied(denial) => Self::Denied(denial),
            wire::HttpError::Dns(why) => Self::Dns(why),
            wire::HttpError::Connect(why) => Self::Connect(why),
            wire::HttpError::Tls(why) => Self::Tls(why),
            wire::HttpError::Timeout(phase) => Self::Timeout(phase),
            wire::HttpError::TooLarge(limit) => Self::TooLarge(limit),
            wire::HttpError::Quota(what) => Self::Quota(what),
            wire::HttpError::Protocol(why) => Self::Protocol(why),
            wire::HttpError::Other(why) => Self::Other(why),
        }
    }
}

fn during(phase: Phase) -> &'static str {
    match phase {
        Phase::Resolve => "while the name was looked up",
        Phase::Connect => "while connecting",
        Phase::Tls => "while encryption was set up",
        Phase::Send => "while sending",
        Phase::Wait => "before the server answered",
        Phase::Receive => "while the answer came in",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_happen_twice_is_retryable() {
        let status = |status| Cause::Status {
            status,
            retry_after_s: None,
        };
        for (cause, reading, writing) in [
            (Cause::Dns("x".into()), true, true),
            (Cause::Connect("x".into()), true, true),
            (Cause::Timeout(Phase::Wait), true, false),
            (Cause::Protocol("x".into()), true, false),
            (status(429), true, true),
            (status(503), true, false),
            (status(403), false, false),
            (Cause::Quota("requests".into()), false, false),
            (Cause::Json("x".into()), false, false),
        ] {
            let error = |is_safe| HttpError::new("X y".into(), is_safe, cause.clone());
            assert_eq!(error(true).is_retryable(), reading, "{cause:?}");
            assert_eq!(error(false).is_retryable(), writing, "{cause:?}");
        }
    }
}
