//! L17: proposals that are switched off, each named in its refusal.

use crate::case::{Answer, Built, Case};
use anyhow::ensure;

/// What is used, the proposal's name, and a component that is valid with it.
const PROPOSALS: [(&str, &str, &str); 12] = [
    (
        "a struct of the garbage collector",
        "gc",
        "(component (core module (type (struct (field i32)))))",
    ),
    (
        "an external reference",
        "gc-types",
        "(component (core module (func (param externref))))",
    ),
    (
        "an exception",
        "exceptions",
        "(component (core module (tag (param i32))))",
    ),
    (
        "a typed reference to a function",
        "function-references",
        "(component (core module (type $t (func)) (func (param (ref $t)) (call_ref $t (local.get 0)))))",
    ),
    (
        "a shared memory",
        "threads",
        "(component (core module (memory 1 1 shared)))",
    ),
    (
        "a memory of 64 bits",
        "memory64",
        "(component (core module (memory i64 1)))",
    ),
    (
        "two memories in one module",
        "multi-memory",
        "(component (core module (memory 1) (memory 1)))",
    ),
    (
        "a tail call",
        "tail-call",
        "(component (core module (func $f (return_call $f))))",
    ),
    (
        "a relaxed vector operation",
        "relaxed-simd",
        "(component (core module (func (param v128) (result v128)
           (i8x16.relaxed_swizzle (local.get 0) (local.get 0)))))",
    ),
    (
        "a stream",
        "component-model-async",
        "(component (type (stream u8)))",
    ),
    (
        "a future",
        "component-model-async",
        "(component (type (future u8)))",
    ),
    (
        "a continuation",
        "stack-switching",
        "(component (core module (type $f (func)) (type (cont $f))))",
    ),
];

/// The cases.
pub(super) fn cases() -> Vec<Case> {
    PROPOSALS
        .into_iter()
        .map(|(what, proposal, text)| {
            let run = move |ground: std::sync::Arc<crate::ground::Ground>| async move {
                let plugin = ground.name(what).await;
                let bytes = wat::parse_str(text)?;
                let answer: Answer = ground.load(&plugin, bytes, "").await?;
                let named = format!("`{proposal}`");
                ensure!(
                    answer.text.contains(&named),
                    "{named} is not named: {}",
                    answer.text
                );
                Ok(answer)
            };
            Case::new("L17", what, Built::Wat, "load.feature_disabled", run).slow()
        })
        .collect()
}
