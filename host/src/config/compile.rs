//! `[compile]`: what compiling one plugin may cost.

use super::limits::Table;
use crate::fields::{Errors, Fields};
use crate::policy::compile::CompileBudget;
use std::time::Duration;

/// Overlays `budget` with the keys of `[compile]`.
pub(crate) fn overlay(
    fields: &mut Fields<'_>,
    budget: &mut CompileBudget,
    errors: &mut Errors<'_>,
) {
    let mut table = Table { fields, errors };
    if let Some(seconds) = table.number("cpu_s", 1..=3_600) {
        budget.cpu = Duration::from_secs(seconds);
    }
    if let Some(seconds) = table.number("wall_s", 1..=7_200) {
        budget.wall = Duration::from_secs(seconds);
    }
    table.set(
        &mut budget.address_space_bytes,
        "address_space_mib",
        256..=1 << 20,
        1 << 20,
    );
    table.set(&mut budget.queue, "queue", 0..=1_000, 1);
    fields.finish(errors);
}

/// Every key of `[compile]` with its value.
pub fn entries(budget: &CompileBudget) -> [(&'static str, u64); 4] {
    [
        ("cpu_s", budget.cpu.as_secs()),
        ("wall_s", budget.wall.as_secs()),
        ("address_space_mib", budget.address_space_bytes >> 20),
        ("queue", budget.queue.into()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields;
    use crate::model::problem::Code;

    #[test]
    fn every_key_that_is_read_is_told() {
        let changed: String = entries(&CompileBudget::default())
            .iter()
            .map(|(key, value)| format!("{key} = {}\n", value / 2))
            .collect();
        let halved = fields::read(
            "compile",
            &changed,
            Code::ConfigInvalid,
            |fields, errors| {
                let mut budget = CompileBudget::default();
                overlay(fields, &mut budget, errors);
                budget
            },
        )
        .expect("a budget");
        let before = entries(&CompileBudget::default());
        for ((key, now), (_, before)) in entries(&halved).iter().zip(before) {
            assert_eq!(*now, before / 2, "{key}");
        }
    }
}
