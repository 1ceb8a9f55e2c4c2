//! Bytes to artefact, artefact to component: two steps, so that the first can happen elsewhere and
//! its result be kept.

use super::cache::Cache;
use crate::model::id::Generation;
use crate::model::problem::{Code, Problem};
use std::path::PathBuf;
use wasmtime::Engine;
use wasmtime::component::Component;

/// Native code that our own compiler made from a scanned component.
#[derive(Debug)]
pub(super) enum Artefact {
    /// A checked file, to be mapped.
    File(PathBuf),
    /// Bytes, where there is no cache.
    Memory(Vec<u8>),
}

/// Compiles `bytes`, or finds what an earlier start compiled.
///
/// # Errors
/// `load.malformed`, `load.feature_disabled` and `load.compile_failed`.
pub(super) fn compile(
    engine: &Engine,
    cache: Option<&Cache>,
    generation: Generation,
    bytes: &[u8],
) -> Result<Artefact, Problem> {
    if let Some(file) = cache.and_then(|cache| cache.find(generation)) {
        return Ok(Artefact::File(file));
    }
    let native = engine
        .precompile_component(bytes)
        .map_err(|error| refusal(&error))?;
    let Some(cache) = cache else {
        return Ok(Artefact::Memory(native));
    };
    match cache.keep(generation, &native) {
        Ok(file) => Ok(Artefact::File(file)),
        Err(error) => {
            tracing::warn!(%error, %generation, "artefact not kept; the next start compiles again");
            Ok(Artefact::Memory(native))
        }
    }
}

/// Makes a component of an artefact.
///
/// # Errors
/// `load.limit` when it does not fit into a place of the pool, `load.compile_failed` when the
/// artefact is not one of this engine.
#[expect(
    unsafe_code,
    reason = "only artefacts of our own compiler come here, by digest from our own folder"
)]
pub(super) fn load(engine: &Engine, artefact: &Artefact) -> Result<Component, Problem> {
    let loaded = match artefact {
        // SAFETY: `Artefact` is made in this file alone, from `precompile_component` or from a
        // cache entry whose digest was written by this program beside it.
        Artefact::File(path) => unsafe { Component::deserialize_file(engine, path) },
        // SAFETY: as above.
        Artefact::Memory(bytes) => unsafe { Component::deserialize(engine, bytes) },
    };
    loaded.map_err(|error| unfit(&error))
}

/// What was compiled and cannot be loaded is mostly too large for a place in the pool.
fn unfit(error: &wasmtime::Error) -> Problem {
    let text = format!("{error:#}");
    let problem = match text.contains("pooling allocator") {
        true => Problem::new(
            Code::LoadLimit,
            "The component begins with more memory, tables or instances than one call can have.",
        ),
        false => Problem::new(
            Code::LoadCompileFailed,
            "The compiled plugin could not be loaded.",
        ),
    };
    problem.detail(text)
}

fn refusal(error: &wasmtime::Error) -> Problem {
    let text = format!("{error:#}");
    // The validator's own words: `… (at offset 0x…)`, and for a proposal that is off, its name.
    if let Some(proposal) = disabled_proposal(&text) {
        return Problem::new(
            Code::LoadFeatureDisabled,
            format!(
                "The component uses `{proposal}`, which is switched off here; build it without."
            ),
        )
        .field(proposal)
        .detail(text);
    }
    match text.contains("at offset 0x") {
        true => Problem::new(
            Code::LoadMalformed,
            "The file is not a valid component; build it again.",
        )
        .detail(text),
        false => Problem::new(
            Code::LoadCompileFailed,
            "The component could not be compiled.",
        )
        .detail(text),
    }
}

fn disabled_proposal(text: &str) -> Option<&'static str> {
    let off = [
        "not enabled",
        "not supported",
        "must be enabled",
        "requires",
        "disabled",
    ];
    if !off.iter().any(|word| text.contains(word)) {
        return None;
    }
    let proposals = [
        ("exception", "exceptions"),
        ("tail call", "tail-call"),
        ("memory64", "memory64"),
        ("multi-memory", "multi-memory"),
        ("multiple memories", "multi-memory"),
        ("relaxed", "relaxed-simd"),
        ("threads", "threads"),
        ("shared", "threads"),
        ("gc", "gc"),
        ("function references", "function-references"),
        ("stack switching", "stack-switching"),
        ("async", "component-model-async"),
        ("wide arithmetic", "wide-arithmetic"),
    ];
    let lower = text.to_lowercase();
    proposals
        .iter()
        .find(|(word, _)| lower.contains(word))
        .map(|(_, name)| *name)
}
