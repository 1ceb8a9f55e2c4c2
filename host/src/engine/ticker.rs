//! The clock that interrupts guests: one thread that moves the epoch on while calls are running.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{JoinHandle, Thread};
use std::time::Duration;
use wasmtime::EngineWeak;

/// How long a guest runs before it lets others run, and how exact deadlines of busy guests are.
pub(super) const TICK: Duration = Duration::from_millis(1);

/// Ticks without a call after which the thread sleeps, so that an idle host uses no processor.
const LINGER: u32 = 100;

/// Counts running calls and ticks while there are any. The thread ends when this is dropped.
///
/// A thread of its own, not a task: it has to tick when every worker is busy.
pub(super) struct Ticker {
    shared: Arc<Shared>,
    sleeper: Thread,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    running: AtomicUsize,
    asleep: AtomicBool,
    stop: AtomicBool,
}

/// Held while a call runs; the epoch moves as long as one is held.
pub(super) struct Running(Arc<Shared>);

impl Ticker {
    pub(super) fn start(engine: EngineWeak) -> std::io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let of_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("sidepane-epoch".into())
            .spawn(move || tick(&engine, &of_thread))?;
        Ok(Self {
            shared,
            sleeper: thread.thread().clone(),
            thread: Some(thread),
        })
    }

    pub(super) fn run(&self) -> Running {
        self.shared.running.fetch_add(1, Ordering::SeqCst);
        if self.shared.asleep.load(Ordering::SeqCst) {
            self.sleeper.unpark();
        }
        Running(Arc::clone(&self.shared))
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        self.sleeper.unpark();
        if let Some(thread) = self.thread.take() {
            // A panic in there was already printed; there is nothing left to mend at the end.
            let _ = thread.join();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

fn tick(engine: &EngineWeak, shared: &Shared) {
    let mut idle = 0;
    while !shared.stop.load(Ordering::SeqCst) {
        idle = match shared.running.load(Ordering::SeqCst) {
            0 => idle + 1,
            _ => 0,
        };
        if idle > LINGER {
            shared.asleep.store(true, Ordering::SeqCst);
            // A call that began before `asleep` was set is seen here; one after it unparks.
            if shared.running.load(Ordering::SeqCst) == 0 && !shared.stop.load(Ordering::SeqCst) {
                std::thread::park();
            }
            shared.asleep.store(false, Ordering::SeqCst);
            idle = 0;
            continue;
        }
        std::thread::sleep(TICK);
        match engine.upgrade() {
            Some(engine) => engine.increment_epoch(),
            None => return,
        }
    }
}
