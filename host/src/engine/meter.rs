//! The memory of one store: all its memories and tables together, which wasmtime's own limits
//! count one by one.

use wasmtime::ResourceLimiter;

/// A table's element is a pointer.
const ELEMENT: usize = 8;

/// Counts what the instances of one call hold, and refuses growth over the limit.
#[derive(Debug)]
pub(super) struct Meter {
    limit: u64,
    held: u64,
    peak: u64,
    refused: Option<u64>,
}

impl Meter {
    pub(super) fn new(limit: u64) -> Self {
        Self {
            limit,
            held: 0,
            peak: 0,
            refused: None,
        }
    }

    /// The largest sum there was.
    pub(super) fn peak(&self) -> u64 {
        self.peak
    }

    /// What was asked for when growth was refused, if it ever was: the crash that follows is the
    /// limit's doing.
    pub(super) fn refused(&self) -> Option<u64> {
        self.refused
    }

    fn grow(&mut self, current: usize, desired: usize) -> bool {
        let more = desired.saturating_sub(current) as u64;
        let held = self.held.saturating_add(more);
        if held > self.limit {
            self.refused = Some(held);
            return false;
        }
        self.held = held;
        self.peak = self.peak.max(held);
        true
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.grow(current, desired))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.grow(
            current.saturating_mul(ELEMENT),
            desired.saturating_mul(ELEMENT),
        ))
    }

    fn instances(&self) -> usize {
        400
    }

    fn tables(&self) -> usize {
        120
    }

    fn memories(&self) -> usize {
        8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_and_tables_share_one_limit() {
        let mut meter = Meter::new(1_000);
        assert!(meter.memory_growing(0, 600, None).expect("no error"));
        assert!(meter.table_growing(0, 40, None).expect("no error"));
        assert!(!meter.memory_growing(600, 700, None).expect("no error"));
        assert_eq!((meter.peak(), meter.refused()), (920, Some(1_020)));
    }
}
