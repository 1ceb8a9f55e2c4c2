//! Builds the smallest plugin and looks at what came out.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use sidepane_guest_build::{Error, GuestBuild};
use wasmparser::{Parser, Payload};

#[derive(Debug, Default)]
struct Found {
    imports: Vec<String>,
    exports: Vec<String>,
    contract: Vec<Vec<u8>>,
}

/// Imports and exports of the component itself, and the contract's stamp wherever it is nested.
fn scan(wasm: &Path) -> Found {
    let bytes = std::fs::read(wasm).unwrap();
    let mut found = Found::default();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(&bytes) {
        match payload.unwrap() {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentImportSection(imports) if depth == 0 => {
                found.imports.extend(
                    imports
                        .into_iter()
                        .map(|import| import.unwrap().name.name.to_owned()),
                );
            }
            Payload::ComponentExportSection(exports) if depth == 0 => {
                found.exports.extend(
                    exports
                        .into_iter()
                        .map(|export| export.unwrap().name.name.to_owned()),
                );
            }
            Payload::CustomSection(section) if section.name() == "sidepane:contract" => {
                found.contract.push(section.data().to_vec());
            }
            _ => {}
        }
    }
    found.exports.sort();
    found
}

#[test]
fn a_plugin_exports_what_it_serves_and_imports_little() {
    let guests = GuestBuild::new()
        .package("hello")
        .package("order-lookup")
        .build()
        .unwrap();
    let names: Vec<_> = guests.iter().map(|guest| guest.name.as_str()).collect();
    assert_eq!(names, ["hello", "order-lookup"]);
    for guest in &guests {
        let found = scan(&guest.wasm);
        let serves: &[&str] = match guest.name.as_str() {
            "hello" => &["contact-context", "manifest"],
            _ => &["action", "contact-context", "manifest"],
        };
        let serves = serves
            .iter()
            .map(|what| format!("sidepane:plugin/{what}@0.1.0"));
        assert_eq!(found.exports, serves.collect::<Vec<_>>(), "{}", guest.name);
        assert_eq!(
            found.contract,
            [b"0.1.0"],
            "{}: stamped once, and not stripped",
            guest.name
        );
        for import in &found.imports {
            let allowed = [
                "sidepane:plugin/",
                "wasi:cli/",
                "wasi:io/",
                "wasi:clocks/",
                "wasi:random/",
            ];
            assert!(
                allowed.iter().any(|prefix| import.starts_with(prefix)),
                "{}: {import}",
                guest.name
            );
        }
        let asks = |name: &str| found.imports.iter().any(|import| import.contains(name));
        assert_eq!(
            asks("/http@"),
            guest.name == "order-lookup",
            "{:?}",
            found.imports
        );
        assert_eq!(
            asks("/settings@"),
            guest.name == "order-lookup",
            "{:?}",
            found.imports
        );
        assert!(!asks("/store@"), "{:?}", found.imports);
    }
}

#[test]
fn a_package_that_is_not_there_is_an_error() {
    let error = GuestBuild::new()
        .package("no-such-plugin")
        .build()
        .unwrap_err();
    assert!(matches!(error, Error::Cargo { .. }), "{error}");
    assert!(
        error.to_string().contains("--package no-such-plugin"),
        "{error}"
    );
}

#[test]
fn a_package_without_a_component_is_an_error() {
    let error = GuestBuild::new()
        .package("sidepane-sdk")
        .build()
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("`sidepane-sdk` made no component"),
        "{error}"
    );
}
