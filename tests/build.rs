//! Builds what the tests run: the guests of `tests/guests`, and the plugins of `examples/`.

use sidepane_guest_build::{Guest, GuestBuild};
use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// The plugins of `examples/`.
const PLUGINS: [&str; 5] = [
    "auto-tag",
    "hello",
    "order-lookup",
    "visit-counter",
    "smart-plug",
];

fn main() {
    if let Err(error) = build() {
        println!("cargo::error={error}");
    }
}

fn build() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let guests = here.join("guests");
    write_contracts(&here.join("../wit"), &guests.join("wit"))?;
    let built = GuestBuild::new()
        .workspace(&guests)
        .examples_of("guests")
        .build()?;
    let folder = built
        .first()
        .and_then(|guest| guest.wasm.parent())
        .ok_or("no guests")?;
    println!("cargo:rustc-env=GUESTS={}", folder.display());

    let plugins = PathBuf::from(variable("OUT_DIR")?).join("plugins");
    fs::create_dir_all(&plugins)?;
    let all = PLUGINS
        .into_iter()
        .fold(GuestBuild::new(), GuestBuild::package);
    for Guest { name, wasm } in all.build()? {
        fs::copy(wasm, plugins.join(format!("{name}.wasm")))?;
    }
    println!("cargo:rustc-env=PLUGINS={}", plugins.display());
    Ok(())
}

/// Contracts that differ from `wit/` in one place, for guests that are older or newer than the host.
fn write_contracts(wit: &Path, into: &Path) -> Result<(), Box<dyn Error>> {
    const ACTIONS: &str = "        actions(list<button>),\n";
    const OLD: &str = "package sidepane:plugin@0.1.0;";
    const SEND: &str = "    send: func(";
    let changes: [(&str, &[(&str, &str)]); 3] = [
        // `element` has one case less.
        ("earlier", &[(ACTIONS, "")]),
        // `element` has one case more.
        (
            "later",
            &[(
                ACTIONS,
                "        actions(list<button>),\n        chart(list<row>),\n",
            )],
        ),
        // 0.1.1 as the README of `wit/` lets it grow: a function beside the others.
        (
            "patch",
            &[
                (OLD, "package sidepane:plugin@0.1.1;"),
                (
                    SEND,
                    "    used: func() -> u32;\n    @since(version = 0.1.0)\n    send: func(",
                ),
            ],
        ),
    ];
    println!("cargo:rerun-if-changed={}", wit.display());
    for (name, edits) in changes {
        let folder = into.join(name);
        fs::create_dir_all(&folder)?;
        let mut made = 0;
        for entry in fs::read_dir(wit)? {
            let path = entry?.path();
            if path.extension() != Some(OsStr::new("wit")) {
                continue;
            }
            let mut text = fs::read_to_string(&path)?;
            for (from, to) in edits {
                made += text.matches(from).count();
                text = text.replace(from, to);
            }
            let copy = folder.join(path.file_name().ok_or("a file without a name")?);
            // One that is as it was keeps its time, so that nothing is built again.
            if fs::read_to_string(&copy).ok().as_ref() != Some(&text) {
                fs::write(&copy, text)?;
            }
        }
        if made != edits.len() {
            return Err(format!("{name}: {made} places of wit/ match, not {}", edits.len()).into());
        }
    }
    Ok(())
}

fn variable(name: &str) -> Result<String, Box<dyn Error>> {
    println!("cargo:rerun-if-env-changed={name}");
    let value = std::env::var_os(name).and_then(|value| value.into_string().ok());
    value.ok_or_else(|| format!("{name} is not set").into())
}
