//! A folder with plugins in it, and the command run there.

use sidepane::engine::{Compile, Engine, EngineSettings, PoolSettings};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder of a test's own; gone at its end.
pub(crate) struct Stage {
    pub(crate) folder: PathBuf,
}

/// A conversation that begins, as `/v1/events` takes it.
pub(crate) const CONVERSATION: &str = r#"{
  "event_type": "conversation.created",
  "id": "c-1-created",
  "time": "2026-11-22T14:25:08Z",
  "conversation": {"id": "c-1"},
  "contact": {"email": "ada@example.com"}
}
"#;

/// A contact's message, likewise.
pub(crate) const MESSAGE: &str = r#"{
  "id": "m-1",
  "event_type": "message.created",
  "actor": {"kind": "user"},
  "contact": {"email": "ada@example.com"},
  "conversation": {"id": "c-1"},
  "message": {"kind": "public", "direction": "incoming", "text": "I want a refund"}
}
"#;

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Stage {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("sidepane-cli-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        Self { folder }
    }

    /// The examples, an event, and three files that are no plugins: a core module, native code, a
    /// text.
    pub(crate) fn set() -> Self {
        let stage = Self::empty();
        for name in ["auto-tag", "hello", "order-lookup", "visit-counter"] {
            stage.plugin(name);
        }
        stage.file("conversation.json", CONVERSATION.as_bytes());
        stage.file("message.json", MESSAGE.as_bytes());
        let recorded = "../examples/order-lookup/tests/recordings/no-orders.json";
        let recorded = std::fs::read(recorded).expect("a recording");
        stage.file("no-orders.json", &recorded);
        stage.file("core.wasm", b"\0asm\x01\0\0\0");
        stage.file("native.wasm", &native());
        stage.file("text.wasm", b"not a plugin\n");
        stage
    }

    /// Writes a file.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.folder.join(name), bytes).expect("a file");
    }

    /// Copies a plugin of `examples`.
    pub(crate) fn plugin(&self, name: &str) {
        let bytes = std::fs::read(e2e::guests::plugin(name)).expect("a compiled guest");
        self.file(&format!("{name}.wasm"), &bytes);
    }

    /// Copies a guest of `tests/guests`.
    pub(crate) fn guest(&self, name: &str) {
        let bytes = std::fs::read(e2e::guests::guest(name)).expect("a compiled guest");
        self.file(&format!("{}.wasm", name.replace('_', "-")), &bytes);
    }

    /// Runs `sidepane` with these arguments.
    pub(crate) fn sidepane(&self, arguments: &[&str]) -> Ended {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sidepane"));
        command.args(arguments);
        self.run(command)
    }

    /// Runs a line as a shell does.
    pub(crate) fn shell(&self, line: &str) -> Ended {
        let mut command = Command::new("sh");
        command.args(["-c", line]);
        self.run(command)
    }

    fn run(&self, mut command: Command) -> Ended {
        let binary = Path::new(env!("CARGO_BIN_EXE_sidepane"));
        let folder = binary.parent().expect("the binary's folder").display();
        let path = std::env::var("PATH").unwrap_or_default();
        let output = command
            .current_dir(&self.folder)
            .env("PATH", format!("{folder}:{path}"))
            .env_remove("SIDEPANE_LOG")
            .env("XDG_CACHE_HOME", &self.folder)
            .stdin(Stdio::null())
            .output()
            .expect("the command starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ended {
            code: output.status.code().expect("an exit, not a signal"),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// What our own compiler made of a plugin, as somebody might drop it into the folder.
fn native() -> Vec<u8> {
    let cache = Stage::empty();
    let engine = Engine::start(&EngineSettings {
        pool: PoolSettings {
            instances: 1,
            ..PoolSettings::default()
        },
        cache: Some(cache.folder.clone()),
        compile: Some(Compile::InProcess),
        workers: Some(1),
    })
    .expect("an engine");
    let bytes = std::fs::read(e2e::guests::plugin("hello")).expect("a compiled guest");
    // On a thread of its own: whoever sets the stage may be inside a runtime already.
    let prepare = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let program = runtime.expect("a runtime").block_on(engine.prepare(bytes));
        program.expect("a program");
    };
    std::thread::spawn(prepare).join().expect("no panic");
    let entries = std::fs::read_dir(&cache.folder).expect("the cache");
    let artefact = entries
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.extension().is_some_and(|kind| kind == "artefact"))
        .expect("an artefact");
    std::fs::read(artefact).expect("native code")
}
