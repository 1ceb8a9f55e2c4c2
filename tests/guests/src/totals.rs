//! What `totals_orders` and its mended twin have in common: a card with the orders of a customer,
//! added up by state. It uses all that a recording has to hold: requests one after the other and side
//! by side, a value, a setting, the clock, a sleep, and an order that randomness decides.

use serde_json::Value;
use sidepane_sdk::{
    Block, Card, Context, Error, Field, Manifest, Row, http, info, manifest, settings, store,
};
use std::collections::HashMap;
use std::time::{Duration, SystemTime};

pub fn manifest() -> Manifest {
    Manifest::new("Totals", "1.0.0")
        .secret("api_key", "The key of the CRM.")
        .setting(Field::text("crm", "Address of the CRM"))
        .host(manifest::Host::new("http://*", "Reads customers and orders.").secret("api_key"))
}

/// The card; `amount` reads the amount of an order.
pub fn card(context: &Context, amount: fn(&Value) -> f64) -> Result<Option<Card>, Error> {
    let email = context.email.as_deref().ok_or("nobody is asked about")?;
    let crm = settings::text("crm").unwrap_or_default();
    let asked = store::increment(&format!("asked:{email}"), 1)?;
    let get = |path: &str| http::get(format!("{crm}{path}")).bearer("api_key");
    let customer: Value = get("/v1/customers").query("email", email).send()?.json()?;
    let id = customer["id"].as_str().unwrap_or_default();
    let [orders, notes] = http::send_all([
        get("/v1/orders").query("customer", id),
        get("/v1/notes").query("name", customer["name"].as_str().unwrap_or_default()),
    ]);
    let orders: Vec<Value> = orders?.json()?;
    info!("{} orders of {email}", orders.len());
    if let Some(pause) = context.param("pause_ms") {
        std::thread::sleep(Duration::from_millis(pause.parse().unwrap_or(0)));
    }
    let mut totals: HashMap<String, f64> = HashMap::new();
    for order in &orders {
        let state = order["state"].as_str().unwrap_or("unknown");
        *totals.entry(state.to_owned()).or_default() += amount(order);
    }
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let mut rows: Vec<Row> = totals
        .into_iter()
        .map(|(state, total)| Row::new(state, format!("{total:.2}")))
        .collect();
    rows.push(Row::new("asked", asked.to_string()));
    rows.push(Row::new("at", format!("{:?}", now.unwrap_or_default())));
    rows.push(Row::new("notes", notes?.text().into_owned()));
    let name = customer["name"].as_str().unwrap_or("somebody");
    let card = Card::new().contact_name(name);
    Ok(Some(card.block(Block::new("Totals").list(rows))))
}
