//! Sidepane: a plugin host for support desks.

pub mod model;
pub mod policy;
pub mod surface;
pub mod capability;
pub mod engine;
