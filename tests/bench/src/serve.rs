//! The two servers.

use crate::events;
use crate::hostile::{self, Kind};
use crate::scale::ACCOUNTS;
use anyhow::Context;
use axum::Router;
use axum::extract::Query;
use axum::http::header;
use axum::routing::get;
use serde::Deserialize;
use sidepane::AccountId;
use sidepane::engine::EngineSettings;
use sidepane::host::{Host, HostSettings};
use sidepane::server::{self, ServerSettings};
use sidepane::surface::keys::Keys;
use std::net::SocketAddr;
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
    /// Plugins that wait for a server, and a good one.
    Waiting,
    /// The plugins of a folder that is there already.
    Many,
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
            Peer::Waiting => "waiting",
            Peer::Many => "many",
            Peer::Hostile => "hostile",
            Peer::Events => "events",
            Peer::Bare => "bare",
        }
    }
}

/// What a server is told.
#[derive(Debug)]
pub(crate) struct Serving {
    /// Which one it is.
    pub(crate) peer: Peer,
    /// Copies of the plugin.
    pub(crate) plugins: usize,
    /// Where its plugins are, where they are already.
    pub(crate) folder: Option<PathBuf>,
    /// Whom its plugins ask.
    pub(crate) upstream: Option<SocketAddr>,
}

/// Plugins that ask the slow server and wait for it, each for 30 seconds.
pub(crate) const WAITERS: [&str; 8] = [
    "wait-0", "wait-1", "wait-2", "wait-3", "wait-4", "wait-5", "wait-6", "wait-7",
];

/// Serves until the parent ends it.
pub(crate) fn run(serving: &Serving) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .event_interval(16)
        .build()?;
    runtime.block_on(async {
        match serving.peer {
            Peer::Native => native().await,
            Peer::Events => events::ours().await,
            Peer::Bare => events::bare().await,
            Peer::Sidepane | Peer::Watched | Peer::Hostile | Peer::Waiting | Peer::Many => {
                sidepane(serving).await
            }
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

async fn sidepane(serving: &Serving) -> anyhow::Result<()> {
    let peer = serving.peer;
    let folder = match &serving.folder {
        Some(folder) => folder.clone(),
        None => make_folder(serving)?,
    };
    let mut settings = HostSettings {
        engine: EngineSettings {
            cache: Some(folder.join("artefacts")),
            ..EngineSettings::default()
        },
        ..HostSettings::of_folder(&folder)
    };
    if peer == Peer::Waiting {
        // All that wait, and some that do not.
        settings.engine.pool.instances = 10_200;
    }
    if peer == Peer::Many {
        let account = |n| AccountId::parse(&format!("account-{n}"));
        let more = (1..ACCOUNTS).filter_map(account);
        settings.accounts.extend(more);
    }
    let host = Host::start(settings).await?;
    let kept = peer != Peer::Sidepane;
    if !kept {
        std::fs::remove_dir_all(&folder)?;
    }
    let traffic = TcpListener::bind(("127.0.0.1", 0)).await?;
    let admin = TcpListener::bind(("127.0.0.1", 0)).await?;
    let (at, admin_at) = (traffic.local_addr()?, admin.local_addr()?);
    match (kept, &serving.folder) {
        (false, _) => println!("{at}"),
        // Whoever made the folder removes it.
        (true, Some(_)) => println!("{at} {admin_at}"),
        (true, None) => println!("{at} {admin_at} {}", folder.display()),
    }
    let never = std::future::pending();
    let server = ServerSettings {
        watch: peer == Peer::Watched,
        ..ServerSettings::default()
    };
    server::serve(host, Keys::default(), server, traffic, admin, never).await?;
    Ok(())
}

/// A folder of this server's own, with its plugins.
fn make_folder(serving: &Serving) -> anyhow::Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("sidepane-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    for n in 0..serving.plugins {
        std::fs::copy(env!("BENCH_CARD"), folder.join(format!("bench-{n}.wasm")))?;
    }
    let others = match serving.peer {
        Peer::Hostile => hostile::kinds()?,
        Peer::Waiting => waiters(serving.upstream.context("an upstream")?)?,
        _ => hostile::hogs()?,
    };
    for Kind { name, bytes, grant } in others {
        std::fs::write(folder.join(format!("{name}.wasm")), bytes)?;
        std::fs::write(folder.join(format!("{name}.toml")), &*grant)?;
    }
    Ok(folder)
}

fn waiters(upstream: SocketAddr) -> anyhow::Result<Vec<Kind>> {
    let bytes = std::fs::read(e2e::guests::guest("puppet"))?;
    let waiter = |name: &str| {
        Kind {
        name: name.to_owned(),
        bytes: bytes.clone(),
        grant: format!(
            "[settings]\npuppet = \"{name}\"\nserver = \"http://{upstream}\"\n[[http.allow]]\nmethods = \
             [\"POST\"]\nurl = \"http://{upstream}/\"\nprivate_network = true\n[limits]\n\
             concurrency = 10000\nhttp_concurrency = 10000\ndeadline_ms = 300000\n"
        )
        .into(),
    }
    };
    Ok(WAITERS.map(waiter).into())
}
