//! Why a plugin gave up: most likely because a request of its failed before.

use crate::model::http::HttpError;
use crate::model::problem::{Code, Problem};

/// Names the request that failed as what went wrong, where there was one.
pub(super) fn blame(mut problem: Problem, http: Option<HttpError>) -> Problem {
    let Some(error) = http else {
        return problem;
    };
    problem.code = code(&error);
    if let HttpError::Denied(denial) = error {
        problem.detail = format!("{}; {}", problem.detail, denial.why);
        problem.hint = denial.hint;
    }
    problem
}

fn code(error: &HttpError) -> Code {
    match error {
        HttpError::Denied(_) => Code::HttpDenied,
        HttpError::Dns(_) => Code::HttpDns,
        HttpError::Connect(_) => Code::HttpConnect,
        HttpError::Tls(_) => Code::HttpTls,
        HttpError::Timeout(_) => Code::HttpTimeout,
        HttpError::TooLarge(_) => Code::HttpTooLarge,
        HttpError::Quota(_) => Code::HttpQuota,
        HttpError::Protocol(_) => Code::HttpProtocol,
        HttpError::Other(_) => Code::HttpOther,
    }
}
