//! `sidepane serve`: the listeners, until a signal ends them.

use super::stop::Stop;
use super::{config, pages_key};
use sidepane::config::settings::Settings;
use sidepane::engine::{Compile, EngineSettings, PoolSettings, provide_descriptors};
use sidepane::host::{Host, HostSettings};
use sidepane::policy::delivery::DeliveryPolicy;
use sidepane::server::{self, ServerSettings};
use sidepane::storage::quota::Quotas;
use sidepane::storage::sqlite::{SqliteSettings, SqliteStorage};
use sidepane::surface::keys::Keys;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  sidepane serve --plugins ./plugins\n  curl \
                  '127.0.0.1:7117/imbox?view=ticket&email=ada@example.com'")]
pub(crate) struct Serve {
    /// Settings as TOML; without it, `sidepane.toml` where there is one, else the defaults.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder of plugins and grants [default: plugins].
    #[arg(long, value_name = "DIR")]
    plugins: Option<PathBuf>,
    /// The host's own folder [default: data].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where desks ask [default: 127.0.0.1:7117].
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Where operators look [default: 127.0.0.1:7118].
    #[arg(long, value_name = "ADDRESS")]
    admin: Option<SocketAddr>,
}

/// Serves until it is told to end.
///
/// # Errors
/// The settings, the folder or an address cannot be had.
pub(crate) async fn run(arguments: Serve) -> Result<(), Stop> {
    let settings = settings(arguments)?;
    settings.check_listeners()?;
    provide_descriptors(settings.calls)
        .map_err(|problem| Stop::input(super::stop::told(&problem)))?;
    let storage = SqliteStorage::open(&settings.data, quotas(&settings.events))
        .map_err(|problem| Stop::input(super::stop::told(&problem)))?;
    let host = Host::start(HostSettings {
        storage: Some(Arc::new(storage)),
        events: settings.events.clone(),
        engine: EngineSettings {
            cache: Some(settings.data.join("artefacts")),
            compile: Some(Compile::child(settings.compile.clone())),
            pool: PoolSettings {
                instances: settings.calls,
                ..PoolSettings::default()
            },
            workers: None,
        },
        limits: settings.limits.clone(),
        cards: settings.cards,
        accounts: settings
            .keys
            .accounts
            .iter()
            .map(|keys| keys.account.clone())
            .collect(),
        ..HostSettings::of_folder(&settings.plugins)
    })
    .await
    // No plugin stops a host: whatever it is, it is a folder or the machine.
    .map_err(|problem| Stop::input(super::stop::told(&problem)))?;
    let keys = Keys {
        seals: Some(pages_key::seals(&settings.data)?),
        ..settings.door_keys()
    };
    let traffic = bind("listen", settings.listen).await?;
    let admin = bind("admin", settings.admin).await?;
    // The addresses as they were given out: whoever asked for port 0 reads here which it is.
    let at = |name: &str, listener: &TcpListener| {
        listener
            .local_addr()
            .map_err(|error| Stop::of(&format!("the address of `{name}`"), &error))
    };
    let (listen, admin_at) = (at("listen", &traffic)?, at("admin", &admin)?);
    tracing::info!(%listen, admin = %admin_at, "serving");
    let shutdown = shutdown();
    server::serve(
        host,
        keys,
        ServerSettings {
            public_url: settings.public_url,
            ..ServerSettings::default()
        },
        traffic,
        admin,
        shutdown,
    )
    .await
    .map_err(|error| Stop::of("the listeners", &error))
}

fn quotas(policy: &DeliveryPolicy) -> SqliteSettings {
    SqliteSettings {
        quotas: Quotas {
            waiting_deliveries: policy.waiting,
            waiting_bytes: policy.waiting_bytes,
            value_keys: policy.store_keys,
            value_bytes: policy.store_bytes,
        },
        ..SqliteSettings::default()
    }
}

/// The file's settings, with what the command line says over them.
fn settings(arguments: Serve) -> Result<Settings, Stop> {
    let mut settings = config::read(arguments.config.as_deref())?.settings;
    settings.plugins = arguments.plugins.unwrap_or(settings.plugins);
    settings.data = arguments.data.unwrap_or(settings.data);
    settings.listen = arguments.listen.unwrap_or(settings.listen);
    settings.admin = arguments.admin.unwrap_or(settings.admin);
    Ok(settings)
}

pub(super) async fn bind(key: &str, address: SocketAddr) -> Result<TcpListener, Stop> {
    TcpListener::bind(address).await.map_err(|error| {
        Stop::of(
            &format!("{address} is not to be had; name another with `--{key}`"),
            &error,
        )
    })
}

pub(super) async fn shutdown() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => {
                terminated.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
    tracing::info!("ending");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_storage_takes_what_the_defaults_say() {
        assert_eq!(
            quotas(&DeliveryPolicy::default()),
            SqliteSettings::default()
        );
    }
}
