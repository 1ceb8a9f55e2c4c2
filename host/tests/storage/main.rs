//! What storage promises, held against every implementation, and what becomes of it when the disk,
//! the power or the clock fail.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod conformance;
mod faults;
mod files;
mod kit;
mod power;
mod same;
mod shim;
