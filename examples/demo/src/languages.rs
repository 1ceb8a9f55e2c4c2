//! The order look-up in JavaScript, TypeScript and Python: built from `examples/` where the tools of a
//! language are there, in folders like those that `sidepane new` makes.

use crate::stage::{self, Stage};
use anyhow::{Context, bail};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

/// A language that the demo has the order look-up in, besides Rust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// JavaScript.
    Js,
    /// TypeScript.
    Ts,
    /// Python.
    Python,
}

/// All of them, in the order of their cards.
pub const ALL: [Language; 3] = [Language::Js, Language::Ts, Language::Python];

/// Marks what a plugin was built from; written last.
const DONE: &str = "built-from";

impl Language {
    /// The plugin's id, which is its folder's name in `examples/` too.
    pub fn id(self) -> &'static str {
        match self {
            Self::Js => "order-lookup-js",
            Self::Ts => "order-lookup-ts",
            Self::Python => "order-lookup-py",
        }
    }

    /// What is needed to build it, for a machine that has it not.
    pub fn needs(self) -> &'static str {
        match self {
            Self::Js | Self::Ts => "Node.js 18 or newer with npm (Debian: apt-get install -y npm)",
            Self::Python => {
                "Python 3.10 or newer with venv (Debian: apt-get install -y python3-venv)"
            }
        }
    }

    /// Where its card stands among the others.
    fn order(self) -> u32 {
        match self {
            Self::Js => 11,
            Self::Ts => 12,
            Self::Python => 13,
        }
    }

    /// What its folder is made of: where it comes from and where it goes.
    fn parts(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Js => &[
                ("host/templates/script", ""),
                ("host/templates/js/package-lock.json", "package-lock.json"),
                ("wit", "wit"),
                ("examples/order-lookup-js", ""),
            ],
            Self::Ts => &[
                ("host/templates/script", ""),
                ("host/templates/ts/package-lock.json", "package-lock.json"),
                ("host/templates/ts/tsconfig.json", "tsconfig.json"),
                ("wit", "wit"),
                ("examples/order-lookup-ts", ""),
            ],
            Self::Python => &[
                ("host/templates/python/sidepane", "sidepane"),
                ("host/templates/python/build.py", "build.py"),
                ("host/templates/python/requirements.txt", "requirements.txt"),
                ("wit", "wit"),
                ("examples/order-lookup-py", ""),
            ],
        }
    }

    /// What is run in its folder, in order.
    fn steps(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Js | Self::Ts => &[&["npm", "ci"], &["npm", "test"], &["npm", "run", "build"]],
            Self::Python => &[
                &["python3", "-m", "unittest"],
                &["python3", "-m", "venv", ".venv"],
                &[
                    ".venv/bin/pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                    "--requirement",
                    "requirements.txt",
                ],
                &[".venv/bin/python", "build.py"],
            ],
        }
    }
}

/// Tests and builds it and puts it on the stage, where a running host picks it up. What was built from
/// the same files before is taken as it is.
///
/// # Errors
/// A tool is missing, a step fails (with what it said), or a file cannot be written.
pub fn add(language: Language, stage: &Stage) -> anyhow::Result<()> {
    let wasm = build(language)?;
    stage.add(language.id(), &wasm, language.order())?;
    Ok(())
}

fn build(language: Language) -> anyhow::Result<PathBuf> {
    let id = language.id();
    let folder = stage::target().join("authors").join(id);
    let wasm = folder.join("build").join(format!("{id}.wasm"));
    let files = files(language)?;
    let mut hasher = DefaultHasher::new();
    files.hash(&mut hasher);
    let from = format!("{:x}", hasher.finish());
    let is_done = fs::read_to_string(folder.join(DONE)).is_ok_and(|done| done == from);
    if is_done && wasm.is_file() {
        return Ok(wasm);
    }
    for (path, bytes) in &files {
        let path = folder.join(path);
        let parent = path.parent().unwrap_or(&folder);
        fs::create_dir_all(parent)?;
        fs::write(&path, bytes).with_context(|| format!("{}", path.display()))?;
    }
    for step in language.steps() {
        run(language, step, &folder)?;
    }
    fs::write(folder.join(DONE), from)?;
    Ok(wasm)
}

/// Everything that its folder is made of, by its place there. What comes later goes over what was
/// there before.
fn files(language: Language) -> anyhow::Result<Vec<(PathBuf, Vec<u8>)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    for (from, to) in language.parts() {
        let from = root.join(from);
        read(&from, Path::new(to), &mut found).with_context(|| format!("{}", from.display()))?;
    }
    for (path, bytes) in &mut found {
        if let Some(text) = std::str::from_utf8(bytes)
            .ok()
            .filter(|_| !path.starts_with("sidepane"))
        {
            *bytes = text.replace("{{id}}", language.id()).into_bytes();
        }
    }
    Ok(found)
}

fn read(from: &Path, to: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) -> io::Result<()> {
    if !from.is_dir() {
        found.push((to.to_owned(), fs::read(from)?));
        return Ok(());
    }
    let mut names: Vec<_> = fs::read_dir(from)?
        .map(|entry| Ok(entry?.file_name()))
        .collect::<io::Result<_>>()?;
    names.sort();
    // What builds leave behind when somebody works in the folder itself.
    const LEFT: [&str; 4] = ["__pycache__", ".venv", "build", "node_modules"];
    for name in names {
        if !LEFT.iter().any(|left| name == *left) {
            read(&from.join(&name), &to.join(&name), found)?;
        }
    }
    Ok(())
}

fn run(language: Language, step: &[&str], folder: &Path) -> anyhow::Result<()> {
    let shown = step.join(" ");
    let Some((program, arguments)) = step.split_first() else {
        return Ok(());
    };
    // One that is named by its place is named from the folder it runs in.
    let program = match program.contains('/') {
        true => folder.join(program),
        false => PathBuf::from(program),
    };
    let ran = Command::new(&program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .with_context(|| format!("`{shown}` cannot be started; it needs {}", language.needs()))?;
    if !ran.status.success() {
        let told = [ran.stdout, ran.stderr].concat();
        let told = String::from_utf8_lossy(&told);
        bail!("`{shown}` failed in {}: {}", folder.display(), told.trim());
    }
    Ok(())
}
