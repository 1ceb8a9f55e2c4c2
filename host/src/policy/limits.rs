//! The budget of one call and the bounds of one answer.

use std::time::Duration;

/// All limits of one plugin's calls. Built from the defaults, `[default.limits]` and a grant's
/// `[limits]`, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Fuel for one call, about one unit an instruction. 50 million is some 5 to 10 ms of work
    /// for compiled guests and a thousand times what a Rust card needs; a Python card uses 1 million.
    pub fuel: u64,
    /// Fuel for making the instance, before the call: static constructors and language run times.
    /// Go needs 1.1 million.
    pub setup_fuel: u64,
    /// Wall clock for the whole call, waiting for HTTP included. Two seconds: an agent looks
    /// elsewhere after that.
    pub deadline: Duration,
    /// As `deadline`, for dealing with an event: nobody waits for it, and what it calls may be slow.
    /// Twenty seconds, as Freshworks gives its own apps.
    pub event_deadline: Duration,
    /// Linear memory and tables of all of a component's instances together. C by zig starts with
    /// 16 MiB, Python with 12.
    pub memory_bytes: u64,
    /// Bytes a call may pass to the host, in each direction's single calls and in its answer.
    pub hostcall_bytes: u64,
    /// Handles to host resources (streams, pollables) held at one time.
    pub handles: u32,
    /// Calls to the host of any kind.
    pub host_calls: u64,
    /// Bytes of log lines, standard output and error included.
    pub log_bytes: u64,
    /// HTTP requests. As many more may be refused; after that a call is told `http.quota` unseen.
    pub http_requests: u32,
    /// HTTP requests of this plugin that are under way at one time, over all its calls; the others
    /// wait. What a browser opens to one server, and little enough for a small one.
    pub http_concurrency: u32,
    /// Bytes of one request's body.
    pub http_request_bytes: u64,
    /// Bytes of one answer's body.
    pub http_response_bytes: u64,
    /// Bytes of HTTP headers and bodies of the whole call, both ways.
    pub http_bytes: u64,
    /// Operations of the store, reads and writes alike. What a call does with a thousand values is
    /// better done by a program with a database.
    pub store_ops: u64,
    /// Bytes of keys and values that a call may write. They are held back until it has succeeded,
    /// so this is memory too.
    pub store_bytes: u64,
    /// Calls of this plugin that run at one time. Fewer than the pool has places, so that one
    /// plugin cannot take them all.
    pub concurrency: u32,
    /// Calls that may wait for a place; one more is refused as `call.busy`.
    pub queue: u32,
    /// Bounds of the card.
    pub card: CardLimits,
}

/// How large a card may be; the numbers are the contract's (`wit/card.wit`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardLimits {
    /// Blocks a card.
    pub blocks: usize,
    /// Elements a block or accordion.
    pub elements: usize,
    /// Rows a list or table.
    pub rows: usize,
    /// Columns a table.
    pub columns: usize,
    /// Buttons an element.
    pub buttons: usize,
    /// Fields a form.
    pub fields: usize,
    /// Bytes of one text.
    pub text_bytes: usize,
    /// Bytes of one URL.
    pub url_bytes: usize,
    /// Bytes of one html.
    pub html_bytes: usize,
    /// Bytes of all texts of a card.
    pub card_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fuel: 50_000_000,
            setup_fuel: 10_000_000,
            deadline: Duration::from_millis(2_000),
            event_deadline: Duration::from_secs(20),
            memory_bytes: 64 << 20,
            hostcall_bytes: 4 << 20,
            handles: 1_000,
            host_calls: 10_000,
            log_bytes: 64 << 10,
            http_requests: 16,
            http_concurrency: 8,
            http_request_bytes: 1 << 20,
            http_response_bytes: 2 << 20,
            http_bytes: 8 << 20,
            store_ops: 1_000,
            store_bytes: 1 << 20,
            concurrency: 16,
            queue: 64,
            card: CardLimits::default(),
        }
    }
}

impl Default for CardLimits {
    fn default() -> Self {
        Self {
            blocks: 32,
            elements: 32,
            rows: 200,
            columns: 12,
            buttons: 16,
            fields: 12,
            text_bytes: 4 << 10,
            url_bytes: 2 << 10,
            html_bytes: 64 << 10,
            card_bytes: 256 << 10,
        }
    }
}
