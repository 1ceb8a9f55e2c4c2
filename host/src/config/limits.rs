//! `[default.limits]` and a grant's `[limits]`: the same keys, each over what stood before.

use crate::fields::{Errors, Fields};
use crate::policy::limits::Limits;
use std::time::Duration;

/// The most memory a grant can allow, in MiB: what the pool was reserved for.
pub const MAX_MEMORY_MIB: u64 = 1024;

/// Overlays `limits` with the keys of a `[limits]` table.
pub(crate) fn overlay(fields: &mut Fields<'_>, limits: &mut Limits, errors: &mut Errors<'_>) {
    let mut number = |key: &str, range: std::ops::RangeInclusive<u64>| {
        let (value, at) = fields.take_at::<u64>(key, errors)?;
        if range.contains(&value) {
            return Some(value);
        }
        let (name, low, high) = (fields.name(key), range.start(), range.end());
        errors.add(at, format!("{name} is {value}, and may be {low} to {high}"));
        None
    };
    const MANY: u64 = 1 << 40;
    set(&mut limits.fuel, number("fuel", 1..=MANY));
    set(&mut limits.setup_fuel, number("setup_fuel", 1..=MANY));
    if let Some(deadline) = number("deadline_ms", 1..=600_000) {
        limits.deadline = Duration::from_millis(deadline);
    }
    set(
        &mut limits.memory_bytes,
        number("memory_mib", 1..=MAX_MEMORY_MIB).map(|mib| mib << 20),
    );
    set(&mut limits.host_calls, number("host_calls", 1..=MANY));
    set(
        &mut limits.log_bytes,
        number("log_kib", 0..=1 << 20).map(|kib| kib << 10),
    );
    let requests = number("http_requests", 0..=10_000);
    set(
        &mut limits.http_requests,
        requests.and_then(|n| u32::try_from(n).ok()),
    );
    let kib = |kib: Option<u64>| kib.map(|kib| kib << 10);
    set(
        &mut limits.http_request_bytes,
        kib(number("http_request_kib", 0..=1 << 20)),
    );
    set(
        &mut limits.http_response_bytes,
        kib(number("http_response_kib", 0..=1 << 20)),
    );
    set(
        &mut limits.http_bytes,
        kib(number("http_total_kib", 0..=1 << 20)),
    );
    set(
        &mut limits.hostcall_bytes,
        kib(number("hostcall_kib", 1..=1 << 20)),
    );
    let concurrency = number("concurrency", 1..=10_000);
    set(
        &mut limits.concurrency,
        concurrency.and_then(|n| u32::try_from(n).ok()),
    );
    let queue = number("queue", 0..=100_000);
    set(&mut limits.queue, queue.and_then(|n| u32::try_from(n).ok()));
    let size = |n: Option<u64>| n.and_then(|n| usize::try_from(n).ok());
    set(
        &mut limits.card.blocks,
        size(number("card_blocks", 1..=1_000)),
    );
    set(&mut limits.card.rows, size(number("card_rows", 1..=10_000)));
    set(
        &mut limits.card.html_bytes,
        size(kib(number("card_html_kib", 0..=1 << 10))),
    );
    set(
        &mut limits.card.card_bytes,
        size(kib(number("card_kib", 1..=4 << 10))),
    );
    fields.finish(errors);
}

fn set<T>(limit: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *limit = value;
    }
}
