//! Adds a customer's orders up; one without an amount counts nothing.
#[path = "../src/totals.rs"]
mod totals;

use serde_json::Value;
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin};

struct Guest;

fn amount(order: &Value) -> f64 {
    order["amount"].as_f64().unwrap_or(0.0)
}

impl Plugin for Guest {
    fn manifest() -> Manifest {
        totals::manifest()
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        totals::card(&context, amount)
    }
}

sidepane_sdk::export!(Guest: card);
