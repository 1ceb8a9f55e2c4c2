//! A call that a host recorded in production, as a test: the CRM had no orders at that moment.
//! `sidepane replay tests/recordings/no-orders.json` plays the same file back against the component.

use order_lookup::OrderLookup;
use serde_json::json;
use sidepane_sdk::testing::{FakeHost, Recording, on};

const FILE: &str = "tests/recordings/no-orders.json";

#[test]
fn an_agent_is_told_what_the_recorded_agent_was_told() {
    let recorded = Recording::read(FILE);
    assert_eq!(recorded.code(), Some("call.plugin_error"));
    let run = recorded.host().render::<OrderLookup>(recorded.context());
    let urls: Vec<&str> = run.requests.iter().map(|sent| sent.url.as_str()).collect();
    assert_eq!(
        urls,
        [
            "https://crm.example/v1/customers?email=person1%40masked.example",
            "https://crm.example/v1/customers/C7/orders",
            "https://crm.example/v1/customers/C7/notes",
        ]
    );
    let told = run.error().agent_message().map(str::to_owned);
    let message = recorded
        .texts()
        .into_iter()
        .find(|(place, _)| place == "message");
    assert_eq!(told, message.map(|(_, text)| text));
}

/// The failure with one thing changed: the orders are there again.
#[test]
fn the_next_call_finds_the_orders() {
    let recorded = Recording::read(FILE);
    let customer = on(
        "GET",
        "https://crm.example/v1/customers?email=person1%40masked.example",
    );
    let of_customer = "https://crm.example/v1/customers/C7";
    let card = FakeHost::new()
        .setting("crm_url", "https://crm.example")
        .expect(customer.reply_json(
            200,
            &json!({"id": "C7", "name": "Namea Nameb", "tier": "gold", "since": "2019-03-12",
                    "page": "https://crm.example/C7"}),
        ))
        .expect(on("GET", format!("{of_customer}/orders")).reply_json(200, &json!({"orders": []})))
        .expect(on("GET", format!("{of_customer}/notes")).reply_json(200, &json!({"notes": []})))
        .render::<OrderLookup>(recorded.context())
        .card();
    assert_eq!(card.contact_name.as_deref(), Some("Namea Nameb"));
}
