//! Every limit of a call: what is over it ends, and the answer says how much of what was used.

use e2e::host::{Setup, TestHost};
use serde_json::{Value, json};

/// A guest alone, asked twice: the same answer both times, but for times and counts.
async fn twice(guest: &str, grant: &str) -> (TestHost, Value) {
    let host = Setup::new().guest(guest, grant).start().await;
    let (first, second) = (host.card("").await, host.card("").await);
    assert_eq!(first["status"], "error", "{first}");
    assert_eq!(first["card"], Value::Null);
    assert_eq!(
        first["error"], second["error"],
        "a limit is hit in the same way every time"
    );
    (host, first)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_over_a_limit_is_named_with_used_and_limit() {
    let endless = 1_u64 << 40;
    let spin = format!("[limits]\ndeadline_ms = 150\nfuel = {endless}");
    let text = format!("[limits]\nmemory_mib = 256\nfuel = {endless}\ndeadline_ms = 10000");
    let cases = [
        (
            "spins_forever",
            "[limits]\nfuel = 2000000",
            "call.fuel_exhausted",
            2_000_000,
            2_000_000,
        ),
        ("spins_forever", &spin, "call.deadline_exceeded", 150, 150),
        (
            "sleeps",
            "[limits]\ndeadline_ms = 150",
            "call.deadline_exceeded",
            150,
            150,
        ),
        ("too_much_text", &text, "output.too_large", 4 << 20, 4 << 20),
        (
            "floods_host",
            "[limits]\nhost_calls = 500",
            "call.hostcall_quota",
            501,
            500,
        ),
        ("too_many_blocks", "", "output.limit", 100, 32),
    ];
    for (guest, grant, code, used, limit) in cases {
        let (_host, outcome) = twice(guest, grant).await;
        let error = &outcome["error"];
        assert_eq!(error["code"], code, "{guest}: {outcome}");
        assert_eq!(
            (&error["used"], &error["limit"]),
            (&json!(used), &json!(limit)),
            "{guest}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fuel_left_shows_that_it_was_the_time() {
    let grant = format!("[limits]\ndeadline_ms = 150\nfuel = {}", 1_u64 << 40);
    let (_host, outcome) = twice("spins_forever", &grant).await;
    let fuel = &outcome["usage"]["fuel"];
    let (used, limit) = (
        fuel["used"].as_u64().unwrap(),
        fuel["limit"].as_u64().unwrap(),
    );
    assert!(0 < used && used < limit / 2, "{fuel}");
    let time = outcome["usage"]["time_ms"]["used"].as_u64().unwrap();
    assert!((150..1_500).contains(&time), "{time} ms of 150");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_is_refused_before_it_is_taken() {
    let (_host, outcome) = twice("grows_memory", "[limits]\nmemory_mib = 8").await;
    let (error, limit) = (&outcome["error"], 8 << 20);
    assert_eq!(error["code"], "call.memory_limit", "{outcome}");
    assert_eq!(error["limit"], limit);
    let wanted = error["used"].as_u64().unwrap();
    let peak = outcome["usage"]["memory_bytes"]["used"].as_u64().unwrap();
    assert!(
        wanted > limit && peak <= limit && peak > limit / 2,
        "{outcome}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_tells_the_agent_nothing_and_the_log_everything() {
    let (host, outcome) = twice("panics", "").await;
    assert_eq!(outcome["error"]["code"], "call.trap", "{outcome}");
    assert!(!outcome.to_string().contains("nobody expects"), "{outcome}");
    let lines = host.lines.messages();
    assert!(
        lines
            .iter()
            .any(|line| line.contains("nobody expects ticket")),
        "{lines:?}"
    );

    let (_host, outcome) = twice("recurses", "").await;
    assert_eq!(outcome["error"]["code"], "call.stack_overflow", "{outcome}");
    let (_host, outcome) = twice("exits", "").await;
    assert_eq!(outcome["error"]["code"], "call.exit", "{outcome}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugins_own_error_says_to_each_reader_what_is_meant_for_them() {
    let (_host, outcome) = twice("fails", "").await;
    let error = json!({"code": "call.plugin_error", "message": "Ask the night shift."});
    assert_eq!(outcome["error"], error);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_over_its_bounds_is_refused_whole_with_the_place() {
    let (_host, outcome) = twice("too_many_blocks", "").await;
    assert_eq!(outcome["error"]["field"], "blocks");
    let (_host, outcome) = twice("unlisted_button", "").await;
    assert_eq!(outcome["error"]["code"], "output.invalid", "{outcome}");
    assert_eq!(outcome["error"]["field"], "blocks[0].data[0].actions[0].id");

    // A grant may widen what the default refuses.
    let grant = "[limits]\ncard_blocks = 100";
    let host = Setup::new().guest("too_many_blocks", grant).start().await;
    let outcome = host.card("").await;
    assert_eq!(outcome["status"], "ok", "{outcome}");
    assert_eq!(
        outcome["usage"]["blocks"],
        json!({"used": 100, "limit": 100})
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flooded_log_is_cut_and_the_call_goes_on() {
    let grant = "[limits]\nlog_kib = 16\nhost_calls = 1000000\nfuel = 1000000000";
    let host = Setup::new().guest("floods_log", grant).start().await;
    let outcome = host.card("").await;
    assert_eq!(outcome["status"], "empty", "{outcome}");
    let log = &outcome["usage"]["log_bytes"];
    // 10,000 lines of 90 characters, a space and the view.
    assert_eq!(log["limit"], 16 << 10);
    assert!(log["used"].as_u64().unwrap() >= 10_000 * 97, "{log}");
    let lines = host.lines.messages();
    let kept: usize = lines.iter().map(String::len).sum();
    assert!((15 << 10..17 << 10).contains(&kept), "{kept} bytes kept");
    assert_eq!(lines.last().map(String::as_str), Some("log.truncated"));
    assert!(
        !lines.iter().any(|line| line.contains("never seen")),
        "the last line was too late"
    );
}
