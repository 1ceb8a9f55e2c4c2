//! Plugins side by side: what one does to itself, the others do not feel.

use e2e::client;
use e2e::host::{Setup, TestHost};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The endless, each bounded by time.
const HOGS: [&str; 3] = ["spins_forever", "grows_memory", "sleeps"];

fn hogs(setup: Setup) -> Setup {
    let grant = format!("[limits]\ndeadline_ms = 200\nfuel = {}", 1_u64 << 40);
    HOGS.into_iter()
        .fold(setup, |setup, hog| setup.guest(hog, &grant))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_plugin_answers_beside_hogs() {
    let host = Arc::new(hogs(Setup::new().guest("counts", "")).start().await);
    let mut asking = Vec::new();
    for hog in HOGS {
        for _ in 0..8 {
            let host = Arc::clone(&host);
            let query = format!("&plugin={}", hog.replace('_', "-"));
            asking.push(tokio::spawn(async move {
                loop {
                    let outcome = host.card(&query).await;
                    assert_eq!(outcome["status"], "error", "{outcome}");
                }
            }));
        }
    }
    // All of them are under way when the first question for a card comes.
    tokio::time::sleep(Duration::from_millis(50)).await;
    for question in 0..20 {
        let outcome = host.ask("counts").await;
        assert_eq!(outcome["status"], "ok", "question {question}: {outcome}");
        assert_eq!(outcome["card"]["contact_name"], "1");
    }
    for task in &asking {
        assert!(!task.is_finished(), "a hog's asker ended early");
        task.abort();
    }
}

/// Whether a plugin's places are all taken: a call that is let in does not answer for long.
async fn is_busy(host: &TestHost) -> bool {
    match timeout(Duration::from_millis(80), host.card("")).await {
        Ok(outcome) => {
            assert_eq!(outcome["status"], "busy", "{outcome}");
            assert_eq!(outcome["error"]["code"], "call.busy", "{outcome}");
            true
        }
        Err(_) => false,
    }
}

/// Sends a question and does not wait for the answer.
async fn send(host: &TestHost) -> TcpStream {
    use tokio::io::AsyncWriteExt;
    let mut stream = TcpStream::connect(host.traffic)
        .await
        .expect("a connection");
    let question = b"GET /v1/context?view=ticket HTTP/1.1\r\nhost: x\r\n\r\n";
    stream.write_all(question).await.expect("a question");
    stream
}

/// Waits until a plugin is busy, or no longer.
async fn until(host: &TestHost, busy: bool) {
    for _ in 0..50 {
        if is_busy(host).await == busy {
            return;
        }
    }
    panic!("busy stays {}", !busy);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_asker_who_goes_away_leaves_the_place_free() {
    let grant = "[limits]\nconcurrency = 1\nqueue = 0\ndeadline_ms = 60000";
    let host = Setup::new().guest("sleeps", grant).start().await;
    for _ in 0..3 {
        // On a busy machine the question that looks may come before the one that is to hold the place.
        let mut asker = send(&host).await;
        while !is_busy(&host).await {
            drop(asker);
            asker = send(&host).await;
        }
        drop(asker);
        // A minute before the call's own end.
        until(&host, false).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_more_than_places_and_line_is_busy_at_once() {
    let grant = "[limits]\nconcurrency = 2\nqueue = 1\ndeadline_ms = 600";
    let host = Arc::new(Setup::new().guest("sleeps", grant).start().await);
    let mut asked = Vec::new();
    // Each about another ticket: who asks the same at one time shares one call.
    for ticket in 0..3 {
        let (host, query) = (Arc::clone(&host), format!("&ticket_id={ticket}"));
        asked.push(tokio::spawn(async move { host.card(&query).await }));
        tokio::time::sleep(Duration::from_millis(70)).await;
    }
    // Two run, one stands in the line.
    let begun = Instant::now();
    let reply = host.get("/v1/context?view=ticket").await;
    assert_eq!(reply.header("retry-after"), "1");
    let busy = reply.json()["cards"][0].clone();
    assert!(
        begun.elapsed() < Duration::from_millis(300),
        "it waited {:?}",
        begun.elapsed()
    );
    assert_eq!(busy["status"], "busy", "{busy}");
    assert_eq!(busy["error"]["code"], "call.busy");
    assert_eq!(busy["error"]["limit"], 2);
    for asked in asked {
        // The one in the line got a place when the first was cut, and the rest of its own time.
        let outcome = asked.await.expect("no panic");
        assert_eq!(
            outcome["error"]["code"], "call.deadline_exceeded",
            "{outcome}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_told_to_end_answers_what_it_was_asked() {
    let host = Setup::new()
        .guest("sleeps", "[limits]\ndeadline_ms = 300")
        .start()
        .await;
    let address = host.traffic;
    // An open connection without a question does not hold it up.
    let idle = TcpStream::connect(address).await.expect("a connection");
    let asked = tokio::spawn(client::get(address, "/v1/context?view=ticket"));
    tokio::time::sleep(Duration::from_millis(100)).await;
    let ended = timeout(Duration::from_secs(5), host.end()).await;
    assert!(ended.is_ok(), "the server ends in time");
    let answer = asked.await.expect("no panic").json();
    assert_eq!(
        answer["cards"][0]["error"]["code"], "call.deadline_exceeded",
        "{answer}"
    );
    assert!(
        TcpStream::connect(address).await.is_err(),
        "nobody listens any more"
    );
    drop(idle);
}

/// Resident memory of this process, in KiB.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux's status");
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .expect("a size");
    line.split_whitespace()
        .nth(1)
        .and_then(|kib| kib.parse().ok())
        .expect("KiB")
}

/// Set in the process that the next test starts for itself.
const ALONE: &str = "SIDEPANE_E2E_ALONE";

/// Resident memory belongs to the process, and other tests share this one: the test starts itself
/// again, alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_returns_to_where_it_was_after_failing_calls() {
    if std::env::var_os(ALONE).is_some() {
        return after_failing_calls().await;
    }
    let this = std::env::current_exe().expect("the test program");
    let name = "neighbours::memory_returns_to_where_it_was_after_failing_calls";
    let alone = tokio::task::spawn_blocking(move || {
        std::process::Command::new(this)
            .args(["--exact", name, "--nocapture"])
            .env(ALONE, "1")
            .output()
            .expect("the test program again")
    });
    let output = alone.await.expect("no panic");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(said.contains("1 passed"), "{said}");
}

/// The most that may stay, in KiB. A place in the pool keeps 256 KiB of memory, 32 of stack and 16
/// of tables resident for its next call, and 8 calls run at a time: 2.4 MiB, already there after the
/// first round. The rest is for the allocator's habits; one leaked memory of 64 MiB is far above.
const MAY_STAY_KIB: u64 = 8 << 10;

async fn after_failing_calls() {
    let short = format!("[limits]\ndeadline_ms = 60\nfuel = {}", 1_u64 << 40);
    let failing = [
        ("spins_forever", short.as_str()),
        ("sleeps", &short),
        ("grows_memory", ""),
        (
            "too_much_text",
            "[limits]\nmemory_mib = 256\nfuel = 1000000000",
        ),
        ("panics", ""),
        ("recurses", ""),
        ("fails", ""),
        ("too_many_blocks", ""),
    ];
    let setup = failing.iter().fold(Setup::new(), |setup, (guest, grant)| {
        setup.guest(guest, grant)
    });
    let host = setup.start().await;
    let rounds = async |rounds: usize| {
        for _ in 0..rounds {
            let answer = host.pane("").await;
            let cards = answer["cards"].as_array().expect("cards");
            let failed = cards
                .iter()
                .filter(|card| card["status"] == "error")
                .count();
            assert_eq!(failed, failing.len(), "{answer}");
        }
    };
    rounds(5).await;
    let before = resident_kib();
    rounds(25).await;
    let after = resident_kib();
    assert!(
        after <= before + MAY_STAY_KIB,
        "{before} KiB before, {after} KiB after"
    );
    let host = Setup::new().guest("counts", "").start().await;
    assert_eq!(host.card("").await["card"]["contact_name"], json!("1"));
}
