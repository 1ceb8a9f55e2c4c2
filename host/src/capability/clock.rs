//! What time plugins are told. Deadlines are the runtime's and no plugin's clock moves them.

use std::time::{Duration, SystemTime};
use tokio::time::Instant;

/// Both clocks that a plugin can read. It is told whole milliseconds.
pub trait Clock: Send + Sync + 'static {
    /// Time since 1970.
    fn wall(&self) -> Duration;

    /// Time since a moment of the clock's own choice. It never goes back.
    fn monotonic(&self) -> Duration;
}

/// The machine's clocks.
#[derive(Debug)]
pub struct SystemClock {
    begun: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self {
            begun: Instant::now(),
        }
    }
}

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where plugins' wall clock is read"
    )]
    fn wall(&self) -> Duration {
        SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default()
    }

    fn monotonic(&self) -> Duration {
        self.begun.elapsed()
    }
}
