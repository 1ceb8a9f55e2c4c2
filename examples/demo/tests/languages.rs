//! One pane, four languages: the order look-up in JavaScript, TypeScript and Python shows what the one
//! in Rust shows. Each is dropped into the folder of a demo that serves already.
//!
//! A program of its own, because the CRM's address is fixed: the plugins' manifests name it. It needs
//! npm and Python, and fails where they are missing.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and its servers end with its runtime"
)]

use e2e::client::get;
use serde_json::Value;
use sidepane_demo::Demo;
use sidepane_demo::languages::{self, Language};
use sidepane_demo::stage::Stage;
use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::Duration;

/// The demo that all tests of this program ask, and its stage.
fn demo() -> &'static (Stage, SocketAddr) {
    static DEMO: OnceLock<(Stage, SocketAddr)> = OnceLock::new();
    DEMO.get_or_init(|| {
        let folder = std::env::temp_dir().join(format!("sidepane-four-{}", std::process::id()));
        let stage = Stage {
            plugins: folder.join("plugins"),
            data: folder.join("data"),
        };
        let (told, at) = std::sync::mpsc::channel();
        let own = stage.clone();
        // It serves until the program ends.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            runtime.block_on(async {
                let any = SocketAddr::from(([127, 0, 0, 1], 0));
                let demo = Demo::start(&own, any, any).await.expect("the demo starts");
                told.send(demo.traffic().expect("an address"))
                    .expect("somebody waits");
                demo.serve(std::future::pending()).await.expect("it serves");
            });
        });
        (stage, at.recv().expect("the demo starts"))
    })
}

async fn card(at: SocketAddr, plugin: &str, email: &str) -> Option<Value> {
    let path = format!("/v1/context?view=ticket&email={email}&plugin={plugin}");
    let answer = get(at, &path).await.json();
    let card = answer["cards"][0].clone();
    (card["status"] == "ok" || card["status"] == "empty").then_some(card)
}

/// A card without the tokens of its buttons, which are of one plugin each.
fn shown(card: &Value) -> Value {
    match card {
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| *name != "token")
            .map(|(name, value)| (name.clone(), shown(value)))
            .collect(),
        Value::Array(all) => all.iter().map(shown).collect(),
        other => other.clone(),
    }
}

/// Builds it, drops it into the folder and holds its card against the one of Rust.
async fn shows_what_rust_shows(language: Language) {
    let (stage, at) = demo();
    let id = language.id();
    let added = tokio::task::spawn_blocking(move || languages::add(language, stage));
    let added = added.await.expect("no panic");
    added.unwrap_or_else(|error| panic!("{id} needs {}: {error:#}", language.needs()));
    let mut first = None;
    // Compiling Python takes long beside other tests.
    for _ in 0..3_000 {
        first = card(*at, id, "ada%40example.com").await;
        if first.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let first = first.unwrap_or_else(|| panic!("{id} has a card within five minutes"));
    let rust = card(*at, "order-lookup", "ada%40example.com").await;
    let rust = shown(&rust.expect("the card of Rust")["card"]);
    assert!(rust.to_string().contains("Refund "), "{rust}");
    assert_eq!(shown(&first["card"]), rust);
    let unknown = card(*at, id, "nobody%40example.com").await;
    assert_eq!(unknown.expect("an answer")["status"], "empty");
}

#[tokio::test]
async fn javascript_shows_what_rust_shows() {
    shows_what_rust_shows(Language::Js).await;
}

#[tokio::test]
async fn typescript_shows_what_rust_shows() {
    shows_what_rust_shows(Language::Ts).await;
}

#[tokio::test]
async fn python_shows_what_rust_shows() {
    shows_what_rust_shows(Language::Python).await;
}
