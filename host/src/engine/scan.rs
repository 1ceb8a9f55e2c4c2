//! A first look at a plugin's bytes, before anything is compiled: is it a component at all, what
//! does it import, which contract was it built against?

use crate::model::problem::{Code, Problem};
use wasmparser::{Encoding, Parser, Payload};
use wasmtime::Engine;

/// The contract that this host speaks.
pub const CONTRACT: &str = "0.1.0";
/// The custom section in which the SDK stamps the contract's version.
const STAMP: &str = "sidepane:contract";
/// Imports of a component; honest guests of any language have fewer than 60.
const IMPORTS: usize = 256;

/// What the first look found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// The contract's version that the SDK stamped; none without the SDK.
    pub contract: Option<String>,
    /// The names of all imports.
    pub imports: Vec<String>,
}

/// Looks at `bytes`.
///
/// # Errors
/// `load.not_wasm`, `load.precompiled_forbidden`, `load.wrong_kind`, `load.malformed`,
/// `load.unknown_import`, `load.type_mismatch` when the stamp names another contract, and
/// `load.limit`.
pub fn scan(bytes: &[u8]) -> Result<Scan, Problem> {
    kind(bytes)?;
    let scan = read(bytes)?;
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

fn read(bytes: &[u8]) -> Result<Scan, Problem> {
    let mut found = Scan::default();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(|error| malformed(&error))? {
            Payload::Version { encoding, .. } => {
                if depth == 0 && encoding != Encoding::Component {
                    return Err(Problem::new(
                        Code::LoadWrongKind,
                        "The file is no component.",
                    ));
                }
                depth += 1;
            }
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 1 => {
                for import in section {
                    let import = import.map_err(|error| malformed(&error))?;
                    found.imports.push(import.name.name.to_owned());
                }
            }
            Payload::CustomSection(section) if section.name() == STAMP => {
                let stamp = section.data().get(..32).unwrap_or(section.data());
                found.contract = Some(String::from_utf8_lossy(stamp).into_owned());
            }
            _ => {}
        }
        if found.imports.len() > IMPORTS {
            return Err(
                Problem::new(Code::LoadLimit, "The component has too many imports.")
                    .of_limit(found.imports.len() as u64, IMPORTS as u64),
            );
        }
    }
    Ok(found)
}

fn malformed(error: &wasmparser::BinaryReaderError) -> Problem {
    Problem::new(
        Code::LoadMalformed,
        format!(
            "The file begins as a component and breaks off or goes wrong at byte {}; copy or build \
             it again.",
            error.offset()
        ),
    )
    .detail(error.message())
}

/// A stamp of the same major and minor version is this contract: 0.1.1 only adds functions and
/// interfaces, and a plugin that uses one of those fails by its imports.
fn same_contract(stamp: &str) -> Result<(), Problem> {
    let of = |version: &str| {
        let mut parts = version.splitn(3, '.').map(|part| part.parse::<u64>().ok());
        Some((parts.next()??, parts.next()??))
    };
    let Some(built) = of(stamp) else {
        return Err(Problem::new(
            Code::LoadMalformed,
            "The contract's version stamped into the component cannot be read; build it again \
             with sidepane-sdk.",
        )
        .detail(format!("{STAMP} holds {stamp:?}")));
    };
    match Some(built).cmp(&of(CONTRACT)) {
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(newer(&format!("contract {stamp}"))),
        std::cmp::Ordering::Less => Err(older(&format!("contract {stamp}"))),
    }
}

/// The refusal of a plugin that was built for a later contract.
pub(super) fn newer(built_for: &str) -> Problem {
    Problem::new(
        Code::LoadTypeMismatch,
        format!(
            "The plugin was built for {built_for} and this host speaks {CONTRACT}: upgrade \
             Sidepane, or build the plugin with sidepane-sdk 0.1."
        ),
    )
}

/// The refusal of a plugin that was built for an earlier contract.
pub(super) fn older(built_for: &str) -> Problem {
    Problem::new(
        Code::LoadTypeMismatch,
        format!(
            "The plugin was built for {built_for} and this host speaks {CONTRACT}: build the \
             plugin again with sidepane-sdk 0.1."
        ),
    )
}

fn judge_import(import: &str) -> Result<(), Problem> {
    let (interface, version) = import.split_once('@').unwrap_or((import, ""));
    let known = match interface.split_once('/') {
        Some(("sidepane:plugin", _)) => return judge_own(import, version),
        Some(("wasi:cli" | "wasi:io" | "wasi:clocks" | "wasi:random", _)) => true,
        // Stubs: standard libraries import them whatever the code does.
        Some(("wasi:filesystem" | "wasi:sockets", _)) => true,
        _ => false,
    };
    if known && version.starts_with("0.2.") {
        return Ok(());
    }
    let remedy = match interface.split_once('/') {
        Some(("wasi:http", _)) => "use `sidepane:plugin/http`, which the operator can allow",
        _ if known => "this host gives WASI 0.2",
        _ => "this host gives `sidepane:plugin` and parts of WASI 0.2",
    };
    Err(Problem::new(
        Code::LoadUnknownImport,
        format!("The component imports `{import}`, which no plugin gets: {remedy}."),
    )
    .field(import))
}

fn judge_own(import: &str, version: &str) -> Result<(), Problem> {
    if version.is_empty() {
        return Err(Problem::new(
            Code::LoadUnknownImport,
            format!("The component imports `{import}` without a version; build it against `wit/`."),
        )
        .field(import));
    }
    same_contract(version).map_err(|problem| problem.field(import))
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
        assert_eq!(scan(b"\0asm\x0d\0\x01\0"), Ok(Scan::default()));
    }

    #[test]
    fn a_contract_says_which_side_to_upgrade() {
        assert!(same_contract("0.1.0").is_ok() && same_contract("0.1.7").is_ok());
        let newer = same_contract("0.2.0").expect_err("a later contract");
        assert!(newer.message.contains("upgrade Sidepane"), "{newer}");
        let older = same_contract("0.0.9").expect_err("an earlier contract");
        assert!(older.message.contains("build the plugin again"), "{older}");
        assert_eq!(
            same_contract("yes").expect_err("no version").code,
            Code::LoadMalformed
        );
    }

    #[test]
    fn imports_are_judged_by_name() {
        for good in [
            "sidepane:plugin/http@0.1.0",
            "wasi:io/streams@0.2.6",
            "wasi:sockets/tcp@0.2.9",
        ] {
            assert!(judge_import(good).is_ok(), "{good}");
        }
        let cases = [
            (
                "wasi:http/outgoing-handler@0.2.6",
                Code::LoadUnknownImport,
                "sidepane:plugin/http",
            ),
            ("wasi:cli/stdin@0.3.0", Code::LoadUnknownImport, "WASI 0.2"),
            (
                "acme:thing/x@1.0.0",
                Code::LoadUnknownImport,
                "sidepane:plugin",
            ),
            (
                "sidepane:plugin/http@0.2.0",
                Code::LoadTypeMismatch,
                "upgrade Sidepane",
            ),
            (
                "sidepane:plugin/http",
                Code::LoadUnknownImport,
                "without a version",
            ),
        ];
        for (import, code, part) in cases {
            let problem = judge_import(import).expect_err(import);
            assert_eq!(problem.code, code, "{import}");
            assert!(problem.message.contains(part), "{problem}");
            assert_eq!(problem.field.as_deref(), Some(import));
        }
    }
}
