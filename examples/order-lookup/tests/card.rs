//! The plugin against a CRM that a fake host plays.

use order_lookup::OrderLookup;
use serde_json::{Value, json};
use sidepane_sdk::testing::{Exchange, Failure, FakeHost, context, on};
use sidepane_sdk::{Accordion, Block, Button, Card, Confirm, Context, Field, Row, Table};

const BASE: &str = "http://127.0.0.1:7119/v1/customers";

fn customer() -> Exchange {
    on("GET", format!("{BASE}?email=ada%40example.com")).bearer("api_key")
}

fn ada() -> Exchange {
    customer().reply_json(
        200,
        &json!({
            "id": "C/7", "name": "Ada Lovelace", "tier": "gold", "since": "2019-03-12",
            "page": "https://crm.example/C7",
        }),
    )
}

fn orders(orders: &Value) -> Exchange {
    let orders = json!({ "orders": orders });
    on("GET", format!("{BASE}/C%2F7/orders"))
        .bearer("api_key")
        .reply_json(200, &orders)
}

fn notes() -> Exchange {
    on("GET", format!("{BASE}/C%2F7/notes")).bearer("api_key")
}

fn kettle() -> Value {
    json!({
        "number": "88", "date": "2026-10-30", "state": "shipped", "currency": "EUR",
        "parcel": "SE-5",
        "lines": [
            { "item": "Kettle", "quantity": 2, "cents": 1995 },
            { "item": "Delivery", "quantity": 1, "cents": 5 },
        ],
    })
}

/// Only the order that was shipped has one.
fn refund() -> Button {
    let reasons = [
        ("late", "It came late"),
        ("damaged", "It came damaged"),
        ("wrong", "It is not what was ordered"),
        ("goodwill", "Goodwill"),
    ];
    Button::new("refund", "Refund 88")
        .danger()
        .value("88")
        .confirm(Confirm::new("Refund 39.95 EUR?", "Refund"))
        .field(Field::select("reason", "Reason", reasons).required())
        .field(Field::text("note", "Note for colleagues"))
        .field(Field::checkbox("tell_customer", "Tell the customer").default("true"))
}

#[test]
fn a_card_has_all_that_the_crm_knows() {
    let note =
        json!({ "notes": [{ "text": "Likes <tea>", "author": "Bo", "date": "2026-09-01" }] });
    let run = FakeHost::new()
        .setting("recent", "1")
        .expect(ada())
        .expect(orders(&json!([kettle(), {
            "number": "87", "date": "2026-02-01", "state": "returned", "currency": "SEK",
            "parcel": null, "lines": [],
        }])))
        .expect(notes().reply_json(200, &note))
        .render::<OrderLookup>(context());
    let expected = Card::new()
        .contact_name("Ada Lovelace")
        .contact_link("https://crm.example/C7", "Open in CRM")
        .cache_s(30)
        .block(
            Block::new("Customer")
                .icon("person")
                .list([
                    Row::new("Customer", "C/7").link("https://crm.example/C7"),
                    Row::new("Tier", "gold"),
                    Row::new("Since", "2019-03-12"),
                ])
                .html("<p>Likes &lt;tea&gt;<br><small>Bo, 2026-09-01</small></p>"),
        )
        .block(
            Block::new("Orders")
                .icon("receipt_long")
                .table(
                    Table::new(["Order", "Date", "State", "Total"])
                        .row(["88", "2026-10-30", "shipped", "39.95 EUR"])
                        .row(["87", "2026-02-01", "returned", "0.00 SEK"]),
                )
                .accordion(
                    Accordion::new("Order 88")
                        .list([("State", "shipped"), ("Parcel", "SE-5")])
                        .table(
                            Table::new(["Item", "Quantity", "Price"])
                                .row(["Kettle", "2", "19.95 EUR"])
                                .row(["Delivery", "1", "0.05 EUR"]),
                        ),
                )
                .actions([refund()]),
        );
    assert_eq!(run.card(), expected);
}

#[test]
fn a_contact_that_nobody_knows_has_no_card() {
    let nobody = Context {
        email: None,
        ..context()
    };
    assert_eq!(
        FakeHost::new().render::<OrderLookup>(nobody).answer,
        Ok(None)
    );
    let run = FakeHost::new()
        .expect(customer().reply(404, "{}"))
        .render::<OrderLookup>(context());
    assert_eq!(run.answer, Ok(None));
}

#[test]
fn an_address_that_a_visitor_gave_is_called_a_claim() {
    let visitor = Context {
        contact_linked: false,
        ..context()
    };
    let run = FakeHost::new()
        .expect(ada())
        .expect(orders(&json!([])))
        .expect(notes().reply(404, ""))
        .render::<OrderLookup>(visitor);
    assert_eq!(run.log, Vec::<String>::new());
    let card = format!("{:?}", run.card());
    assert!(
        card.contains("not proven") && card.contains("none yet"),
        "{card}"
    );
}

#[test]
fn without_notes_there_is_still_a_card() {
    let run = FakeHost::new()
        .expect(ada())
        .expect(orders(&json!([kettle()])))
        .expect(notes().reply(500, ""))
        .render::<OrderLookup>(context());
    assert_eq!(
        run.log,
        [format!(
            "warn: card has no notes: GET {BASE}/C%2F7/notes answered 500 customer=C/7"
        )]
    );
    assert_eq!(run.card().blocks.len(), 2);
}

#[test]
fn a_crm_that_fails_is_an_error_the_agent_can_act_on() {
    for (exchange, log, retryable) in [
        (
            customer().reply(500, ""),
            format!("GET {BASE} answered 500"),
            true,
        ),
        (
            customer().reply(401, ""),
            format!("GET {BASE} answered 401"),
            false,
        ),
        (
            customer().fail(Failure::Connect("refused".into())),
            format!("GET {BASE}: no connection: refused"),
            true,
        ),
    ] {
        let error = FakeHost::new()
            .expect(exchange)
            .render::<OrderLookup>(context())
            .error();
        let told = "The CRM does not answer. Look the customer up there, or try again soon.";
        assert_eq!(error.agent_message(), Some(told));
        assert_eq!(error.log_message(), log);
        assert_eq!(error.is_retryable(), retryable);
    }
}

#[test]
fn the_crm_can_be_elsewhere() {
    let elsewhere = on(
        "GET",
        "https://crm.acme.example/v1/customers?email=ada%40example.com",
    );
    let run = FakeHost::new()
        .setting("crm_url", "https://crm.acme.example/")
        .expect(elsewhere.bearer("api_key").reply(404, ""))
        .render::<OrderLookup>(context());
    assert_eq!(run.answer, Ok(None));
}
