//! C17 to C20: the functions that the host calls beside the export itself.

use super::core;
use crate::case::Case;
use e2e::core::Core;

const RANDOM: &str =
    "(import \"wasi:random/random@0.2.6\" \"get-random-u64\" (func $random (result i64)))";

/// The cases.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::from(allocators());
    cases.extend(after());
    cases.extend(moving());
    cases
}

fn allocators() -> [Case; 8] {
    let realloc = |what, body: &'static str, expect| {
        core("C17", what, move || Core::new().realloc(body), expect)
    };
    [
        realloc("its allocator gives the address 0", "i32.const 0", "empty")
            .otherwise("0 is an address like any other in a WebAssembly memory"),
        realloc(
            "its allocator gives the same address every time",
            "i32.const 8192",
            "empty",
        )
        .otherwise("what overlaps there is the plugin's own question"),
        realloc(
            "its allocator gives an address outside",
            "i32.const -65536",
            "output.abi",
        ),
        realloc(
            "its allocator gives an odd address",
            "i32.const 8193",
            "output.abi",
        ),
        realloc("its allocator crashes", "unreachable", "call.trap"),
        realloc(
            "its allocator loops for ever",
            "(loop $again (br $again)) unreachable",
            "call.fuel_exhausted",
        ),
        realloc(
            "its allocator calls itself for ever",
            "(call $realloc (local.get 0) (local.get 1) (local.get 2) (local.get 3)) \
             (i32.const 1) i32.add",
            "call.stack_overflow",
        ),
        realloc(
            "its allocator takes memory until that is refused",
            "(loop $again (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) \
             unreachable",
            "call.memory_limit",
        ),
    ]
}

fn after() -> [Case; 3] {
    let post = |what, body: &'static str, expect| {
        core("C18", what, move || Core::new().post(body), expect)
    };
    [
        post("crashes after it has answered", "unreachable", "call.trap"),
        post(
            "loops for ever after it has answered",
            "(loop $again (br $again))",
            "call.fuel_exhausted",
        ),
        core(
            "C18",
            "calls the host after it has answered",
            || Core::new().import(RANDOM).post("(drop (call $random))"),
            "call.trap",
        ),
    ]
}

fn moving() -> [Case; 3] {
    // Grows memory at every call, so that the host writes into a memory that has moved meanwhile.
    const GROWING: &str = "(local $at i32)
        (local.set $at (i32.mul (memory.grow (i32.const 1)) (i32.const 65536)))
        (local.get $at)";
    [
        core(
            "C19",
            "moves its memory at every allocation, while the host writes into it",
            || Core::new().realloc(GROWING),
            "empty",
        ),
        core(
            "C20",
            "its allocator calls the host while the host calls it",
            || {
                Core::new()
                    .import(RANDOM)
                    .realloc("(drop (call $random)) (i32.const 8192)")
            },
            "call.trap",
        ),
        core(
            "C20",
            "its allocator calls the host while the host answers a call of its own",
            || {
                let all = "(import \"sidepane:plugin/settings@0.1.0\" \"get\" (func $get (param i32 i32 i32)))";
                // The context came in already: from here on every allocation calls the host.
                Core::new()
                    .import(RANDOM)
                    .import("(import \"wasi:random/random@0.2.6\" \"get-random-bytes\" (func $bytes (param i64 i32)))")
                    .import(all)
                    .items("(global $asked (mut i32) (i32.const 0))")
                    .realloc(
                        "(if (global.get $asked) (then (drop (call $random))))
                         (global.set $free (i32.add (global.get $free) (local.get $size)))
                         (i32.and (i32.sub (global.get $free) (local.get $size)) (i32.const -8))",
                    )
                    .render(
                        "(global.set $asked (i32.const 1))
                         (call $bytes (i64.const 16) (i32.const 512))
                         (i32.const 256)",
                    )
            },
            "call.trap",
        ),
    ]
}
