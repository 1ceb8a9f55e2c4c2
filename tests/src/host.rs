//! A whole host in a test: a plugins folder of its own, both listeners on port 0.

use crate::client::{self, Reply};
use serde_json::Value;
use sidepane::capability::clock::Clock;
use sidepane::capability::log::{Author, LogLine, LogSink};
use sidepane::config::settings::Settings;
use sidepane::engine::{Engine, EngineSettings, PoolSettings};
use sidepane::host::{Host, HostSettings};
use sidepane::server::{self, ServerSettings, Workshop};
use sidepane::storage::Storage;
use sidepane::storage::sqlite::{SqliteSettings, SqliteStorage};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The one engine of the test program; compiled guests are kept in the build folder.
pub fn engine() -> Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE
        .get_or_init(|| {
            let kept = PathBuf::from(env!("GUESTS")).join("artefacts");
            forget_manifests(&kept);
            let settings = EngineSettings {
                pool: PoolSettings {
                    instances: 400,
                    ..PoolSettings::default()
                },
                cache: Some(kept),
                ..EngineSettings::default()
            };
            Engine::start(&settings).unwrap_or_else(|problem| panic!("{problem}"))
        })
        .clone()
}

/// Has every plugin asked again what it is: the answers of an earlier build of this host would hide
/// what this one makes of them. The code stays.
fn forget_manifests(kept: &Path) {
    for entry in std::fs::read_dir(kept).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|ending| ending == "about") {
            std::fs::remove_file(&path).expect("a file of the tests' own");
        }
    }
}

/// Lines that plugins wrote.
#[derive(Clone, Debug, Default)]
pub struct Lines(Arc<Mutex<Vec<(Author, LogLine)>>>);

impl Lines {
    /// All messages so far.
    pub fn messages(&self) -> Vec<String> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(|(_, line)| line.message.clone()).collect()
    }
}

impl Lines {
    /// All messages so far, and none of them again.
    pub fn take(&self) -> Vec<String> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = std::mem::take(&mut *lines);
        taken.into_iter().map(|(_, line)| line.message).collect()
    }
}

impl LogSink for Lines {
    fn write(&self, author: &Author, line: LogLine) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push((author.clone(), line));
    }
}

/// What a host is to have.
#[derive(Debug)]
pub struct Setup {
    folder: PathBuf,
    config: String,
    engine: Option<Engine>,
    server: ServerSettings,
    /// What outlives the host, where there is something.
    pub storage: Option<Arc<dyn Storage>>,
    clock: Option<Tells>,
    // Bound before the plugins are loaded, so that a grant can name the host's own addresses.
    traffic: TcpListener,
    admin: TcpListener,
}

/// A clock that says of itself nothing but that it is one.
struct Tells(Arc<dyn Clock>);

impl std::fmt::Debug for Tells {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

/// A running host.
#[derive(Debug)]
pub struct TestHost {
    /// The traffic listener.
    pub traffic: SocketAddr,
    /// The admin listener.
    pub admin: SocketAddr,
    /// What plugins logged.
    pub lines: Lines,
    /// The host itself.
    pub host: Host,
    folder: PathBuf,
    stop: Option<oneshot::Sender<()>>,
    served: Option<JoinHandle<std::io::Result<()>>>,
}

impl Setup {
    /// A host without plugins.
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("sidepane-e2e-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a folder of the test's own");
        Self {
            folder,
            config: String::new(),
            engine: None,
            server: ServerSettings {
                watch: false,
                ..ServerSettings::default()
            },
            storage: None,
            clock: None,
            traffic: listener(),
            admin: listener(),
        }
    }

    /// Adds a plugin with its grant; an empty grant is no grant file.
    pub fn plugin(self, id: &str, wasm: &Path, grant: &str) -> Self {
        let bytes = std::fs::read(wasm).expect("a compiled guest");
        self.file(&format!("{id}.wasm"), bytes).grant(id, grant)
    }

    /// Adds a guest of `tests/guests` under its own name, dashes for underscores.
    pub fn guest(self, name: &str, grant: &str) -> Self {
        self.plugin(&name.replace('_', "-"), &crate::guests::guest(name), grant)
    }

    /// Writes a grant.
    pub fn grant(self, id: &str, grant: &str) -> Self {
        match grant.is_empty() {
            true => self,
            false => self.file(&format!("{id}.toml"), grant),
        }
    }

    /// Writes any file into the plugins folder.
    pub fn file(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.folder.join(name), bytes).expect("a file of the test's own");
        self
    }

    /// Sets `sidepane.toml`.
    pub fn config(mut self, text: &str) -> Self {
        text.clone_into(&mut self.config);
        self
    }

    /// Sets another engine than the one that all tests share.
    pub fn engine(mut self, engine: Engine) -> Self {
        self.engine = Some(engine);
        self
    }

    /// Sets how long a request may take to arrive.
    pub fn arrival(mut self, arrival: Duration) -> Self {
        self.server.arrival = arrival;
        self
    }

    /// Keeps plugins' values there.
    pub fn storage(mut self, storage: Arc<dyn Storage>) -> Self {
        self.storage = Some(storage);
        self
    }

    /// Has the host read this clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(Tells(clock));
        self
    }

    /// Keeps events and values in SQLite, in a folder beside the plugins'.
    pub fn kept(self) -> Self {
        let folder = self.folder.with_extension("data");
        let storage = SqliteStorage::open(&folder, SqliteSettings::default())
            .unwrap_or_else(|problem| panic!("{problem}"));
        self.storage(Arc::new(storage))
    }

    /// Has a project worked on beside it.
    pub fn workshop(mut self, workshop: Workshop) -> Self {
        self.server.workshop = Some(workshop);
        self
    }

    /// Has the plugins folder watched while it serves.
    pub fn watched(mut self) -> Self {
        self.server.watch = true;
        self
    }

    /// Where the traffic listener will be.
    pub fn traffic(&self) -> SocketAddr {
        address(&self.traffic)
    }

    /// Where the admin listener will be.
    pub fn admin(&self) -> SocketAddr {
        address(&self.admin)
    }

    /// The plugins folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Starts it.
    pub async fn start(self) -> TestHost {
        let settings = Settings::parse("sidepane.toml", &self.config, &self.folder)
            .unwrap_or_else(|problem| panic!("{problem}"));
        let lines = Lines::default();
        let of_folder = HostSettings::of_folder(&self.folder);
        let clock = self.clock.as_ref().map(|Tells(clock)| Arc::clone(clock));
        let host = Host::with_engine(
            self.engine.clone().unwrap_or_else(engine),
            HostSettings {
                limits: settings.limits.clone(),
                accounts: settings
                    .keys
                    .accounts
                    .iter()
                    .map(|keys| keys.account.clone())
                    .collect(),
                log: Arc::new(lines.clone()),
                storage: self.storage.clone(),
                events: settings.events.clone(),
                cards: settings.cards,
                clock: clock.unwrap_or_else(|| Arc::clone(&of_folder.clock)),
                ..of_folder
            },
        )
        .await
        .unwrap_or_else(|problem| panic!("{problem}"));
        let (traffic_address, admin_address) = (self.traffic(), self.admin());
        let (stop, stopped) = oneshot::channel();
        let shutdown = async {
            // Dropped or sent: both mean the end.
            let _ = stopped.await;
        };
        let serve = server::serve(
            host.clone(),
            settings.keys,
            ServerSettings {
                public_url: settings.public_url,
                ..self.server
            },
            self.traffic,
            self.admin,
            shutdown,
        );
        TestHost {
            traffic: traffic_address,
            admin: admin_address,
            lines,
            host,
            folder: self.folder,
            stop: Some(stop),
            served: Some(tokio::spawn(serve)),
        }
    }
}

/// A listener on a port of its own.
fn listener() -> TcpListener {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener
        .set_nonblocking(true)
        .expect("a listener that waits for nobody");
    TcpListener::from_std(listener).expect("a test inside tokio")
}

fn address(listener: &TcpListener) -> SocketAddr {
    listener.local_addr().expect("an address")
}

impl Default for Setup {
    fn default() -> Self {
        Self::new()
    }
}

impl TestHost {
    /// A GET of the traffic listener.
    pub async fn get(&self, path: &str) -> Reply {
        client::get(self.traffic, path).await
    }

    /// A POST of JSON to the traffic listener.
    pub async fn post(&self, path: &str, body: &str) -> Reply {
        client::post(self.traffic, path, body.to_owned()).await
    }

    /// The answer of `GET /v1/context` in the view `ticket` for `ada@example.com`, with more of a
    /// query.
    pub async fn pane(&self, query: &str) -> Value {
        let path = format!("/v1/context?view=ticket&email=ada%40example.com{query}");
        self.get(&path).await.json()
    }

    /// The only card of such an answer.
    pub async fn card(&self, query: &str) -> Value {
        let mut answer = self.pane(query).await;
        match answer["cards"].as_array_mut() {
            Some(cards) if cards.len() == 1 => cards.remove(0),
            _ => panic!(
                "one plugin was to answer: {answer}, {}",
                self.plugins().await
            ),
        }
    }

    /// What one plugin of several answers.
    pub async fn ask(&self, plugin: &str) -> Value {
        self.card(&format!("&plugin={plugin}")).await
    }

    /// The plugins folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Puts a file there as a careful operator does: under another name, then in one step.
    pub fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let partial = self.folder.join(format!(".{name}.partial"));
        std::fs::write(&partial, bytes).expect("a file of the test's own");
        std::fs::rename(&partial, self.folder.join(name)).expect("in its place");
    }

    /// What the admin listener says of one plugin.
    pub async fn about(&self, plugin: &str) -> Value {
        client::get(self.admin, &format!("/plugins/{plugin}"))
            .await
            .json()
    }

    /// A GET of the admin listener.
    pub async fn admin_get(&self, path: &str) -> Reply {
        client::get(self.admin, path).await
    }

    /// A POST to the admin listener.
    pub async fn admin_post(&self, path: &str, body: &str) -> Reply {
        client::post(self.admin, path, body.to_owned()).await
    }

    /// Waits until all is as wanted, for ten seconds at most, and tells how long it took.
    pub async fn until(&self, what: &str, mut wanted: impl AsyncFnMut(&Self) -> bool) -> Duration {
        let begun = Instant::now();
        while !wanted(self).await {
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "{what}: {}",
                self.plugins().await
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        begun.elapsed()
    }

    /// The listing of the admin listener.
    pub async fn plugins(&self) -> Value {
        client::get(self.admin, "/plugins").await.json()
    }

    /// Ends it and waits until it has ended.
    pub async fn end(mut self) {
        drop(self.stop.take());
        if let Some(served) = self.served.take() {
            served
                .await
                .expect("no panic in the server")
                .expect("a clean end");
        }
    }
}

impl Drop for TestHost {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
