//! The whole, through its public doors: a host on ports of its own, guests compiled from source,
//! upstreams on loopback. One program, so that one engine serves all of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "a task of a test ends with the test's own runtime"
)]

mod accounts;
mod actions;
mod cache;
mod cards;
mod contract;
mod desks;
mod doors;
mod egress;
mod embedding;
mod events;
mod folder;
mod handlers;
mod intercom;
mod limits;
mod mcp;
mod neighbours;
mod openapi;
mod presses;
mod recordings;
mod reload;
mod secrets;
mod sessions;
mod simulate;
mod smart_plug;
mod store;
mod stream;
