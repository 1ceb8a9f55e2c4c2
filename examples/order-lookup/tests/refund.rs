//! Refunding an order, against a CRM that a fake host plays.

use order_lookup::OrderLookup;
use serde_json::{Value, json};
use sidepane_sdk::testing::{Exchange, FakeHost, action, on};
use sidepane_sdk::{Action, ActionResult};

fn refund(why: &Value) -> Exchange {
    on("POST", "http://127.0.0.1:7119/v1/orders/88/refund")
        .bearer("api_key")
        .header("idempotency-key", "test")
        .json(why)
}

fn refunded(exchange: Exchange) -> Exchange {
    exchange.reply_json(
        200,
        &json!({
            "number": "88", "date": "2026-10-30", "state": "refunded", "currency": "EUR",
            "parcel": null, "lines": [{ "item": "Kettle", "quantity": 2, "cents": 1995 }],
        }),
    )
}

fn pressed() -> Action {
    action("refund", "88").filled("reason", "late")
}

#[test]
fn a_refund_is_told_to_the_agent_and_tags_the_conversation() {
    let exchange = refund(&json!({ "reason": "late", "by": "Sam" }));
    let run = FakeHost::new()
        .expect(refunded(exchange))
        .submit::<OrderLookup>(
            pressed()
                .filled("note", "")
                .filled("tell_customer", "false"),
        );
    let done = ActionResult::done()
        .message("Refunded 39.90 EUR.")
        .add_tags(["refunded"]);
    assert_eq!(run.answer, Ok(done));
}

#[test]
fn a_customer_who_is_to_be_told_gets_a_draft() {
    let exchange = refund(&json!({ "reason": "late", "note": "Sorry", "by": "Sam" }));
    let run = FakeHost::new()
        .expect(refunded(exchange))
        .submit::<OrderLookup>(
            pressed()
                .filled("note", "Sorry")
                .filled("tell_customer", "true"),
        );
    let draft = "We have refunded your order 88: 39.90 EUR will be back in your account within \
                 five days.";
    let done = ActionResult::done()
        .message("Refunded 39.90 EUR.")
        .add_tags(["refunded"])
        .insert_draft(draft);
    assert_eq!(run.answer, Ok(done));
}

#[test]
fn a_refund_that_the_crm_refuses_says_what_to_do() {
    let why = json!({ "reason": "late", "by": "Sam" });
    for (status, told) in [
        (
            409,
            "Order 88 cannot be refunded any more. Look at it in the CRM.",
        ),
        (
            500,
            "The CRM does not answer. Look the customer up there, or try again soon.",
        ),
    ] {
        let error = FakeHost::new()
            .expect(refund(&why).reply(status, "{}"))
            .submit::<OrderLookup>(pressed())
            .error();
        assert_eq!(error.agent_message(), Some(told));
        assert!(!error.is_retryable());
    }
}
