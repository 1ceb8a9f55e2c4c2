//! What all tests of the browser share: the browser, a host with eight puppets, a desk on another
//! origin that frames the pane, and a server that nobody may ever come to.

use crate::driver::Browser;
use bytes::Bytes;
use e2e::client;
use e2e::host::{Setup, TestHost};
use e2e::puppet::Puppets;
use e2e::upstream::Upstream;
use http::{HeaderValue, Request, Response};
use http_body_util::Full;
use serde_json::{Value, json};
use sidepane::{Clock, SystemClock};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The key of the pane's address.
pub(crate) const KEY: &str = "k-4f1c0ffee";

/// The secret of Front's page.
pub(crate) const FRONT_SECRET: &str = "f-4f1c0ffee";

/// The token of Chatwoot's page.
pub(crate) const CHATWOOT_TOKEN: &str = "c-4f1c0ffee";

/// The token of programs.
pub(crate) const TOKEN: &str = "t-4f1c0ffee";

/// How many plugins the host has.
pub(crate) const PUPPETS: usize = 8;

/// All of it.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) browser: Browser,
    pub(crate) host: TestHost,
    pub(crate) puppets: Puppets,
    /// What the host takes the time from.
    pub(crate) clock: Arc<Ahead>,
    /// Where attacks point. Whoever comes has got out.
    pub(crate) trap: Upstream,
    /// How many had come before the test.
    before: AtomicUsize,
    desk: Upstream,
    pages: Pages,
}

/// The desk's pages, by their paths.
type Pages = Arc<Mutex<HashMap<String, Page>>>;

#[derive(Clone, Debug, Default)]
struct Page {
    kind: &'static str,
    policy: String,
    text: String,
}

/// The machine's clock, put forward.
#[derive(Debug, Default)]
pub(crate) struct Ahead {
    clock: SystemClock,
    seconds: AtomicU64,
}

impl Ahead {
    /// Puts it forward; it never goes back.
    pub(crate) fn forward(&self, by: Duration) {
        self.seconds.fetch_add(by.as_secs(), Ordering::SeqCst);
    }
}

impl Clock for Ahead {
    fn wall(&self) -> Duration {
        self.clock.wall() + Duration::from_secs(self.seconds.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        self.clock.monotonic()
    }
}

impl Stage {
    /// Sets it up, in a browser that is there already.
    pub(crate) async fn set(browser: Browser) -> Self {
        let pages = Pages::default();
        let shown = Arc::clone(&pages);
        let desk = Upstream::start(move |request| page(&shown, request)).await;
        let puppets = Puppets::start().await;
        let mut setup = Setup::new()
            .file("pane.key", KEY)
            .file("front.secret", FRONT_SECRET)
            .file("chatwoot.token", CHATWOOT_TOKEN)
            .file("api.token", TOKEN);
        for number in 1..=PUPPETS {
            let (wasm, grant) = puppets.plugin(number, number);
            let name = Puppets::name(number);
            setup = setup
                .file(&format!("{name}.wasm"), wasm)
                .grant(&name, &grant);
        }
        let origin = format!("http://localhost:{}", desk.address.port());
        let config = format!(
            "[accounts.default]\npane_keys = [{{ file = \"pane.key\" }}]\napi_tokens = [{{ file = \
             \"api.token\" }}]\npane_origins = [\"{origin}\"]\nfront_secrets = [{{ file = \
             \"front.secret\" }}]\nfront_origins = [\"{origin}\"]\nchatwoot_tokens = [{{ file = \
             \"chatwoot.token\" }}]\nchatwoot_origins = [\"{origin}\"]\n"
        );
        let clock = Arc::<Ahead>::default();
        let setup = setup.clock(Arc::clone(&clock) as _);
        Self {
            browser,
            host: setup.config(&config).start().await,
            clock,
            puppets,
            trap: Upstream::text("caught").await,
            before: AtomicUsize::new(0),
            desk,
            pages,
        }
    }

    /// The address of the pane, with more of a query.
    pub(crate) fn pane(&self, query: &str) -> String {
        let address = self.host.traffic;
        format!("http://{address}/pane?key={KEY}&view=ticket&{query}")
    }

    /// The pane of a known customer, opened.
    pub(crate) async fn open(&self, query: &str) {
        let url = self.pane(&format!(
            "email=ada%40example.com&contact_linked=true{query}"
        ));
        self.browser.open(&url).await;
    }

    /// As [`Stage::open`], and all answers are there.
    pub(crate) async fn load(&self, query: &str) {
        self.open(query).await;
        self.loaded().await;
    }

    /// Waits until all answers are there.
    pub(crate) async fn loaded(&self) {
        // What came is not yet shown while the frames in it are measured.
        let calm = "pane?.context && one('.board') && !one('.board').classList.contains('loading') && !one('.inner.coming')";
        self.browser.until(calm).await;
    }

    /// Has a puppet show a block with one row.
    pub(crate) fn row(&self, number: usize, label: &str, text: &str) {
        let name = Puppets::name(number);
        self.puppets.show(
            &name,
            card(json!([{"list": [{"label": label, "text": text}]}])),
        );
    }

    /// The desk's origin, which the account names.
    pub(crate) fn desk(&self) -> String {
        format!("http://localhost:{}", self.desk.address.port())
    }

    /// The same server under an origin that no account names.
    pub(crate) fn stranger(&self) -> String {
        format!("http://127.0.0.1:{}", self.desk.address.port())
    }

    /// Puts a page onto the desk's server, with a policy or with none.
    pub(crate) fn page(&self, path: &str, policy: &str, html: &str) {
        self.put(path, "text/html; charset=utf-8", policy, html);
    }

    /// Puts any file onto the desk's server.
    pub(crate) fn serve(&self, path: &str, kind: &'static str, text: &str) {
        self.put(path, kind, "", text);
    }

    fn put(&self, path: &str, kind: &'static str, policy: &str, text: &str) {
        let page = Page {
            kind,
            policy: policy.to_owned(),
            text: text.to_owned(),
        };
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        pages.insert(path.to_owned(), page);
    }

    /// A session for a page, as an embedder's own server gets it.
    pub(crate) async fn session(&self) -> Value {
        let request = Request::post("/v1/session")
            .header("host", self.host.traffic.to_string())
            .header("authorization", format!("Bearer {TOKEN}"))
            .body(Full::default())
            .expect("a request");
        let reply = client::send(self.host.traffic, request).await;
        reply.expect("an answer").json()
    }

    /// How many connections came to the trap since the test began.
    pub(crate) fn came(&self) -> usize {
        self.trap.connections() - self.before.load(Ordering::SeqCst)
    }

    /// As it was: no card anywhere, one empty tab, nothing remembered, nobody in the trap.
    pub(crate) async fn reset(&self) {
        self.browser.one_tab().await;
        self.browser.leave().await;
        let begin = format!("http://{}/pane/frame", self.host.traffic);
        self.browser.open(&begin).await;
        let everything =
            json!({"origin": format!("http://{}", self.host.traffic), "storageTypes": "all"});
        self.browser
            .devtools("Storage.clearDataForOrigin", everything)
            .await;
        self.browser.resize(380, 900, 1).await;
        self.browser.prefer("light").await;
        self.browser.log().await;
        self.puppets.clear();
        self.before.store(self.trap.connections(), Ordering::SeqCst);
    }
}

/// A card with one block.
pub(crate) fn card(data: Value) -> Value {
    json!({"blocks": [{"name": "Facts", "icon": "receipt_long", "data": data}]})
}

fn page(pages: &Pages, request: &Request<Bytes>) -> Response<Full<Bytes>> {
    let pages = pages.lock().unwrap_or_else(PoisonError::into_inner);
    let page = pages.get(request.uri().path()).cloned().unwrap_or_default();
    let mut response = Response::new(Full::from(page.text));
    let headers = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static(page.kind));
    if !page.policy.is_empty() {
        let policy = HeaderValue::from_str(&page.policy).expect("a policy");
        headers.insert("content-security-policy", policy);
    }
    response
}
