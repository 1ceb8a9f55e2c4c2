//! How events are delivered, how much of them may wait, and how long what is kept.

use super::retry::RetryPolicy;
use std::time::Duration;

/// What an operator decides about events and plugins' values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryPolicy {
    /// When a failed delivery is tried again.
    pub retry: RetryPolicy,
    /// Deliveries of one plugin at one time. They take the plugin's places like cards do, so they
    /// are fewer than those.
    pub at_once: u32,
    /// How long an event's id is known, so that a repetition is one. Three days: longer than any
    /// desk repeats.
    pub keep_ids: Duration,
    /// How long delivered and dropped deliveries can be looked at.
    pub keep_delivered: Duration,
    /// How long dead letters wait for somebody to replay them.
    pub keep_dead: Duration,
    /// Deliveries that have waited for longer are dropped, where an operator wants that: an event
    /// of last week may do more harm than none.
    pub drop_after: Option<Duration>,
    /// Deliveries of one plugin that may wait. A million: what a desk with ten events a second
    /// sends in a day, so that a plugin may be broken over night.
    pub waiting: u64,
    /// Bytes of events that may wait for one plugin.
    pub waiting_bytes: u64,
    /// Keys of one installation's values.
    pub store_keys: u64,
    /// Bytes of one installation's keys and values.
    pub store_bytes: u64,
}

impl Default for DeliveryPolicy {
    fn default() -> Self {
        let hours = |hours: u64| Duration::from_secs(hours * 3_600);
        Self {
            retry: RetryPolicy::default(),
            at_once: 8,
            keep_ids: hours(72),
            keep_delivered: hours(72),
            keep_dead: hours(30 * 24),
            drop_after: None,
            waiting: 1_000_000,
            waiting_bytes: 4 << 30,
            store_keys: 100_000,
            store_bytes: 256 << 20,
        }
    }
}
