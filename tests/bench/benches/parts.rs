//! What each part of an answer costs by itself: `cargo bench -p sidepane-bench --bench parts`.
//!
//! One thread, nothing waits, no sockets: the parts of the row `sidepane` of the comparison. Medians
//! of many short rounds, beside each other in one run. `cargo bench -p sidepane --bench policy` has
//! the decisions about requests.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement stops by panicking, and prints what it found"
)]

use e2e::event::message;
use sidepane::model::event::Event;
use sidepane::model::outcome::Pane;
use sidepane::model::time::Millis;
use sidepane::storage::Storage;
use sidepane::storage::sqlite::{SqliteSettings, SqliteStorage};
use sidepane::surface::imbox::ImBox;
use sidepane::surface::native::Native;
use sidepane::surface::{CardSurface, Question, Reveal};
use sidepane::{Answer, Context, Host, PluginId};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Calls of one round: few enough that most rounds run undisturbed on a busy machine.
const ROUND: u32 = 20;
/// Rounds.
const ROUNDS: usize = 400;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    sidepane::compile_child();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(run());
}

async fn run() {
    let host = host().await;
    let about = |email: &str| {
        Context::of_view("ticket")
            .email(email)
            .ticket_id("7")
            .request_id("01JD")
    };
    let of = |plugin: &str, context: Context| Question {
        context,
        plugins: vec![PluginId::parse(plugin).expect("an id")],
        anew: false,
    };
    let nothing = of("says-nothing", about("jane@example.com"));
    let silent = of("bench-card", about("jane@example.com").param("silent", "1"));
    let whole = of("bench-card", about("jane@example.com"));
    let kept = of("keeps", about("jane@example.com").param("cache", "3600"));
    measured("a fresh instance that answers nothing", async || {
        black_box(asked(&host, &nothing).await)
    })
    .await;
    measured(
        "the same, and the card computed, not answered",
        async || black_box(asked(&host, &silent).await),
    )
    .await;
    measured(
        "the same, and the card answered: lowered, lifted, checked",
        async || black_box(asked(&host, &whole).await),
    )
    .await;
    measured("a card that is kept", async || {
        black_box(asked(&host, &kept).await)
    })
    .await;
    let pane = asked(&host, &whole).await;
    assert!(
        pane.outcomes
            .iter()
            .all(|one| matches!(one.answer, Answer::Card(_))),
        "{:?}",
        pane.outcomes
    );
    measured("the card written for ImBox", async || {
        black_box(ImBox.render(&pane, Reveal::Cards))
    })
    .await;
    measured("the card written for /v1", async || {
        black_box(Native.render(&pane, Reveal::Cards))
    })
    .await;
    measured("the same card computed and written natively", async || {
        let email = Some("jane@example.com".into());
        black_box(bench_card::json(email, "ticket".into(), Some("7".into())))
    })
    .await;
    accept().await;
}

async fn host() -> Host {
    let card = std::fs::read(env!("BENCH_CARD")).expect("the plugin");
    let nothing = std::fs::read(e2e::guests::guest("says_nothing")).expect("a guest");
    Host::builder()
        .plugin("bench-card", card.clone())
        // Under a name of its own: of one that lets cards be kept, others are looked up too.
        .plugin("keeps", card)
        .plugin("says-nothing", nothing)
        .start()
        .await
        .expect("a host")
}

async fn asked(host: &Host, question: &Question) -> Pane {
    let pane = host.ask(question).await.expect("an answer");
    assert_eq!(pane.outcomes.len(), 1, "one plugin was asked");
    pane
}

/// An event that is on the disk when this is told, from one sender.
async fn accept() {
    let folder = std::env::temp_dir().join(format!("sidepane-parts-{}", std::process::id()));
    let storage = SqliteStorage::open(&folder, SqliteSettings::default()).expect("a storage");
    let plugin = PluginId::parse("takes-it").expect("an id");
    let mut number = 0;
    measured_for("an event accepted, synced", 1, async || {
        number += 1;
        let event = Event {
            id: format!("e-{number}"),
            ..message("Hello, my order has not arrived yet; could you have a look where it is?")
        };
        let subscribers = vec![plugin.clone()];
        black_box(storage.accept(event, subscribers, Millis(number)).await).expect("accepted")
    })
    .await;
    drop(storage);
    // It lies in the system's folder for such, where leftovers end too.
    let _ = std::fs::remove_dir_all(folder);
}

async fn measured<T>(what: &str, each: impl AsyncFnMut() -> T) {
    measured_for(what, ROUND, each).await;
}

async fn measured_for<T>(what: &str, round: u32, mut each: impl AsyncFnMut() -> T) {
    for _ in 0..round {
        each().await;
    }
    let mut rounds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        for _ in 0..round {
            each().await;
        }
        rounds.push(begun.elapsed() / round);
    }
    rounds.sort_unstable();
    let at = |part: usize| {
        let time: Duration = rounds.get(ROUNDS * part / 100).copied().unwrap_or_default();
        time.as_secs_f64() * 1e6
    };
    println!(
        "{what:58} {:7.2} us, a quarter of the rounds below {:.2} us",
        at(50),
        at(25)
    );
}
