//! What the tests of the whole share: a host on port 0, a client, upstream servers, the guests.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and its servers end with its runtime"
)]

pub mod attacks;
pub mod client;
pub mod core;
pub mod event;
pub mod guests;
pub mod handler;
pub mod host;
pub mod puppet;
pub mod random;
pub mod raw;
pub mod trick;
pub mod upstream;
