//! A CRM small enough to read: a handful of customers, their orders and what colleagues noted; and
//! of a desk as much as a plugin calls back.
//!
//! It stands for the systems that a company has already and that a plugin looks things up in. All
//! answers are JSON, and every request needs `authorization: Bearer` with [`API_KEY`].
//!
//! | request | answer |
//! |---|---|
//! | `GET /v1/customers?email=…` | the customer, or 404 |
//! | `GET /v1/customers/{id}/orders` | `{"orders": […]}`, newest first |
//! | `GET /v1/customers/{id}/notes` | `{"notes": […]}` |
//! | `POST /v1/orders/{number}/refund` with `{"reason": …}` and an `idempotency-key` | the order, now `refunded`; 409 for one that was refunded under another key, or was not shipped |
//! | `POST /v1/conversations/{id}/tags` with `{"tags": […]}` | all tags it has now |
//! | `GET /v1/conversations/{id}/tags` | `{"tags": […]}` |

mod people;
mod refunds;
mod tags;

use std::future::Future;
use std::io;

use axum::Router;
use axum::extract::{Path, Query, Request};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use people::{Person, by_email, by_id};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::net::TcpListener;

/// Where the demo has it, and where `order-lookup` looks when nobody says otherwise.
pub const ADDRESS: &str = "127.0.0.1:7119";

/// The key that it accepts. It guards made-up people, so it may stand here.
pub const API_KEY: &str = "demo-crm-key";

/// Serves the CRM, and what stands beside it, on this listener until `shutdown` is ready and open requests are answered.
///
/// # Errors
///
/// The listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router)
        .with_graceful_shutdown(shutdown)
        .await
}

/// The CRM as a router, to be mounted or tested.
pub fn router() -> Router {
    let orders = Router::new()
        .route("/v1/customers/{id}/orders", get(refunds::orders))
        .route("/v1/orders/{number}/refund", post(refunds::refund))
        .with_state(refunds::Refunds::default());
    Router::new()
        .route("/v1/customers", get(customer))
        .route("/v1/customers/{id}/notes", get(notes))
        .route(
            "/v1/conversations/{id}/tags",
            get(tags::show).post(tags::add),
        )
        .with_state(tags::Tags::default())
        .merge(orders)
        .fallback(|| async { refusal(StatusCode::NOT_FOUND, "there is no such page") })
        .layer(middleware::from_fn(authorize))
}

#[derive(Deserialize)]
struct Lookup {
    email: String,
}

async fn customer(Query(Lookup { email }): Query<Lookup>) -> Response {
    by_email(&email).map_or_else(unknown, |person| answer(StatusCode::OK, person))
}

async fn notes(Path(id): Path<String>) -> Response {
    let notes = |person: &Person| answer(StatusCode::OK, &json!({ "notes": person.notes }));
    by_id(&id).map_or_else(unknown, notes)
}

async fn authorize(request: Request, next: Next) -> Response {
    let given = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    if given.and_then(|value| value.strip_prefix("Bearer ")) == Some(API_KEY) {
        next.run(request).await
    } else {
        refusal(StatusCode::UNAUTHORIZED, "the key is missing or wrong")
    }
}

fn unknown() -> Response {
    refusal(StatusCode::NOT_FOUND, "there is no such customer")
}

fn refusal(status: StatusCode, message: &str) -> Response {
    answer(status, &json!({ "error": message }))
}

fn answer(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_string(value) {
        Ok(text) => (status, [(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http_body_util::BodyExt;
    use serde_json::Value;
    use tower::ServiceExt;

    use super::*;

    async fn ask(path: &str, key: Option<&str>) -> (StatusCode, Value) {
        let mut request = Request::get(path);
        if let Some(key) = key {
            request = request.header("authorization", key);
        }
        let response = router()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    fn key() -> String {
        format!("Bearer {API_KEY}")
    }

    #[tokio::test]
    async fn a_customer_is_found_by_address_and_has_orders() {
        let (status, ada) = ask("/v1/customers?email=Ada%40example.com", Some(&key())).await;
        assert_eq!(
            (status, &ada["name"]),
            (StatusCode::OK, &json!("Ada Lovelace"))
        );
        let id = ada["id"].as_str().unwrap();
        let (status, orders) = ask(&format!("/v1/customers/{id}/orders"), Some(&key())).await;
        assert_eq!(status, StatusCode::OK);
        let orders = orders["orders"].as_array().unwrap();
        assert!(orders.len() > 1);
        let dates: Vec<_> = orders
            .iter()
            .map(|order| order["date"].as_str().unwrap())
            .collect();
        assert!(dates.is_sorted_by(|a, b| a >= b), "newest first: {dates:?}");
        let (_, notes) = ask(&format!("/v1/customers/{id}/notes"), Some(&key())).await;
        assert!(!notes["notes"].as_array().unwrap().is_empty());
    }

    #[tokio::test]
    async fn tags_are_kept_once_each_and_by_conversation() {
        let router = router();
        let ask = async |method: &str, path: &str, body: &str| {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header("authorization", key())
                .header("content-type", "application/json");
            let request = request.body(Body::from(body.to_owned())).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            let status = response.status();
            let body = response.into_body().collect().await.unwrap().to_bytes();
            (status, serde_json::from_slice::<Value>(&body).unwrap())
        };
        let path = "/v1/conversations/c-1/tags";
        for body in [r#"{"tags": ["vip"]}"#, r#"{"tags": ["refund", "vip"]}"#] {
            assert_eq!(ask("POST", path, body).await.0, StatusCode::OK);
        }
        let tags = json!({ "tags": ["refund", "vip"] });
        assert_eq!(ask("GET", path, "").await, (StatusCode::OK, tags));
        let other = ask("GET", "/v1/conversations/c-2/tags", "").await;
        assert_eq!(other.1, json!({ "tags": [] }));
        let wrong = ask("POST", path, r#"{"tags": 1}"#).await;
        assert_eq!(wrong.0, StatusCode::BAD_REQUEST);
    }

    #[tokio::test]
    async fn an_order_is_refunded_once_under_one_key() {
        let router = router();
        let refund = async |number: &str, idempotency: Option<&str>, body: &str| {
            let mut request =
                Request::post(format!("/v1/orders/{number}/refund")).header("authorization", key());
            if let Some(idempotency) = idempotency {
                request = request.header("idempotency-key", idempotency);
            }
            let request = request.body(Body::from(body.to_owned())).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            let status = response.status();
            let body = response.into_body().collect().await.unwrap().to_bytes();
            (status, serde_json::from_slice::<Value>(&body).unwrap())
        };
        let why = r#"{"reason": "late"}"#;
        for (number, key, body, expected) in [
            ("1", Some("k-1"), why, StatusCode::NOT_FOUND),
            ("5317", None, why, StatusCode::BAD_REQUEST),
            ("5317", Some("k-1"), "{}", StatusCode::BAD_REQUEST),
            ("5102", Some("k-1"), why, StatusCode::CONFLICT),
            ("5317", Some("k-1"), why, StatusCode::OK),
            ("5317", Some("k-1"), why, StatusCode::OK),
            ("5317", Some("k-2"), why, StatusCode::CONFLICT),
        ] {
            let (status, answer) = refund(number, key, body).await;
            assert_eq!(status, expected, "{number} {key:?} {answer}");
            if status == StatusCode::OK {
                assert_eq!(answer["state"], "refunded");
            }
        }
        let request = Request::get("/v1/customers/C-1042/orders").header("authorization", key());
        let request = request.body(Body::empty()).unwrap();
        let orders = router.oneshot(request).await.unwrap();
        let orders = orders.into_body().collect().await.unwrap().to_bytes();
        let orders: Value = serde_json::from_slice(&orders).unwrap();
        let states = orders["orders"].as_array().unwrap().iter();
        let states: Vec<_> = states.map(|order| &order["state"]).collect();
        assert_eq!(states, ["refunded", "returned", "delivered", "delivered"]);
    }

    #[tokio::test]
    async fn what_is_not_there_is_404_and_without_the_key_nothing_is() {
        let right = key();
        for (path, key, expected) in [
            (
                "/v1/customers?email=nobody@example.com",
                Some(right.as_str()),
                StatusCode::NOT_FOUND,
            ),
            (
                "/v1/customers/C-9/orders",
                Some(&right),
                StatusCode::NOT_FOUND,
            ),
            (
                "/v1/customers/C-9/notes",
                Some(&right),
                StatusCode::NOT_FOUND,
            ),
            ("/v2/", Some(&right), StatusCode::NOT_FOUND),
            ("/v1/customers", Some(&right), StatusCode::BAD_REQUEST),
            (
                "/v1/customers?email=ada@example.com",
                None,
                StatusCode::UNAUTHORIZED,
            ),
            (
                "/v1/customers?email=ada@example.com",
                Some("Bearer x"),
                StatusCode::UNAUTHORIZED,
            ),
            (
                "/v1/customers/C-1042/orders",
                Some(API_KEY),
                StatusCode::UNAUTHORIZED,
            ),
            ("/v2/", None, StatusCode::UNAUTHORIZED),
        ] {
            assert_eq!(ask(path, key).await.0, expected, "{path} {key:?}");
        }
    }

    #[tokio::test]
    #[expect(clippy::disallowed_methods, reason = "the test joins it")]
    async fn it_stops_when_told() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let server = tokio::spawn(serve(listener, router(), async {
            let _ = stopped.await;
        }));
        stop.send(()).unwrap();
        server.await.unwrap().unwrap();
    }
}
