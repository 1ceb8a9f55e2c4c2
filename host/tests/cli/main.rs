//! The command `sidepane` as people and scripts meet it: its words, its exit codes, its documents.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking"
)]

mod against;
mod bench;
mod commands;
mod config;
mod container;
mod docs;
mod events;
mod explain;
mod files;
mod markdown;
mod production;
mod replay;
mod stage;
mod transcript;
