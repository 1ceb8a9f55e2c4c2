//! I1 to I9: what goes wrong while the instance is made.
//!
//! A plugin is instantiated first while it is loaded, when it cannot see any world: all randomness
//! is zero then. Who wants to be loaded and be hostile later can tell the two apart by that.

use crate::case::{Answer, Built, Case, card};
use crate::ground::Ground;
use anyhow::ensure;
use e2e::core::Core;
use futures_util::future::join_all;
use std::sync::Arc;

/// A call that needs little, and has time for it.
const SHORT: &str = "[limits]\ndeadline_ms = 200\nsetup_fuel = 1000000000000";

/// The cases.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = vec![crash_loop(), all_places()];
    cases.extend(computing());
    cases.extend(crashing());
    cases.extend(growing());
    cases.extend(waiting());
    cases.sort_by_key(|case| case.id);
    cases
}

fn computing() -> [Case; 5] {
    const LOOP: &str = "(loop $again (br $again))";
    const DEEP: &str = "(call $start)";
    [
        at_load(
            "I1",
            "a start function loops for ever, while it is loaded",
            LOOP,
            "call.fuel_exhausted",
        ),
        in_calls(
            "I1",
            "a start function loops for ever, in calls alone",
            LOOP,
            "",
            "call.fuel_exhausted",
        ),
        in_calls(
            "I1",
            "a start function with endless fuel loops until the deadline",
            LOOP,
            SHORT,
            "call.deadline_exceeded",
        )
        .slow(),
        at_load(
            "I7",
            "a start function calls itself for ever, while it is loaded",
            DEEP,
            "call.stack_overflow",
        ),
        in_calls(
            "I7",
            "a start function calls itself for ever, in calls alone",
            DEEP,
            "",
            "call.stack_overflow",
        ),
    ]
}

fn crashing() -> [Case; 5] {
    [
        at_load(
            "I2",
            "a start function meets `unreachable`, while it is loaded",
            "unreachable",
            "call.trap",
        ),
        in_calls(
            "I2",
            "a start function meets `unreachable`, in calls alone",
            "unreachable",
            "",
            "call.trap",
        ),
        in_calls(
            "I2",
            "a start function divides by zero",
            "(drop (i32.div_u (i32.const 1) (i32.const 0)))",
            "",
            "call.trap",
        ),
        Case::loading(
            "I2",
            "a start function writes a log line before there is a memory to read it from",
            Built::Wat,
            || {
                let write = "(import \"sidepane:plugin/log@0.1.0\" \"write\" \
                         (func $write (param i32 i32 i32 i32 i32)))";
                let zeroes = "(i32.const 0) ".repeat(5);
                Core::new()
                    .import(write)
                    .items(format!(
                        "(func $start (call $write {zeroes})) (start $start)"
                    ))
                    .component()
            },
            "call.trap",
        ),
        Case::plugin(
            "I2",
            "a start function exits, in calls alone",
            Built::Wat,
            || {
                let exit = "(import \"wasi:cli/exit@0.2.6\" \"exit\" (func $exit (param i32)))";
                gated(Core::new().import(exit), "(call $exit (i32.const 0))")
            },
            "",
            "call.exit",
        ),
    ]
}

fn growing() -> [Case; 7] {
    // Every page of the machine is touched, so that it is really taken.
    const GROW: &str = "(local $at i32)
        (loop $again
          (local.set $at (i32.mul (memory.size) (i32.const 65536)))
          (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable))
          (loop $page
            (i32.store (local.get $at) (i32.const -1))
            (local.set $at (i32.add (local.get $at) (i32.const 4096)))
            (br_if $page (i32.and (local.get $at) (i32.const 65535))))
          (br $again))";
    const TABLE: &str = "(table $t 1 funcref)
        (func $grow (loop $again
          (br_if $again (i32.ne (table.grow $t (ref.null func) (i32.const 1000)) (i32.const -1)))
          unreachable))";
    [
        memories(
            "I3",
            "a memory begins with 128 MiB",
            || Core::new().memory("2048").component(),
            "call.memory_limit",
        ),
        memories(
            "I3",
            "a memory begins with 4 GiB",
            || Core::new().memory("65536").component(),
            "load.limit",
        ),
        memories(
            "I3",
            "five memories in five modules",
            || many("(memory 1)", 5),
            "load.limit",
        ),
        at_load(
            "I4",
            "a start function takes all memory and touches it, while it is loaded",
            GROW,
            "call.memory_limit",
        )
        .slow(),
        in_calls(
            "I4",
            "a start function takes all memory and touches it, in calls alone",
            GROW,
            "",
            "call.memory_limit",
        )
        .slow(),
        memories(
            "I5",
            "a table begins with ten million elements",
            || Core::new().items("(table 10000000 funcref)").component(),
            "load.limit",
        ),
        Case::plugin(
            "I5",
            "a start function grows a table for ever",
            Built::Wat,
            || gated(Core::new().items(TABLE), "(call $grow)"),
            "",
            "call.trap",
        )
        .otherwise(
            "a table ends at the pool's 60,000 elements, half a megabyte; growing it further \
             answers -1, as the specification has it, and the crash after that is the plugin's own",
        ),
    ]
}

fn waiting() -> [Case; 2] {
    let sleep = |nanoseconds: i64| {
        gated(
            Core::new()
                .import("(import \"wasi:clocks/monotonic-clock@0.2.6\" \"subscribe-duration\" (func $sleep (param i64) (result i32)))")
                .import("(import \"wasi:io/poll@0.2.6\" \"[method]pollable.block\" (func $block (param i32)))"),
            &format!("(call $block (call $sleep (i64.const {nanoseconds})))"),
        )
    };
    [
        Case::plugin(
            "I9",
            "a start function waits for a clock, and then goes on",
            Built::Wat,
            move || sleep(1_000_000),
            "",
            "empty",
        ),
        Case::plugin(
            "I9",
            "a start function waits for a clock for ever",
            Built::Wat,
            move || sleep(-1),
            SHORT,
            "call.deadline_exceeded",
        )
        .slow(),
    ]
}

fn crash_loop() -> Case {
    Case::new("I6", "a thousand instantiations in a row that fail", Built::Wat, "call.trap", |ground| async move {
        let plugin = ground.plugin("I6", || gated(Core::new(), "unreachable"), "").await?;
        for _ in 1..1_000 {
            let answer = ground.ask(&plugin, "").await?;
            ensure!(answer.is("call.trap"), "{}", answer.text);
        }
        ground.ask(&plugin, "").await
    })
    .long()
    .otherwise(
        "a plugin that fails is not put aside: making an instance costs microseconds, and a thousand \
         failures in a row cost the plugins beside it nothing",
    )
}

fn all_places() -> Case {
    Case::new(
        "I8",
        "sleepers hold every place of their plugin, and one more comes",
        Built::Rust,
        "call.busy",
        busy,
    )
    .slow()
}

async fn busy(ground: Arc<Ground>) -> anyhow::Result<Answer> {
    const GRANT: &str = "[limits]\nconcurrency = 4\nqueue = 0\ndeadline_ms = 400";
    let plugin = ground
        .plugin("I8", || crate::case::read("sleeps"), GRANT)
        .await?;
    // Each about another ticket: who asks the same at one time shares one call.
    let tickets: Vec<String> = (0..5).map(|n| format!("&ticket_id={n}")).collect();
    let five = tickets.iter().map(|ticket| ground.ask(&plugin, ticket));
    let answers = join_all(five)
        .await
        .into_iter()
        .collect::<anyhow::Result<Vec<_>>>()?;
    let (busy, slept): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .partition(|answer| answer.is("call.busy"));
    ensure!(busy.len() == 1, "{} of five were refused", busy.len());
    for answer in slept {
        ensure!(answer.is("call.deadline_exceeded"), "{}", answer.text);
    }
    let canary = card(&ground.host, crate::ground::CANARY, "").await?;
    ensure!(canary["status"] == "ok", "{canary}");
    busy.into_iter()
        .next()
        .ok_or_else(|| anyhow::anyhow!("nobody was refused"))
}

/// A start function that is hostile from the first.
fn at_load(
    id: &'static str,
    what: &'static str,
    start: &'static str,
    expect: &'static str,
) -> Case {
    let bytes = move || {
        Core::new()
            .items(format!("(func $start {start}) (start $start)"))
            .component()
    };
    Case::loading(id, what, Built::Wat, bytes, expect)
}

/// A start function that is hostile once the plugin is loaded.
fn in_calls(
    id: &'static str,
    what: &'static str,
    start: &'static str,
    grant: &'static str,
    expect: &'static str,
) -> Case {
    Case::plugin(
        id,
        what,
        Built::Wat,
        move || gated(Core::new(), start),
        grant,
        expect,
    )
}

fn memories(
    id: &'static str,
    what: &'static str,
    bytes: fn() -> Vec<u8>,
    expect: &'static str,
) -> Case {
    Case::loading(id, what, Built::Wat, bytes, expect)
}

/// A start function that does its worst only where there is randomness: not while it is loaded.
fn gated(core: Core, start: &str) -> Vec<u8> {
    core.import("(import \"wasi:random/random@0.2.6\" \"get-random-u64\" (func $random (result i64)))")
        .items(format!("(func $start {start})"))
        .items("(func $gate (if (i64.ne (call $random) (i64.const 0)) (then (call $start)))) (start $gate)")
        .component()
}

/// A component of `count` instances of a core module of one item.
fn many(item: &str, count: usize) -> Vec<u8> {
    let instances = "(core instance (instantiate 0))".repeat(count);
    let text = format!("(component (core module {item}) {instances})");
    wat::parse_str(text).expect("a component")
}
