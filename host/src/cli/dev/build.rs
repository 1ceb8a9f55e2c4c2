//! One build: the language's own command, what it said, and the component it made.

use super::project::{Language, Project};
use serde_json::Value;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

/// How often a build is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// What a page and a terminal are shown of a long complaint: its beginning, where compilers say what
/// is wrong, and its end.
const HEAD: usize = 24 << 10;
const TAIL: usize = 4 << 10;

/// Builds a project, and answers the component's file. What the build says is kept in `scratch` while
/// it runs; dropped, it is ended.
///
/// # Errors
/// What the build said.
pub(super) async fn run(project: &Project, scratch: &Path) -> Result<PathBuf, String> {
    let (program, words) = project.words();
    let (out, err) = (scratch.join("build.out"), scratch.join("build.err"));
    let mut command = Command::new(&program);
    command
        .args(&words)
        .current_dir(&project.folder)
        // It is read as text, in a page too.
        .env("CARGO_TERM_COLOR", "never")
        .env("NO_COLOR", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::null())
        .stdout(file(&out)?)
        .stderr(file(&err)?);
    if project.language == Language::Rust {
        command.arg("--message-format=json-render-diagnostics");
    }
    let child = command.spawn().map_err(|error| {
        let program = program.display();
        format!("{program} cannot be started: {error}. Is it installed, and in PATH?")
    })?;
    let mut running = Running(child);
    let good = loop {
        match running.0.try_wait() {
            Ok(Some(status)) => break status.success(),
            Ok(None) => tokio::time::sleep(LOOK).await,
            Err(error) => return Err(format!("the build is lost: {error}")),
        }
    };
    let said = |path: &Path| std::fs::read(path).unwrap_or_default();
    let (out, err) = (said(&out), said(&err));
    if !good {
        // Cargo's standard output is for programs.
        let out = if project.language == Language::Rust {
            &[][..]
        } else {
            &out
        };
        return Err(complaint(project, out, &err));
    }
    let made = match project.language {
        Language::Rust => of_cargo(&out),
        Language::Script | Language::Python => newest(&project.folder.join("build")),
    };
    made.ok_or_else(|| {
        let what = match project.language {
            Language::Rust => {
                "no `cdylib`: Cargo.toml needs `[lib] crate-type = [\"cdylib\", \"rlib\"]`"
            }
            Language::Script | Language::Python => "no .wasm in build/",
        };
        format!("the build went well and made {what}")
    })
}

/// A build that is under way.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended cannot be ended; there is nobody to be told.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn file(path: &Path) -> Result<File, String> {
    File::create(path).map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

/// What a build said, as text without what moves a cursor, and what would help where that is known.
fn complaint(project: &Project, out: &[u8], err: &[u8]) -> String {
    let mut text = String::new();
    for said in [out, err] {
        let said = String::from_utf8_lossy(said);
        text.extend(
            said.chars()
                .filter(|char| !char.is_control() || matches!(char, '\n' | '\t')),
        );
    }
    let mut text = shortened(text.trim_end());
    let lacks =
        project.language == Language::Script && !project.folder.join("node_modules").is_dir();
    if lacks {
        text += "\n\nThere is no node_modules here: run `npm ci`.";
    }
    text
}

fn shortened(text: &str) -> String {
    let head = text.floor_char_boundary(HEAD);
    let tail = text.ceil_char_boundary(text.len().saturating_sub(TAIL));
    match (text.get(..head), text.get(tail..)) {
        (Some(first), Some(last)) if head < tail => format!("{first}\n…\n{last}"),
        _ => text.to_owned(),
    }
}

/// The component among the files that cargo says it made.
fn of_cargo(messages: &[u8]) -> Option<PathBuf> {
    let lines = messages.split(|byte| *byte == b'\n').rev();
    let mut made = lines.filter_map(|line| {
        let message: Value = serde_json::from_slice(line).ok()?;
        let files = message.get("filenames")?.as_array()?;
        let files = files.iter().filter_map(Value::as_str).map(PathBuf::from);
        files
            .into_iter()
            .find(|file| file.extension().is_some_and(|ending| ending == "wasm"))
    });
    made.next()
}

/// The component that was written last.
fn newest(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?.flatten();
    let files = entries.map(|entry| entry.path());
    let components = files.filter(|file| file.extension().is_some_and(|ending| ending == "wasm"));
    components.max_by_key(|file| {
        let written = std::fs::metadata(file).and_then(|data| data.modified());
        written.unwrap_or(SystemTime::UNIX_EPOCH)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_component_is_the_last_that_cargo_names() {
        let messages = br#"{"reason":"compiler-artifact","filenames":["/t/libdep.rlib"]}
{"reason":"compiler-artifact","filenames":["/t/old.wasm"]}
{"reason":"compiler-artifact","filenames":["/t/libmine.rlib","/t/mine.wasm"]}
{"reason":"build-finished","success":true}
"#;
        assert_eq!(of_cargo(messages), Some("/t/mine.wasm".into()));
        assert_eq!(of_cargo(b"no JSON\n"), None);
    }

    #[test]
    fn of_a_long_complaint_both_ends_are_shown() {
        let long = format!("first{}last", "ä".repeat(HEAD));
        let short = shortened(&long);
        assert!(
            short.starts_with("firstä")
                && short.ends_with("älast")
                && short.len() < HEAD + TAIL + 16
        );
        assert_eq!(shortened("short"), "short");
    }
}
