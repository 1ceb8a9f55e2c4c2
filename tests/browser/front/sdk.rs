//! Front's own library for plugins, installed as `package-lock.json` says. It belongs to Front and
//! stands nowhere in this repository.

use anyhow::{Context, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is missing on a machine without it.
const INSTALL: &str = "install it: apt-get install -y npm";

/// The library as one script, which makes a global `Front`.
const SCRIPT: &str = "node_modules/@frontapp/plugin-sdk/dist/index.umd.js";

/// The library's text; it is installed where it is not there yet.
///
/// # Errors
/// There is no npm, or no registry that has it.
pub(crate) fn script() -> anyhow::Result<String> {
    let wanted = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser/front");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("front-sdk");
    std::fs::create_dir_all(&folder)?;
    let lock = std::fs::read(wanted.join("package-lock.json"))?;
    // Written last, once all that it names is there.
    let done = folder.join("installed.json");
    if std::fs::read(&done).ok().as_ref() != Some(&lock) {
        for file in ["package.json", "package-lock.json"] {
            std::fs::copy(wanted.join(file), folder.join(file))?;
        }
        let ran = Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(&folder)
            .output()
            .with_context(|| format!("there is no npm on this machine; {INSTALL}"))?;
        let told = String::from_utf8_lossy(&ran.stderr);
        ensure!(ran.status.success(), "npm ci: {told}");
        std::fs::write(&done, &lock)?;
    }
    let script = folder.join(SCRIPT);
    std::fs::read_to_string(&script).with_context(|| format!("{}", script.display()))
}
