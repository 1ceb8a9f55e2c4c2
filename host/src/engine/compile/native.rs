//! The compiler itself: bytes in, native code or a refusal out. It knows nothing of limits; whoever
//! calls it sees to those.

use crate::engine::config;
use crate::model::problem::{Code, Problem};
use wasmparser::{Validator, WasmFeatures};
use wasmtime::Engine;

/// The proposals that a plugin may use. The engine's configuration has one more, for itself; a test
/// holds the rest of it against what it takes and refuses.
const ON: WasmFeatures = WasmFeatures::WASM2
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::COMPONENT_MODEL)
    .difference(WasmFeatures::GC_TYPES);

/// Why bytes became no native code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) why: Why,
    /// In the validator's or the compiler's own words.
    pub(super) detail: String,
}

/// The kinds of refusals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// They are no valid component.
    Malformed,
    /// They use this proposal, which is switched off.
    Disabled(String),
    /// There was not enough memory.
    Memory,
    /// The compiler does not take them.
    Failed,
}

/// An engine that compiles and runs nothing.
///
/// # Errors
/// The machine's processor is not supported.
pub(super) fn engine() -> wasmtime::Result<Engine> {
    Engine::new(&config::compiling_config())
}

/// Compiles scanned bytes.
///
/// # Errors
/// A refusal. The bytes are validated by themselves first: the compiler would do so too, and tell
/// only in words what it found.
pub(super) fn compile(engine: &Engine, bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    if let Some((why, detail)) = invalid(bytes) {
        return Err(Refusal { why, detail });
    }
    engine.precompile_component(bytes).map_err(|error| {
        let detail = format!("{error:#}");
        let why = match of_memory(&detail) {
            true => Why::Memory,
            false => Why::Failed,
        };
        Refusal { why, detail }
    })
}

/// What is invalid about `bytes`, if anything.
fn invalid(bytes: &[u8]) -> Option<(Why, String)> {
    let error = validate(bytes, ON)?;
    // Valid with everything on: then it is one proposal, or several, that is missing.
    let missing = match error.missing_wasm_feature() {
        Some(feature) => Some(feature),
        None => match validate(bytes, WasmFeatures::all()) {
            Some(_) => None,
            None => WasmFeatures::all()
                .difference(ON)
                .iter()
                .find(|one| validate(bytes, WasmFeatures::all().difference(*one)).is_some()),
        },
    };
    let why = match missing.and_then(name) {
        Some(proposal) => Why::Disabled(proposal),
        None => Why::Malformed,
    };
    Some((why, error.to_string()))
}

fn validate(bytes: &[u8], features: WasmFeatures) -> Option<wasmparser::BinaryReaderError> {
    Validator::new_with_features(features)
        .validate_all(bytes)
        .err()
}

/// A proposal by the name that toolchains know it by.
fn name(feature: WasmFeatures) -> Option<String> {
    let (name, _) = feature.iter_names().next()?;
    let name = name.to_ascii_lowercase().replace('_', "-");
    Some(match name.strip_prefix("cm-") {
        Some(of_components) => format!("component-model-{of_components}"),
        None => name,
    })
}

/// Whether the system gave no memory, in its words or wasmtime's.
fn of_memory(text: &str) -> bool {
    ["allocate memory", "out of memory", "os error 12"]
        .iter()
        .any(|words| text.contains(words))
}

impl From<Refusal> for Problem {
    fn from(Refusal { why, detail }: Refusal) -> Self {
        let problem = match why {
            Why::Malformed => Problem::new(
                Code::LoadMalformed,
                "The file is not a valid component; build it again.",
            ),
            Why::Disabled(proposal) => Problem::new(
                Code::LoadFeatureDisabled,
                format!(
                    "The component uses `{proposal}`, which is switched off here; build it without."
                ),
            )
            .field(proposal),
            Why::Memory => Problem::new(
                Code::LoadCompileMemory,
                "There is not enough memory to compile the component.",
            ),
            Why::Failed => Problem::new(
                Code::LoadCompileFailed,
                "The component could not be compiled.",
            ),
        };
        problem.detail(detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiled(core: &str) -> Result<Vec<u8>, Why> {
        let text = format!("(component (core module {core}))");
        let bytes = wat::parse_str(&text).expect("a component in text form");
        let engine = engine().expect("an engine");
        compile(&engine, &bytes).map_err(|refusal| refusal.why)
    }

    #[test]
    fn what_the_engine_takes_is_what_we_say_is_on() {
        for core in [
            "(func (param funcref))",
            "(table 1 funcref) (func (drop (table.grow (ref.null func) (i32.const 1))))",
            "(memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))",
            "(func (result i32 i32) (i32.const 1) (i32.const 2))",
            "(func (result v128) (v128.const i64x2 0 0))",
            "(func (param f32) (result i32) (i32.trunc_sat_f32_s (local.get 0)))",
            "(func (param i32) (result i32) (i32.extend8_s (local.get 0)))",
            "(global i32 (i32.add (i32.const 1) (i32.const 2)))",
            "(global (export \"g\") (mut i32) (i32.const 1))",
        ] {
            let bytes = wat::parse_str(format!("(component (core module {core}))"));
            let bytes = bytes.expect("a component in text form");
            assert!(validate(&bytes, ON).is_none(), "{core}");
            assert!(compiled(core).is_ok(), "{core}");
        }
    }

    #[test]
    fn what_the_engine_refuses_is_what_we_say_is_off() {
        for (core, proposal) in [
            ("(type (struct (field i32)))", "gc"),
            ("(func (param externref))", "gc-types"),
            ("(tag (param i32))", "exceptions"),
            ("(memory 1 1 shared)", "threads"),
            ("(memory i64 1)", "memory64"),
            ("(memory 1) (memory 1)", "multi-memory"),
            ("(func $f (return_call $f))", "tail-call"),
            (
                "(type $f (func)) (func (param (ref $f)))",
                "function-references",
            ),
            ("(type $f (func)) (type (cont $f))", "stack-switching"),
            ("(memory 1 (pagesize 1))", "custom-page-sizes"),
            (
                "(func (param i64 i64) (result i64 i64) \
                 (i64.mul_wide_s (local.get 0) (local.get 1)))",
                "wide-arithmetic",
            ),
        ] {
            assert_eq!(
                compiled(core).map(|native| native.len()),
                Err(Why::Disabled(proposal.to_owned())),
                "{core}"
            );
        }
    }

    #[test]
    fn what_stands_between_components_may_have_two_memories() {
        // A text goes from one inner component to another: it is copied between their memories.
        let inner = "(component $from
              (core module $m (memory (export \"memory\") 1)
                (func (export \"f\") (param i32 i32))
                (func (export \"realloc\") (param i32 i32 i32 i32) (result i32) (i32.const 0)))
              (core instance $i (instantiate $m))
              (func (export \"f\") (param \"text\" string)
                (canon lift (core func $i \"f\") (memory (core memory $i \"memory\"))
                  (realloc (core func $i \"realloc\")))))";
        let outer = "(component $to (import \"f\" (func $f (param \"text\" string)))
              (core module $m (memory (export \"memory\") 1))
              (core instance $i (instantiate $m))
              (core func $g (canon lower (func $f)
                (memory (core memory $i \"memory\"))))
              (core module $n (import \"\" \"g\" (func (param i32 i32))))
              (core instance (instantiate $n
                (with \"\" (instance (export \"g\" (func $g)))))))";
        let text = format!(
            "(component {inner} {outer} (instance $a (instantiate $from))
               (instance (instantiate $to (with \"f\" (func $a \"f\")))))"
        );
        let bytes = wat::parse_str(&text).expect("a component in text form");
        let native = compile(&engine().expect("an engine"), &bytes);
        assert!(native.is_ok(), "{:?}", native.err());
    }

    #[test]
    fn what_is_only_wrong_is_malformed() {
        let engine = engine().expect("an engine");
        let wrong = "(component (core module (func (result i32))))";
        let bytes = wat::parse_str(wrong).expect("a component in text form");
        let refusal = compile(&engine, &bytes).expect_err("no value");
        assert_eq!(refusal.why, Why::Malformed);
        assert!(refusal.detail.contains("offset"), "{}", refusal.detail);
    }
}
