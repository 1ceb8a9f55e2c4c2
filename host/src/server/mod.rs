//! Two listeners: traffic for desks, admin for operators. The only module that names axum.
//!
//! Everything a vendor wants stands in `surface`; here a request gets a name, a deadline, a bound
//! on its size, and its answer gets a status.

mod admin;
mod ingress;
mod listen;
mod status;

use crate::host::Host;
use crate::surface::keys::Keys;
use axum::Router;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// Bounds of the traffic listener.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// The largest body of a request, in bytes. Freshchat's events, the largest of all desks'
    /// requests, have 256 KB at most.
    pub body_bytes: usize,
    /// How long a request's headers, and then its body, may take to arrive.
    pub arrival: Duration,
    /// How long running requests may take when the server ends.
    pub drain: Duration,
    /// Whether the plugins folder is watched while serving.
    pub watch: bool,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            body_bytes: 512 << 10,
            arrival: Duration::from_secs(10),
            drain: Duration::from_secs(10),
            watch: true,
        }
    }
}

/// What every handler of the traffic listener shares.
pub(crate) struct Shared {
    pub(crate) host: Host,
    pub(crate) keys: Keys,
    pub(crate) settings: ServerSettings,
}

/// The traffic listener's routes, to serve or to nest in another axum application.
pub fn traffic_router(host: Host, keys: Keys, settings: ServerSettings) -> Router {
    ingress::router(Arc::new(Shared {
        host,
        keys,
        settings,
    }))
}

/// Serves both listeners, and keeps the plugins in step with their folder, until `shutdown` is
/// done; then lets running requests end.
///
/// # Errors
/// When a listener does not know its own address.
pub async fn serve(
    host: Host,
    keys: Keys,
    settings: ServerSettings,
    traffic: TcpListener,
    admin: TcpListener,
    shutdown: impl Future<Output = ()>,
) -> std::io::Result<()> {
    let own: Vec<SocketAddr> = vec![traffic.local_addr()?, admin.local_addr()?];
    host.own_listeners(own);
    let bounds = listen::Bounds {
        headers: settings.arrival,
        drain: settings.drain,
    };
    let admin_router = admin::router(host.clone());
    let watching = watching(&host, settings.watch);
    let traffic_router = traffic_router(host, keys, settings);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let both = async {
        tokio::join!(
            listen::run(traffic, traffic_router, bounds, stopped.clone()),
            listen::run(admin, admin_router, bounds, stopped),
        )
    };
    tokio::pin!(both);
    tokio::select! {
        _ = &mut both => {}
        () = watching => {}
        () = shutdown => {
            // Nobody listens any more only when both loops have ended, and then this is no news.
            let _ = stop.send(true);
            both.await;
        }
    }
    Ok(())
}

/// Never ends, watched or not.
fn watching(host: &Host, watch: bool) -> impl Future<Output = ()> + Send + use<> {
    let folder = watch.then(|| host.watch());
    async move {
        match folder {
            Some(folder) => folder.await,
            None => std::future::pending().await,
        }
    }
}
