//! C12 to C16 and C21 to C23: how calls end.

use super::{core, limited};
use crate::case::{Answer, Built, Case, card, read};
use crate::ground::Ground;
use anyhow::ensure;
use e2e::core::{ANSWER, Core};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

const SLEEP: &str = "(import \"wasi:clocks/monotonic-clock@0.2.6\" \"subscribe-duration\" \
                     (func $sleep (param i64) (result i32)))";
const DROP: &str =
    "(import \"wasi:io/poll@0.2.6\" \"[resource-drop]pollable\" (func $drop (param i32)))";

/// The cases.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![numbers(), cancelled(), fresh()];
    cases.extend(traps());
    cases.extend(own_errors());
    cases.extend(handles());
    cases.extend(contracts());
    cases
}

fn numbers() -> Case {
    let most = || {
        let mut words = [0; 17];
        (words[1], words[11], words[12]) = (1, 1, u32::MAX);
        Core::new().words(ANSWER, &words)
    };
    core("C12", "returns the largest number there is", most, "ok").otherwise(
        "the contract has no fractions and no times: `cache-s` is the only number of a card, and \
         all of its values can be written as JSON",
    )
}

fn traps() -> [Case; 8] {
    let trap =
        |what, body: &'static str| core("C13", what, move || Core::new().render(body), "call.trap");
    [
        trap("meets `unreachable`", "unreachable"),
        trap("divides by zero", "(i32.div_s (i32.const 1) (i32.const 0))"),
        trap(
            "divides the least number by -1",
            "(i32.div_s (i32.const 0x80000000) (i32.const -1))",
        ),
        trap(
            "makes a whole number of what is none",
            "(i32.trunc_f64_s (f64.const nan))",
        ),
        trap("reads outside of its memory", "(i32.load (i32.const -4))"),
        trap(
            "writes outside of its memory",
            "(i32.store (i32.const -4) (i32.const 1)) (i32.const 256)",
        ),
        core(
            "C13",
            "calls a function as another type than it has",
            || {
                Core::new()
                    .items("(table 1 1 funcref) (elem (i32.const 0) $render) (type $f (func))")
                    .render("(call_indirect (type $f) (i32.const 0)) (i32.const 256)")
            },
            "call.trap",
        ),
        Case::new(
            "C13",
            "panics with a message of ten megabytes, control characters and all",
            Built::Rust,
            "call.trap",
            loud_panic,
        )
        .slow(),
    ]
}

/// The message goes to the log, cut; the asker sees nothing of it.
async fn loud_panic(ground: Arc<Ground>) -> anyhow::Result<Answer> {
    const GRANT: &str = "[limits]\nfuel = 1000000000\nsetup_fuel = 1000000000";
    ground.host.lines.take();
    let plugin = ground
        .plugin("C13 loud", || read("panics_loudly"), GRANT)
        .await?;
    let answer = ground.ask(&plugin, "").await?;
    ensure!(!answer.text.contains("BOOM"), "{}", answer.text);
    let logged: usize = ground.host.lines.take().iter().map(String::len).sum();
    ensure!((1..80 << 10).contains(&logged), "{logged} bytes logged");
    Ok(answer)
}

fn own_errors() -> [Case; 2] {
    let error = |at: u32, length: u32| {
        Core::new()
            .words(ANSWER, &[1, 1, at, length, at, length, 0])
            .memory("40")
    };
    [
        Case::new(
            "C14",
            "fails in its own words, a megabyte of them",
            Built::Wat,
            "call.plugin_error",
            move |ground| async move {
                let plugin = ground
                    .plugin("C14 long", || error(65_536, 1 << 20).component(), "")
                    .await?;
                let answer = ground.ask(&plugin, "").await?;
                ensure!(answer.text.len() < 10_000, "{} bytes", answer.text.len());
                Ok(answer)
            },
        ),
        core(
            "C14",
            "fails in the words of a terminal and of a secret",
            move || error(65_536, 24).data(65_536, b"\x1b]0;owned\x07\x1b[31m sk-live-1234"),
            "call.plugin_error",
        ),
    ]
}

fn handles() -> [Case; 6] {
    let with = |body: &'static str| {
        Core::new()
            .import(SLEEP)
            .import(DROP)
            .render(format!("(local $h i32) {body} (i32.const 256)"))
    };
    [
        core(
            "C15",
            "drops a handle twice",
            move || {
                with(
                    "(local.set $h (call $sleep (i64.const 1))) (call $drop (local.get $h)) (call $drop (local.get $h))",
                )
            },
            "call.trap",
        ),
        core(
            "C15",
            "makes up a handle",
            move || with("(call $drop (i32.const 77777))"),
            "call.trap",
        ),
        core(
            "C15",
            "uses a handle after it was dropped",
            move || {
                with("(local.set $h (call $sleep (i64.const 1))) (call $drop (local.get $h)) (call $block (local.get $h))")
                    .import("(import \"wasi:io/poll@0.2.6\" \"[method]pollable.block\" (func $block (param i32)))")
            },
            "call.trap",
        ),
        core(
            "C15",
            "drops a stream as if it were a clock's",
            move || {
                with("(call $drop (call $stdout))").import(
                    "(import \"wasi:cli/stdout@0.2.6\" \"get-stdout\" (func $stdout (result i32)))",
                )
            },
            "call.trap",
        ),
        core(
            "C15",
            "takes handles and drops none",
            move || with("(loop $again (drop (call $sleep (i64.const 1))) (br $again))"),
            "call.handle_limit",
        ),
        limited(
            "C16",
            "makes resources of its own without end",
            || {
                Core::new()
                    .export("mine: interface { resource thing { constructor(); } }")
                    .import("(import \"[export]mine\" \"[resource-new]thing\" (func $new (param i32) (result i32)))")
                    .items("(func (export \"mine#[constructor]thing\") (result i32) (call $new (i32.const 1)))")
                    .render("(loop $again (drop (call $new (i32.const 1))) (br $again)) unreachable")
            },
            "",
            "call.handle_limit",
        ),
    ]
}

fn fresh() -> Case {
    Case::new(
        "C21",
        "is asked again after it has crashed",
        Built::Rust,
        "call.plugin_error",
        |ground| async move {
            let plugin = ground.plugin("C21", || read("opens_socket"), "").await?;
            let crashed = ground.ask(&plugin, "&to=127.0.0.1:1").await?;
            ensure!(crashed.is("call.wasi_denied"), "{}", crashed.text);
            ground.ask(&plugin, "").await
        },
    )
    .otherwise(
        "an instance is never used twice, so that there is nothing to enter again: the second call \
         runs, and here ends with the plugin's own words",
    )
}

fn cancelled() -> Case {
    Case::new(
        "C22",
        "a thousand askers go away in the middle of a call",
        Built::Request,
        "call.deadline_exceeded",
        cancel,
    )
    .long()
    .otherwise(
        "an asker who has gone gets no answer; each plugin's only place is free afterwards, which \
         the last call shows by ending at its own deadline instead of being refused as busy",
    )
}

/// Three plugins with one place each: one waits for the host, one calls it, one computes.
async fn cancel(ground: Arc<Ground>) -> anyhow::Result<Answer> {
    const GRANT: &str = "[limits]\nconcurrency = 1\nqueue = 0\ndeadline_ms = 300\n\
                         fuel = 1000000000000\nhost_calls = 1000000000";
    let mut plugins = Vec::new();
    for guest in ["sleeps", "floods_host", "spins_forever"] {
        plugins.push(
            ground
                .plugin(&format!("C22 {guest}"), || read(guest), GRANT)
                .await?,
        );
    }
    let mut random = e2e::random::Random::new(22);
    for round in 0..1_000 {
        let plugin = &plugins[round % plugins.len()];
        let mut stream = TcpStream::connect(ground.host.traffic).await?;
        let question =
            format!("GET /v1/context?view=ticket&plugin={plugin} HTTP/1.1\r\nhost: x\r\n\r\n");
        stream.write_all(question.as_bytes()).await?;
        tokio::time::sleep(Duration::from_micros(random.below(3_000))).await;
        drop(stream);
    }
    let mut last = None;
    for plugin in &plugins {
        // The last asker's going away may not have been noticed yet.
        let mut answer = ground.ask(plugin, "").await?;
        for _ in 0..100 {
            if !answer.is("call.busy") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            answer = ground.ask(plugin, "").await?;
        }
        ensure!(
            answer.is("call.deadline_exceeded"),
            "{plugin}: {}",
            answer.text
        );
        last = Some(answer);
    }
    last.ok_or_else(|| anyhow::anyhow!("no plugins"))
}

fn contracts() -> [Case; 4] {
    let loading = |what, guest: &'static str, expect| {
        Case::loading("C23", what, Built::Rust, move || read(guest), expect)
    };
    [
        loading(
            "shows an element that only a later contract has",
            "later_contract",
            "load.type_mismatch",
        ),
        loading(
            "was built for an earlier contract",
            "earlier_contract",
            "load.type_mismatch",
        ),
        loading(
            "calls a function that only a later contract has",
            "later_function",
            "load.type_mismatch",
        ),
        Case::new(
            "C23",
            "was built for a later patch and uses nothing new of it",
            Built::Rust,
            "ok",
            |ground| async move {
                let plugin = ground.plugin("C23", || read("later_patch"), "").await?;
                let card = card(&ground.host, &plugin, "").await?;
                Answer::of_card(&card)
            },
        ),
    ]
}
