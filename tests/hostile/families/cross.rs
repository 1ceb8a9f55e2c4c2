//! X1 to X5: what one plugin, account or call could learn of another, or take from it.

use crate::case::{Answer, Built, Case, card, read};
use crate::ground::{CANARY, Ground};
use crate::oracle;
use anyhow::{Context as _, ensure};
use e2e::core::Core;
use futures_util::future::try_join_all;
use sidepane::{
    AccountId, Answer as Given, Context, EngineSettings, Host, PluginId, PoolSettings, Question,
};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Calls of two plugins for two accounts, in turn.
const CALLS: usize = 10_000;
/// Askers at one time, so that places of the pool change hands.
const ASKERS: usize = 4;

/// The cases.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = vec![markers(), statics(), shared_code()];
    cases.extend([noise(), resident()]);
    cases
}

fn markers() -> Case {
    Case::new(
        "X1",
        "10,000 calls leave markers in memory, globals, tables and stack, and look for them",
        Built::Wat,
        "empty",
        |_ground| async { alternate().await },
    )
    .long()
}

/// A plugin that crashes when it finds anything of an earlier call, and then leaves all it can;
/// `first` is what it does before.
fn marking(name: &str, first: &str) -> Vec<u8> {
    const MARKER: &str = "(i64.const 0x5a5a_5a5a_5a5a_5a5a)";
    let locals = "(local i64 i64 i64 i64 i64 i64 i64 i64)".repeat(8);
    let any: String = (1..=64)
        .map(|n| format!("(local.get {n}) i64.or "))
        .collect();
    let set: String = (1..=64)
        .map(|n| format!("(local.set {n} {MARKER})"))
        .collect();
    let eight: String = (0..8)
        .map(|n| {
            format!(
                "(i64.eq (i64.load offset={} (local.get $at)) {MARKER}) i32.or ",
                n * 8
            )
        })
        .collect();
    let used: String = (1..=64)
        .map(|n| format!("(i64.store (i32.const 2048) (local.get {n}))"))
        .collect();
    Core::new()
        .data(2_560, name.as_bytes())
        .memory("2")
        .items("(table $t 64 funcref) (global $g (mut i64) (i64.const 0))")
        .items(format!(
            "(func $scan (local $at i32)
               (local.set $at (i32.const 4096))
               (loop $again
                 (i32.const 0) {eight}
                 (if (then unreachable))
                 (local.set $at (i32.add (local.get $at) (i32.const 64)))
                 (br_if $again (i32.lt_u (local.get $at) (i32.shl (memory.size) (i32.const 16))))))"
        ))
        .items(
            "(func $leave
               (memory.fill (i32.const 4096) (i32.const 0x5a)
                 (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 4096))))",
        )
        .items(format!(
            "(func $stack (param i32) {locals}
               (i64.const 0) {any} (i64.const 0) i64.ne (if (then unreachable))
               {set}
               (if (local.get 0) (then (call $stack (i32.sub (local.get 0) (i32.const 1)))))
               {used})"
        ))
        .items(
            "(func $table (local $n i32)
               (loop $again
                 (if (i32.eqz (ref.is_null (table.get $t (local.get $n)))) (then unreachable))
                 (table.set $t (local.get $n) (ref.func $table))
                 (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1)))
                                         (table.size $t)))))
             (elem declare func $table)",
        )
        .render(format!(
            "{first} (call $scan)
             (if (i32.eq (memory.grow (i32.const 4)) (i32.const -1)) (then unreachable))
             (call $scan)
             (if (i64.ne (global.get $g) (i64.const 0)) (then unreachable))
             (drop (table.grow $t (ref.null func) (i32.const 64)))
             (call $table)
             (call $stack (i32.const 100))
             (call $leave)
             (global.set $g {MARKER})
             (i32.const 256)"
        ))
        .component()
}

async fn alternate() -> anyhow::Result<Answer> {
    let accounts = ["eu", "us"];
    // A pool of as many places as there are askers, so that every place serves both plugins and
    // both accounts. Asked without a socket between: the calls are what counts here.
    let pool = PoolSettings {
        instances: u32::try_from(ASKERS)?,
        ..PoolSettings::default()
    };
    let host = accounts
        .iter()
        .fold(Host::builder(), |host, account| host.account(account))
        .engine_settings(EngineSettings {
            pool,
            ..EngineSettings::default()
        })
        .plugin("one", marking("one", ""))
        .plugin("other", marking("other", ""))
        // Finds what it has left itself, to show that what is left can be found.
        .plugin("proof", marking("proof", "(call $leave)"))
        .start()
        .await?;
    let found = ask_once(&host, "proof", "eu").await?;
    ensure!(
        matches!(found, Given::Failed(_)),
        "the proof finds nothing: {found:?}"
    );
    let mut askers = Vec::new();
    for asker in 0..ASKERS {
        askers.push(tokio::spawn(ask_in_turn(host.clone(), asker)));
    }
    for asker in askers {
        asker.await??;
    }
    Ok(Answer::new("empty", ""))
}

async fn ask_in_turn(host: Host, asker: usize) -> anyhow::Result<()> {
    for call in 0..CALLS / ASKERS {
        let (plugin, account) = match (call + asker) % 4 {
            0 => ("one", "eu"),
            1 => ("other", "us"),
            2 => ("one", "us"),
            _ => ("other", "eu"),
        };
        // Without a socket nothing here would ever wait, and the canary not be heard.
        tokio::task::yield_now().await;
        let answer = ask_once(&host, plugin, account).await?;
        // What finds a marker crashes.
        ensure!(matches!(answer, Given::Empty), "call {call}: {answer:?}");
    }
    Ok(())
}

async fn ask_once(host: &Host, plugin: &str, account: &str) -> anyhow::Result<Given> {
    let account = AccountId::parse(account).context("an account")?;
    let plugins = vec![PluginId::parse(plugin).context("a plugin")?];
    let context = Context::of_view("ticket").account(account).request_id("1");
    let question = Question {
        context,
        plugins,
        anew: false,
    };
    let pane = host.ask(&question).await?;
    let outcome = pane.outcomes.into_iter().next().context("an outcome")?;
    Ok(outcome.answer)
}

fn statics() -> Case {
    Case::new(
        "X2",
        "counts its calls in a static",
        Built::Rust,
        "ok",
        |ground| async move {
            let plugin = ground.plugin("X2", || read("counts"), "").await?;
            let mut answer = card(&ground.host, &plugin, "").await?;
            for _ in 0..10 {
                answer = card(&ground.host, &plugin, "").await?;
                ensure!(answer["card"]["contact_name"] == "1", "{answer}");
            }
            Answer::of_card(&answer)
        },
    )
}

fn shared_code() -> Case {
    Case::new(
        "X3",
        "is the same code as another's plugin, compiled once for both",
        Built::Bytes,
        "loaded",
        |ground| async move {
            // As the canary, byte for byte.
            ground.load("twin", read("counts"), "").await
        },
    )
    .otherwise(
        "compiled code is shared by its digest, and that shows in how long loading takes. Only an \
         operator loads plugins and sees that; a plugin's own clock stands still for a millisecond \
         at a time, and connections, answers and names that were looked up are shared by nobody",
    )
}

/// What the hostile do side by side, each in its own way.
const KINDS: [&str; 8] = [
    "floods_host",
    "floods_log",
    "grows_memory",
    "panics",
    "recurses",
    "sleeps",
    "spins_forever",
    "too_much_text",
];

/// The limits of each: fuel and host calls without end, so that the deadline and the memory decide.
const LIMITS: &str = "[limits]\nfuel = 1000000000000\nhost_calls = 1000000000000\n\
    deadline_ms = 200\nqueue = 0\nconcurrency = 4\nmemory_mib = 16\nhostcall_kib = 512\n\
    http_total_kib = 256\nlog_kib = 64";

/// What one call with these limits may hold, in KiB: its memory, its stack, what it passes to the
/// host in the host's own form, its requests' bodies and its log lines (`docs/hostile.md`).
const A_CALL_KIB: u64 = (16 << 10) + (2 << 10) + 4 * 512 + 256 + 64;

/// Calls of each of them at one time.
const CONCURRENCY: u64 = 4;

/// Asks all of `KINDS` at their permits for a while, and does something beside it.
async fn beside<T>(
    ground: &Ground,
    time: Duration,
    work: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    let mut plugins = Vec::new();
    for guest in KINDS {
        let plugin = ground
            .plugin(&format!("X5 {guest}"), || read(guest), LIMITS)
            .await?;
        plugins.push(plugin);
    }
    let over = AtomicBool::new(false);
    let (until, over) = (Instant::now() + time, &over);
    let hogs = plugins.iter().flat_map(|plugin| {
        (0..CONCURRENCY).map(move |_| async move {
            while !over.load(Ordering::SeqCst) && Instant::now() < until {
                let answer = ground.ask(plugin, "").await?;
                ensure!(!answer.is("ok"), "{plugin}: {}", answer.text);
            }
            anyhow::Ok(())
        })
    });
    let work = async {
        let done = work.await;
        over.store(true, Ordering::SeqCst);
        done
    };
    let (_, done) = tokio::try_join!(try_join_all(hogs), work)?;
    Ok(done)
}

fn noise() -> Case {
    Case::new(
        "X5",
        "eight hostile plugins of different kinds at their permits beside a good one",
        Built::Rust,
        "ok",
        |ground| async move {
            let asking = async {
                let mut answer = ground.ask(CANARY, "").await?;
                for _ in 0..20 {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    answer = ground.ask(CANARY, "").await?;
                    ensure!(answer.is("ok"), "{}", answer.text);
                }
                Ok(answer)
            };
            beside(&ground, Duration::from_secs(60), asking).await
        },
    )
    .long()
}

fn resident() -> Case {
    Case::new(
        "X5",
        "the same eight, and the memory they make the host hold is within its bound",
        Built::Rust,
        "ok",
        |ground| async move {
            let before = oracle::resident_bytes()?;
            oracle::forget_peak()?;
            let wait = async {
                tokio::time::sleep(Duration::from_secs(2)).await;
                ground.ask(CANARY, "").await
            };
            let answer = beside(&ground, Duration::from_secs(60), wait).await?;
            let peak = oracle::peak_bytes()?;
            let bound = (A_CALL_KIB << 10) * CONCURRENCY * KINDS.len() as u64;
            let mib = |bytes: u64| bytes >> 20;
            println!(
                "     memory under attack: {} MiB before, {} MiB at most; {} MiB more were allowed",
                mib(before),
                mib(peak),
                mib(bound)
            );
            ensure!(peak >= before, "the peak was not counted anew");
            ensure!(
                peak - before <= bound,
                "{} MiB more, {} allowed",
                mib(peak - before),
                mib(bound)
            );
            Ok(answer)
        },
    )
    .long()
}
