//! The nouns: plain values that every other module speaks in.
//!
//! Nothing here reads, writes, waits or decides. No type is `Serialize`: each outer form (a desk's
//! JSON, WIT, TOML) has a mirror in the module that owns the form.

pub mod action;
pub mod card;
pub mod context;
pub mod delivery;
pub mod event;
pub mod explain;
pub mod figures;
pub mod http;
pub mod id;
pub mod manifest;
pub mod outcome;
pub mod problem;
pub mod recording;
pub mod refusal;
pub mod simulation;
pub mod store;
pub mod time;
pub mod told;
pub mod usage;
