//! Why a call has no answer.

use std::fmt;

use crate::card::PluginError;
use crate::http::HttpError;
use crate::settings::SettingsError;
use crate::store::StoreError;

/// Why a card or an action failed: one text for the log, and perhaps one for the agent.
///
/// `?` makes it from the SDK's other errors. Those say nothing to the agent, who then reads the
/// host's own sentence; [`OrTell::or_tell`] adds a better one.
///
/// ```
/// use sidepane_sdk::{Error, OrTell, http};
///
/// fn tier() -> Result<String, Error> {
///     let answer = http::get("https://shop.example.com/v1/tier")
///         .send()
///         .or_tell("The shop does not answer. Look the tier up in its back office.")?;
///     Ok(answer.json()?)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    agent_message: Option<String>,
    log_message: String,
    retryable: bool,
    field: Option<(String, String)>,
}

impl Error {
    /// An error that says this to the log and nothing to the agent, and is not tried again.
    pub fn new(log_message: impl Into<String>) -> Self {
        Self {
            agent_message: None,
            log_message: log_message.into(),
            retryable: false,
            field: None,
        }
    }

    /// Says this to the agent: what to do instead, without addresses and codes. At most 1 KiB.
    #[must_use]
    pub fn tell(mut self, agent_message: impl Into<String>) -> Self {
        self.agent_message = Some(agent_message.into());
        self
    }

    /// Says whether the same call may succeed later and nothing was changed. The agent is then
    /// offered to try again, and may see an older card meanwhile.
    #[must_use]
    pub fn retryable(mut self, retryable: bool) -> Self {
        self.retryable = retryable;
        self
    }

    /// What the agent reads.
    pub fn agent_message(&self) -> Option<&str> {
        self.agent_message.as_deref()
    }

    /// What the log gets.
    pub fn log_message(&self) -> &str {
        &self.log_message
    }

    /// Whether trying again may help.
    pub fn is_retryable(&self) -> bool {
        self.retryable
    }

    /// The field of a form that cannot be accepted, and why, in the agent's words. In an action it
    /// keeps the form open instead of failing the call.
    pub(crate) fn of_field(self, name: String, told: String) -> Self {
        Self {
            field: Some((name, told)),
            ..self
        }
    }

    pub(crate) fn take_field(&mut self) -> Option<(String, String)> {
        self.field.take()
    }

    pub(crate) fn into_plugin_error(self) -> PluginError {
        PluginError {
            agent_message: self.agent_message,
            log_message: self.log_message,
            retryable: self.retryable,
        }
    }
}

/// What the log gets; the agent's words are not in it.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.log_message)
    }
}

impl std::error::Error for Error {}

/// Retryable as [`HttpError::is_retryable`] says. A denial's hint stays out of both texts: the host
/// has logged it.
impl From<HttpError> for Error {
    fn from(error: HttpError) -> Self {
        Self::new(error.to_string()).retryable(error.is_retryable())
    }
}

impl From<SettingsError> for Error {
    fn from(error: SettingsError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::new(error.to_string()).retryable(matches!(error, StoreError::Unavailable(_)))
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::new(format!("json is not as expected: {error}"))
    }
}

impl From<String> for Error {
    fn from(log_message: String) -> Self {
        Self::new(log_message)
    }
}

impl From<&str> for Error {
    fn from(log_message: &str) -> Self {
        Self::new(log_message)
    }
}

/// Adds the agent's sentence to a failure on its way up.
pub trait OrTell<T> {
    /// Passes a success on, and makes a failure say this to the agent.
    ///
    /// # Errors
    ///
    /// The failure there was, with the sentence.
    fn or_tell(self, agent_message: impl Into<String>) -> Result<T, Error>;
}

impl<T, E: Into<Error>> OrTell<T> for Result<T, E> {
    fn or_tell(self, agent_message: impl Into<String>) -> Result<T, Error> {
        self.map_err(|error| error.into().tell(agent_message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Cause, Denial};

    #[test]
    fn a_denial_tells_neither_reader_the_hint() {
        let denied = Cause::Denied(Denial {
            rule: "host".into(),
            hint: Some("[[http.allow]]\nurl = \"https://shop.example/\"".into()),
        });
        let error: Error = HttpError::new("GET https://shop.example/".into(), true, denied).into();
        assert_eq!(error.agent_message(), None);
        assert_eq!(
            error.log_message(),
            "GET https://shop.example/ is not allowed by the grant (rule: host)"
        );
        assert!(!error.is_retryable());
    }

    #[test]
    fn each_reader_gets_their_text() {
        let failed: Result<(), &str> = Err("no table of prices");
        let error = failed
            .or_tell("Prices are not there today.")
            .unwrap_err()
            .retryable(true);
        assert_eq!(
            error.into_plugin_error(),
            PluginError {
                agent_message: Some("Prices are not there today.".into()),
                log_message: "no table of prices".into(),
                retryable: true,
            }
        );
    }
}
