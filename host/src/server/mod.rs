//! Two listeners: traffic for desks, admin for operators. The only module that names axum.
//!
//! Everything a vendor wants stands in `surface`; here a request gets a name, a deadline, a bound
//! on its size, and its answer gets a status.

mod admin;
mod doors;
mod foreign;
mod ingress;
mod listen;
mod mcp;
mod status;
mod stream;
mod workshop;

pub use workshop::{Fault, Stand, Workshop};

use crate::host::Host;
use crate::surface::keys::{Keys, Seal, Seals};
use axum::Router;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

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
    /// Who sees what calls used, and the hints for operators.
    pub insiders: Insiders,
    /// The project that is worked on beside the host, for the page of simulations.
    pub workshop: Option<Workshop>,
    /// Where browsers reach the traffic listener, for links to it; without, there are none.
    pub public_url: Option<String>,
}

/// Who sees the inside of a host in an answer: what a call used of which limit, and the lines of a
/// grant that would mend a failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Insiders {
    /// Requests from this very machine that came through no proxy. Where the server does not tell
    /// a request's peer (axum's `into_make_service_with_connect_info` does), nobody.
    #[default]
    Loopback,
    /// Nobody: for a router behind a proxy of the program's own.
    Nobody,
    /// Everybody who may ask: for a router that stands behind the program's own operators' login.
    Everybody,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            body_bytes: 512 << 10,
            arrival: Duration::from_secs(10),
            drain: Duration::from_secs(10),
            insiders: Insiders::Loopback,
            watch: true,
            workshop: None,
            public_url: None,
        }
    }
}

/// What every handler of the traffic listener shares.
pub(crate) struct Shared {
    pub(crate) host: Host,
    pub(crate) keys: Keys,
    pub(crate) settings: ServerSettings,
}

impl Host {
    /// The doors of all desks as an axum router, to nest in an application of one's own.
    ///
    /// `keys` are the credentials that decide the account; its accounts are those the host was
    /// started with. Without any credential every door is open, so put the router behind the
    /// application's own login then. Tell the host with [`Host::own_listeners`] where the
    /// application listens, so that no plugin can call it back.
    ///
    /// Without seals in `keys`, sessions and buttons are signed with keys of this router's own.
    pub fn router(&self, mut keys: Keys, settings: ServerSettings) -> Router {
        keys.seals.get_or_insert_with(random_seals);
        ingress::router(Arc::new(Shared {
            host: self.clone(),
            keys,
            settings,
        }))
    }
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
    let admin_router = admin::router(host.clone(), settings.workshop.clone());
    let watching = watching(&host, settings.watch);
    let traffic_router = host.router(keys, settings);
    let (stop, stopped) = watch::channel(false);
    let (last, quiet) = watch::channel(false);
    let listening = async {
        tokio::join!(
            listen::run(traffic, traffic_router, bounds, stopped.clone()),
            listen::run(admin, admin_router, bounds, stopped),
        );
        // Deliveries go on until the last event that somebody sends is accepted.
        let _ = last.send(true);
    };
    let all = async { tokio::join!(listening, delivering(&host, quiet)) };
    tokio::pin!(all);
    tokio::select! {
        _ = &mut all => {}
        () = watching => {}
        () = shutdown => {
            // Nobody listens any more only when both loops have ended, and then this is no news.
            let _ = stop.send(true);
            all.await;
        }
    }
    Ok(())
}

/// Seals that nobody else has.
fn random_seals() -> Seals {
    let seal = || Seal::new(&rand::random());
    Seals {
        sessions: seal(),
        presses: seal(),
    }
}

/// Hands events over until it is `quiet`.
async fn delivering(host: &Host, mut quiet: watch::Receiver<bool>) {
    host.deliver(async move {
        let _ = quiet.wait_for(|quiet| *quiet).await;
    })
    .await;
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
