//! Looks up a contact's orders in a CRM, and refunds them: HTTP with a secret, settings, every kind of
//! element, a button with a form.

mod blocks;
mod crm;
mod refund;

use crm::Crm;
use sidepane_sdk::{
    ActionPlugin, Actions, Card, CardPlugin, Context, Error, Field, Manifest, OrTell, Plugin,
    manifest::Host, settings,
};

/// The plugin; public for its tests alone.
#[derive(Debug)]
pub struct OrderLookup;

#[derive(serde::Deserialize)]
struct Settings {
    crm_url: String,
    recent: usize,
}

impl Plugin for OrderLookup {
    fn manifest() -> Manifest {
        Manifest::new("Orders", env!("CARGO_PKG_VERSION"))
            .host(
                Host::new(
                    "http://127.0.0.1:7119/v1/",
                    "reads customers from the demo CRM",
                )
                .secret("api_key"),
            )
            .host(
                Host::new(
                    "https://*/v1/",
                    "reads customers from your CRM, at the address you set",
                )
                .secret("api_key"),
            )
            .host(
                Host::new(
                    "http://127.0.0.1:7119/v1/orders/",
                    "refunds orders in the demo CRM",
                )
                .methods(["POST"])
                .secret("api_key"),
            )
            .host(
                Host::new("https://*/v1/orders/", "refunds orders in your CRM")
                    .methods(["POST"])
                    .secret("api_key"),
            )
            .secret(
                "api_key",
                "the CRM's API key, with the right to read customers and orders and to refund",
            )
            .action("refund", "refunds an order in full")
            .setting(
                Field::url("crm_url", "Address of the CRM")
                    .help("Without the path: the plugin adds /v1/ and what follows.")
                    .default("http://127.0.0.1:7119")
                    .required(),
            )
            .setting(Field::number("recent", "Orders to show in detail").default("3"))
    }
}

impl CardPlugin for OrderLookup {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let Some(email) = &context.email else {
            return Ok(None);
        };
        let settings: Settings = settings::load()?;
        let crm = Crm::at(&settings.crm_url);
        let found = crm.customer(email).or_tell(UNAVAILABLE)?;
        let Some(customer) = found else {
            return Ok(None);
        };
        let (orders, notes) = crm.orders_and_notes(&customer.id).or_tell(UNAVAILABLE)?;
        Ok(Some(
            Card::new()
                .contact_name(&customer.name)
                .contact_link(&customer.page, "Open in CRM")
                .cache_s(30)
                .block(blocks::customer(&context, &customer, &notes))
                .block(blocks::orders(&orders, settings.recent)),
        ))
    }
}

impl ActionPlugin for OrderLookup {
    fn actions() -> Actions {
        Actions::new().on("refund", refund::refund)
    }
}

sidepane_sdk::export!(OrderLookup: card, action);

const UNAVAILABLE: &str = "The CRM does not answer. Look the customer up there, or try again soon.";
