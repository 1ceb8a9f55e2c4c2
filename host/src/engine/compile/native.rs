//! The compiler itself: bytes in, native code or a refusal out. It knows nothing of limits; whoever
//! calls it sees to those.

use crate::engine::config;
use crate::model::problem::{Code, Problem};
use wasmparser::{Validator, WasmFeatures};
use wasmtime::Engine;

/// The proposals that the engine's configuration switches on. wasmtime does not tell its own set, so
/// that a test holds this one against what it takes and refuses.
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
/// A refusal, whose kind is found by validating again: the compiler tells only words.
pub(super) fn compile(engine: &Engine, bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    engine.precompile_component(bytes).map_err(|error| {
        let detail = format!("{error:#}");
        let why = match invalid(bytes) {
            Some(why) => why,
            None if of_memory(&detail) => Why::Memory,
            None => Why::Failed,
        };
        Refusal { why, detail }
    })
}

/// What is invalid about `bytes`, if anything.
fn invalid(bytes: &[u8]) -> Option<Why> {
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
    Some(match missing.and_then(name) {
        Some(proposal) => Why::Disabled(proposal),
        None => Why::Malformed,
    })
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
