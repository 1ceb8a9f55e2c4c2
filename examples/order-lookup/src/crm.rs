//! What the CRM is asked and what it answers.

use serde::{Deserialize, Serialize};
use sidepane_sdk::http::{self, HttpError, Request};
use sidepane_sdk::{Error, url, warn};

/// A CRM at some address.
pub(crate) struct Crm<'a> {
    base: &'a str,
}

impl<'a> Crm<'a> {
    pub(crate) fn at(url: &'a str) -> Self {
        Self {
            base: url.trim_end_matches('/'),
        }
    }

    /// The customer with this address, if there is one.
    pub(crate) fn customer(&self, email: &str) -> Result<Option<Customer>, HttpError> {
        let answer = self
            .get("customers")
            .query("email", email)
            .send()?
            .found()?;
        answer.map(|answer| answer.json()).transpose()
    }

    /// A customer's orders, newest first, and what colleagues noted. Notes are an extra: without
    /// them there is still a card.
    pub(crate) fn orders_and_notes(&self, id: &str) -> Result<(Vec<Order>, Vec<Note>), Error> {
        let customer = format!("customers/{}", url::encode(id));
        let [orders, notes] = http::send_all([
            self.get(&format!("{customer}/orders")),
            self.get(&format!("{customer}/notes")),
        ]);
        let orders: Orders = orders?.json()?;
        let notes = notes.and_then(|answer| {
            answer
                .found()?
                .map_or(Ok(Notes::default()), |answer| answer.json())
        });
        let notes = notes.unwrap_or_else(|error| {
            warn!(customer = id; "card has no notes: {error}");
            Notes::default()
        });
        Ok((orders.orders, notes.notes))
    }

    /// Pays an order back. The same key pays once, however often it comes. None where the CRM says
    /// that there is nothing to pay back any more.
    pub(crate) fn refund(
        &self,
        number: &str,
        key: &str,
        why: &Why<'_>,
    ) -> Result<Option<Order>, HttpError> {
        let path = format!("{}/v1/orders/{}/refund", self.base, url::encode(number));
        let answer = http::post(path)
            .bearer("api_key")
            .header("idempotency-key", key)
            .json(why)
            .send()?;
        match answer.status() {
            409 => Ok(None),
            _ => answer.json().map(Some),
        }
    }

    fn get(&self, path: &str) -> Request {
        http::get(format!("{}/v1/{path}", self.base)).bearer("api_key")
    }
}

/// Why an order is paid back.
#[derive(Serialize)]
pub(crate) struct Why<'a> {
    pub(crate) reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<&'a str>,
    /// Which agent it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<&'a str>,
}

#[derive(Deserialize)]
pub(crate) struct Customer {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) tier: String,
    pub(crate) since: String,
    pub(crate) page: String,
}

#[derive(Deserialize)]
struct Orders {
    orders: Vec<Order>,
}

#[derive(Deserialize)]
pub(crate) struct Order {
    pub(crate) number: String,
    pub(crate) date: String,
    pub(crate) state: String,
    pub(crate) currency: String,
    pub(crate) parcel: Option<String>,
    pub(crate) lines: Vec<Line>,
}

#[derive(Deserialize)]
pub(crate) struct Line {
    pub(crate) item: String,
    pub(crate) quantity: u64,
    /// Of one piece.
    pub(crate) cents: u64,
}

impl Order {
    pub(crate) fn total(&self) -> String {
        self.money(
            self.lines
                .iter()
                .map(|line| line.quantity * line.cents)
                .sum(),
        )
    }

    pub(crate) fn money(&self, cents: u64) -> String {
        format!("{}.{:02} {}", cents / 100, cents % 100, self.currency)
    }
}

#[derive(Default, Deserialize)]
struct Notes {
    notes: Vec<Note>,
}

#[derive(Deserialize)]
pub(crate) struct Note {
    pub(crate) text: String,
    pub(crate) author: String,
    pub(crate) date: String,
}
