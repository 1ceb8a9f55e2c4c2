//! A browser, driven by WebDriver: JSON over HTTP to a chromedriver on this machine.
//!
//! There are crates for this. They bring nine others and a licence of their own, for what is one
//! request and one answer for each command.

use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use e2e::client;
use http::{Method, Request};
use http_body_util::Full;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// What is missing on a machine without a browser.
const INSTALL: &str = "install it: apt-get install -y chromium chromium-driver";

/// What the browser is started with: nothing of its own on the network, and nobody's profile.
const FLAGS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--disable-features=OptimizationHints,MediaRouter,Translate,DialMediaRouteProvider",
    "--metrics-recording-only",
    "--password-store=basic",
    "--lang=en-GB",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    "--window-size=600,900",
    // As at a desk: a mouse that can hover. Without a screen there would be none.
    "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4",
];

/// What every script of a test finds: the pane, and short ways into its shadow tree.
const PRELUDE: &str = "const pane = document.querySelector('side-pane'), root = pane?.shadowRoot; \
    const all = (what, from = root) => [...(from?.querySelectorAll(what) ?? [])]; \
    const one = (what, from = root) => from?.querySelector(what); \
    const seen = (it) => it.checkVisibility(); \
    const button = (name, from = root) => all('button', from).find((it) => seen(it) && \
      (it.getAttribute('aria-label') ?? it.textContent).trim() === name); \
    const slot = (number) => one(`section[data-plugin=p${number}]`); \
    const text = (it) => it?.innerText?.trim();\n";

/// How long anything that has to come may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// One chromedriver with one browser.
#[derive(Debug)]
pub(crate) struct Browser {
    driver: Child,
    address: SocketAddr,
    session: String,
    profile: PathBuf,
}

impl Browser {
    /// Starts both, the browser with more flags than the usual ones.
    ///
    /// # Errors
    /// One of them is not installed or does not start.
    pub(crate) async fn start(flags: &[&str]) -> anyhow::Result<Self> {
        let driver = found(&["chromedriver"])?;
        let browser = found(&["chromium", "chromium-browser", "google-chrome"])?;
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = format!("browser-{}-{number}", std::process::id());
        let profile = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
        let mut driver = Command::new(&driver)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {}", driver.display()))?;
        let address = match port(&mut driver) {
            Ok(port) => SocketAddr::from(([127, 0, 0, 1], port)),
            Err(error) => {
                let _ = driver.kill();
                return Err(error);
            }
        };
        let mut started = Self {
            driver,
            address,
            session: String::new(),
            profile,
        };
        started.session = started.open_session(&browser, flags).await?;
        Ok(started)
    }

    async fn open_session(&self, browser: &Path, more: &[&str]) -> anyhow::Result<String> {
        let profile = format!("--user-data-dir={}", self.profile.display());
        let flags = FLAGS.iter().chain(more).copied().chain([profile.as_str()]);
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "unhandledPromptBehavior": "ignore",
            "timeouts": {"script": 30_000, "pageLoad": 30_000},
            "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {
                "binary": browser.display().to_string(),
                "args": flags.collect::<Vec<_>>(),
            },
        }}});
        let opened = self.send(Method::POST, "/session", &wanted).await?;
        let session = opened["sessionId"].as_str().context("a session")?;
        Ok(session.to_owned())
    }

    /// Ends both, whatever state they are in.
    pub(crate) async fn end(&self) {
        let path = format!("/session/{}", self.session);
        let _ = tokio::time::timeout(PATIENCE, self.send(Method::DELETE, &path, &json!({}))).await;
    }

    /// Opens an address in the tab.
    pub(crate) async fn open(&self, url: &str) {
        self.post("url", json!({"url": url})).await;
    }

    /// Runs the body of a function in the document, and gives what it returns; a promise is waited
    /// for.
    pub(crate) async fn run(&self, body: &str) -> Value {
        self.run_with(body, json!([])).await
    }

    /// As [`Browser::run`], with `arguments`.
    pub(crate) async fn run_with(&self, body: &str, arguments: Value) -> Value {
        let ran = self.try_to_run(body, arguments).await;
        ran.unwrap_or_else(|error| panic!("{error:#}; {body:.400}"))
    }

    /// As [`Browser::run_with`], where what runs may end the document it runs in.
    pub(crate) async fn try_to_run(&self, body: &str, arguments: Value) -> anyhow::Result<Value> {
        let script = format!("{PRELUDE}{body}");
        let path = format!("/session/{}/execute/sync", self.session);
        let body = json!({"script": script, "args": arguments});
        self.send(Method::POST, &path, &body).await
    }

    /// The value of an expression.
    pub(crate) async fn get(&self, expression: &str) -> Value {
        self.run(&format!("return {expression};")).await
    }

    /// Waits until an expression is true, and gives its value.
    pub(crate) async fn until(&self, expression: &str) -> Value {
        let begun = Instant::now();
        loop {
            let value = self.get(expression).await;
            if value.as_bool().unwrap_or(!value.is_null()) {
                return value;
            }
            if begun.elapsed() > PATIENCE {
                let shown = self
                    .get("text(one('.pane')) ?? document.body.innerText")
                    .await;
                let log = self.log().await;
                panic!("never came: {expression}\nthe page says: {shown}\nits log: {log:?}");
            }
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
    }

    /// Goes into a frame, given as an expression for its element.
    pub(crate) async fn enter(&self, frame: &str) {
        let element = self.until(frame).await;
        self.enter_element(&element).await;
    }

    /// Goes into a frame.
    pub(crate) async fn enter_element(&self, frame: &Value) {
        self.post("frame", json!({"id": frame})).await;
    }

    /// Goes back to the whole page.
    pub(crate) async fn leave(&self) {
        self.post("frame", json!({"id": null})).await;
    }

    /// Presses and lets go keys one after the other, by their names.
    pub(crate) async fn keys(&self, names: &[&str]) {
        let steps: Vec<Value> = names
            .iter()
            .flat_map(|name| {
                let key = key(name);
                ["keyDown", "keyUp"].map(|kind| json!({"type": kind, "value": key}))
            })
            .collect();
        let keys = json!({"type": "key", "id": "keyboard", "actions": steps});
        self.post("actions", json!({"actions": [keys]})).await;
    }

    /// Writes into what has the focus.
    pub(crate) async fn write(&self, words: &str) {
        let letters: Vec<String> = words.chars().map(String::from).collect();
        let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
        self.keys(&letters).await;
    }

    /// Clicks into the middle of an element, as a mouse does, so often.
    pub(crate) async fn click(&self, expression: &str, times: usize) {
        let element = self.until(expression).await;
        let origin = element.clone();
        self.run_with(
            "arguments[0].scrollIntoView({block: 'center'});",
            json!([element]),
        )
        .await;
        let mut steps = vec![json!({"type": "pointerMove", "x": 0, "y": 0, "origin": origin})];
        for _ in 0..times {
            steps.push(json!({"type": "pointerDown", "button": 0}));
            steps.push(json!({"type": "pointerUp", "button": 0}));
        }
        let mouse = json!({"type": "pointer", "id": "mouse", "actions": steps});
        self.post("actions", json!({"actions": [mouse]})).await;
    }

    /// The role and the name that a screen reader is told of an element.
    pub(crate) async fn spoken(&self, expression: &str) -> (String, String) {
        let element = self.until(expression).await;
        let id = element.as_object().and_then(|it| it.values().next());
        let id = id.and_then(Value::as_str).expect("an element").to_owned();
        let of = async |what: &str| {
            let path = format!("/session/{}/element/{id}/{what}", self.session);
            let said = self.send(Method::GET, &path, &Value::Null).await;
            said.expect("an answer")
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        (of("computedrole").await, of("computedlabel").await)
    }

    /// A command of the browser's own protocol.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        self.post("goog/cdp/execute", body).await
    }

    /// Makes the window look so wide and so high.
    pub(crate) async fn resize(&self, width: u32, height: u32, scale: u32) {
        let size = json!({
            "width": width, "height": height, "deviceScaleFactor": scale, "mobile": false,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", size)
            .await;
    }

    /// Has the reader prefer `light` or `dark`.
    pub(crate) async fn prefer(&self, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.devtools("Emulation.setEmulatedMedia", json!({"features": features}))
            .await;
    }

    /// What the page's console said since it was asked last.
    pub(crate) async fn log(&self) -> Vec<String> {
        let log = self.post("se/log", json!({"type": "browser"})).await;
        let lines = log.as_array().into_iter().flatten();
        lines
            .map(|line| line["message"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// The tabs that are open.
    pub(crate) async fn tabs(&self) -> Vec<String> {
        let path = format!("/session/{}/window/handles", self.session);
        let tabs = self.send(Method::GET, &path, &Value::Null).await;
        serde_json::from_value(tabs.expect("tabs")).expect("names of tabs")
    }

    /// Closes every tab but the first.
    pub(crate) async fn one_tab(&self) {
        let tabs = self.tabs().await;
        for tab in tabs.iter().skip(1) {
            self.post("window", json!({"handle": tab})).await;
            let path = format!("/session/{}/window", self.session);
            let _ = self.send(Method::DELETE, &path, &Value::Null).await;
        }
        self.post("window", json!({"handle": tabs[0]})).await;
    }

    async fn post(&self, command: &str, body: Value) -> Value {
        let path = format!("/session/{}/{command}", self.session);
        self.send(Method::POST, &path, &body)
            .await
            .unwrap_or_else(|error| panic!("{command}: {error:#}; {body:.400}"))
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> anyhow::Result<Value> {
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", self.address.to_string())
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body)))?;
        let reply = client::send(self.address, request).await?;
        let mut answer: Value = serde_json::from_slice(&reply.body)?;
        let value = answer["value"].take();
        if !reply.status.is_success() {
            bail!("{}: {}", value["error"], value["message"]);
        }
        Ok(value)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The browser belongs to its driver; where that could not end it, its own lock says which
        // process it is.
        let lock = std::fs::read_link(self.profile.join("SingletonLock")).ok();
        let pid = lock.and_then(|lock| lock.to_str()?.rsplit('-').next()?.parse().ok());
        if let Some(pid) = pid.and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

/// The first of these programs that is installed.
fn found(names: &[&str]) -> anyhow::Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut files = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    files
        .find(|file| file.is_file())
        .with_context(|| format!("there is no {} on this machine; {INSTALL}", names[0]))
}

/// The port that the driver has chosen.
fn port(driver: &mut Child) -> anyhow::Result<u16> {
    let output = driver.stdout.take().context("its output")?;
    let mut heard = String::new();
    for line in BufReader::new(output).lines() {
        let line = line?;
        let port = line.split("successfully on port ").nth(1);
        if let Some(port) = port {
            return Ok(port.trim_end_matches('.').parse()?);
        }
        heard += &line;
    }
    ensure!(!heard.is_empty(), "chromedriver says nothing");
    bail!("chromedriver says no port: {heard}")
}

/// The sign that WebDriver has for a key.
fn key(name: &str) -> &str {
    match name {
        "Tab" => "\u{e004}",
        "Enter" => "\u{e007}",
        "Shift" => "\u{e008}",
        "Escape" => "\u{e00c}",
        "Space" => " ",
        "End" => "\u{e010}",
        "Home" => "\u{e011}",
        "Up" => "\u{e013}",
        "Down" => "\u{e015}",
        letter => letter,
    }
}
