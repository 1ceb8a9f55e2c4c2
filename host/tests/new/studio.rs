//! A folder in which projects are begun and built.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// All mixtures of parts.
pub(crate) const MIXTURES: [&str; 7] = [
    "card",
    "event",
    "action",
    "card,event",
    "card,action",
    "event,action",
    "card,event,action",
];

/// A folder of a test's own; gone at its end.
pub(crate) struct Studio {
    pub(crate) folder: PathBuf,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) good: bool,
    pub(crate) code: Option<i32>,
    /// Both streams.
    pub(crate) text: String,
}

impl Studio {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("sidepane-new-{}-{number}", std::process::id()));
        std::fs::create_dir_all(folder.join("plugins")).expect("a folder");
        Self { folder }
    }

    /// Begins a project and answers the commands that are printed.
    pub(crate) fn begin(&self, name: &str, lang: &str, serves: &str) -> Vec<String> {
        let line = format!("sidepane new {name} --lang {lang} --serves {serves}");
        let ended = self.run(&line, Path::new(""));
        assert!(ended.good, "{line}: {}", ended.text);
        let (_, next) = ended.text.split_once("\nNext:\n").expect("commands");
        next.lines().map(|line| line.trim().to_owned()).collect()
    }

    /// Runs a project's printed commands as somebody would type them, one after the other.
    pub(crate) fn follow(&self, name: &str, steps: &[String]) {
        assert_eq!(steps.first(), Some(&format!("cd {name}")));
        for step in steps.iter().skip(1) {
            self.done(step, name);
        }
        let shipped = self.folder.join("plugins").join(format!("{name}.wasm"));
        assert!(shipped.is_file(), "{} is shipped", shipped.display());
    }

    /// Runs a line in a folder, and answers what it said. It has to end well.
    pub(crate) fn done(&self, line: &str, folder: &str) -> String {
        let ended = self.run(line, Path::new(folder));
        assert!(
            ended.good,
            "`{line}` in {folder} ends with {:?}; npm (Debian: apt-get install -y npm) and Python with \
             venv (apt-get install -y python3-venv) have to be there:\n{}",
            ended.code, ended.text
        );
        ended.text
    }

    /// Runs a line in a folder.
    pub(crate) fn run(&self, line: &str, folder: &Path) -> Ended {
        let output = self.command(line, folder).output().expect("a shell");
        Ended {
            good: output.status.success(),
            code: output.status.code(),
            text: String::from_utf8_lossy(&output.stdout).into_owned(),
        }
    }

    /// A line in a folder, with both streams in one.
    pub(crate) fn command(&self, line: &str, folder: &Path) -> Command {
        let binary = Path::new(env!("CARGO_BIN_EXE_sidepane"));
        let binaries = binary.parent().expect("the binary's folder").display();
        let path = std::env::var("PATH").unwrap_or_default();
        let kept = kept();
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("exec 2>&1\n{line}")])
            .current_dir(self.folder.join(folder))
            .env("PATH", format!("{binaries}:{path}"))
            .env("npm_config_cache", kept.join("npm"))
            .env("XDG_CACHE_HOME", &self.folder)
            .env("PIP_CACHE_DIR", kept.join("pip"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null());
        // Cargo sets these for tests; somebody's shell has none of them.
        for (name, _) in std::env::vars_os() {
            if name
                .to_str()
                .is_some_and(|name| name.starts_with("CARGO") && name != "CARGO_HOME")
            {
                command.env_remove(name);
            }
        }
        command
    }

    /// Writes a file of a project.
    pub(crate) fn file(&self, path: &str, text: &str) {
        std::fs::write(self.folder.join(path), text).expect("a file");
    }

    /// Gives a project a folder of another one, or one that is kept.
    pub(crate) fn share(&self, from: &Path, to: &str) {
        std::os::unix::fs::symlink(from, self.folder.join(to)).expect("a link");
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The folder for what is fetched and compiled once, for this run and the next.
pub(crate) fn kept() -> PathBuf {
    let binary = Path::new(env!("CARGO_BIN_EXE_sidepane"));
    let target = binary.ancestors().nth(2).expect("the target folder");
    let kept = target.join("authors");
    std::fs::create_dir_all(&kept).expect("a folder");
    kept
}
