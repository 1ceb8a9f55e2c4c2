//! Adds a customer's orders up, and crashes at one without an amount: the bug that is to be found.
#[path = "../src/totals.rs"]
mod totals;

use serde_json::Value;
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin};

struct Guest;

fn amount(order: &Value) -> f64 {
    order["amount"].as_f64().expect("an amount")
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
