//! Sidepane: a plugin host for support desks.

pub mod capability;
pub mod catalog;
pub mod config;
pub mod dispatch;
pub mod engine;
mod fields;
pub mod host;
pub mod model;
pub mod policy;
#[cfg(feature = "server")]
pub mod server;
pub mod surface;
