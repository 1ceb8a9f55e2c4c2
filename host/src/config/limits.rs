//! `[default.limits]` and a grant's `[limits]`: the same keys, each over what stood before.

use crate::fields::{Errors, Fields};
use crate::policy::limits::{CardLimits, Limits};
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
    if let Some(deadline) = table.number("event_deadline_ms", 1..=600_000) {
        limits.event_deadline = Duration::from_millis(deadline);
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
    table.http(limits);
    table.set(&mut limits.store_ops, "store_ops", 0..=100_000, 1);
    table.set(&mut limits.store_bytes, "store_kib", 0..=MANY_KIB, 1 << 10);
    table.set(&mut limits.concurrency, "concurrency", 1..=10_000, 1);
    table.set(&mut limits.queue, "queue", 0..=100_000, 1);
    table.card(&mut limits.card);
    fields.finish(errors);
}

/// Every key of `[limits]` with its value, in the order of `docs/operating.md`.
pub fn entries(limits: &Limits) -> [(&'static str, u64); 21] {
    let kib = |bytes: u64| bytes >> 10;
    let card = &limits.card;
    [
        ("fuel", limits.fuel),
        ("setup_fuel", limits.setup_fuel),
        ("deadline_ms", whole(limits.deadline.as_millis())),
        (
            "event_deadline_ms",
            whole(limits.event_deadline.as_millis()),
        ),
        ("memory_mib", limits.memory_bytes >> 20),
        ("host_calls", limits.host_calls),
        ("hostcall_kib", kib(limits.hostcall_bytes)),
        ("log_kib", kib(limits.log_bytes)),
        ("http_requests", limits.http_requests.into()),
        ("http_concurrency", limits.http_concurrency.into()),
        ("http_request_kib", kib(limits.http_request_bytes)),
        ("http_response_kib", kib(limits.http_response_bytes)),
        ("http_total_kib", kib(limits.http_bytes)),
        ("store_ops", limits.store_ops),
        ("store_kib", kib(limits.store_bytes)),
        ("concurrency", limits.concurrency.into()),
        ("queue", limits.queue.into()),
        ("card_blocks", whole(card.blocks)),
        ("card_rows", whole(card.rows)),
        ("card_html_kib", kib(whole(card.html_bytes))),
        ("card_kib", kib(whole(card.card_bytes))),
    ]
}

fn whole(number: impl TryInto<u64>) -> u64 {
    number.try_into().unwrap_or(u64::MAX)
}

/// A table of numbers.
pub(super) struct Table<'a, 't, 'e> {
    pub(super) fields: &'a mut Fields<'t>,
    pub(super) errors: &'a mut Errors<'e>,
}

impl Table<'_, '_, '_> {
    fn http(&mut self, limits: &mut Limits) {
        self.set(&mut limits.http_requests, "http_requests", 0..=10_000, 1);
        self.set(
            &mut limits.http_concurrency,
            "http_concurrency",
            1..=10_000,
            1,
        );
        self.set(
            &mut limits.http_request_bytes,
            "http_request_kib",
            0..=MANY_KIB,
            1 << 10,
        );
        self.set(
            &mut limits.http_response_bytes,
            "http_response_kib",
            0..=MANY_KIB,
            1 << 10,
        );
        self.set(
            &mut limits.http_bytes,
            "http_total_kib",
            0..=MANY_KIB,
            1 << 10,
        );
    }

    fn card(&mut self, card: &mut CardLimits) {
        self.set(&mut card.blocks, "card_blocks", 1..=1_000, 1);
        self.set(&mut card.rows, "card_rows", 1..=10_000, 1);
        self.set(&mut card.html_bytes, "card_html_kib", 0..=1 << 10, 1 << 10);
        self.set(&mut card.card_bytes, "card_kib", 1..=4 << 10, 1 << 10);
    }

    /// Sets a limit to the number at `key`, counted in `unit`s.
    pub(super) fn set<T: TryFrom<u64>>(
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

    /// Sets a time to the number at `key`, as `unit` reads it.
    pub(super) fn time(
        &mut self,
        time: &mut Duration,
        key: &str,
        range: RangeInclusive<u64>,
        unit: impl Fn(u64) -> Duration,
    ) {
        if let Some(number) = self.number(key, range) {
            *time = unit(number);
        }
    }

    /// The number at `key`, when there is one in `range`.
    pub(super) fn number(&mut self, key: &str, range: RangeInclusive<u64>) -> Option<u64> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields;
    use crate::model::problem::Code;

    #[test]
    fn every_key_that_is_read_is_told() {
        let changed: String = entries(&Limits::default())
            .iter()
            .map(|(key, value)| format!("{key} = {}\n", value / 2))
            .collect();
        let read = |text: &str| {
            fields::read("limits", text, Code::ConfigInvalid, |fields, errors| {
                let mut limits = Limits::default();
                overlay(fields, &mut limits, errors);
                limits
            })
        };
        let halved = read(&changed).expect("limits");
        for ((key, now), (_, before)) in entries(&halved).iter().zip(entries(&Limits::default())) {
            assert_eq!(*now, before / 2, "{key}");
        }
    }
}
