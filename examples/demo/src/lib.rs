//! The demo: a small CRM, stand-ins for desks, a host with plugins that were just built, and what to
//! open.

pub mod addresses;
pub mod crm;
pub mod desks;
pub mod languages;
pub mod stage;

use anyhow::Context;
use sidepane::config::settings::Settings;
use sidepane::engine::EngineSettings;
use sidepane::server::{self, ServerSettings};
use sidepane::storage::sqlite::{SqliteSettings, SqliteStorage};
use sidepane::{Host, HostSettings};
use stage::Stage;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// The demo's listeners, bound and not yet served.
#[derive(Debug)]
pub struct Demo {
    host: Host,
    settings: Settings,
    public_url: String,
    crm: TcpListener,
    traffic: TcpListener,
    admin: TcpListener,
}

impl Demo {
    /// Sets the stage, starts the host and binds: the CRM to its fixed address, since the plugin's
    /// manifest names it, the host to `traffic` and `admin`.
    ///
    /// # Errors
    /// An address is taken, the stage cannot be written, or the host does not start.
    pub async fn start(
        stage: &Stage,
        traffic: SocketAddr,
        admin: SocketAddr,
    ) -> anyhow::Result<Self> {
        stage
            .set()
            .with_context(|| format!("{}", stage.plugins.display()))?;
        let mut settings = Settings {
            plugins: stage.plugins.clone(),
            data: stage.data.clone(),
            ..Settings::default()
        };
        // The stand-ins for desks are served beside the CRM, and may show the host's pages.
        for account in &mut settings.keys.accounts {
            let desk = || vec![format!("http://{}", crm::ADDRESS)];
            account.pane_origins = desk();
            account.front_origins = desk();
            account.chatwoot_origins = desk();
        }
        let storage = SqliteStorage::open(&settings.data, SqliteSettings::default())?;
        let host = Host::start(HostSettings {
            storage: Some(Arc::new(storage)),
            events: settings.events.clone(),
            engine: EngineSettings {
                cache: Some(settings.data.join("artefacts")),
                ..EngineSettings::default()
            },
            ..HostSettings::of_folder(&settings.plugins)
        })
        .await?;
        let crm = crm::ADDRESS.parse().context("the CRM's address")?;
        let traffic = bind(traffic).await?;
        Ok(Self {
            host,
            settings,
            public_url: format!("http://{}/", traffic.local_addr()?),
            crm: bind(crm).await?,
            traffic,
            admin: bind(admin).await?,
        })
    }

    /// The host, for a program that asks it without a socket.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Where the host answers desks.
    ///
    /// # Errors
    /// The listener does not know its address.
    pub fn traffic(&self) -> std::io::Result<SocketAddr> {
        self.traffic.local_addr()
    }

    /// Where the host answers operators.
    ///
    /// # Errors
    /// The listener does not know its address.
    pub fn admin(&self) -> std::io::Result<SocketAddr> {
        self.admin.local_addr()
    }

    /// Serves until `shutdown` is done, then lets running requests end.
    ///
    /// # Errors
    /// A listener fails.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) -> std::io::Result<()> {
        let (stop, mut stopped) = watch::channel(false);
        let doors = ServerSettings {
            public_url: Some(self.public_url),
            ..ServerSettings::default()
        };
        let at = self.traffic.local_addr()?;
        let router = self.host.router(self.settings.keys.clone(), doors.clone());
        let beside = crm::router().merge(desks::router(router, at));
        let crm = crm::serve(self.crm, beside, async move {
            // An error means that the sender is gone, which is the end too.
            let _ = stopped.wait_for(|stopped| *stopped).await;
        });
        let host = async {
            let served = server::serve(
                self.host,
                self.settings.keys,
                doors,
                self.traffic,
                self.admin,
                shutdown,
            )
            .await;
            let _ = stop.send(true);
            served
        };
        let (host, crm) = tokio::join!(host, crm);
        host.and(crm)
    }
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let taken = || format!("{address} is not to be had; is another demo or host running?");
    TcpListener::bind(address).await.with_context(taken)
}
