//! `[cache]`: cards that are answered again.

use super::limits::Table;
use crate::fields::{Errors, Fields};
use crate::policy::cache::CachePolicy;
use std::time::Duration;

/// Overlays `policy` with the keys of `[cache]`.
pub(crate) fn overlay(fields: &mut Fields<'_>, policy: &mut CachePolicy, errors: &mut Errors<'_>) {
    let mut table = Table { fields, errors };
    table.set(&mut policy.bytes, "mib", 0..=1 << 20, 1 << 20);
    if let Some(seconds) = table.number("longest_s", 1..=7 * 86_400) {
        policy.longest = Duration::from_secs(seconds);
    }
    if let Some(seconds) = table.number("stale_s", 0..=7 * 86_400) {
        policy.stale = Duration::from_secs(seconds);
    }
    fields.finish(errors);
}

/// Every key of `[cache]` with its value.
pub fn entries(policy: &CachePolicy) -> [(&'static str, u64); 3] {
    [
        ("mib", policy.bytes >> 20),
        ("longest_s", policy.longest.as_secs()),
        ("stale_s", policy.stale.as_secs()),
    ]
}
