//! Which request made a plugin give up, most likely.

use crate::model::http::HttpError;
use std::sync::{Mutex, PoisonError};

/// The first refusal of a call, else its last failure.
#[derive(Debug, Default)]
pub(super) struct Failure(Mutex<Option<HttpError>>);

impl Failure {
    /// Takes note of a failure.
    pub(super) fn remember(&self, error: &HttpError) {
        let mut failure = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(*failure, Some(HttpError::Denied(_))) {
            *failure = Some(error.clone());
        }
    }

    /// What was noted.
    pub(super) fn noted(&self) -> Option<HttpError> {
        let failure = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failure.clone()
    }
}
