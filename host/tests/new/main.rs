//! `sidepane new`: what it writes builds, passes its own tests and has a card, in every language and
//! with every mixture of parts; and the commands that it prints are the ones that do it.
//!
//! It needs npm and Python with venv, and fails where they are missing. What they fetch is kept in
//! `target/authors`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking"
)]

mod dev;
mod documents;
mod python;
mod refused;
mod rust;
mod scripts;
mod studio;
mod traps;
