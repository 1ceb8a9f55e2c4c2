//! The compile child as embedders and operators meet it: what it makes, what it may cost, how it ends.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking"
)]

mod prisoner;
mod product;
mod sight;
mod start;

use sidepane::{Compile, CompileBudget, Engine, EngineSettings, PoolSettings};
use std::path::PathBuf;

/// A program that is its own compiler: a test is none, since its `main` is not ours.
const PROGRAM: &str = env!("CARGO_BIN_EXE_sidepane");

/// An engine for one plugin at a time, and a cache where one is given.
fn engine(compile: Compile, cache: Option<PathBuf>) -> Engine {
    let settings = EngineSettings {
        pool: PoolSettings {
            instances: 4,
            ..PoolSettings::default()
        },
        compile: Some(compile),
        cache,
        ..EngineSettings::default()
    };
    Engine::start(&settings).unwrap_or_else(|problem| panic!("{problem}"))
}

/// A child of this budget.
fn child(budget: CompileBudget) -> Compile {
    Compile::Child {
        program: Some(PROGRAM.into()),
        budget,
    }
}

/// A component that is small and takes a compiler long.
fn bomb() -> Vec<u8> {
    e2e::raw::functions(&[e2e::raw::nested_loops(900)])
}
