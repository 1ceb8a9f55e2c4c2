//! Orders as they are now: some have been refunded since the demo began.

use super::people::{Order, by_id, order};
use super::{answer, refusal, unknown};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Which orders were refunded, each with the key under which it was. There are as many as there are
/// orders, at most.
#[derive(Clone, Debug, Default)]
pub(super) struct Refunds(Arc<Mutex<BTreeMap<&'static str, String>>>);

/// What a colleague gives as the reason. The rest of it nobody reads here.
#[derive(Deserialize)]
struct Why {
    #[expect(dead_code, reason = "the demo only wants it to be there")]
    reason: String,
}

/// A customer's orders, newest first.
pub(super) async fn orders(State(refunds): State<Refunds>, Path(id): Path<String>) -> Response {
    let Some(person) = by_id(&id) else {
        return unknown();
    };
    let orders: Vec<Order> = person.orders.iter().map(|one| refunds.now(one)).collect();
    answer(StatusCode::OK, &json!({ "orders": orders }))
}

/// Refunds an order that was shipped. The same key may come again: it is answered as it was.
pub(super) async fn refund(
    State(refunds): State<Refunds>,
    Path(number): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let Some(order) = order(&number) else {
        return refusal(StatusCode::NOT_FOUND, "there is no such order");
    };
    let key = headers.get("idempotency-key");
    let Some(key) = key.and_then(|key| key.to_str().ok()) else {
        return refusal(StatusCode::BAD_REQUEST, "there is no idempotency-key");
    };
    if serde_json::from_str::<Why>(&body).is_err() {
        return refusal(StatusCode::BAD_REQUEST, "the body is {\"reason\": …}");
    }
    {
        let mut all = refunds.0.lock().unwrap_or_else(PoisonError::into_inner);
        match all.get(order.number) {
            Some(earlier) if earlier == key => {}
            Some(_) => return refusal(StatusCode::CONFLICT, "the order was refunded already"),
            None if order.state != "shipped" => {
                return refusal(StatusCode::CONFLICT, "only shipped orders are refunded");
            }
            None => drop(all.insert(order.number, key.to_owned())),
        }
    }
    answer(StatusCode::OK, &refunds.now(order))
}

impl Refunds {
    fn now(&self, order: &Order) -> Order {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let state = match all.contains_key(order.number) {
            true => "refunded",
            false => order.state,
        };
        order.in_state(state)
    }
}
