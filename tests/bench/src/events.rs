//! `--accept`, its second half: events over sockets, from a request to a synced event and its answer.
//!
//! Beside the host stands an axum server that reads the same requests, looks into none of them and
//! commits as many bytes for each to a bare SQLite. Each is a process of its own, driven in turn over
//! the same kind of connections.

use crate::load;
use crate::process::Server;
use crate::serve::Peer;
use crate::storage::{Bare, Folder, median, open, size};
use anyhow::Context;
use axum::Router;
use axum::body::Bytes;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::routing::post;
use e2e::guests::guest;
use serde::Deserialize;
use sidepane::Host;
use sidepane::server::ServerSettings;
use sidepane::surface::keys::Keys;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// Runs it and prints the figures.
pub(crate) fn run(rounds: u32, seconds: u64, senders: usize) -> anyhow::Result<()> {
    let time = Duration::from_secs(seconds);
    println!("the same over sockets; us = processor time of the server for each event");
    let mut shares = Vec::new();
    for round in 1..=rounds {
        let server = Server::start(Peer::Events, 1)?;
        let ours = load::post(&server, "/v1/events", senders, time, body)?;
        let bytes = size(server.folder().context("a folder")?)?;
        drop(server);
        let server = Server::start(Peer::Bare, 1)?;
        let path = format!("/v1/events?bytes={bytes}");
        let bare = load::post(&server, &path, senders, time, body)?;
        drop(server);
        for (name, driven) in [("bare", &bare), ("sidepane", &ours)] {
            println!(
                "round {round} {name:20} {:7.0} events/s {:.2} of bare, {:5.1} us, p50 {:6.2} ms, p99 {:6.2} ms, {bytes} bytes",
                driven.per_second,
                driven.per_second / bare.per_second,
                driven.processor_us,
                driven.p50_ms,
                driven.p99_ms
            );
        }
        shares.push(ours.per_second / bare.per_second);
    }
    println!("sidepane accepts {:.2} of bare, the median", median(shares));
    Ok(())
}

/// A message in the form of `/v1/events`, with what a desk of its own says of it.
fn body(number: u64) -> String {
    let text = "Hello, my order has not arrived yet; could you have a look where it is?";
    let (key, scattered) = (
        number % 64,
        u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835),
    );
    let more = "abcdefgh".repeat(80);
    format!(
        "{{\"id\":\"{scattered:064x}\",\"source\":\"shop\",\"type\":\"message.created\",\
          \"contact\":{{\"id\":\"contact-{key}\",\"name\":\"Jane Doe\",\"email\":\"jane@example.com\"}},\
          \"conversation\":{{\"id\":\"conversation-{key}\",\"status\":\"open\"}},\
          \"message\":{{\"id\":\"message-{number}\",\"kind\":\"public\",\"direction\":\"incoming\",\
          \"text\":\"{text}\",\"parts\":[{{\"type\":\"text\",\"text\":\"{text}\"}}]}},\
          \"raw\":\"{{\\\"text\\\":\\\"{text}\\\",\\\"more\\\":\\\"{more}\\\"}}\"}}"
    )
}

/// The host with one plugin that takes every message; nobody hands them to it.
pub(crate) async fn ours() -> anyhow::Result<()> {
    let folder = Folder::new()?;
    let host = Host::builder()
        .plugin("acknowledges", std::fs::read(guest("acknowledges"))?)
        .storage(Arc::new(open(&folder.0)?))
        .start()
        .await?;
    let router = host.router(Keys::default(), ServerSettings::default());
    serve(&folder, router).await
}

#[derive(Deserialize)]
struct Row {
    bytes: usize,
}

/// As little as a server can do that keeps what it answers for.
pub(crate) async fn bare() -> anyhow::Result<()> {
    let folder = Folder::new()?;
    let bare = Arc::new(Bare::open(&folder.0)?);
    let take = post(async move |Query(row): Query<Row>, sent: Bytes| {
        // It was read to its end, and no more.
        drop(sent);
        match bare.one(row.bytes).await {
            Ok(()) => (StatusCode::ACCEPTED, "{\"status\":\"accepted\"}"),
            Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, ""),
        }
    });
    serve(&folder, Router::new().route("/v1/events", take)).await
}

/// Serves until the parent ends it; the parent removes the folder.
async fn serve(folder: &Folder, router: Router) -> anyhow::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("{} - {}", listener.local_addr()?, folder.0.display());
    axum::serve(listener, router).await?;
    Ok(())
}
