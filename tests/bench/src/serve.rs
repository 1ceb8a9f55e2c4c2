//! The two servers.

use crate::events;
use crate::hostile::{self, Kind};
use axum::Router;
use axum::extract::Query;
use axum::http::header;
use axum::routing::get;
use serde::Deserialize;
use sidepane::engine::EngineSettings;
use sidepane::host::{Host, HostSettings};
use sidepane::server::{self, ServerSettings};
use sidepane::surface::keys::Keys;
use std::path::PathBuf;
use tokio::net::TcpListener;

/// Which server to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Peer {
    /// The card computed in the server itself.
    Native,
    /// The card computed by a plugin.
    Sidepane,
    /// The same, its plugins folder watched.
    Watched,
    /// Good plugins among hostile ones of every kind.
    Hostile,
    /// Events taken for a plugin that is not handed them.
    Events,
    /// The same bytes into a bare SQLite.
    Bare,
}

impl Peer {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Peer::Native => "native",
            Peer::Sidepane => "sidepane",
            Peer::Watched => "watched",
            Peer::Hostile => "hostile",
            Peer::Events => "events",
            Peer::Bare => "bare",
        }
    }
}

/// Serves until the parent ends it.
pub(crate) fn run(peer: Peer, plugins: usize) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .event_interval(16)
        .build()?;
    runtime.block_on(async {
        match peer {
            Peer::Native => native().await,
            Peer::Events => events::ours().await,
            Peer::Bare => events::bare().await,
            Peer::Sidepane | Peer::Watched | Peer::Hostile => sidepane(peer, plugins).await,
        }
    })
}

#[derive(Deserialize)]
struct Asked {
    view: String,
    email: Option<String>,
    #[serde(rename = "ticketId")]
    ticket_id: Option<String>,
}

async fn native() -> anyhow::Result<()> {
    let card = get(|Query(asked): Query<Asked>| async move {
        let json = bench_card::json(asked.email, asked.view, asked.ticket_id);
        (
            [(header::CONTENT_TYPE, "application/json")],
            json.unwrap_or_default(),
        )
    });
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("{}", listener.local_addr()?);
    axum::serve(listener, Router::new().route("/context", card)).await?;
    Ok(())
}

async fn sidepane(peer: Peer, plugins: usize) -> anyhow::Result<()> {
    let watch = peer == Peer::Watched;
    let folder = std::env::temp_dir().join(format!("sidepane-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    for n in 0..plugins {
        std::fs::copy(env!("BENCH_CARD"), folder.join(format!("bench-{n}.wasm")))?;
    }
    let bad = match peer {
        Peer::Hostile => hostile::kinds()?,
        _ => hostile::hogs()?,
    };
    for Kind { name, bytes, grant } in bad {
        std::fs::write(folder.join(format!("{name}.wasm")), bytes)?;
        std::fs::write(folder.join(format!("{name}.toml")), grant)?;
    }
    let cache: PathBuf = folder.join("artefacts");
    let host = Host::start(HostSettings {
        engine: EngineSettings {
            cache: Some(cache),
            ..EngineSettings::default()
        },
        ..HostSettings::of_folder(&folder)
    })
    .await?;
    let kept = peer != Peer::Sidepane;
    if !kept {
        std::fs::remove_dir_all(&folder)?;
    }
    let traffic = TcpListener::bind(("127.0.0.1", 0)).await?;
    let admin = TcpListener::bind(("127.0.0.1", 0)).await?;
    match kept {
        true => println!(
            "{} {} {}",
            traffic.local_addr()?,
            admin.local_addr()?,
            folder.display()
        ),
        false => println!("{}", traffic.local_addr()?),
    }
    let never = std::future::pending();
    server::serve(
        host,
        Keys::default(),
        ServerSettings {
            watch,
            ..ServerSettings::default()
        },
        traffic,
        admin,
        never,
    )
    .await?;
    Ok(())
}
