//! `sidepane dev`: a plugin's project, built and loaded anew whenever it is saved.

mod browser;
mod build;
mod place;
mod project;
mod sources;

use super::file::Wasm;
use super::heard::Line;
use super::serve::{bind, shutdown};
use super::stop::{self, Stop};
use super::{config, kept, print};
use place::Place;
use project::Project;
use sidepane::capability::log::{Author, LogLine, LogSink};
use sidepane::catalog::Reloaded;
use sidepane::config::settings::Settings;
use sidepane::engine::{Compile, EngineSettings, PoolSettings};
use sidepane::host::{Host, HostSettings};
use sidepane::model::http::Denial;
use sidepane::model::id::PluginId;
use sidepane::server::{self, Fault, ServerSettings, Workshop};
use sidepane::storage::memory::MemoryStorage;
use sources::Sources;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::time::Instant;
use url::Url;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  sidepane new order-lookup --lang rust && sidepane dev order-lookup\n\nIt \
                  builds the project with its language's own command, and serves it on this machine \
                  alone, with the grant that stands in it as <id>.toml and no other permission. What \
                  it stores and the events it gets are gone when the command ends."
)]
pub(crate) struct Dev {
    /// The project: the folder with Cargo.toml, package.json or build.py.
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// The grant [default: the file <id>.toml of the project, where there is one].
    #[arg(long, value_name = "FILE.toml")]
    grant: Option<PathBuf>,
    /// Where the pane is; an address of this machine.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7117")]
    listen: SocketAddr,
    /// Where the page is on which the plugin is tried; likewise.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7118")]
    admin: SocketAddr,
    /// Opens both in a browser [default: true where there is a desktop].
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    open: Option<bool>,
}

/// Serves, builds and watches until it is told to end.
///
/// # Errors
/// The folder is no project, or an address cannot be had. A build that fails ends nothing.
pub(crate) async fn run(dev: Dev) -> Result<(), Stop> {
    let project = Project::of(&dev.folder)?;
    let mut settings = settings(&project.folder)?;
    let (traffic, admin) = (
        listener("listen", dev.listen).await?,
        listener("admin", dev.admin).await?,
    );
    let place = Place::make()?;
    let host = host(&settings, &place).await?;
    let pages = Pages::at(&traffic, &admin)?;
    for account in &mut settings.keys.accounts {
        // The page beside which the build is told shows the pane in a frame.
        account.pane_origins.push(pages.origin.clone());
    }
    let workshop = Workshop::beside(project.folder.join("test_data"), Some(pages.plain.clone()));
    print::answer(&format!(
        "project     {}, in {}\npane        {}\nsimulate    {}\nagents      {}\n",
        project.folder.display(),
        project.language,
        pages.pane,
        pages.simulate,
        pages.plain
    ));
    if dev.open.unwrap_or_else(browser::is_there) {
        browser::open(&pages.simulate);
        browser::open(&pages.pane);
    }
    let serving = server::serve(
        host.clone(),
        settings.door_keys(),
        ServerSettings {
            watch: false,
            workshop: Some(workshop.clone()),
            public_url: settings.public_url,
            ..ServerSettings::default()
        },
        traffic,
        admin,
        shutdown(),
    );
    let bench = Bench {
        project,
        grant: dev.grant,
        place,
        host,
        workshop,
    };
    tokio::select! {
        served = serving => served.map_err(|error| Stop::of("the listeners", &error)),
        never = bench.work() => match never {},
    }
}

/// What a build goes through.
struct Bench {
    project: Project,
    grant: Option<PathBuf>,
    place: Place,
    host: Host,
    workshop: Workshop,
}

/// There is none.
enum Never {}

impl Bench {
    /// Builds and loads whenever the sources changed.
    async fn work(self) -> Never {
        let mut sources = Sources::of(&self.project.folder, self.grant.as_deref());
        loop {
            // What is saved while it is built is built next.
            let built_of = sources.look().await;
            self.workshop.building();
            match self.turn().await {
                Ok(()) => self.workshop.loaded(),
                Err(fault) => {
                    let served = !self.host.plugins().plugins().is_empty();
                    let still = match served {
                        true => "the last good build keeps answering",
                        false => "nothing answers yet",
                    };
                    print::note(&format!("\n{}\n{} failed; {still}", fault.text, fault.of));
                    self.workshop.failed(fault);
                }
            }
            sources.changed(&built_of).await;
        }
    }

    async fn turn(&self) -> Result<(), Fault> {
        let begun = Instant::now();
        print::note(&format!("building    {}", self.project.command()));
        let wasm = build::run(&self.project, self.place.folder()).await;
        let wasm = wasm.map_err(|text| Fault { of: "build", text })?;
        let fault = |text: String| Fault { of: "load", text };
        let id = self.put(&wasm).map_err(|stop| fault(stop.to_string()))?;
        match self.host.reload(&id).await {
            Ok(reloaded) => {
                self.tell(&id, &reloaded, begun);
                Ok(())
            }
            Err(problem) => Err(fault(stop::told(&problem))),
        }
    }

    /// Puts what was built, and its grant, where the host looks.
    fn put(&self, wasm: &Path) -> Result<PluginId, Stop> {
        let wasm = Wasm::read(wasm)?;
        let grant = match &self.grant {
            Some(named) => Some(named.clone()),
            None => Some(self.project.folder.join(format!("{}.toml", wasm.id)))
                .filter(|beside| beside.is_file()),
        };
        self.place.put(&wasm.id, &wasm.bytes, grant.as_deref())?;
        Ok(wasm.id)
    }

    fn tell(&self, id: &PluginId, reloaded: &Reloaded, begun: Instant) {
        let seconds = begun.elapsed().as_secs_f64();
        let Reloaded::Serving(generation) = reloaded else {
            print::note(&format!(
                "disabled    its grant says `enabled = false` ({seconds:.1} s)"
            ));
            return;
        };
        let generation = generation.to_string();
        let short = generation.get(..19).unwrap_or(&generation);
        print::note(&format!("serving     {id} {short}… ({seconds:.1} s)"));
        let snapshot = self.host.plugins();
        let permission = snapshot
            .plugin(id)
            .map(|(_, plugin)| plugin.permission.0.clone());
        for line in permission.unwrap_or_default() {
            print::note(&format!("gets        {}", print::plain(&line)));
        }
    }
}

/// Where the author looks.
struct Pages {
    /// The origin of the admin listener.
    origin: String,
    /// The pane as a desk would show it.
    plain: Url,
    /// The same, with how the build stands.
    pane: String,
    simulate: String,
}

impl Pages {
    fn at(traffic: &TcpListener, admin: &TcpListener) -> Result<Self, Stop> {
        let at = |listener: &TcpListener| {
            listener
                .local_addr()
                .map_err(|error| Stop::of("the address of a listener", &error))
        };
        let (traffic, admin) = (at(traffic)?, at(admin)?);
        let query = "view=ticket&email=ada%40example.com&contact_linked=true";
        let plain = Url::parse(&format!("http://{traffic}/pane?{query}"));
        let origin = format!("http://{admin}");
        Ok(Self {
            plain: plain.map_err(|error| Stop::of("the pane's address", &error))?,
            pane: format!("{origin}/simulate/pane"),
            simulate: format!("{origin}/simulate"),
            origin,
        })
    }
}

/// What `sidepane.toml` of the project says of limits, accounts and events.
fn settings(folder: &Path) -> Result<Settings, Stop> {
    let file = folder.join("sidepane.toml");
    match file.is_file() {
        true => Ok(config::read(Some(&file))?.settings),
        false => Ok(Settings::default()),
    }
}

async fn host(settings: &Settings, place: &Place) -> Result<Host, Stop> {
    let accounts = settings.keys.accounts.iter();
    let host = Host::start(HostSettings {
        storage: Some(Arc::new(MemoryStorage::default())),
        events: settings.events.clone(),
        engine: EngineSettings {
            cache: kept::folder(),
            compile: Some(Compile::child(settings.compile.clone())),
            pool: PoolSettings {
                instances: 16,
                ..PoolSettings::default()
            },
            workers: None,
        },
        limits: settings.limits.clone(),
        cards: super::call::NOTHING_KEPT,
        accounts: accounts.map(|keys| keys.account.clone()).collect(),
        log: Arc::new(Terminal),
        ..HostSettings::of_folder(place.folder())
    });
    host.await
        .map_err(|problem| Stop::input(stop::told(&problem)))
}

/// What the plugin writes is shown to who sits there.
struct Terminal;

impl LogSink for Terminal {
    fn write(&self, _: &Author, line: LogLine) {
        print::note(&Line::Wrote(line).text(None));
    }

    fn denied(&self, _: &Author, denial: &Denial) {
        print::note(&Line::Denied(denial.clone()).text(None));
    }
}

/// A plugin that is being written is nobody else's to ask.
async fn listener(name: &str, address: SocketAddr) -> Result<TcpListener, Stop> {
    match address.ip().is_loopback() {
        true => bind(name, address).await,
        false => Err(Stop::input(format!(
            "{address} is not this machine alone; `sidepane dev` serves on a loopback address, such as \
             --{name} 127.0.0.1:0, and `sidepane serve` on others"
        ))),
    }
}
