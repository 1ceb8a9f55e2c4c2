//! Getting the target where it is missing.

use std::path::{Path, PathBuf};

use crate::environment::{clean_command, is_build_script};
use crate::{Error, TARGET};

/// Adds the target to the toolchain in use, and says so.
pub(crate) fn add_if_missing(folder: &Path) -> Result<(), Error> {
    if is_installed(&sysroot(folder)?) {
        return Ok(());
    }
    tell(&format!(
        "adding the target {TARGET}: rustup target add {TARGET}"
    ));
    // rustup finds the toolchain as rustc does: by RUSTUP_TOOLCHAIN, or by the folder's file.
    let added = clean_command("rustup", folder)
        .args(["target", "add", TARGET])
        .output()
        .map_err(|error| Error::Target(format!("rustup cannot be started: {error}")))?;
    let said = String::from_utf8_lossy(&added.stderr);
    if added.status.success() && is_installed(&sysroot(folder)?) {
        Ok(())
    } else {
        Err(Error::Target(
            said.trim()
                .lines()
                .last()
                .unwrap_or("rustup failed")
                .to_owned(),
        ))
    }
}

fn is_installed(sysroot: &Path) -> bool {
    sysroot
        .join("lib/rustlib")
        .join(TARGET)
        .join("lib")
        .is_dir()
}

fn sysroot(folder: &Path) -> Result<PathBuf, Error> {
    let output = clean_command("rustc", folder)
        .args(["--print", "sysroot"])
        .output()
        .map_err(|source| Error::Start {
            program: "rustc --print sysroot".into(),
            source,
        })?;
    let path = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if path.is_empty() {
        return Err(Error::Answer("rustc names no sysroot".into()));
    }
    Ok(path.into())
}

/// Says something to the person who builds: cargo swallows a build script's standard error unless
/// the script fails.
fn tell(message: &str) {
    if is_build_script() {
        println!("cargo:warning={message}");
    } else {
        eprintln!("{message}");
    }
}
