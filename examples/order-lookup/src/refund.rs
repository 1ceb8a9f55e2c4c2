//! The button that pays an order back, and what it does.

use crate::crm::{Crm, Order, Why};
use crate::{Settings, UNAVAILABLE};
use serde::Deserialize;
use sidepane_sdk::action::Submitted;
use sidepane_sdk::{Action, ActionResult, Button, Confirm, Error, Field, OrTell, settings};

/// What the agent fills in.
#[derive(Deserialize)]
struct Form {
    reason: String,
    note: Option<String>,
    #[serde(default)]
    tell_customer: bool,
}

/// Asks before it acts: what was paid back does not come again.
pub(crate) fn button(order: &Order) -> Button {
    let reasons = [
        ("late", "It came late"),
        ("damaged", "It came damaged"),
        ("wrong", "It is not what was ordered"),
        ("goodwill", "Goodwill"),
    ];
    Button::new("refund", format!("Refund {}", order.number))
        .danger()
        .value(&order.number)
        .confirm(Confirm::new(format!("Refund {}?", order.total()), "Refund"))
        .field(Field::select("reason", "Reason", reasons).required())
        .field(Field::text("note", "Note for colleagues"))
        .field(Field::checkbox("tell_customer", "Tell the customer").default("true"))
}

/// The card afterwards is left to the host: it asks again, and the CRM has the order as refunded.
pub(crate) fn refund(action: Action) -> Submitted {
    let form: Form = action.form()?;
    let settings: Settings = settings::load()?;
    let agent = action.context.agent.as_ref();
    let why = Why {
        reason: &form.reason,
        note: form.note.as_deref(),
        by: agent.and_then(|agent| agent.name.as_deref()),
    };
    let number = &action.value;
    let refunded = Crm::at(&settings.crm_url)
        .refund(number, &action.idempotency_key, &why)
        .or_tell(UNAVAILABLE)?;
    let Some(order) = refunded else {
        let told = format!("Order {number} cannot be refunded any more. Look at it in the CRM.");
        return Err(Error::new(format!("order {number}: the CRM refused a refund")).tell(told));
    };
    let total = order.total();
    let done = ActionResult::done()
        .message(format!("Refunded {total}."))
        .add_tags(["refunded"]);
    if !form.tell_customer {
        return Ok(done);
    }
    Ok(done.insert_draft(format!(
        "We have refunded your order {number}: {total} will be back in your account within five days."
    )))
}
