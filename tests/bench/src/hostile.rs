//! Plugins that do harm, each in one way: the catalogue's kinds, in few.

use e2e::core::{ANSWER, Core};
use e2e::guests;
use std::borrow::Cow;

/// Guests that are driven beside a good plugin under full load.
pub(crate) const HOGS: [&str; 3] = ["spins-forever", "grows-memory", "sleeps"];

/// The eight of different kinds: processor, memory, waiting, host calls, output, stack, large
/// answers, crashes.
pub(crate) const EIGHT: [&str; 8] = [
    "spins-forever",
    "grows-memory",
    "sleeps",
    "floods-host",
    "floods-log",
    "recurses",
    "too-much-text",
    "panics",
];

/// What no deadline of an honest operator's is: fuel and host calls without end, so that the
/// deadline alone ends a call. The rest is as by default.
const GRANT: &str =
    "[limits]\nfuel = 1000000000000\nhost_calls = 1000000000000\ndeadline_ms = 2000\n";

/// The same, cut soon, so that more of them fit into a minute.
const SHORT: &str =
    "[limits]\nfuel = 1000000000000\nhost_calls = 1000000000000\ndeadline_ms = 100\n";

/// One of them.
pub(crate) struct Kind {
    /// Its plugin's name.
    pub(crate) name: String,
    /// Its component.
    pub(crate) bytes: Vec<u8>,
    /// Its grant.
    pub(crate) grant: Cow<'static, str>,
}

/// The plugins of [`HOGS`].
pub(crate) fn hogs() -> anyhow::Result<Vec<Kind>> {
    HOGS.iter().map(|name| guest(name, GRANT)).collect()
}

/// The plugins of [`EIGHT`], and of [`names`].
pub(crate) fn kinds() -> anyhow::Result<Vec<Kind>> {
    let eight = EIGHT.iter().map(|name| guest(name, GRANT));
    let again = EIGHT.iter().map(|name| {
        let kind = guest(name, SHORT)?;
        let name = format!("short-{name}");
        Ok(Kind { name, ..kind })
    });
    let cores = cores().into_iter().map(|(name, core)| {
        Ok(Kind {
            name: name.to_owned(),
            bytes: core.component(),
            grant: SHORT.into(),
        })
    });
    eight.chain(again).chain(cores).collect()
}

/// Those that a soak asks: cut soon, or soon at their end.
pub(crate) fn names() -> Vec<String> {
    let short = EIGHT.iter().map(|name| format!("short-{name}"));
    let cores = cores().into_iter().map(|(name, _)| name.to_owned());
    short.chain(cores).collect()
}

fn guest(name: &str, grant: &'static str) -> anyhow::Result<Kind> {
    Ok(Kind {
        name: name.to_owned(),
        bytes: std::fs::read(guests::guest(&name.replace('-', "_")))?,
        grant: grant.into(),
    })
}

/// What no compiler makes.
fn cores() -> [(&'static str, Core); 8] {
    const SLEEP: &str = "(import \"wasi:clocks/monotonic-clock@0.2.6\" \"subscribe-duration\" \
                         (func $sleep (param i64) (result i32)))";
    const RANDOM: &str =
        "(import \"wasi:random/random@0.2.6\" \"get-random-u64\" (func $random (result i64)))";
    let card = |name_at, length| Core::new().words(ANSWER, &[0, 1, 1, name_at, length]);
    [
        (
            "fills-memory",
            Core::new().memory("1000").render(
                "(loop $again (memory.fill (i32.const 4096) (i32.const 1) (i32.const 62000000))
                   (br $again)) unreachable",
            ),
        ),
        (
            "takes-handles",
            Core::new().import(SLEEP).render(
                "(loop $again (drop (call $sleep (i64.const -1))) (br $again)) unreachable",
            ),
        ),
        (
            "crashes-at-start",
            Core::new().import(RANDOM).items(
                "(func $start (if (i64.ne (call $random) (i64.const 0)) (then unreachable)))
                 (start $start)",
            ),
        ),
        ("writes-no-text", card(3_072, 2).data(3_072, b"\xff\xfe")),
        ("points-outside", card(u32::MAX, 1)),
        ("answers-too-much", card(4_096, 62_000_000).memory("1000")),
        ("crashes-afterwards", Core::new().post("unreachable")),
        (
            "calls-from-allocator",
            Core::new()
                .import(RANDOM)
                .realloc("(drop (call $random)) (i32.const 8192)"),
        ),
    ]
}
