//! The common oracle: what must hold whatever a case does. The good plugin answers, nothing panics,
//! nothing of the machine stands in an answer, and what was taken is given back.

use crate::case::{Answer, Case};
use crate::ground::{CANARY, Ground, SECRET};
use anyhow::{Context, ensure};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// How often the canary is asked.
const BEAT: Duration = Duration::from_millis(50);
/// The longest that the canary may take. Machines are shared: this only tells a stall from noise.
const STALL: Duration = Duration::from_secs(10);
/// How long things may take to go back to where they were.
const SETTLE: Duration = Duration::from_secs(20);
/// Memory that may stay after a family: the pool's warm slots and the allocator's habits.
const MAY_STAY_KIB: u64 = 16 << 10;

/// Panics so far, of any thread.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Counts panics instead of printing them.
pub(crate) fn watch_panics() {
    std::panic::set_hook(Box::new(|panic| lock(&PANICS).push(panic.to_string())));
}

/// Panics since the last time, and none after that.
pub(crate) fn panics() -> Vec<String> {
    std::mem::take(&mut lock(&PANICS))
}

/// Judges one answer of a case.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn judge(case: &Case, answer: &Answer) -> anyhow::Result<()> {
    let Answer { code, text } = answer;
    let expected = &case.expect;
    ensure!(
        expected.contains(&code.as_str()),
        "{code} instead of {}: {text:.600}",
        expected.join(" or ")
    );
    for told in never_told() {
        ensure!(
            !text.contains(&told),
            "{told:?} stands in the answer: {text:.600}"
        );
    }
    let panics = panics();
    ensure!(panics.is_empty(), "a panic: {}", panics.join("; "));
    Ok(())
}

/// What no asker may read: where things lie on the machine, how the host is made, secrets.
fn never_told() -> Vec<String> {
    let folders = [
        Some(std::env::temp_dir()),
        std::env::current_dir().ok(),
        std::env::home_dir(),
    ];
    let folders = folders.into_iter().flatten();
    let words = [
        SECRET,
        "call.host_bug",
        "panicked at",
        "backtrace",
        "wasmtime",
        ".rs:",
        "/proc/",
        "/etc/",
    ];
    folders
        .map(|folder| folder.display().to_string())
        .filter(|folder| folder.len() > 1)
        .chain(words.map(str::to_owned))
        .collect()
}

/// The good plugin, asked twenty times a second until the end.
#[derive(Debug)]
pub(crate) struct Canary {
    heard: Arc<Mutex<Heard>>,
    over: Arc<AtomicBool>,
    turn: Arc<tokio::sync::Mutex<()>>,
    asking: JoinHandle<()>,
}

/// What the canary heard since the last time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard {
    times: Vec<Duration>,
    wrong: Vec<String>,
}

impl Canary {
    /// Begins to ask.
    pub(crate) fn start(ground: Arc<Ground>) -> Self {
        let (heard, over) = (Arc::<Mutex<Heard>>::default(), Arc::<AtomicBool>::default());
        let turn = Arc::<tokio::sync::Mutex<()>>::default();
        let (into, until, my_turn) = (Arc::clone(&heard), Arc::clone(&over), Arc::clone(&turn));
        let asking = tokio::spawn(async move {
            let mut beat = tokio::time::interval(BEAT);
            beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            while !until.load(Ordering::SeqCst) {
                beat.tick().await;
                let _mine = my_turn.lock().await;
                let begun = Instant::now();
                let answer = ground.ask(CANARY, "").await;
                let took = begun.elapsed();
                let mut heard = lock(&into);
                heard.times.push(took);
                match answer {
                    Ok(answer) if answer.is("ok") && took < STALL => {}
                    Ok(answer) => heard.wrong.push(format!("after {took:?}: {}", answer.text)),
                    Err(error) => heard.wrong.push(format!("after {took:?}: {error:#}")),
                }
            }
        });
        Self {
            heard,
            over,
            turn,
            asking,
        }
    }

    /// Keeps it quiet while the guard is held, so that what it holds itself is not counted.
    pub(crate) async fn quiet(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// What it heard since the last time.
    pub(crate) fn heard(&self) -> Heard {
        std::mem::take(&mut lock(&self.heard))
    }

    /// Ends it.
    pub(crate) async fn end(self) {
        self.over.store(true, Ordering::SeqCst);
        self.asking.await.expect("the canary does not panic");
    }
}

impl Heard {
    /// Whether every answer was right.
    ///
    /// # Errors
    /// The first that was not.
    pub(crate) fn judge(&self) -> anyhow::Result<()> {
        ensure!(!self.times.is_empty(), "the canary was never asked");
        if let Some(first) = self.wrong.first() {
            anyhow::bail!("{} wrong answers of the canary, {first}", self.wrong.len());
        }
        Ok(())
    }

    /// Its figures as one line.
    pub(crate) fn told(&self) -> String {
        let mut times = self.times.clone();
        times.sort_unstable();
        let at = |part: f64| {
            let index = (times.len().saturating_sub(1) as f64 * part) as usize;
            times
                .get(index)
                .map_or(0.0, |time| time.as_secs_f64() * 1e3)
        };
        format!(
            "canary asked {} times, {} wrong, p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
            times.len(),
            self.wrong.len(),
            at(0.5),
            at(0.99),
            at(1.0)
        )
    }
}

/// What the process holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    resident_kib: u64,
    descriptors: usize,
    threads: u64,
    tasks: usize,
}

impl Held {
    /// What it holds now.
    pub(crate) fn now() -> anyhow::Result<Self> {
        Ok(Self {
            resident_kib: status("VmRSS:")?,
            descriptors: std::fs::read_dir("/proc/self/fd")?.count(),
            threads: status("Threads:")?,
            tasks: tokio::runtime::Handle::current()
                .metrics()
                .num_alive_tasks(),
        })
    }

    /// What it holds when nothing moves any more: the same tasks, descriptors and threads for ten
    /// beats, or whatever there is after ten seconds.
    pub(crate) async fn at_rest() -> anyhow::Result<Self> {
        let begun = Instant::now();
        let (mut last, mut same) = (Self::now()?, 0);
        while same < 10 && begun.elapsed() < Duration::from_secs(10) {
            tokio::time::sleep(BEAT).await;
            let next = Self::now()?;
            let still = next.all_but_memory() == last.all_but_memory();
            (last, same) = (next, if still { same + 1 } else { 0 });
        }
        Ok(last)
    }

    /// Waits until no more is held than `before`.
    ///
    /// # Errors
    /// What is still held after twenty seconds.
    pub(crate) async fn back_to(before: Self) -> anyhow::Result<Self> {
        let begun = Instant::now();
        loop {
            let now = Self::now()?;
            let back = now.descriptors <= before.descriptors
                && now.threads <= before.threads
                && now.tasks <= before.tasks
                && now.resident_kib <= before.resident_kib + MAY_STAY_KIB;
            if back {
                return Ok(now);
            }
            ensure!(
                begun.elapsed() < SETTLE,
                "held before: {before:?}, and after: {now:?}; open: {:?}",
                open()
            );
            tokio::time::sleep(BEAT).await;
        }
    }

    /// As one clause.
    pub(crate) fn told(&self, before: &Self) -> String {
        let mib = |kib: u64| kib as f64 / 1024.0;
        format!(
            "{:.1} MiB before, {:.1} after; {} descriptors, {} threads, {} tasks before, {}, {}, {} after",
            mib(before.resident_kib),
            mib(self.resident_kib),
            before.descriptors,
            before.threads,
            before.tasks,
            self.descriptors,
            self.threads,
            self.tasks
        )
    }

    fn all_but_memory(&self) -> (usize, u64, usize) {
        (self.descriptors, self.threads, self.tasks)
    }
}

/// What every descriptor leads to, so that one that stays has a name.
fn open() -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir("/proc/self/fd").into_iter().flatten();
    let paths = entries.flatten().map(|entry| entry.path());
    paths
        .filter_map(|path| std::fs::read_link(path).ok())
        .collect()
}

/// The most memory that was resident since `forget_peak`, in bytes.
pub(crate) fn peak_bytes() -> anyhow::Result<u64> {
    Ok(status("VmHWM:")? << 10)
}

/// Memory resident now, in bytes.
pub(crate) fn resident_bytes() -> anyhow::Result<u64> {
    Ok(status("VmRSS:")? << 10)
}

/// Lets the kernel count the peak of resident memory anew.
pub(crate) fn forget_peak() -> anyhow::Result<()> {
    std::fs::write("/proc/self/clear_refs", "5").context("resetting VmHWM")
}

fn status(name: &str) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.with_context(|| format!("no {name} in /proc"))?;
    let number = number.trim().trim_end_matches("kB").trim();
    Ok(number.parse()?)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
