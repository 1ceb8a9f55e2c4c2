//! How much of a budget a call used.

/// One measure, *used of limit*.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// What was used.
    pub used: u64,
    /// What was allowed.
    pub limit: u64,
}

/// What one call used of its budget.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Fuel of the call itself.
    pub fuel: Used,
    /// Fuel of making the instance.
    pub setup_fuel: Used,
    /// Milliseconds by the wall clock.
    pub time_ms: Used,
    /// Bytes of linear memory and tables, at their largest.
    pub memory_bytes: Used,
    /// Calls to the host.
    pub host_calls: Used,
    /// HTTP requests.
    pub http_requests: Used,
    /// Bytes of HTTP bodies and headers, both ways.
    pub http_bytes: Used,
    /// Operations of the store.
    pub store_ops: Used,
    /// Bytes of keys and values written to the store.
    pub store_bytes: Used,
    /// Bytes written to the log.
    pub log_bytes: Used,
    /// Bytes of text in the answer.
    pub output_bytes: Used,
    /// Blocks in the answer.
    pub blocks: Used,
}

impl Usage {
    /// Every measure under its name, in the order of the fields.
    pub fn each(&self) -> [(&'static str, Used); 12] {
        [
            ("fuel", self.fuel),
            ("setup_fuel", self.setup_fuel),
            ("time_ms", self.time_ms),
            ("memory_bytes", self.memory_bytes),
            ("host_calls", self.host_calls),
            ("http_requests", self.http_requests),
            ("http_bytes", self.http_bytes),
            ("store_ops", self.store_ops),
            ("store_bytes", self.store_bytes),
            ("log_bytes", self.log_bytes),
            ("output_bytes", self.output_bytes),
            ("blocks", self.blocks),
        ]
    }
}
