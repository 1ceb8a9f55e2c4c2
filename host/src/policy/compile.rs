//! The budget of one compilation: what a plugin may cost before it has done anything.

use std::time::Duration;

/// How long and how large one compilation may become, and how many may wait for theirs.
///
/// A few thousand bytes can keep a compiler busy for minutes, and no look at the bytes tells which
/// ones, so this budget is what ends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileBudget {
    /// Processor time, in whole seconds. The largest honest guests, Python and StarlingMonkey with
    /// 12 to 20 MB, take about 20 s.
    pub cpu: Duration,
    /// By the wall clock. Four times the processor time: compiling gives way to calls, and on a busy
    /// machine an honest guest waits for its share.
    pub wall: Duration,
    /// Address space, in bytes. The largest honest guests take 720 to 820 MiB of it, 450 of them
    /// resident.
    pub address_space_bytes: u64,
    /// Plugins that may wait while another one is compiled; one more is told to come again. Each
    /// waits with its bytes in memory, 32 MiB at most.
    pub queue: u32,
}

impl Default for CompileBudget {
    fn default() -> Self {
        Self {
            cpu: Duration::from_secs(60),
            wall: Duration::from_secs(240),
            address_space_bytes: 1_536 << 20,
            queue: 8,
        }
    }
}
