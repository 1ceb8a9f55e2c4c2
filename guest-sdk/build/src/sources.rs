//! What has to change before a build script runs again.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Guest;

/// Has cargo watch every file that went into the guests, and the manifests above them.
pub(crate) fn watch(guests: &[Guest]) {
    let mut files = BTreeSet::new();
    for guest in guests {
        // Cargo writes what a component was made from beside it, dependencies in the workspace
        // included. Without that the component itself is all there is to watch.
        let Ok(rule) = fs::read_to_string(guest.wasm.with_extension("d")) else {
            files.insert(guest.wasm.clone());
            continue;
        };
        files.extend(prerequisites(&rule));
    }
    let manifests: BTreeSet<PathBuf> = files
        .iter()
        .flat_map(|file| manifests_above(file))
        .collect();
    for file in files.iter().chain(&manifests) {
        println!("cargo:rerun-if-changed={}", file.display());
    }
    println!("cargo:rerun-if-env-changed=RUSTUP_TOOLCHAIN");
}

/// The files behind the colon of a make rule, where `\ ` is a blank in a name.
fn prerequisites(rule: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for line in rule.lines() {
        let Some((_, names)) = line.split_once(": ") else {
            continue;
        };
        let whole = names.replace("\\ ", "\0");
        files.extend(
            whole
                .split_whitespace()
                .map(|name| PathBuf::from(name.replace('\0', " "))),
        );
    }
    files
}

/// `Cargo.toml` and `Cargo.lock` of the package and the workspace that a file belongs to.
fn manifests_above(file: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in file.ancestors().skip(1) {
        found.extend(
            ["Cargo.toml", "Cargo.lock"]
                .map(|name| folder.join(name))
                .into_iter()
                .filter(|path| path.is_file()),
        );
        if folder.join("Cargo.lock").is_file() {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_names_its_files() {
        for (rule, files) in [
            (
                "/t/a.wasm: /w/src/lib.rs /w/wit/card.wit\n",
                vec!["/w/src/lib.rs", "/w/wit/card.wit"],
            ),
            (
                "/t/a.wasm: /my\\ work/lib.rs\n\n/my\\ work/lib.rs:\n",
                vec!["/my work/lib.rs"],
            ),
            ("", vec![]),
        ] {
            let files: Vec<_> = files.into_iter().map(PathBuf::from).collect();
            assert_eq!(prerequisites(rule), files, "{rule}");
        }
    }

    #[test]
    fn a_packages_manifests_go_up_to_the_lock() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let manifests = manifests_above(&here.join("src/lib.rs"));
        assert!(manifests.contains(&here.join("Cargo.toml")));
        assert!(manifests.iter().any(|path| path.ends_with("Cargo.lock")));
    }
}
