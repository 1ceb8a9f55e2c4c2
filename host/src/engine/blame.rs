//! Why a plugin gave up: most likely because a request of its failed before.

use crate::model::http::HttpError;
use crate::model::problem::{Code, Problem};

/// Names the request that failed as what went wrong, where there was one.
pub(super) fn blame(mut problem: Problem, http: Option<HttpError>) -> Problem {
    let Some(error) = http else {
        return problem;
    };
    problem.code = code(&error);
    match error {
        HttpError::Denied(denial) => {
            problem.detail = format!("{}; {}", problem.detail, denial.why);
            problem.field = Some(denial.rule.to_string());
            problem.hint = denial.hint;
        }
        HttpError::Timeout(phase) => problem.field = Some(phase.as_str().to_owned()),
        _ => {}
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
