//! `[default.limits]` and a grant's `[limits]`: the same keys, each over what stood before.

use crate::fields::{Errors, Fields};
use crate::policy::limits::Limits;
use std::ops::RangeInclusive;
use std::time::Duration;

/// The most memory a grant can allow, in MiB: what the pool was reserved for.
pub const MAX_MEMORY_MIB: u64 = 1024;

/// A number that is only a bound on nonsense.
const MANY: u64 = 1 << 40;
/// A size in KiB that is only a bound on nonsense.
const MANY_KIB: u64 = 1 << 20;

/// Overlays `limits` with the keys of a `[limits]` table.
pub(crate) fn overlay(fields: &mut Fields<'_>, limits: &mut Limits, errors: &mut Errors<'_>) {
    let mut table = Table { fields, errors };
    table.set(&mut limits.fuel, "fuel", 1..=MANY, 1);
    table.set(&mut limits.setup_fuel, "setup_fuel", 1..=MANY, 1);
    if let Some(deadline) = table.number("deadline_ms", 1..=600_000) {
        limits.deadline = Duration::from_millis(deadline);
    }
    table.set(
        &mut limits.memory_bytes,
        "memory_mib",
        1..=MAX_MEMORY_MIB,
        1 << 20,
    );
    table.set(&mut limits.host_calls, "host_calls", 1..=MANY, 1);
    table.set(
        &mut limits.hostcall_bytes,
        "hostcall_kib",
        1..=MANY_KIB,
        1 << 10,
    );
    table.set(&mut limits.log_bytes, "log_kib", 0..=MANY_KIB, 1 << 10);
    table.set(&mut limits.http_requests, "http_requests", 0..=10_000, 1);
    table.set(
        &mut limits.http_request_bytes,
        "http_request_kib",
        0..=MANY_KIB,
        1 << 10,
    );
    table.set(
        &mut limits.http_response_bytes,
        "http_response_kib",
        0..=MANY_KIB,
        1 << 10,
    );
    table.set(
        &mut limits.http_bytes,
        "http_total_kib",
        0..=MANY_KIB,
        1 << 10,
    );
    table.set(&mut limits.concurrency, "concurrency", 1..=10_000, 1);
    table.set(&mut limits.queue, "queue", 0..=100_000, 1);
    table.set(&mut limits.card.blocks, "card_blocks", 1..=1_000, 1);
    table.set(&mut limits.card.rows, "card_rows", 1..=10_000, 1);
    table.set(
        &mut limits.card.html_bytes,
        "card_html_kib",
        0..=1 << 10,
        1 << 10,
    );
    table.set(
        &mut limits.card.card_bytes,
        "card_kib",
        1..=4 << 10,
        1 << 10,
    );
    fields.finish(errors);
}

struct Table<'a, 't, 'e> {
    fields: &'a mut Fields<'t>,
    errors: &'a mut Errors<'e>,
}

impl Table<'_, '_, '_> {
    /// Sets a limit to the number at `key`, counted in `unit`s.
    fn set<T: TryFrom<u64>>(
        &mut self,
        limit: &mut T,
        key: &str,
        range: RangeInclusive<u64>,
        unit: u64,
    ) {
        let number = self
            .number(key, range)
            .map(|number| number.saturating_mul(unit));
        if let Some(value) = number.and_then(|number| T::try_from(number).ok()) {
            *limit = value;
        }
    }

    fn number(&mut self, key: &str, range: RangeInclusive<u64>) -> Option<u64> {
        let (value, at) = self.fields.take_at::<u64>(key, self.errors)?;
        if range.contains(&value) {
            return Some(value);
        }
        let (name, low, high) = (self.fields.name(key), range.start(), range.end());
        let text = format!("{name} is {value}, and may be {low} to {high}");
        self.errors.add(at, text);
        None
    }
}
