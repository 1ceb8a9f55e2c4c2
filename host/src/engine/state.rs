//! What lives in a store: the call's seam to the world, its memory meter, its journal, its WASI.

use super::clocks::{Monotonic, STEP};
use super::journal::{Journal, Which};
use super::lane::Turn;
use super::meter::Meter;
use crate::capability::calls::HostCalls;
use crate::policy::limits::Limits;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use wasmtime_wasi::{HostWallClock, ResourceTable};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

/// Bytes that WASI gives at once when asked for randomness.
const RANDOM_BYTES: u64 = 64 << 10;
/// Resources of WASI (streams, pollables) that a call may hold.
pub(super) const TABLE_CAPACITY: usize = 256;

/// The data of one call's store. It lives and ends with the call.
pub(super) struct State {
    pub(super) calls: Arc<dyn HostCalls>,
    pub(super) meter: Meter,
    pub(super) journal: Journal,
    pub(super) turn: Turn,
    pub(super) deadline: Instant,
    pub(super) ticks: u32,
    /// What was left of the fuel of set-up when the instance stood.
    pub(super) setup_fuel: Option<u64>,
    host_calls: u64,
    host_call_limit: u64,
    table: ResourceTable,
    /// Made when the guest first uses WASI: most Rust guests import it and never do.
    wasi: Option<Box<WasiCtx>>,
}

/// Too many calls to the host.
#[derive(Debug, thiserror::Error)]
#[error("more than {limit} calls to the host")]
pub(super) struct HostCallQuota {
    pub(super) limit: u64,
}

impl State {
    pub(super) fn new(
        calls: Arc<dyn HostCalls>,
        limits: &Limits,
        turn: Turn,
        deadline: Instant,
    ) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(TABLE_CAPACITY);
        Self {
            meter: Meter::new(limits.memory_bytes),
            journal: Journal::new(Arc::clone(&calls), limits.log_bytes),
            calls,
            turn,
            deadline,
            ticks: 0,
            setup_fuel: None,
            host_calls: 0,
            host_call_limit: limits.host_calls,
            table,
            wasi: None,
        }
    }

    /// Counts one call of the contract's imports.
    ///
    /// # Errors
    /// `HostCallQuota` when that was one too many.
    pub(super) fn count(&mut self) -> Result<(), HostCallQuota> {
        self.host_calls += 1;
        match self.over_quota() {
            Some(quota) => Err(quota),
            None => Ok(()),
        }
    }

    /// Counts one call of the contract's imports that may wait, and answers whom to wait for.
    ///
    /// # Errors
    /// As `count`.
    pub(super) fn wait(&mut self) -> Result<Arc<dyn HostCalls>, HostCallQuota> {
        self.count()?;
        Ok(Arc::clone(&self.calls))
    }

    /// Whether the call made too many host calls. WASI's own cannot be refused one by one; they
    /// are counted, and the epoch callback and the end of the call ask here.
    pub(super) fn over_quota(&self) -> Option<HostCallQuota> {
        (self.host_calls > self.host_call_limit).then_some(HostCallQuota {
            limit: self.host_call_limit,
        })
    }

    /// The call's own clock, for WASI.
    pub(super) fn monotonic(&mut self) -> Monotonic<'_> {
        self.host_calls += 1;
        Monotonic {
            calls: &self.calls,
            table: &mut self.table,
        }
    }

    /// Calls to the host so far.
    pub(super) fn host_calls(&self) -> u64 {
        self.host_calls
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        // Every function of WASI comes through here once.
        self.host_calls += 1;
        let (calls, journal) = (&self.calls, &self.journal);
        WasiCtxView {
            ctx: self.wasi.get_or_insert_with(|| wasi(calls, journal)),
            table: &mut self.table,
        }
    }
}

/// WASI with nothing of the host's in it: no environment, arguments, folders or sockets.
fn wasi(calls: &Arc<dyn HostCalls>, journal: &Journal) -> Box<WasiCtx> {
    let seed = {
        let mut bytes = [0; 16];
        calls.random(&mut bytes);
        u128::from_le_bytes(bytes)
    };
    let mut builder = WasiCtxBuilder::new();
    builder
        .stdout(journal.stream(Which::Out))
        .stderr(journal.stream(Which::Err))
        .wall_clock(Seam(Arc::clone(calls)))
        .secure_random(Seam(Arc::clone(calls)))
        .insecure_random(Seam(Arc::clone(calls)))
        .insecure_random_seed(seed)
        .max_random_size(RANDOM_BYTES)
        .allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false);
    Box::new(builder.build())
}

/// WASI's wall clock and randomness, by the call's seam.
struct Seam(Arc<dyn HostCalls>);

impl HostWallClock for Seam {
    fn resolution(&self) -> Duration {
        STEP
    }

    fn now(&self) -> Duration {
        self.0.wall_clock()
    }
}

impl rand::TryRng for Seam {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.random(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.random(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, into: &mut [u8]) -> Result<(), Infallible> {
        self.0.random(into);
        Ok(())
    }
}
