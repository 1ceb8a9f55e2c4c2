//! H1 to H9: what a plugin asks of the host.

use crate::case::{Answer, Built, Case, card, read};
use crate::ground::{Ground, SECRET};
use anyhow::ensure;
use e2e::core::Core;
use std::sync::Arc;

/// Time is short, fuel is not.
const HURRIED: &str = "[limits]\nfuel = 1000000000000\ndeadline_ms = 200";

/// Host calls without end, so that another limit is met.
const TALKATIVE: &str = "[limits]\nhost_calls = 1000000000";

const RANDOM: &str =
    "(import \"wasi:random/random@0.2.6\" \"get-random-u64\" (func $random (result i64)))";
const BYTES: &str =
    "(import \"wasi:random/random@0.2.6\" \"get-random-bytes\" (func $bytes (param i64 i32)))";
const NOW: &str = "(import \"wasi:clocks/monotonic-clock@0.2.6\" \"now\" (func $now (result i64)))";
const WALL: &str = "(import \"wasi:clocks/wall-clock@0.2.6\" \"now\" (func $wall (param i32)))";
const SLEEP: &str = "(import \"wasi:clocks/monotonic-clock@0.2.6\" \"subscribe-duration\" \
                     (func $sleep (param i64) (result i32)))";
const BLOCK: &str =
    "(import \"wasi:io/poll@0.2.6\" \"[method]pollable.block\" (func $block (param i32)))";
const POLL: &str = "(import \"wasi:io/poll@0.2.6\" \"poll\" (func $poll (param i32 i32 i32)))";
const STDOUT: &str =
    "(import \"wasi:cli/stdout@0.2.6\" \"get-stdout\" (func $stdout (result i32)))";
const EXIT: &str = "(import \"wasi:cli/exit@0.2.6\" \"exit\" (func $exit (param i32)))";
const LOG: &str =
    "(import \"sidepane:plugin/log@0.1.0\" \"write\" (func $log (param i32 i32 i32 i32 i32)))";
const SETTING: &str =
    "(import \"sidepane:plugin/settings@0.1.0\" \"get\" (func $setting (param i32 i32 i32)))";
const SEND: &str = "(import \"sidepane:plugin/http@0.1.0\" \"send\" \
    (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))";

/// The cases.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::from(many());
    cases.extend(large());
    cases.extend(random());
    cases.extend(output());
    cases.extend(polls());
    cases.extend([holding(), unanswered(), log()]);
    cases.extend(around());
    cases.extend(clocks());
    cases
}

/// A core module with imports and the body of `render`.
fn core(
    id: &'static str,
    what: &'static str,
    imports: &'static [&'static str],
    body: &'static str,
    grant: &'static str,
    expect: &'static str,
) -> Case {
    let bytes = move || importing(imports, body).component();
    Case::plugin(id, what, Built::Wat, bytes, grant, expect)
}

fn importing(imports: &[&str], body: &str) -> Core {
    let core = imports
        .iter()
        .fold(Core::new(), |core, import| core.import(import));
    core.render(format!("{body} (i32.const 256)"))
}

fn many() -> [Case; 4] {
    let quota = "call.hostcall_quota";
    let forever =
        |what, import: &'static [&'static str], body| core("H1", what, import, body, "", quota);
    [
        forever(
            "asks for randomness without end",
            &[RANDOM],
            "(loop $again (drop (call $random)) (br $again))",
        ),
        forever(
            "asks for the time without end",
            &[NOW],
            "(loop $again (drop (call $now)) (br $again))",
        ),
        forever(
            "writes log lines without end",
            &[LOG],
            "(loop $again (call $log (i32.const 2) (i32.const 0) (i32.const 64) (i32.const 0) (i32.const 0)) (br $again))",
        ),
        forever(
            "asks for a setting without end",
            &[SETTING],
            "(loop $again (call $setting (i32.const 0) (i32.const 4) (i32.const 512)) (br $again))",
        ),
    ]
}

fn large() -> [Case; 5] {
    const TRAP: &str = "call.trap";
    let zeroes = |count: usize| "(i32.const 0) ".repeat(count);
    let million = format!(
        "(call $send {} (i32.const 65536) (i32.const 1000000) {} (i32.const 512))",
        zeroes(4),
        zeroes(6)
    );
    [
        core(
            "H2",
            "passes a text of four gigabytes that is not there",
            &[LOG],
            "(call $log (i32.const 2) (i32.const 64) (i32.const -1) (i32.const 0) (i32.const 0))",
            "",
            TRAP,
        ),
        Case::plugin(
            "H2",
            "passes a text of 62 MB that is there",
            Built::Wat,
            || {
                let log = "(call $log (i32.const 2) (i32.const 4096) (i32.const 62000000) (i32.const 0) (i32.const 0))";
                importing(&[LOG], log).memory("1000").component()
            },
            "",
            "output.too_large",
        ),
        Case::plugin(
            "H2",
            "sends a request with a million headers",
            Built::Wat,
            move || importing(&[SEND], &million).memory("1000").component(),
            "",
            "output.too_large",
        ),
        headers("sends a request with forty thousand headers", 40_000),
        headers("sends a request with two hundred headers", 200),
    ]
}

/// More headers than a request may have, to an address that the grant allows.
fn headers(what: &'static str, count: u32) -> Case {
    const GRANT: &str = "[limits]\nfuel = 1000000000\n[[http.allow]]\nurl = \"http://127.0.0.1:9/\"\nprivate_network = true";
    Case::new(
        "H2",
        what,
        Built::Rust,
        "http.denied",
        move |ground| async move {
            let plugin = ground
                .plugin("H2 headers", || read("floods_headers"), GRANT)
                .await?;
            let url = e2e::client::encoded("http://127.0.0.1:9/");
            ground
                .ask(&plugin, &format!("&url={url}&headers={count}"))
                .await
        },
    )
}

fn random() -> [Case; 3] {
    [
        core(
            "H3",
            "asks for 2^64 - 1 bytes of randomness",
            &[BYTES],
            "(call $bytes (i64.const -1) (i32.const 512))",
            "",
            "call.trap",
        ),
        core(
            "H3",
            "asks for no bytes of randomness",
            &[BYTES],
            "(call $bytes (i64.const 0) (i32.const 512))",
            "",
            "empty",
        ),
        core(
            "H3",
            "asks for 64 KiB of randomness without end, always into the same place",
            &[BYTES],
            "(loop $again
               (global.set $free (i32.const 8192))
               (call $bytes (i64.const 65536) (i32.const 512))
               (br $again))",
            "[limits]\nhost_calls = 10",
            "call.hostcall_quota",
        )
        .slow(),
    ]
}

fn output() -> [Case; 5] {
    const WRITE: &str = "(import \"wasi:io/streams@0.2.6\" \"[method]output-stream.write\" (func $write (param i32 i32 i32 i32)))";
    const FLUSH: &str = "(import \"wasi:io/streams@0.2.6\" \"[method]output-stream.blocking-write-and-flush\" (func $write (param i32 i32 i32 i32)))";
    [
        Case::new("H4", "prints a megabyte of lines", Built::Rust, "empty", flood),
        core(
            "H4",
            "writes nothing to its output, without end",
            &[STDOUT, WRITE],
            "(local $out i32) (local.set $out (call $stdout))
             (loop $again (call $write (local.get $out) (i32.const 0) (i32.const 0) (i32.const 512)) (br $again))",
            "",
            "call.hostcall_quota",
        ),
        core(
            "H4",
            "writes nothing to its output, without end and without a quota",
            &[STDOUT, WRITE],
            "(local $out i32) (local.set $out (call $stdout))
             (loop $again (call $write (local.get $out) (i32.const 0) (i32.const 0) (i32.const 512)) (br $again))",
            "[limits]\nhost_calls = 1000000000000\nfuel = 1000000000000\ndeadline_ms = 200",
            "call.deadline_exceeded",
        )
        .slow(),
        core(
            "H4",
            "takes its output without end and writes nothing",
            &[STDOUT],
            "(loop $again (drop (call $stdout)) (br $again))",
            "",
            "call.handle_limit",
        ),
        core(
            "H4",
            "writes one byte more than may be written at once",
            &[STDOUT, FLUSH],
            "(call $write (call $stdout) (i32.const 0) (i32.const 4097) (i32.const 512))",
            "",
            "call.trap",
        ),
    ]
}

/// What is over the limit of log lines is dropped, and the log says so.
async fn flood(ground: Arc<Ground>) -> anyhow::Result<Answer> {
    const GRANT: &str = "[limits]\nhost_calls = 1000000\nfuel = 1000000000";
    let plugin = ground.plugin("H4", || read("floods_log"), GRANT).await?;
    drop(ground.host.lines.take());
    let answer = ground.ask(&plugin, "").await?;
    let lines = ground.host.lines.take();
    let bytes: usize = lines.iter().map(String::len).sum();
    ensure!((60 << 10..66 << 10).contains(&bytes), "{bytes} bytes kept");
    ensure!(
        lines.last().is_some_and(|line| line == "log.truncated"),
        "no mark"
    );
    Ok(answer)
}

fn polls() -> [Case; 7] {
    [
        core(
            "H5",
            "waits for nothing at all",
            &[POLL],
            "(call $poll (i32.const 0) (i32.const 0) (i32.const 512))",
            "",
            "call.trap",
        ),
        crowd(
            "waits for the same clock a million times over",
            1_000_000,
            "output.too_large",
        ),
        crowd(
            "waits for the same clock a hundred thousand times over",
            100_000,
            "call.handle_limit",
        ),
        core(
            "H5",
            "waits for 584 years",
            &[SLEEP, BLOCK],
            "(call $block (call $sleep (i64.const -1)))",
            HURRIED,
            "call.deadline_exceeded",
        )
        .slow(),
        core(
            "H5",
            "waits for no time at all",
            &[SLEEP, BLOCK],
            "(call $block (call $sleep (i64.const 0)))",
            "",
            "empty",
        ),
        core(
            "H5",
            "waits for no time at all, without end",
            &[SLEEP, BLOCK],
            "(local $h i32) (local.set $h (call $sleep (i64.const 0)))
             (loop $again (call $block (local.get $h)) (br $again))",
            "",
            "call.hostcall_quota",
        ),
        core(
            "H5",
            "begins to wait without end and never waits",
            &[SLEEP],
            "(loop $again (drop (call $sleep (i64.const -1))) (br $again))",
            TALKATIVE,
            "call.handle_limit",
        ),
    ]
}

/// Waits for one clock under as many handles as a list can hold.
fn crowd(what: &'static str, count: u32, expect: &'static str) -> Case {
    let bytes = move || {
        let body = format!(
            "(local $n i32) (local $h i32)
             (local.set $h (call $sleep (i64.const -1)))
             (loop $again
               (i32.store (i32.add (i32.const 65536) (i32.shl (local.get $n) (i32.const 2)))
                          (local.get $h))
               (local.set $n (i32.add (local.get $n) (i32.const 1)))
               (br_if $again (i32.lt_u (local.get $n) (i32.const {count}))))
             (call $poll (i32.const 65536) (i32.const {count}) (i32.const 512))"
        );
        importing(&[SLEEP, POLL], &body).memory("100").component()
    };
    Case::plugin("H5", what, Built::Wat, bytes, "", expect)
}

fn holding() -> Case {
    Case::new(
        "H6",
        "sleeps on the only place of its plugin, one call after the other",
        Built::Rust,
        "call.deadline_exceeded",
        |ground| async move {
            const GRANT: &str = "[limits]\nconcurrency = 1\nqueue = 0\ndeadline_ms = 60";
            let plugin = ground.plugin("H6", || read("sleeps"), GRANT).await?;
            for _ in 0..3 {
                let answer = ground.ask(&plugin, "").await?;
                ensure!(answer.is("call.deadline_exceeded"), "{}", answer.text);
            }
            ground.ask(&plugin, "").await
        },
    )
    .slow()
}

fn unanswered() -> Case {
    Case::new(
        "H6",
        "waits on the only place of its plugin for a server that never answers",
        Built::Upstream,
        "call.deadline_exceeded",
        |ground| async move {
            // The kernel takes the connection; nobody ever reads from it.
            let server = std::net::TcpListener::bind(("127.0.0.1", 0))?;
            let url = format!("http://{}/", server.local_addr()?);
            let grant = format!(
                "[limits]\nconcurrency = 1\nqueue = 0\ndeadline_ms = 60\n\
                 [[http.allow]]\nurl = \"{url}\"\nprivate_network = true"
            );
            ground.load("waits", read("fetches"), &grant).await?;
            let query = format!("&url={}", e2e::client::encoded(&url));
            for _ in 0..3 {
                let answer = ground.ask("waits", &query).await?;
                ensure!(!answer.is("call.busy"), "{}", answer.text);
            }
            ground.ask("waits", &query).await
        },
    )
    .or("http.timeout")
    .slow()
}

fn log() -> Case {
    Case::new(
        "H7",
        "writes lines that look like another's, terminal codes, a megabyte in one line and a secret",
        Built::Rust,
        "empty",
        forge,
    )
}

/// One write is one event with its author, however many lines stand in it; a line is bounded, and a
/// secret's value is blacked out. The log that the host writes by itself escapes them:
/// `tests/logs` reads it.
async fn forge(ground: Arc<Ground>) -> anyhow::Result<Answer> {
    const GRANT: &str =
        "[secrets]\napi_key = { file = \"secret.txt\" }\n[limits]\nhost_calls = 100000";
    let plugin = ground.plugin("H7", || read("forges_log"), GRANT).await?;
    drop(ground.host.lines.take());
    let answer = ground.ask(&plugin, &format!("&secret={SECRET}")).await?;
    let lines = ground.host.lines.take();
    for line in &lines {
        ensure!(!line.contains(SECRET), "a secret: {line:.200}");
        ensure!(
            line.len() <= (8 << 10) + 64,
            "a line of {} bytes",
            line.len()
        );
    }
    let bytes: usize = lines.iter().map(String::len).sum();
    ensure!(bytes < 70 << 10, "{bytes} bytes kept");
    let first = lines.first().map_or("", String::as_str);
    ensure!(
        first.starts_with("first\n2026"),
        "the first write is not one event: {first:?}"
    );
    let begin = |line: &&String| line.starts_with("2026-01-01");
    // What was printed with a line feed in it is two lines, both of this author.
    ensure!(
        lines.iter().filter(begin).count() == 1,
        "forged: {:?}",
        &lines[..5]
    );
    Ok(answer)
}

fn around() -> [Case; 6] {
    let socket = |what, way: &'static str| {
        Case::new(
            "H8",
            what,
            Built::Rust,
            "call.wasi_denied",
            move |ground| async move {
                let plugin = ground
                    .plugin("H8 sockets", || read("opens_socket"), "")
                    .await?;
                ground
                    .ask(&plugin, &format!("&to=127.0.0.1:9&way={way}"))
                    .await
            },
        )
    };
    [
        Case::new(
            "H8",
            "looks for variables, arguments, files and folders",
            Built::Rust,
            "ok",
            files,
        ),
        Case::guest(
            "H8",
            "ends the process, as a failure",
            "exits",
            "",
            "call.exit",
        ),
        core(
            "H8",
            "ends the process, as a success",
            &[EXIT],
            "(call $exit (i32.const 0))",
            "",
            "call.exit",
        ),
        core(
            "H8",
            "ends the process with a status that is none",
            &[EXIT],
            "(call $exit (i32.const 7))",
            "",
            "call.trap",
        ),
        socket("opens a TCP socket of its own", "tcp"),
        socket("opens a UDP socket of its own", "udp"),
    ]
}

async fn files(ground: Arc<Ground>) -> anyhow::Result<Answer> {
    let plugin = ground
        .plugin("H8 files", || read("probes_files"), "")
        .await?;
    let card = card(&ground.host, &plugin, "").await?;
    ensure!(
        card["card"]["contact_name"] == "[]",
        "something was there: {card}"
    );
    Answer::of_card(&card)
}

fn clocks() -> [Case; 2] {
    const LONG: &str =
        "[limits]\nhost_calls = 1000000000\nfuel = 1000000000000\ndeadline_ms = 10000";
    [
        core(
            "H9",
            "uses the clock as a stop watch for less than a millisecond",
            &[NOW],
            // Ten steps of the clock, each of them whole milliseconds, or it crashes.
            "(local $last i64) (local $next i64) (local $n i32)
             (local.set $last (call $now))
             (loop $again
               (local.set $next (call $now))
               (br_if $again (i64.eq (local.get $next) (local.get $last)))
               (if (i64.ne (i64.rem_u (i64.sub (local.get $next) (local.get $last)) (i64.const 1000000))
                           (i64.const 0))
                 (then unreachable))
               (local.set $last (local.get $next))
               (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 10))))",
            LONG,
            "empty",
        ),
        core(
            "H9",
            "reads the time of day to the nanosecond",
            &[WALL],
            "(call $wall (i32.const 512))
             (if (i32.rem_u (i32.load (i32.const 520)) (i32.const 1000000)) (then unreachable))",
            LONG,
            "empty",
        ),
    ]
}
