//! WASI's monotonic clock and its timers, by the call's seam: whoever stands behind it says what time
//! it is and how long a sleep takes.

use crate::capability::calls::HostCalls;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use wasmtime::component::{HasData, Resource};
use wasmtime_wasi::ResourceTable;
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock;
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};

/// How fine plugins' clocks are.
pub(super) const STEP: Duration = Duration::from_millis(1);

/// What the linker is told of the clock's data.
pub(super) struct Clocks;

impl HasData for Clocks {
    type Data<'a> = Monotonic<'a>;
}

/// The clock of one call, for one use.
pub(super) struct Monotonic<'a> {
    pub(super) calls: &'a Arc<dyn HostCalls>,
    pub(super) table: &'a mut ResourceTable,
}

impl Monotonic<'_> {
    /// Begins at one step and not at zero, which Go's run time takes for a clock that does not work.
    fn time(&self) -> Duration {
        self.calls.monotonic_clock().saturating_add(STEP)
    }

    fn timer(&mut self, duration: Duration) -> wasmtime::Result<Resource<DynPollable>> {
        let timer = self.table.push(Timer {
            calls: Arc::clone(self.calls),
            // A time that is too far away to be told never comes.
            until: Instant::now().checked_add(duration),
        })?;
        subscribe(self.table, timer)
    }
}

impl monotonic_clock::Host for Monotonic<'_> {
    fn now(&mut self) -> wasmtime::Result<u64> {
        Ok(nanos(self.time()))
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        Ok(nanos(STEP))
    }

    fn subscribe_instant(&mut self, when: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let when = Duration::from_nanos(when);
        self.timer(when.saturating_sub(self.time()))
    }

    fn subscribe_duration(&mut self, time: u64) -> wasmtime::Result<Resource<DynPollable>> {
        self.timer(Duration::from_nanos(time))
    }
}

/// Something to wait for: a moment.
struct Timer {
    calls: Arc<dyn HostCalls>,
    until: Option<Instant>,
}

#[wasmtime_wasi::async_trait]
impl Pollable for Timer {
    async fn ready(&mut self) {
        self.calls.sleep(self.until).await;
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capability::calls::NoWorld;
    use wasmtime_wasi::p2::bindings::clocks::monotonic_clock::Host;

    #[test]
    fn the_clock_is_never_at_zero() {
        let calls: Arc<dyn HostCalls> = Arc::new(NoWorld::default());
        let mut clock = Monotonic {
            calls: &calls,
            table: &mut ResourceTable::new(),
        };
        assert_eq!(clock.now().expect("a time"), 1_000_000);
    }
}
