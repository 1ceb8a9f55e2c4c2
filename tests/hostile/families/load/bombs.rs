//! L10 to L12 and L14: small files that take a compiler minutes, against a budget of one second.

use crate::case::{Answer, Built, Case};
use anyhow::{Context, ensure};
use e2e::client;
use e2e::core::Core;
use e2e::host::{Setup, TestHost};
use e2e::raw::{functions, loops_in_a_row, nested_loops};
use futures_util::future::join_all;
use serde_json::Value;
use sidepane::{Compile, CompileBudget, Engine, EngineSettings, PoolSettings};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// The cases.
pub(super) fn cases() -> Vec<Case> {
    vec![
        bomb(
            "L10",
            "1,000 loops inside each other with a branch to every one, in 15 KB",
            || functions(&[nested_loops(1_000)]),
            "load.compile_timeout",
        ),
        bomb(
            "L11",
            "1,000 loops in a row with as many locals, forty times, in 600 KB",
            || functions(&vec![loops_in_a_row(1_000); 40]),
            "load.compile_timeout",
        ),
        Case::loading(
            "L11",
            "5,000 loops in a row with as many locals, in 75 KB",
            Built::Bytes,
            || functions(&[loops_in_a_row(5_000)]),
            "load.limit",
        ),
        Case::new(
            "L11",
            "loops inside each other, where memory ends before time does",
            Built::Bytes,
            "load.compile_memory",
            |_| refused(small(), functions(&[nested_loops(999)])),
        )
        .long(),
        Case::loading(
            "L12",
            "200,000 empty functions in 800 KB",
            Built::Bytes,
            || functions(&vec![vec![0, 0x0b]; 200_000]),
            "load.limit",
        )
        .slow(),
        bomb(
            "L12",
            "as many empty functions as there may be",
            || functions(&vec![vec![0, 0x0b]; 50_000]),
            "load.compile_timeout",
        ),
        Case::new(
            "L14",
            "twenty bombs at once, and a good plugin among them",
            Built::Bytes,
            "load.compile_timeout",
            |_| twenty(),
        )
        .long(),
    ]
}

fn bomb(
    id: &'static str,
    what: &'static str,
    bytes: fn() -> Vec<u8>,
    expect: &'static str,
) -> Case {
    Case::new(id, what, Built::Bytes, expect, move |_| {
        refused(tight(), bytes())
    })
    .long()
}

/// An engine whose compiler gets a second.
fn tight() -> Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    let budget = CompileBudget {
        cpu: Duration::from_secs(1),
        wall: Duration::from_secs(30),
        queue: 4,
        ..CompileBudget::default()
    };
    engine(&ENGINE, budget)
}

/// An engine whose compiler gets little memory, and time enough to use it.
fn small() -> Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    let budget = CompileBudget {
        address_space_bytes: 256 << 20,
        ..CompileBudget::default()
    };
    engine(&ENGINE, budget)
}

fn engine(engine: &OnceLock<Engine>, budget: CompileBudget) -> Engine {
    let start = || {
        let settings = EngineSettings {
            pool: PoolSettings {
                instances: 20,
                ..PoolSettings::default()
            },
            compile: Some(Compile::child(budget)),
            ..EngineSettings::default()
        };
        Engine::start(&settings).unwrap_or_else(|problem| panic!("{problem}"))
    };
    engine.get_or_init(start).clone()
}

/// Starts a host with nothing but a bomb in its folder, and tells what it says of it.
async fn refused(engine: Engine, bytes: Vec<u8>) -> anyhow::Result<Answer> {
    // Another section at its end makes another plugin of it: what used its budget up once is not
    // tried again.
    let host = Setup::new()
        .engine(engine)
        .file("bomb.wasm", another(bytes))
        .start()
        .await;
    let answer = state(&host, "bomb.wasm").await?;
    ensure!(children()? == 0, "a child is left");
    host.end().await;
    Ok(answer)
}

/// The same bytes with a number of their own in a section that nobody reads.
fn another(bytes: Vec<u8>) -> Vec<u8> {
    static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    [bytes, e2e::raw::custom("number", &number.to_le_bytes())].concat()
}

/// Why a file of a host's folder is not served; `loaded` when nothing is said of it.
async fn state(host: &TestHost, file: &str) -> anyhow::Result<Answer> {
    let plugins = host.plugins().await;
    let refused = plugins["refused"].as_array().context("a list")?;
    let Some(entry) = refused.iter().find(|entry| entry["file"] == file) else {
        return Ok(Answer::new("loaded", ""));
    };
    let code = entry["code"].as_str().context("a code")?;
    let known = |key: &str| entry[key].as_u64();
    if code.starts_with("load.compile_") {
        let within = known("used").zip(known("limit"));
        ensure!(within.is_some(), "no figures in {entry}");
    }
    Ok(Answer::new(code, entry["message"].to_string()))
}

async fn twenty() -> anyhow::Result<Answer> {
    const BOMBS: usize = 20;
    let host = Setup::new()
        .engine(tight())
        .guest("counts", "")
        .watched()
        .start()
        .await;
    let names: Vec<String> = (0..BOMBS).map(|number| format!("bomb-{number}")).collect();
    for name in &names {
        let bytes = another(functions(&[nested_loops(1_000)]));
        host.put(&format!("{name}.wasm"), bytes);
    }
    let (begun, admin) = (Instant::now(), host.admin);
    let reloads = names.iter().map(|name| {
        let path = format!("/plugins/{name}/reload");
        async move { client::post(admin, &path, "").await }
    });
    let good = async {
        // While the first bomb has hardly begun.
        tokio::time::sleep(Duration::from_millis(500)).await;
        host.put("good.wasm", another(Core::new().component()));
        let serving = async |host: &TestHost| host.about("good").await["state"] == "serving";
        while !serving(&host).await && begun.elapsed() < Duration::from_secs(300) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        (serving(&host).await, begun.elapsed())
    };
    let (replies, (served, after)) = futures_util::join!(join_all(reloads), good);
    ensure!(served, "the good plugin is not served after {after:?}");
    ensure!(host.ask("good").await["status"] == "empty", "it answers");
    let at_once: Vec<String> = replies.iter().map(code).collect();
    let busy = at_once.iter().filter(|code| *code == "load.busy").count();
    ensure!(busy > 0, "nobody was told to come again: {at_once:?}");
    // The others are tried again by themselves, until each has had its turn.
    let mut left = BOMBS;
    while left > 0 && begun.elapsed() < Duration::from_secs(600) {
        tokio::time::sleep(Duration::from_millis(100)).await;
        left = BOMBS;
        for name in &names {
            let answer = state(&host, &format!("{name}.wasm")).await?;
            left -= usize::from(answer.is("load.compile_timeout"));
        }
    }
    ensure!(
        left == 0,
        "{left} bombs had no verdict after {:?}",
        begun.elapsed()
    );
    ensure!(children()? == 0, "a child is left");
    println!(
        "     L14  {BOMBS} bombs: {busy} told to come again, the good plugin served after {after:.1?}, all \
         refused after {:.1?}",
        begun.elapsed()
    );
    host.end().await;
    Ok(Answer::new("load.compile_timeout", at_once.join(" ")))
}

fn code(reply: &client::Reply) -> String {
    let body: Value = reply.json();
    body["error"]["code"]
        .as_str()
        .unwrap_or("loaded")
        .to_owned()
}

/// How many processes this one has started that are there still.
fn children() -> anyhow::Result<usize> {
    let own = std::process::id().to_string();
    let mut count = 0;
    for entry in std::fs::read_dir("/proc")? {
        let path = entry?.path().join("stat");
        // One that ended since it was listed is none.
        let Ok(stat) = std::fs::read_to_string(path) else {
            continue;
        };
        // The name in brackets may hold anything; after it come the state and the parent.
        let parent = stat
            .rsplit(')')
            .next()
            .and_then(|rest| rest.split(' ').nth(2));
        count += usize::from(parent == Some(&own));
    }
    Ok(count)
}
