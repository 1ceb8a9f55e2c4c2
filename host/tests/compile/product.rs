//! What a child makes is what this process would have made, and is kept.

use crate::{PROGRAM, child, engine};
use sidepane::{Answer, Code, Compile, CompileBudget, Context, Engine, Host, Outcome};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

fn hello() -> Vec<u8> {
    std::fs::read(e2e::guests::plugin("hello")).expect("a plugin")
}

/// A folder of the test's own, which goes away with it.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let name = format!("sidepane-compile-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&folder);
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn card(engine: Engine) -> Outcome {
    let host = Host::builder()
        .engine(engine)
        .plugin("hello", hello())
        .start()
        .await
        .expect("a host");
    let ada = Context::of_view("ticket").email("ada@example.com");
    let mut pane = host.context(ada).await.expect("a pane");
    let outcome = pane.outcomes.pop();
    outcome.unwrap_or_else(|| panic!("{:?}", host.plugins().refused()))
}

#[tokio::test]
async fn a_child_makes_the_same_card_for_the_same_fuel() {
    let begun = Instant::now();
    let here = card(engine(Compile::InProcess, None)).await;
    let in_process = begun.elapsed();
    let begun = Instant::now();
    let there = card(engine(child(CompileBudget::default()), None)).await;
    println!(
        "in process {in_process:?}, in a child {:?}",
        begun.elapsed()
    );
    assert!(matches!(here.answer, Answer::Card(_)), "{here:?}");
    assert_eq!(format!("{:?}", here.answer), format!("{:?}", there.answer));
    let fuel = |outcome: &Outcome| outcome.usage.clone().expect("usage").fuel.used;
    assert_eq!(fuel(&here), fuel(&there));
    assert!(fuel(&here) > 0);
}

/// The files of a cache, by their ending.
pub(crate) fn kept(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|kind| kind == ending))
        .collect();
    files.sort();
    files
}

pub(crate) fn change(file: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(file).expect("a file");
    change(&mut bytes);
    std::fs::write(file, bytes).expect("the file again");
}

/// One of two plugins, whose code is not the same.
fn version(number: u8) -> Vec<u8> {
    let name = if number == 1 { "hello" } else { "order-lookup" };
    std::fs::read(e2e::guests::plugin(name)).expect("a plugin")
}

#[tokio::test]
async fn what_is_kept_and_not_as_it_was_is_made_again() {
    let folder = Folder::new("kept");
    let at = |compile| engine(compile, Some(folder.0.clone()));
    let good = at(Compile::InProcess);
    for number in [1, 2] {
        good.prepare(version(number)).await.expect("a program");
    }
    let (artefacts, digests) = (kept(&folder.0, "artefact"), kept(&folder.0, "sha256"));
    assert_eq!((artefacts.len(), digests.len()), (2, 2));
    let first = std::fs::read(&artefacts[0]).expect("native code");
    let second = std::fs::read(&artefacts[1]).expect("native code");

    // A compiler that always fails: what loads with it was kept.
    let idle = || {
        at(Compile::Child {
            program: Some("/bin/false".into()),
            budget: CompileBudget::default(),
        })
    };
    for number in [1, 2] {
        let program = idle().prepare(version(number)).await;
        assert!(program.is_ok(), "kept: {program:?}");
    }
    let damages: [(&str, &dyn Fn()); 6] = [
        ("a bit of the code", &|| {
            change(&artefacts[0], |code| code[999] ^= 1)
        }),
        ("a bit of the digest", &|| {
            change(&digests[0], |text| text[0] ^= 1)
        }),
        ("half of the code", &|| {
            change(&artefacts[0], |code| code.truncate(code.len() / 2))
        }),
        ("no digest", &|| {
            std::fs::remove_file(&digests[0]).expect("a file")
        }),
        ("another's code", &|| {
            change(&artefacts[0], |code| *code = second.clone())
        }),
        ("another's code and digest", &|| {
            std::fs::copy(&artefacts[1], &artefacts[0]).expect("a copy");
            std::fs::copy(&digests[1], &digests[0]).expect("a copy");
        }),
    ];
    let damaged = |number| async move { idle_fails(idle(), number).await };
    for (what, damage) in damages {
        damage();
        // The first by name is one of the two.
        let fails = damaged(1).await || damaged(2).await;
        assert!(fails, "{what}: it was taken as it was");
        for number in [1, 2] {
            at(Compile::InProcess)
                .prepare(version(number))
                .await
                .expect(what);
        }
        assert_eq!(
            std::fs::read(&artefacts[0]).expect("native code"),
            first,
            "{what}: replaced"
        );
    }
}

/// Whether a compiler that always fails was asked.
async fn idle_fails(engine: Engine, number: u8) -> bool {
    match engine.prepare(version(number)).await {
        Ok(_) => false,
        Err(problem) => {
            assert_eq!(problem.code, Code::LoadCompileFailed);
            true
        }
    }
}

#[tokio::test]
async fn a_folder_that_others_may_write_into_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("open");
    std::fs::create_dir(&folder.0).expect("a folder");
    let with = |mode| {
        std::fs::set_permissions(&folder.0, std::fs::Permissions::from_mode(mode)).expect("a mode");
        sidepane::Engine::start(&sidepane::EngineSettings {
            pool: sidepane::PoolSettings {
                instances: 1,
                ..Default::default()
            },
            cache: Some(folder.0.clone()),
            compile: Some(Compile::InProcess),
            workers: None,
        })
    };
    for mode in [0o777, 0o770, 0o702] {
        let problem = with(mode).expect_err("an open folder");
        assert_eq!(problem.code, Code::ConfigInvalid, "{mode:o}");
        assert!(problem.message.contains("others may write"), "{problem}");
    }
    with(0o755).expect("a folder that others may only read");
    let mode = std::fs::metadata(&folder.0)
        .expect("a folder")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700, "and now they may not");
}

#[test]
fn a_program_that_cannot_be_its_own_compiler_is_told() {
    // A test's `main` is not ours, and does not begin with `compile_child`.
    let settings = sidepane::EngineSettings {
        compile: Some(Compile::child(CompileBudget::default())),
        ..Default::default()
    };
    let problem = Engine::start(&settings).expect_err("no compiler");
    assert_eq!(problem.code, Code::ConfigInvalid);
    assert!(problem.message.contains("compile_child"), "{problem}");
}

#[test]
fn the_childs_command_is_of_no_use_to_people() {
    for arguments in [
        &["sidepane-compile-child"][..],
        &["sidepane-compile-child", "x", "1"],
    ] {
        let output = Command::new(PROGRAM)
            .args(arguments)
            .output()
            .expect("a process");
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("own use"), "{said}");
    }
    // With limits, it waits for a component and finds none.
    let output = Command::new(PROGRAM)
        .args(["sidepane-compile-child", "5", "2147483648"])
        .output()
        .expect("a process");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(output.stdout.first(), Some(&b'M'), "{output:?}");
}

#[test]
fn the_document_has_every_ceiling_of_the_scan() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operating.md");
    let text = std::fs::read_to_string(file).expect("a document");
    for (name, limit) in sidepane::engine::ScanLimits::DEFAULT.entries() {
        let cells = format!("| {name} | {limit} |");
        assert!(text.contains(&cells), "docs/operating.md lacks {cells}");
    }
}
