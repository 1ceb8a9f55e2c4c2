//! `[events]`: how events are delivered and how long what is kept.

use super::limits::Table;
use crate::fields::{Errors, Fields};
use crate::policy::delivery::DeliveryPolicy;
use std::time::Duration;

/// Two years in hours: a bound on nonsense.
const LONG: u64 = 2 * 366 * 24;

/// Overlays `policy` with the keys of `[events]`.
pub(crate) fn overlay(
    fields: &mut Fields<'_>,
    policy: &mut DeliveryPolicy,
    errors: &mut Errors<'_>,
) {
    let mut table = Table { fields, errors };
    let hours = |hours: u64| Duration::from_secs(hours * 3_600);
    let retry = &mut policy.retry;
    table.set(&mut retry.attempts, "attempts", 1..=1_000, 1);
    table.time(&mut retry.age, "age_h", 1..=LONG, hours);
    table.time(
        &mut retry.base,
        "first_pause_ms",
        1..=3_600_000,
        Duration::from_millis,
    );
    table.time(
        &mut retry.cap,
        "longest_pause_s",
        1..=86_400,
        Duration::from_secs,
    );
    table.time(
        &mut retry.asked,
        "asked_pause_s",
        1..=86_400,
        Duration::from_secs,
    );
    table.set(&mut policy.at_once, "at_once", 1..=10_000, 1);
    table.time(&mut policy.keep_ids, "keep_ids_h", 1..=LONG, hours);
    table.time(
        &mut policy.keep_delivered,
        "keep_delivered_h",
        1..=LONG,
        hours,
    );
    table.time(&mut policy.keep_dead, "keep_dead_h", 1..=LONG, hours);
    // 0 is never.
    if let Some(after) = table.number("drop_after_h", 0..=LONG) {
        policy.drop_after = (after > 0).then(|| hours(after));
    }
    table.set(&mut policy.waiting, "waiting", 1..=1 << 32, 1);
    table.set(
        &mut policy.waiting_bytes,
        "waiting_mib",
        1..=1 << 24,
        1 << 20,
    );
    table.set(&mut policy.store_keys, "store_keys", 0..=1 << 32, 1);
    table.set(&mut policy.store_bytes, "store_mib", 0..=1 << 24, 1 << 20);
    fields.finish(errors);
}

/// Every key of `[events]` with its value.
pub fn entries(policy: &DeliveryPolicy) -> [(&'static str, u64); 14] {
    let hours = |time: Duration| time.as_secs() / 3_600;
    let retry = &policy.retry;
    [
        ("attempts", retry.attempts.into()),
        ("age_h", hours(retry.age)),
        (
            "first_pause_ms",
            u64::try_from(retry.base.as_millis()).unwrap_or(u64::MAX),
        ),
        ("longest_pause_s", retry.cap.as_secs()),
        ("asked_pause_s", retry.asked.as_secs()),
        ("at_once", policy.at_once.into()),
        ("keep_ids_h", hours(policy.keep_ids)),
        ("keep_delivered_h", hours(policy.keep_delivered)),
        ("keep_dead_h", hours(policy.keep_dead)),
        ("drop_after_h", policy.drop_after.map_or(0, hours)),
        ("waiting", policy.waiting),
        ("waiting_mib", policy.waiting_bytes >> 20),
        ("store_keys", policy.store_keys),
        ("store_mib", policy.store_bytes >> 20),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields;
    use crate::model::problem::Code;

    #[test]
    fn every_key_that_is_read_is_told() {
        let defaults = entries(&DeliveryPolicy::default());
        let changed: String = defaults
            .iter()
            .map(|(key, value)| format!("{key} = {}\n", value + 1))
            .collect();
        let changed = fields::read("events", &changed, Code::ConfigInvalid, |fields, errors| {
            let mut policy = DeliveryPolicy::default();
            overlay(fields, &mut policy, errors);
            policy
        })
        .expect("a policy");
        for ((key, now), (_, before)) in entries(&changed).iter().zip(defaults) {
            assert_eq!(*now, before + 1, "{key}");
        }
    }
}
