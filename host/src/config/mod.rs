//! What operators write in TOML: `sidepane.toml`, the limits that it and grants share, and where a
//! secret's value comes from.

pub mod cache;
pub mod compile;
pub mod events;
pub mod limits;
pub mod secret;
pub mod settings;
