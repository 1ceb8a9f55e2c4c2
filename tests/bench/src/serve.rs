//! The two servers.

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

/// Guests that misbehave, as their plugins are called here.
pub(crate) const HOGS: [&str; 3] = ["spins-forever", "grows-memory", "sleeps"];

/// Which server to be.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Peer {
    /// The card computed in the server itself.
    Native,
    /// The card computed by a plugin.
    Sidepane,
}

impl Peer {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Peer::Native => "native",
            Peer::Sidepane => "sidepane",
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
            Peer::Sidepane => sidepane(plugins).await,
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

async fn sidepane(plugins: usize) -> anyhow::Result<()> {
    let folder = std::env::temp_dir().join(format!("sidepane-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    for n in 0..plugins {
        std::fs::copy(env!("BENCH_CARD"), folder.join(format!("bench-{n}.wasm")))?;
    }
    for hog in HOGS {
        std::fs::copy(
            e2e::guests::guest(&hog.replace('-', "_")),
            folder.join(format!("{hog}.wasm")),
        )?;
        // The deadline ends them, not the fuel: the worst of neighbours.
        let grant = "[limits]\nfuel = 1000000000000\ndeadline_ms = 2000\n";
        std::fs::write(folder.join(format!("{hog}.toml")), grant)?;
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
    std::fs::remove_dir_all(&folder)?;
    let traffic = TcpListener::bind(("127.0.0.1", 0)).await?;
    let admin = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("{}", traffic.local_addr()?);
    let never = std::future::pending();
    server::serve(
        host,
        Keys::default(),
        // The folder is gone by now.
        ServerSettings {
            watch: false,
            ..ServerSettings::default()
        },
        traffic,
        admin,
        never,
    )
    .await?;
    Ok(())
}
