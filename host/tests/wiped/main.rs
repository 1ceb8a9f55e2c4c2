//! Memory that held a secret is overwritten before it is given back: from the file to the header, and
//! what answers are searched with.
//!
//! A program of its own, because it looks at every block of memory that the process frees.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]
#![expect(
    unsafe_code,
    reason = "an allocator is an unsafe trait, and only an allocator sees what is freed"
)]

use sidepane::capability::http::{HttpBudget, HttpClient, HttpPlaces, OwnListeners, Terms};
use sidepane::capability::secret::Secrets;
use sidepane::config::secret::SecretSource;
use sidepane::model::http::{Body, HeaderValue, Request, SecretFormat};
use sidepane::model::manifest::WantedHost;
use sidepane::policy::egress::{AllowedRule, EgressPolicy, WantedRule};
use sidepane::policy::limits::Limits;
use sidepane::{HttpError, Outbound, Received, SystemResolver, Transport, Waiting};
use std::alloc::{GlobalAlloc, Layout, System};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// The secret; a constant lies outside of all memory that is given and taken.
const SECRET: &[u8] = b"w1pe-me-when-you-are-done-0917";
/// The same in base64.
const ENCODED: &[u8] = b"dzFwZS1tZS13aGVuLXlvdS1hcmUtZG9uZS0wOTE3";
/// In hex, as far as it is enough to know it by.
const HEX: &[u8] = b"773170652d6d652d7768656e2d796f75";

/// The system's allocator, which looks at what is freed while it is told to.
struct Watching {
    on: AtomicBool,
    found: AtomicUsize,
}

#[global_allocator]
static MEMORY: Watching = Watching {
    on: AtomicBool::new(false),
    found: AtomicUsize::new(0),
};

impl Watching {
    /// How many blocks with the secret in them were freed while `work` ran.
    fn freed_by(&self, work: impl FnOnce()) -> usize {
        self.found.store(0, Ordering::SeqCst);
        self.on.store(true, Ordering::SeqCst);
        work();
        self.on.store(false, Ordering::SeqCst);
        self.found.load(Ordering::SeqCst)
    }
}

// SAFETY: every call goes to the system's allocator as it came; a block is only read, while it is
// still the caller's. Growing is left to the trait, which allocates, copies and frees.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promised.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if self.on.load(Ordering::Relaxed) {
            // SAFETY: the block is `layout.size()` bytes long, all of them written: by zeros when
            // it was allocated.
            let bytes = unsafe { std::slice::from_raw_parts(block, layout.size()) };
            let holds = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
            if holds(SECRET) || holds(ENCODED) || holds(HEX) {
                self.found.fetch_add(1, Ordering::SeqCst);
            }
        }
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(block, layout) }
    }
}

/// Answers with the value of the header `x-key`.
struct Parrot;

impl Transport for Parrot {
    fn exchange<'a>(&'a self, outbound: Outbound<'a>) -> Waiting<'a, Result<Received, HttpError>> {
        let key = outbound.request().headers().get("x-key");
        let key = key.map_or(Vec::new(), |key| key.as_bytes().to_vec());
        Box::pin(std::future::ready(Ok(http::Response::new(key).into())))
    }
}

fn text() -> &'static str {
    std::str::from_utf8(SECRET).expect("ASCII")
}

fn secrets(file: &Path) -> Secrets {
    let source = SecretSource::File(file.to_owned());
    let value = source.value(Path::new("")).expect("a secret");
    let mut secrets = Secrets::default();
    secrets.insert("api_key", value.as_str());
    secrets
}

fn formats() -> [SecretFormat; 4] {
    [
        SecretFormat::Raw,
        SecretFormat::Bearer,
        SecretFormat::BasicUser {
            password: "X".to_owned(),
        },
        SecretFormat::BasicPassword {
            user: "a user with a name".to_owned(),
        },
    ]
}

/// One request with the secret in it and its answer, which gives it back.
fn send(file: &Path, format: SecretFormat) {
    let (url, names) = ("http://127.0.0.1:9/", vec!["api_key".to_owned()]);
    let wanted = WantedHost {
        url: url.to_owned(),
        methods: Vec::new(),
        reason: String::new(),
        secrets: names.clone(),
    };
    let mut allowed = AllowedRule::parse::<&str>(url, &[], &names).expect("a rule");
    allowed.private_network = true;
    let policy = EgressPolicy {
        wanted: vec![WantedRule::parse(&wanted).expect("a rule")],
        allowed: vec![allowed],
    };
    let resolver = Arc::new(SystemResolver::default());
    let client = HttpClient::new(OwnListeners::default(), resolver).over(Arc::new(Parrot));
    let (secrets, budget) = (secrets(file), HttpBudget::new(&Limits::default()));
    let value = HeaderValue::Secret {
        name: "api_key".to_owned(),
        format,
    };
    let request = Request {
        method: "GET".to_owned(),
        url: url.to_owned(),
        headers: vec![("x-key".to_owned(), value)],
        body: None,
        timeout_ms: None,
    };
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().expect("a runtime");
    let answer = runtime.block_on(async {
        let terms = Terms {
            policy: &policy,
            secrets: &secrets,
            places: &HttpPlaces::new(1),
            budget: &budget,
            deadline: tokio::time::Instant::now() + Duration::from_secs(5),
        };
        client.send(request, &terms).await
    });
    let Ok(Body::Text(body)) = answer.map(|answer| answer.body) else {
        unreachable!("the parrot answers in text");
    };
    assert!(body.ends_with("**********"), "{body}");
}

#[test]
fn no_block_is_freed_with_the_secret_in_it() {
    let file = std::env::temp_dir().join(format!("sidepane-wiped-{}", std::process::id()));
    std::fs::write(&file, SECRET).expect("a file of the test's own");
    // What is not overwritten is seen, also when a buffer only grows.
    assert_eq!(MEMORY.freed_by(|| drop(text().to_owned())), 1);
    let grown = MEMORY.freed_by(|| {
        let mut text = text().to_owned();
        text.push_str(&"x".repeat(99));
        text.clear();
        text.push_str(&"x".repeat(129));
    });
    assert_eq!(grown, 1);

    assert_eq!(MEMORY.freed_by(|| drop(secrets(&file))), 0, "from the file");
    for format in formats() {
        let told = format!("{format:?}");
        let freed = MEMORY.freed_by(|| {
            let secrets = secrets(&file);
            let value = secrets.write("api_key", &format).expect("a value");
            let copies = [value.clone(), value];
            drop((secrets, copies));
        });
        assert_eq!(freed, 0, "into a header: {told}");
        assert_eq!(
            MEMORY.freed_by(|| send(&file, format)),
            0,
            "out and back: {told}"
        );
    }
    std::fs::remove_file(&file).expect("removed");
}
