//! Why a plugin gave up: in its own words, and most likely because a request of its failed before.

use super::trap;
use crate::model::http::HttpError;
use crate::model::problem::{Code, Problem};
use sidepane_bindings::imports::card::PluginError;

/// Bytes of a plugin's words to the agent: some ten lines, more than anybody reads beside a button.
const AGENT_BYTES: usize = 1 << 10;

/// The plugin's own error. Where a request failed before it, that is what went wrong.
pub(super) fn plugin_error(error: PluginError, http: Option<HttpError>) -> Problem {
    let message = error.agent_message.and_then(agent_text).unwrap_or_default();
    let mut problem =
        Problem::new(Code::CallPluginError, message).detail(trap::bounded(&error.log_message));
    problem.retryable = error.retryable;
    blame(problem, http)
}

/// What a plugin says to the agent, cut where it is too long; none when it says nothing.
pub(super) fn agent_text(mut text: String) -> Option<String> {
    text.truncate(text.floor_char_boundary(AGENT_BYTES));
    (!text.trim().is_empty()).then_some(text)
}

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
