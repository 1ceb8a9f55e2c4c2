//! All decisions: values in, a permit or a typed refusal out. No I/O, no clock, no async.

pub mod address;
pub mod cache;
pub mod compile;
pub mod delivery;
pub mod egress;
pub mod header;
pub mod host;
pub mod html;
pub mod limits;
pub mod link;
pub mod mask;
pub mod method;
pub mod pattern;
pub mod permit;
pub mod recording;
pub mod retry;
pub mod rule;
pub mod url;
