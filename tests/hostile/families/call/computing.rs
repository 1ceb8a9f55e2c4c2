//! C1 to C5: processor time, memory and stack.

use super::{core, limited};
use crate::case::{Answer, Built, Case, card, read};
use crate::ground::Ground;
use anyhow::{Context, ensure};
use e2e::core::{ANSWER, Core};
use std::sync::Arc;

/// Fuel without end, and little time.
const HURRIED: &str = "[limits]\nfuel = 1000000000000\ndeadline_ms = 200";

/// How late a deadline may be kept, in milliseconds. Machines are shared; a bulk operation that
/// nothing interrupts would be later by far.
const LATE_MS: u64 = 1_000;

/// The cases.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::from(endless());
    cases.extend(in_time());
    cases.extend(memory());
    cases.extend(stack());
    cases
}

fn endless() -> [Case; 4] {
    [
        core(
            "C1",
            "loops for ever without a call",
            || body("(loop $again (br $again)) unreachable"),
            "call.fuel_exhausted",
        ),
        core(
            "C1",
            "calls an empty function for ever",
            || body("(loop $again (call $empty) (br $again)) unreachable").items("(func $empty)"),
            "call.fuel_exhausted",
        ),
        Case::guest(
            "C1",
            "computes for ever, compiled from Rust",
            "spins_forever",
            "[limits]\nfuel = 2000000",
            "call.fuel_exhausted",
        ),
        Case::new(
            "C1",
            "computes the same ten times: not one unit of fuel more or less",
            Built::Wat,
            "empty",
            same_fuel,
        ),
    ]
}

async fn same_fuel(ground: Arc<Ground>) -> anyhow::Result<Answer> {
    const COUNT: &str = "(local $n i32)
        (loop $again
          (local.set $n (i32.add (local.get $n) (i32.const 1)))
          (br_if $again (i32.lt_u (local.get $n) (i32.const 100000))))
        (i32.const 256)";
    let bytes = || Core::new().render(COUNT).component();
    let plugin = ground.plugin("C1 the same", bytes, "").await?;
    let mut first = None;
    for _ in 0..10 {
        let card = card(&ground.host, &plugin, "").await?;
        let used = card["usage"]["fuel"]["used"]
            .as_u64()
            .context("used fuel")?;
        ensure!(used > 100_000, "{used} units for so many rounds");
        let first = *first.get_or_insert(used);
        ensure!(used == first, "{first} units and then {used}");
    }
    ground.ask(&plugin, "").await
}

fn in_time() -> [Case; 6] {
    const FILL: &str = "(loop $again
        (memory.fill (i32.const 4096) (i32.const 1) (i32.const 62000000)) (br $again)) unreachable";
    const COPY: &str = "(loop $again
        (memory.copy (i32.const 4096) (i32.const 8192) (i32.const 62000000)) (br $again)) unreachable";
    [
        hurried("C2", "loops for ever, with fuel for years", || {
            body("(loop $again (br $again)) unreachable")
        }),
        Case::guest(
            "C2",
            "sleeps for ever",
            "sleeps",
            "[limits]\ndeadline_ms = 200",
            "call.deadline_exceeded",
        )
        .slow(),
        core(
            "C3",
            "fills 62 MB of memory again and again",
            || full(FILL),
            "call.fuel_exhausted",
        ),
        hurried(
            "C3",
            "fills 62 MB again and again, with fuel for years",
            || full(FILL),
        ),
        hurried(
            "C3",
            "copies 62 MB again and again, with fuel for years",
            || full(COPY),
        ),
        hurried(
            "C3",
            "fills a table again and again, with fuel for years",
            || {
                body(
                    "(loop $again
                  (table.fill $t (i32.const 0) (ref.null func) (i32.const 50000))
                  (br $again)) unreachable",
                )
                .items("(table $t 50000 funcref)")
            },
        ),
    ]
}

/// A call that is cut at its deadline, and not long after it.
fn hurried(id: &'static str, what: &'static str, core: fn() -> Core) -> Case {
    Case::new(
        id,
        what,
        Built::Wat,
        "call.deadline_exceeded",
        move |ground| async move {
            let plugin = ground.plugin(what, || core().component(), HURRIED).await?;
            let card = card(&ground.host, &plugin, "").await?;
            let took = card["usage"]["time_ms"]["used"]
                .as_u64()
                .context("a time")?;
            ensure!((200..200 + LATE_MS).contains(&took), "{took} ms of 200");
            Answer::of_card(&card)
        },
    )
    .slow()
}

fn memory() -> [Case; 3] {
    const GROW: &str = "(loop $again
        (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))";
    [
        Case::guest(
            "C4",
            "takes memory until its allocator gives up",
            "grows_memory",
            "[limits]\nfuel = 1000000000",
            "call.memory_limit",
        )
        .slow(),
        core(
            "C4",
            "grows memory until that is refused, and crashes",
            || body(&format!("{GROW} unreachable")),
            "call.memory_limit",
        ),
        core(
            "C4",
            "grows memory until that is refused, and goes on without",
            || body(&format!("{GROW} (i32.const {ANSWER})")),
            "empty",
        ),
    ]
}

fn stack() -> [Case; 6] {
    let locals = "(local i64 i64 i64 i64 i64 i64 i64 i64)".repeat(100);
    let sets: String = (1..=800)
        .map(|n| format!("(local.set {n} (i64.load (i32.const {n})))"))
        .collect();
    let uses: String = (1..=800)
        .map(|n| format!("(i64.store (i32.const {n}) (local.get {n}))"))
        .collect();
    let huge = format!("{locals} {sets} (call $render (local.get $context)) {uses}");
    [
        core(
            "C5",
            "calls itself for ever, with small frames",
            || body("(i32.add (call $render (local.get $context)) (i32.const 1))"),
            "call.stack_overflow",
        ),
        core(
            "C5",
            "calls itself for ever, with frames of 6 KiB",
            move || body(&huge),
            "call.stack_overflow",
        ),
        core(
            "C5",
            "two functions call each other for ever",
            || {
                body("(i32.add (call $other (local.get $context)) (i32.const 1))").items(
                    "(func $other (param i32) (result i32)
                       (i32.add (call $render (local.get 0)) (i32.const 1)))",
                )
            },
            "call.stack_overflow",
        ),
        core(
            "C5",
            "calls itself for ever through a table",
            || {
                body("(i32.add (call_indirect (type $f) (local.get $context) (i32.const 0)) (i32.const 1))")
                    .items("(type $f (func (param i32) (result i32)))")
                    .items("(table 1 1 funcref) (elem (i32.const 0) $render)")
            },
            "call.stack_overflow",
        ),
        limited(
            "C5",
            "calls the host at every level of an endless recursion",
            || {
                body("(drop (call $random)) (i32.add (call $render (local.get $context)) (i32.const 1))")
                    .import("(import \"wasi:random/random@0.2.6\" \"get-random-u64\" (func $random (result i64)))")
            },
            "[limits]\nhost_calls = 100000000",
            "call.stack_overflow",
        ),
        Case::plugin(
            "C5",
            "calls itself for ever, compiled from Rust",
            Built::Rust,
            || read("recurses"),
            "",
            "call.stack_overflow",
        ),
    ]
}

fn body(render: &str) -> Core {
    Core::new().render(render)
}

/// With all the memory that a call may have.
fn full(render: &str) -> Core {
    body(render).memory("1000")
}
