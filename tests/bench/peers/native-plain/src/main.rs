//! The card in axum as its documentation shows it: no settings, and the system's allocator. What an
//! integration's own server would be.

use axum::Router;
use axum::extract::Query;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use card::Asked;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    axum::serve(listener, Router::new().route("/context", get(context))).await
}

async fn context(Query(asked): Query<Asked>) -> impl IntoResponse {
    match asked.card() {
        Ok(card) => ([(header::CONTENT_TYPE, "application/json")], card).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
