//! A line that says what takes long, for somebody who sits at a terminal.

use std::io::{IsTerminal, Write};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior};

/// Waits for `work`. After a second it says so once a second on standard error, when that is a
/// terminal, and takes the line away at the end.
pub(crate) async fn during<T>(what: &str, work: impl Future<Output = T>) -> T {
    if !std::io::stderr().is_terminal() {
        return work.await;
    }
    let begun = Instant::now();
    let second = Duration::from_secs(1);
    let mut ticks = tokio::time::interval_at(begun + second, second);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => {
                if begun.elapsed() >= second {
                    write("\r\x1b[K");
                }
                return done;
            }
            _ = ticks.tick() => write(&format!("\r{what} … {} s", begun.elapsed().as_secs())),
        }
    }
}

fn write(text: &str) {
    let mut out = std::io::stderr().lock();
    // A terminal that is gone needs no progress.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
