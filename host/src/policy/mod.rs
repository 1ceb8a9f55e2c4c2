//! All decisions: values in, a permit or a typed refusal out. No I/O, no clock, no async.

pub mod html;
pub mod limits;
pub mod link;
