//! All decisions: values in, a permit or a typed refusal out. No I/O, no clock, no async.

pub mod address;
pub mod limits;
pub mod method;
pub mod pattern;
pub mod url;
