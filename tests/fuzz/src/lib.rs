//! What must hold for any bytes, one function a target. Each panics when it does not.
//!
//! The fuzzer's `programs/` call them with inputs that it grows by coverage; the test beside
//! them calls them with the seeds, and with seeds changed at random, on every run of the suite.
#![allow(
    clippy::panic,
    clippy::expect_used,
    reason = "panicking is how a target says that something does not hold"
)]

mod component;
mod grant;
mod surface;
mod url;

pub use component::component;
pub use grant::grant;
pub use surface::{DOORS, surface};
pub use url::url;

/// A target: the name of its seeds' folder, and what must hold.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("component", component),
    ("grant", grant),
    ("surface", surface),
    ("url", url),
];
