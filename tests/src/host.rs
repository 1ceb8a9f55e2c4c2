//! A whole host in a test: a plugins folder of its own, both listeners on port 0.

use crate::client::{self, Reply};
use sidepane::capability::log::{Author, LogLine, LogSink};
use sidepane::config::settings::Settings;
use sidepane::engine::{Engine, EngineSettings, PoolSettings};
use sidepane::host::{Host, HostSettings};
use sidepane::server::{self, ServerSettings};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The one engine of the test program; compiled guests are kept in the build folder.
pub fn engine() -> Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE
        .get_or_init(|| {
            let settings = EngineSettings {
                pool: PoolSettings {
                    instances: 400,
                    ..PoolSettings::default()
                },
                cache: Some(PathBuf::from(env!("GUESTS")).join("artefacts")),
                workers: None,
            };
            Engine::start(&settings).unwrap_or_else(|problem| panic!("{problem}"))
        })
        .clone()
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

    /// The plugins folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Starts it.
    pub async fn start(self) -> TestHost {
        let settings = Settings::parse("sidepane.toml", &self.config, &self.folder)
            .unwrap_or_else(|problem| panic!("{problem}"));
        let lines = Lines::default();
        let host = Host::with_engine(
            engine(),
            HostSettings {
                limits: settings.limits.clone(),
                accounts: settings
                    .keys
                    .accounts
                    .iter()
                    .map(|keys| keys.account.clone())
                    .collect(),
                log: Arc::new(lines.clone()),
                ..HostSettings::of_folder(&self.folder)
            },
        )
        .await
        .unwrap_or_else(|problem| panic!("{problem}"));
        let listener = || TcpListener::bind(("127.0.0.1", 0));
        let (traffic, admin) = (listener().await, listener().await);
        let (traffic, admin) = (traffic.expect("a port"), admin.expect("a port"));
        let (stop, stopped) = oneshot::channel();
        let (traffic_address, admin_address) = (
            traffic.local_addr().expect("an address"),
            admin.local_addr().expect("an address"),
        );
        let shutdown = async {
            // Dropped or sent: both mean the end.
            let _ = stopped.await;
        };
        let serve = server::serve(
            host.clone(),
            settings.keys,
            ServerSettings::default(),
            traffic,
            admin,
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

    /// The only card of `GET /v1/context?view=ticket&email=…` with more of a query.
    pub async fn card(&self, query: &str) -> serde_json::Value {
        let path = format!("/v1/context?view=ticket&email=ada%40example.com{query}");
        let answer = self.get(&path).await.json();
        let cards = answer["cards"]
            .as_array()
            .unwrap_or_else(|| panic!("no cards in {answer}"));
        assert_eq!(cards.len(), 1, "one plugin was to answer: {answer}");
        cards[0].clone()
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
