//! The catalogue of hostile plugins: everything that a plugin, a file, a server or a caller was
//! thought of doing to the host, each with the code that it must get.
//!
//! `cargo test -p e2e --test hostile` runs it and prints the table; with words behind `--`, the
//! cases of those names or families alone (`-- C1 hostcalls`). `SIDEPANE_HOSTILE_TIMES=1000` runs
//! every case at least so often. `SIDEPANE_BLESS=1` writes `docs/hostile.md`, which is otherwise
//! held equal to what stands here.
//!
//! One process, one host and one family after the other, because the oracle counts what the whole
//! process holds: hence a program of its own instead of tests side by side.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, prints its table and lets its servers end with it"
)]

mod asking;
mod case;
mod corpus;
mod families;
mod ground;
mod oracle;
mod page;

use case::Case;
use families::Family;
use ground::Ground;
use oracle::{Canary, Held};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The command's own: another keeps what was large once, and that would look like a leak.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    sidepane::compile_child();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let wanted: Vec<&String> = arguments
        .iter()
        .filter(|word| !word.starts_with('-'))
        .collect();
    let mut families = families::all();
    if arguments.iter().any(|word| word == "--list") {
        for case in families.iter().flat_map(|family| &family.cases) {
            println!("{} {}: test", case.id, case.what);
        }
        return ExitCode::SUCCESS;
    }
    let page = page::hold(&families);
    for family in &mut families {
        let whole = wanted.is_empty() || wanted.iter().any(|word| *word == family.name);
        family
            .cases
            .retain(|case| whole || wanted.iter().any(|word| *word == case.id));
    }
    families.retain(|family| !family.cases.is_empty());
    if families.is_empty() && page.is_ok() {
        // Another program's test was asked for.
        return ExitCode::SUCCESS;
    }
    oracle::watch_panics();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        // So that threads for blocking work are back at the baseline soon.
        .thread_keep_alive(Duration::from_millis(500))
        .enable_all()
        .build()
        .expect("a runtime");
    let wrong = runtime.block_on(run(&families));
    if let Err(difference) = &page {
        println!("{difference}");
    }
    match wrong == 0 && page.is_ok() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Runs all families and prints the table; how many things were wrong.
async fn run(families: &[Family]) -> usize {
    let ground = Arc::new(Ground::start().await);
    let canary = Canary::start(Arc::clone(&ground));
    let (mut forms, mut ran, mut wrong) = (0, 0, Vec::new());
    let mut cases: BTreeMap<&str, bool> = BTreeMap::new();
    for family in families {
        println!("\n{}", family.title);
        let verdicts = Family::run(family, &ground, &canary).await;
        for (case, verdict) in family.cases.iter().zip(&verdicts.cases) {
            forms += 1;
            ran += verdict.times;
            println!("{}", line(case, verdict));
            let right = verdict.wrong.is_none();
            *cases.entry(case.id).or_insert(true) &= right;
            if let Some(why) = &verdict.wrong {
                wrong.push(format!("{} {}: {why}", case.id, case.what));
            }
        }
        println!("  {}", verdicts.canary);
        println!("  {}", verdicts.held);
        wrong.extend(verdicts.wrong);
    }
    canary.end().await;
    let right = cases.values().filter(|right| **right).count();
    println!(
        "\n{} cases in {forms} forms, run {ran} times; {right} cases answered as listed, {} wrong",
        cases.len(),
        wrong.len()
    );
    for wrong in &wrong {
        println!("WRONG {wrong}");
    }
    wrong.len()
}

fn line(case: &Case, verdict: &Verdict) -> String {
    let word = match verdict.wrong {
        None => "ok   ",
        Some(_) => "WRONG",
    };
    format!(
        "{word} {:4} {:72} {:26} {:4} x {:8.1} ms",
        case.id,
        case.what,
        verdict.code,
        verdict.times,
        verdict.took.as_secs_f64() * 1e3 / f64::from(verdict.times.max(1)),
    )
}

/// What came of one case.
#[derive(Clone, Debug, Default)]
struct Verdict {
    /// The code of the last answer.
    code: String,
    /// How often it was run.
    times: u32,
    /// How long that took together.
    took: Duration,
    /// What was wrong first.
    wrong: Option<String>,
}

/// What came of one family.
struct Verdicts {
    cases: Vec<Verdict>,
    canary: String,
    held: String,
    wrong: Vec<String>,
}

impl Family {
    /// Runs every case once, so that all is loaded and every place was used; then as often as it is
    /// to be run, and looks whether the process holds no more than before.
    async fn run(&self, ground: &Arc<Ground>, canary: &Canary) -> Verdicts {
        let mut cases = vec![Verdict::default(); self.cases.len()];
        let mut wrong = Vec::new();
        for (case, verdict) in self.cases.iter().zip(&mut cases) {
            verdict.again(case, ground, 1).await;
        }
        let before = {
            let _quiet = canary.quiet().await;
            Held::at_rest().await.expect("Linux's /proc")
        };
        for (case, verdict) in self.cases.iter().zip(&mut cases) {
            let times = case.pace.times().max(at_least()) - 1;
            verdict.again(case, ground, times).await;
        }
        let after = {
            let _quiet = canary.quiet().await;
            Held::back_to(before).await
        };
        let held = match after {
            Ok(after) => after.told(&before),
            Err(error) => {
                wrong.push(format!("{}: {error:#}", self.name));
                format!("WRONG {error:#}")
            }
        };
        let heard = canary.heard();
        if let Err(error) = heard.judge() {
            wrong.push(format!("{}: {error:#}", self.name));
        }
        Verdicts {
            cases,
            canary: heard.told(),
            held,
            wrong,
        }
    }
}

impl Verdict {
    /// Runs a case until something is wrong.
    async fn again(&mut self, case: &Case, ground: &Arc<Ground>, times: u32) {
        let begun = Instant::now();
        for _ in 0..times {
            if self.wrong.is_some() {
                break;
            }
            // A task of its own: a panic in it is a verdict.
            let ran = tokio::spawn((case.run)(Arc::clone(ground))).await;
            // What plugins write is kept by the test's own log, and is no leak of the host's.
            drop(ground.host.lines.take());
            self.times += 1;
            self.wrong = match ran {
                Ok(Ok(answer)) => {
                    let judged = oracle::judge(case, &answer).err();
                    let differs = self.times > 1 && self.code != answer.code;
                    let same = format!("{} and then {}", self.code, answer.code);
                    self.code = answer.code;
                    judged
                        .map(|error| format!("{error:#}"))
                        .or((differs && case.expect.len() == 1).then_some(same))
                }
                Ok(Err(error)) => Some(format!("{error:#}")),
                Err(_) => Some(format!("a panic: {:.1000}", oracle::panics().join("; "))),
            };
        }
        self.took += begun.elapsed();
    }
}

/// How often every case is run at least.
fn at_least() -> u32 {
    std::env::var("SIDEPANE_HOSTILE_TIMES")
        .ok()
        .map_or(1, |times| {
            times.parse().expect("SIDEPANE_HOSTILE_TIMES is a number")
        })
}
