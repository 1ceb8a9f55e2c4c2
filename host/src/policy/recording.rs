//! How much may be recorded, by whose order, and how much of it is kept.

use crate::model::id::PluginId;
use crate::model::problem::{Code, Problem};
use crate::model::recording::Order;
use crate::model::time::Millis;
use std::time::Duration;

/// Calls of one order. Whoever looks for a failure reads a few; a hundred are a day's work.
pub const ORDER_CALLS: u32 = 100;
/// How far ahead an order may end. A recording that nobody remembers is one too many.
pub const ORDER_LASTS: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// Recordings that are kept, over all plugins; one more takes the place of the oldest.
pub const KEPT: usize = 100;
/// Bytes of all that are kept, likewise.
pub const KEPT_BYTES: usize = 16 << 20;
/// Bytes of one recording. What comes after them is left out, and the recording says so.
pub const RECORDING_BYTES: usize = 1 << 20;
/// Steps of one recording, likewise.
pub const STEPS: usize = 10_000;
/// Bytes of one body: four times what a card may have.
pub const BODY_BYTES: usize = 256 << 10;

/// An order that may stand.
///
/// # Errors
/// `request.invalid_field` with the field at fault.
pub fn order(
    plugin: PluginId,
    share: f64,
    count: u32,
    until: Millis,
    now: Millis,
) -> Result<Order, Problem> {
    let wrong = |field: &str, wanted: String| {
        let message = format!("`{field}` has to be {wanted}.");
        Err(Problem::new(Code::RequestInvalidField, message).field(field))
    };
    if !(share > 0.0 && share <= 1.0) {
        return wrong(
            "share",
            "the part of the calls to record, above 0 and at most 1".to_owned(),
        );
    }
    if !(1..=ORDER_CALLS).contains(&count) {
        return wrong(
            "count",
            format!("how many calls to record, 1 to {ORDER_CALLS}"),
        );
    }
    if until <= now || until > now.after(ORDER_LASTS) {
        let last = now.after(ORDER_LASTS);
        return wrong("until", format!("a moment to come, {last} at the latest"));
    }
    Ok(Order {
        plugin,
        share,
        left: count,
        until,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_has_its_bounds() {
        let plugin = PluginId::parse("shop").expect("an id");
        let now = Millis(1_000_000);
        let end = now.after(ORDER_LASTS);
        for (share, count, until, field) in [
            (1.0, 1, Millis(1_000_001), None),
            (0.001, ORDER_CALLS, end, None),
            (0.0, 1, end, Some("share")),
            (1.001, 1, end, Some("share")),
            (f64::NAN, 1, end, Some("share")),
            (1.0, 0, end, Some("count")),
            (1.0, ORDER_CALLS + 1, end, Some("count")),
            (1.0, 1, now, Some("until")),
            (1.0, 1, Millis(end.0 + 1), Some("until")),
        ] {
            let order = order(plugin.clone(), share, count, until, now);
            let found = order.err().map(|problem| problem.field.expect("a field"));
            assert_eq!(found.as_deref(), field, "{share} {count} {until}");
        }
    }
}
