//! The environment of a build script, and what of it an inner cargo may see.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Error;

/// Whether cargo runs this as a build script, and so reads what it prints.
pub(crate) fn is_build_script() -> bool {
    env::var_os("OUT_DIR").is_some() && env::var_os("CARGO_MANIFEST_DIR").is_some()
}

/// The folder of the package whose build script this is, or the current one.
pub(crate) fn package_folder() -> Result<PathBuf, Error> {
    match env::var_os("CARGO_MANIFEST_DIR") {
        Some(folder) => Ok(folder.into()),
        None => env::current_dir().map_err(|source| Error::Read {
            path: ".".into(),
            source,
        }),
    }
}

/// The target folder of the build that runs this script.
pub(crate) fn outer_target_dir() -> Option<PathBuf> {
    let out_dir = env::var_os("OUT_DIR")?;
    target_dir_of(Path::new(&out_dir)).map(Path::to_owned)
}

/// Cargo marks a target folder, and nothing inside of it, with a `CACHEDIR.TAG`.
fn target_dir_of(out_dir: &Path) -> Option<&Path> {
    out_dir
        .ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").exists())
}

/// A program that sees nothing of the outer build.
pub(crate) fn clean_command(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    for (name, _) in env::vars_os() {
        if !may_pass(&name) {
            command.env_remove(name);
        }
    }
    command
}

/// The cargo that runs this script, or the one in the path.
pub(crate) fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Whether an inner cargo may see a variable. Of cargo's own, those that say where and how it gets
/// packages, and the job server, so that both builds together keep to the cores there are.
fn may_pass(name: &OsStr) -> bool {
    const KEPT: [&str; 4] = ["CARGO_HOME", "CARGO_MAKEFLAGS", "CARGO_TERM_COLOR", "CARGO"];
    const KEPT_FAMILIES: [&str; 4] = [
        "CARGO_NET_",
        "CARGO_HTTP_",
        "CARGO_REGISTRIES_",
        "CARGO_REGISTRY_",
    ];
    // The outer build's compiler, wrappers and flags: clippy's above all.
    const DROPPED: [&str; 12] = [
        "RUSTC",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTC_LINKER",
        "RUSTDOC",
        "RUSTFLAGS",
        "RUSTDOCFLAGS",
        "CLIPPY_ARGS",
        "CLIPPY_CONF_DIR",
        "OUT_DIR",
        "TARGET",
        "PROFILE",
    ];
    let Some(name) = name.to_str() else {
        return true;
    };
    if KEPT.contains(&name) || KEPT_FAMILIES.iter().any(|family| name.starts_with(family)) {
        return true;
    }
    !(name.starts_with("CARGO_") || name.starts_with("__CARGO") || DROPPED.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_outer_build_passes() {
        for (name, passes) in [
            ("RUSTC_WORKSPACE_WRAPPER", false),
            ("RUSTC_WRAPPER", false),
            ("RUSTC", false),
            ("RUSTFLAGS", false),
            ("CARGO_ENCODED_RUSTFLAGS", false),
            ("CARGO_BUILD_TARGET", false),
            ("CARGO_BUILD_RUSTFLAGS", false),
            ("CARGO_TARGET_DIR", false),
            ("CARGO_TARGET_WASM32_WASIP2_LINKER", false),
            ("CARGO_PROFILE_RELEASE_LTO", false),
            ("CARGO_MANIFEST_DIR", false),
            ("CARGO_FEATURE_SERVER", false),
            ("CARGO_CFG_TARGET_ARCH", false),
            ("CLIPPY_ARGS", false),
            ("CARGO", true),
            ("CARGO_HOME", true),
            ("CARGO_MAKEFLAGS", true),
            ("CARGO_NET_OFFLINE", true),
            ("CARGO_HTTP_PROXY", true),
            ("RUSTUP_TOOLCHAIN", true),
            ("RUSTUP_HOME", true),
            ("PATH", true),
        ] {
            assert_eq!(may_pass(OsStr::new(name)), passes, "{name}");
        }
    }

    #[test]
    fn the_target_folder_is_the_marked_one() {
        let root = env::temp_dir().join(format!("sidepane-guest-build-{}", std::process::id()));
        let out_dir = root.join("x86_64-unknown-linux-gnu/debug/build/demo-1/out");
        std::fs::create_dir_all(&out_dir).unwrap();
        assert_eq!(target_dir_of(&out_dir), None);
        std::fs::write(root.join("CACHEDIR.TAG"), "").unwrap();
        let found = target_dir_of(&out_dir).map(Path::to_owned);
        std::fs::remove_dir_all(&root).unwrap();
        assert_eq!(found, Some(root));
    }
}
