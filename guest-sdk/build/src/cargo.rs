//! Running the inner cargo.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::environment::{cargo, clean_command};
use crate::{Error, Guest, PROFILE, TARGET, messages};

/// What of a package to build.
pub(crate) enum What<'a> {
    /// The libraries of these packages.
    Libraries(&'a [String]),
    /// The examples of this package.
    Examples(&'a str),
}

/// A place to build in, and one to build to.
pub(crate) struct Build<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) target_dir: &'a Path,
}

impl Build<'_> {
    /// Builds and answers the components that came of it, also those that were there already.
    pub(crate) fn run(&self, what: What<'_>) -> Result<Vec<Guest>, Error> {
        let mut arguments = vec!["build".to_owned()];
        match what {
            What::Libraries(packages) => {
                arguments.push("--lib".into());
                for package in packages {
                    arguments.extend(["--package".into(), package.clone()]);
                }
            }
            What::Examples(package) => {
                arguments.extend(["--examples", "--package", package].map(String::from));
            }
        }
        arguments.extend(["--profile", PROFILE, "--target", TARGET].map(String::from));
        let shown = format!("cargo {}", arguments.join(" "));
        if !self.has_profile()? {
            for setting in FALLBACK_PROFILE {
                arguments.extend(["--config".into(), format!("profile.{PROFILE}.{setting}")]);
            }
        }
        let output = clean_command(cargo(), self.folder)
            .args(arguments)
            .arg("--target-dir")
            .arg(self.target_dir)
            .args(["--quiet", "--message-format", "json-render-diagnostics"])
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .map_err(|source| Error::Start {
                program: shown.clone(),
                source,
            })?;
        if !output.status.success() {
            return Err(Error::Cargo {
                command: shown,
                folder: self.folder.to_owned(),
            });
        }
        messages::guests(&String::from_utf8_lossy(&output.stdout))
    }

    /// Whether the workspace defines the profile itself.
    fn has_profile(&self) -> Result<bool, Error> {
        let root = ask(
            self.folder,
            &["locate-project", "--workspace", "--message-format=plain"],
        )?;
        let root = Path::new(root.trim());
        let text = fs::read_to_string(root).map_err(|source| Error::Read {
            path: root.to_owned(),
            source,
        })?;
        let header = format!("[profile.{PROFILE}]");
        Ok(text.lines().any(|line| line.trim() == header))
    }
}

/// The profile for a workspace that has none: fast, without unwinding, in one unit.
const FALLBACK_PROFILE: [&str; 6] = [
    "inherits=\"release\"",
    "opt-level=3",
    "lto=true",
    "codegen-units=1",
    "panic=\"abort\"",
    "strip=true",
];

/// The target folder that cargo uses in a folder.
pub(crate) fn target_directory(folder: &Path) -> Result<PathBuf, Error> {
    let metadata = ask(folder, &["metadata", "--no-deps", "--format-version", "1"])?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)
        .map_err(|error| Error::Answer(format!("metadata is no json: {error}")))?;
    match metadata
        .get("target_directory")
        .and_then(|value| value.as_str())
    {
        Some(folder) => Ok(folder.into()),
        None => Err(Error::Answer("metadata names no target_directory".into())),
    }
}

/// Standard output of a cargo command that builds nothing.
fn ask(folder: &Path, arguments: &[&str]) -> Result<String, Error> {
    let shown = format!("cargo {}", arguments.join(" "));
    let output = clean_command(cargo(), folder)
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| Error::Start {
            program: shown.clone(),
            source,
        })?;
    if !output.status.success() {
        return Err(Error::Cargo {
            command: shown,
            folder: folder.to_owned(),
        });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
