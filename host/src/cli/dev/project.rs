//! Which language a project is in, and how that is built.

use crate::cli::stop::Stop;
use std::fmt;
use std::path::{Path, PathBuf};

/// A plugin's project.
#[derive(Debug)]
pub(super) struct Project {
    /// Where it is, from the root.
    pub(super) folder: PathBuf,
    pub(super) language: Language,
}

/// What a project is built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Rust,
    /// JavaScript and TypeScript.
    Script,
    Python,
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rust => "Rust",
            Self::Script => "JavaScript or TypeScript",
            Self::Python => "Python",
        })
    }
}

impl Project {
    /// The project in a folder.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn of(folder: &Path) -> Result<Self, Stop> {
        let folder = folder.canonicalize().map_err(|error| {
            Stop::of(
                &format!("the project {} cannot be read", folder.display()),
                &error,
            )
        })?;
        let has = |file: &str| folder.join(file).is_file();
        let language = if has("Cargo.toml") {
            Language::Rust
        } else if has("package.json") {
            Language::Script
        } else if has("build.py") {
            Language::Python
        } else {
            return Err(Stop::input(format!(
                "{} is no project: there is no Cargo.toml, package.json or build.py in it; `sidepane \
                 new NAME --lang rust|js|ts|python` begins one",
                folder.display()
            )));
        };
        Ok(Self { folder, language })
    }

    /// The program that builds it, and what it is told.
    pub(super) fn words(&self) -> (PathBuf, Vec<&'static str>) {
        match self.language {
            Language::Rust => {
                let words = ["build", "--release", "--target", "wasm32-wasip2"];
                ("cargo".into(), words.to_vec())
            }
            Language::Script => ("npm".into(), vec!["run", "build"]),
            Language::Python => {
                let own = self.folder.join(".venv/bin/python");
                let program = if own.is_file() { own } else { "python3".into() };
                (program, vec!["build.py"])
            }
        }
    }

    /// The same as somebody would type it.
    pub(super) fn command(&self) -> String {
        let (program, words) = self.words();
        let program = program.strip_prefix(&self.folder).unwrap_or(&program);
        format!("{} {}", program.display(), words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_known_by_its_file() {
        let folder = std::env::temp_dir().join(format!("sidepane-project-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let error = Project::of(&folder)
            .expect_err("nothing is there")
            .to_string();
        assert!(error.contains("sidepane new"), "{error}");
        for (file, language, command) in [
            ("build.py", Language::Python, "python3 build.py"),
            ("package.json", Language::Script, "npm run build"),
            (
                "Cargo.toml",
                Language::Rust,
                "cargo build --release --target wasm32-wasip2",
            ),
        ] {
            std::fs::write(folder.join(file), "").expect("a file");
            let project = Project::of(&folder).expect("a project");
            assert_eq!(
                (project.language, project.command()),
                (language, command.into())
            );
        }
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}
