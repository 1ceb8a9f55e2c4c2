//! A first look at a plugin's bytes, before anything is compiled: is it a component at all, what
//! does it import, which contract was it built against, and has it more of anything than a plugin
//! may?

mod contract;
mod counts;
mod instances;
mod limits;
mod types;

pub use contract::CONTRACT;
pub(super) use contract::{newer, older};
pub use limits::ScanLimits;

use crate::model::problem::{Code, Problem};
use contract::{STAMP, judge_import, same_contract};
use counts::Counts;
use wasmparser::{Encoding, Parser, Payload};
use wasmtime::Engine;

/// What the first look found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// The contract's version that the SDK stamped; none without the SDK.
    pub contract: Option<String>,
    /// The names of all imports.
    pub imports: Vec<String>,
    /// How much it has of what has a ceiling.
    pub used: ScanLimits,
}

/// Looks at `bytes`. It reads them once, in time and memory that their length bounds.
///
/// # Errors
/// `load.not_wasm`, `load.precompiled_forbidden`, `load.wrong_kind`, `load.malformed`,
/// `load.unknown_import`, `load.type_mismatch` when the stamp names another contract, and
/// `load.limit`, which names what there is too much of.
pub fn scan(bytes: &[u8]) -> Result<Scan, Problem> {
    kind(bytes)?;
    let scan = read(bytes, &ScanLimits::DEFAULT)?;
    if let Some(stamp) = &scan.contract {
        same_contract(stamp)?;
    }
    for import in &scan.imports {
        judge_import(import)?;
    }
    Ok(scan)
}

fn kind(bytes: &[u8]) -> Result<(), Problem> {
    if Engine::detect_precompiled(bytes).is_some() {
        return Err(Problem::new(
            Code::LoadPrecompiled,
            "The file holds native code, which cannot be checked; put the `.wasm` component there \
             that it was made from.",
        ));
    }
    if !bytes.starts_with(b"\0asm") {
        return Err(Problem::new(
            Code::LoadNotWasm,
            "The file is not WebAssembly; build the plugin for `wasm32-wasip2` and put the \
             `.wasm` there.",
        )
        .detail(format!(
            "it begins with {:02x?}",
            bytes.get(..8).unwrap_or(bytes)
        )));
    }
    if Parser::is_core_wasm(bytes) {
        return Err(Problem::new(
            Code::LoadWrongKind,
            "The file is a core module, not a component; build for `wasm32-wasip2`, or wrap it \
             with `wasm-tools component new`.",
        ));
    }
    Ok(())
}

fn read(bytes: &[u8], limits: &ScanLimits) -> Result<Scan, Problem> {
    let mut counts = Counts::new(limits);
    counts.most(ScanLimits::file_bytes(), bytes.len() as u64)?;
    let (mut contract, mut imports) = (None, Vec::new());
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.map_err(|error| malformed(&error))?;
        counts.count(&payload, bytes)?;
        match payload {
            Payload::Version { encoding, .. }
                if counts.depth() == 1 && encoding != Encoding::Component =>
            {
                return Err(Problem::new(
                    Code::LoadWrongKind,
                    "The file is no component.",
                ));
            }
            Payload::ComponentImportSection(section) if counts.depth() == 1 => {
                for import in section {
                    let import = import.map_err(|error| malformed(&error))?;
                    imports.push(import.name.name.to_owned());
                }
            }
            Payload::CustomSection(section) if section.name() == STAMP => {
                let stamp = section.data().get(..32).unwrap_or(section.data());
                contract = Some(String::from_utf8_lossy(stamp).into_owned());
            }
            _ => {}
        }
    }
    Ok(Scan {
        contract,
        imports,
        used: counts.used(),
    })
}

fn malformed(error: &wasmparser::BinaryReaderError) -> Problem {
    breaks_off(error.offset()).detail(error.message())
}

fn breaks_off(at: usize) -> Problem {
    Problem::new(
        Code::LoadMalformed,
        format!(
            "The file begins as a component and breaks off or goes wrong at byte {at}; copy or build \
             it again."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(bytes: &[u8]) -> Code {
        scan(bytes).expect_err("no plugin").code
    }

    #[test]
    fn what_is_no_component_is_named() {
        assert_eq!(code(b""), Code::LoadNotWasm);
        assert_eq!(code(b"<html>"), Code::LoadNotWasm);
        assert_eq!(code(b"(module)"), Code::LoadNotWasm);
        assert_eq!(code(b"\0asm"), Code::LoadMalformed);
        assert_eq!(code(b"\0asm\x01\0\0\0"), Code::LoadWrongKind);
        assert_eq!(code(b"\0asm\x0d\0\x01\0\x0b\xff"), Code::LoadMalformed);
        let empty = scan(b"\0asm\x0d\0\x01\0").expect("a component without anything");
        assert_eq!((empty.contract, empty.imports), (None, Vec::new()));
    }

    /// A component type section of `levels` instance types inside each other.
    fn nested_types(levels: usize) -> Vec<u8> {
        let mut section = vec![1];
        for _ in 1..levels {
            section.extend([0x42, 1, 1]);
        }
        section.extend([0x42, 0]);
        let mut bytes = b"\0asm\x0d\0\x01\0\x07".to_vec();
        let mut length = section.len();
        while length >= 0x80 {
            bytes.push(u8::try_from(length % 0x80).expect("seven bits") | 0x80);
            length /= 0x80;
        }
        bytes.push(u8::try_from(length).expect("seven bits"));
        bytes.extend(section);
        bytes
    }

    #[test]
    fn types_that_nest_without_end_take_no_stack() {
        let ten = scan(&nested_types(10)).expect("shallow types");
        assert_eq!((ten.used.types, ten.used.type_nesting), (10, 11));
        let problem = scan(&nested_types(10_000_000)).expect_err("deep types");
        assert_eq!(problem.code, Code::LoadLimit);
        assert_eq!(problem.field.as_deref(), Some("type nesting"));
        assert_eq!((problem.used, problem.limit), (Some(17), Some(16)));
    }

    #[test]
    fn instances_that_multiply_are_counted_as_they_are_made() {
        let of = |text: &str| {
            let bytes = wat::parse_str(text).expect("a component in text form");
            let used = scan(&bytes).map(|scan| scan.used);
            used.map(|used| (used.core_instances, used.instances))
        };
        let ten = "(core instance (instantiate $m))".repeat(10);
        let one = format!("(component $c (core module $m) {ten})");
        let five = "(instance (instantiate $c))".repeat(5);
        assert_eq!(of(&format!("(component {one} {five})")), Ok((50, 5)));
        // The second level counts by what the first one makes.
        let two = format!("(component $c {one} {five})");
        let four = "(instance (instantiate $c))".repeat(4);
        assert_eq!(of(&format!("(component {two} {four})")), Ok((200, 24)));
        let problem = of(&format!("(component {two} {five})")).expect_err("250 modules");
        assert_eq!(problem.field.as_deref(), Some("core instances"));
        assert_eq!((problem.used, problem.limit), (Some(250), Some(200)));
        // One that may be anything counts as more than there may be.
        let anything = "(component (component (import \"x\" (component $c)) \
                        (instance (instantiate $c))))";
        assert_eq!(of(anything).expect_err("unknown").code, Code::LoadLimit);
        // By another name it is at most the largest so far.
        let renamed = format!(
            "(component $top {one} (component (alias outer $top $c (component $d)) \
             (instance (instantiate $d))))"
        );
        assert_eq!(of(&renamed), Ok((10, 1)));
    }

    #[test]
    fn every_ceiling_has_a_name_of_its_own() {
        let entries = ScanLimits::DEFAULT.entries();
        let mut names: Vec<_> = entries.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), entries.len());
        let none: u64 = ScanLimits::NONE.entries().iter().map(|(_, n)| n).sum();
        assert_eq!(none, 0);
    }
}
