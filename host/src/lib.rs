//! Sidepane: a plugin host for support desks.

pub mod capability;
pub mod model;
pub mod policy;
pub mod surface;
