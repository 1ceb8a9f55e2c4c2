//! A plugin's answer to an event that it did not deal with.

use super::problem::Problem;
use std::time::Duration;

/// The event was not dealt with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What should happen to the event now.
    pub wish: Wish,
    /// Why, in the plugin's words, which stand in `detail`. The code is one of `event.*`, or the
    /// code of the request that failed before.
    pub problem: Problem,
}

/// What a plugin wants for an event that it did not deal with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Another try after this pause, which the operator's bounds apply to.
    RetryAfter(Duration),
    /// No other try.
    GiveUp,
    /// Another try, when the host's own schedule says so.
    Retry,
}
