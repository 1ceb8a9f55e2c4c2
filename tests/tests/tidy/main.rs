//! The house rules that no compiler knows, held against the source as it stands.
//!
//! ARCHITECTURE.md's table of modules is read by this very test: who wants to import what the table
//! does not allow changes the table, in sight of whoever reviews it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod codes;
mod imports;
mod shape;
mod source;
mod table;

use source::Source;
use std::path::{Path, PathBuf};

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ stands in the repository")
        .to_path_buf()
}

fn read(path: &str) -> String {
    let full = root().join(path);
    std::fs::read_to_string(&full).unwrap_or_else(|error| panic!("{}: {error}", full.display()))
}

/// Every Rust file under `folder`, without what builds left behind.
fn sources(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(next) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&next) else {
            continue;
        };
        for entry in entries {
            let path = entry.expect("an entry").path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source file");
                let short = path.strip_prefix(root()).expect("under the root");
                found.push(Source::new(&short.to_string_lossy(), &text));
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    let only_tests: Vec<String> = found.iter().flat_map(Source::test_files).collect();
    found.retain(|source| !only_tests.contains(&source.path));
    found
}

fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn modules_import_only_what_the_table_allows() {
    let rules = table::read(&read("ARCHITECTURE.md"));
    let sources = sources("host/src");
    assert!(sources.len() > 20, "the host has sources");
    let mut wrong = imports::undeclared(&rules, &sources);
    for source in &sources {
        wrong.extend(imports::forbidden(&rules, source));
    }
    assert_none(&wrong);
}

#[test]
fn files_are_short_and_say_what_they_are() {
    let mut wrong = Vec::new();
    for folder in ["host", "guest-sdk", "examples"] {
        for source in sources(folder) {
            wrong.extend(shape::too_long(&source));
            wrong.extend(shape::unnamed(&source));
        }
    }
    wrong.extend(sources("tests").iter().flat_map(shape::unnamed));
    wrong.extend(shape::stale_exceptions(&root()));
    assert_none(&wrong);
}

#[test]
fn the_codes_are_documented_as_they_are() {
    assert_none(&codes::differences(&read("docs/status-codes.md")));
}
