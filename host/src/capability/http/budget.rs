//! How many requests and bytes one call may still send and receive.

use crate::model::http::HttpError;
use crate::model::usage::Used;
use crate::policy::limits::Limits;
use std::sync::atomic::{AtomicU64, Ordering};

/// The HTTP part of one call's budget, shared by all its requests.
#[derive(Debug)]
pub struct HttpBudget {
    requests: Meter,
    /// Requests that were refused before anything was sent. Each costs time and a line in the log,
    /// so a call has as many of them as it has requests.
    refusals: Meter,
    bytes: Meter,
    request_bytes: u64,
    response_bytes: u64,
}

impl HttpBudget {
    /// A whole budget.
    pub fn new(limits: &Limits) -> Self {
        Self {
            requests: Meter::new(limits.http_requests.into()),
            refusals: Meter::new(limits.http_requests.into()),
            bytes: Meter::new(limits.http_bytes),
            request_bytes: limits.http_request_bytes,
            response_bytes: limits.http_response_bytes,
        }
    }

    /// Requests that were sent or tried. What was denied does not count.
    pub fn used_requests(&self) -> Used {
        self.requests.used()
    }

    /// Bytes both ways, as they were on the wire before encryption.
    pub fn used_bytes(&self) -> Used {
        self.bytes.used()
    }

    /// The most requests that can still come to anything, be it to a refusal.
    pub(super) fn room(&self) -> usize {
        let left = self.requests.left().saturating_add(self.refusals.left());
        usize::try_from(left).unwrap_or(usize::MAX)
    }

    /// Whether a request is worth looking at.
    ///
    /// # Errors
    /// `Quota` when it could not be sent, or could not be refused once more.
    pub(super) fn may_ask(&self) -> Result<(), HttpError> {
        if self.requests.left() == 0 {
            Err(quota("requests", self.requests.used()))
        } else if self.refusals.left() == 0 {
            Err(quota("refused requests", self.refusals.used()))
        } else {
            Ok(())
        }
    }

    /// Notes a request that was refused.
    pub(super) fn refused(&self) {
        self.refusals.take(1);
    }

    /// Pays for one request of `head` and `body` bytes, before anything is sent.
    ///
    /// # Errors
    /// `TooLarge` for the body, `Quota` for what the call has used up.
    pub(super) fn pay_request(&self, head: usize, body: usize) -> Result<(), HttpError> {
        let body = body as u64;
        if body > self.request_bytes {
            return Err(too_large(self.request_bytes));
        }
        if !self.requests.take(1) {
            return Err(quota("requests", self.used_requests()));
        }
        if !self.bytes.take(head as u64 + body) {
            return Err(quota("bytes", self.used_bytes()));
        }
        Ok(())
    }

    /// Pays for bytes that have arrived.
    ///
    /// # Errors
    /// `TooLarge` when the call has no more; the rest of the answer is not read.
    pub(super) fn pay_received(&self, bytes: u64) -> Result<(), HttpError> {
        if self.bytes.take(bytes) {
            return Ok(());
        }
        self.bytes.fill();
        Err(too_large(self.bytes.limit))
    }

    /// The most bytes that an answer's body may have now.
    pub(super) fn response_limit(&self) -> u64 {
        let used = self.bytes.used();
        self.response_bytes.min(used.limit - used.used)
    }
}

fn quota(what: &str, used: Used) -> HttpError {
    HttpError::Quota(format!("{what}: {} of {} used", used.used, used.limit))
}

/// `TooLarge` with the limit as the contract writes it.
pub(super) fn too_large(limit: u64) -> HttpError {
    HttpError::TooLarge(u32::try_from(limit).unwrap_or(u32::MAX))
}

/// A counter that never passes its limit.
#[derive(Debug)]
struct Meter {
    used: AtomicU64,
    limit: u64,
}

impl Meter {
    fn new(limit: u64) -> Self {
        Self {
            used: AtomicU64::new(0),
            limit,
        }
    }

    fn take(&self, amount: u64) -> bool {
        self.used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(amount).filter(|sum| *sum <= self.limit)
            })
            .is_ok()
    }

    fn left(&self) -> u64 {
        let used = self.used();
        used.limit.saturating_sub(used.used)
    }

    fn fill(&self) {
        self.used.store(self.limit, Ordering::Relaxed);
    }

    fn used(&self) -> Used {
        Used {
            used: self.used.load(Ordering::Relaxed),
            limit: self.limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget() -> HttpBudget {
        HttpBudget::new(&Limits {
            http_requests: 2,
            http_request_bytes: 50,
            http_response_bytes: 80,
            http_bytes: 100,
            ..Limits::default()
        })
    }

    #[test]
    fn requests_and_bytes_run_out() {
        let budget = budget();
        assert_eq!(budget.pay_request(10, 51), Err(HttpError::TooLarge(50)));
        assert_eq!(budget.used_requests().used, 0, "nothing was sent");
        assert_eq!(budget.pay_request(10, 20), Ok(()));
        assert_eq!(budget.response_limit(), 70);
        assert_eq!(budget.pay_received(60), Ok(()));
        assert_eq!(budget.response_limit(), 10);
        let error = budget.pay_request(10, 20).expect_err("no bytes left");
        assert_eq!(error, HttpError::Quota("bytes: 90 of 100 used".to_owned()));
        let error = budget.pay_request(1, 0).expect_err("no requests left");
        assert_eq!(error, HttpError::Quota("requests: 2 of 2 used".to_owned()));
    }

    #[test]
    fn what_arrives_beyond_the_budget_fills_it() {
        let budget = budget();
        assert_eq!(budget.pay_received(101), Err(HttpError::TooLarge(100)));
        assert_eq!(
            budget.used_bytes(),
            Used {
                used: 100,
                limit: 100
            }
        );
        assert_eq!(budget.response_limit(), 0);
    }
}
