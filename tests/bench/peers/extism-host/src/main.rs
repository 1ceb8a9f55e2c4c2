//! `extism-host GUEST.wasm pool|fresh`: a server that has Extism answer the card, out of Extism's own
//! pool of instances or with an instance for each request; fuel and deadline as Sidepane has them.

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use card::Asked;
use extism::convert::Json;
use extism::{CompiledPlugin, Error, Manifest, Plugin, PluginBuilder, Pool, PoolBuilder, Wasm};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What one request may compute, and for how long it may take.
const FUEL: u64 = 50_000_000;
const DEADLINE: Duration = Duration::from_secs(2);

/// Instances in the pool: as many as Sidepane lets one plugin have at one time.
const INSTANCES: usize = 16;

enum Plugins {
    /// Used again, with whatever the last request left in them.
    Pool(Pool),
    /// One for each request.
    Fresh(CompiledPlugin),
}

impl Plugins {
    fn load(guest: &str, mode: &str) -> Result<Self, Error> {
        let manifest = Manifest::new([Wasm::file(guest)]).with_timeout(DEADLINE);
        let compiled = PluginBuilder::new(manifest)
            .with_fuel_limit(FUEL)
            .compile()?;
        match mode {
            "fresh" => Ok(Self::Fresh(compiled)),
            "pool" => Ok(Self::Pool(
                PoolBuilder::new()
                    .with_max_instances(INSTANCES)
                    .build(move || Plugin::new_from_compiled(&compiled)),
            )),
            other => Err(Error::msg(format!("{other}: neither pool nor fresh"))),
        }
    }

    fn ask(&self, asked: Asked) -> Result<String, Error> {
        match self {
            Self::Fresh(compiled) => {
                Plugin::new_from_compiled(compiled)?.call("context", Json(asked))
            }
            Self::Pool(pool) => match pool.get(DEADLINE)? {
                Some(mut plugin) => plugin.call("context", Json(asked)),
                None => Err(Error::msg("no instance became free")),
            },
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [guest, mode] = arguments.as_slice() else {
        return Err(Error::msg("usage: extism-host GUEST.wasm pool|fresh"));
    };
    let plugins = Arc::new(Plugins::load(guest, mode)?);
    let router = Router::new()
        .route("/context", get(context))
        .with_state(plugins);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    axum::serve(listener, router).await?;
    Ok(())
}

/// A call blocks its thread, so it is given one of those that may be blocked.
async fn context(
    State(plugins): State<Arc<Plugins>>,
    Query(asked): Query<Asked>,
) -> impl IntoResponse {
    let answer = tokio::task::spawn_blocking(move || plugins.ask(asked)).await;
    match answer.map_err(Error::from).flatten() {
        Ok(card) => ([(header::CONTENT_TYPE, "application/json")], card).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}")).into_response(),
    }
}
