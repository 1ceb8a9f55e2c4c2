//! How long each part of an exchange may take.

use crate::model::http::{HttpError, Phase};
use std::future::Future;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// The longest a phase may take, or, for sending and receiving, the longest without a single byte.
/// All of them lie within the call's deadline, which usually comes first.
pub(super) fn longest(phase: Phase) -> Duration {
    match phase {
        Phase::Resolve => Duration::from_secs(2),
        Phase::Connect | Phase::Tls => Duration::from_secs(3),
        Phase::Wait => Duration::from_secs(10),
        Phase::Send | Phase::Receive => Duration::from_secs(5),
    }
}

/// Runs one phase within its own bound and the deadline. With no time left it is not begun, so that
/// a call that is over opens no socket.
pub(super) async fn within<T>(
    phase: Phase,
    deadline: Instant,
    work: impl Future<Output = Result<T, HttpError>>,
) -> Result<T, HttpError> {
    let now = Instant::now();
    if deadline <= now {
        return Err(HttpError::Timeout(phase));
    }
    let end = deadline.min(now + longest(phase));
    timeout_at(end, work)
        .await
        .unwrap_or(Err(HttpError::Timeout(phase)))
}
