//! What a child may do, what it sees, and how it ends.

use crate::sight::{children, lives, of, until};
use crate::{PROGRAM, bomb, child, engine};
use sidepane::{Code, Compile, CompileBudget, Problem};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// These tests count the children of their process, and so take turns.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn refused(budget: CompileBudget, bytes: Vec<u8>) -> Problem {
    let refused = engine(child(budget), None).prepare(bytes).await;
    refused.expect_err("a bomb")
}

#[tokio::test]
async fn what_takes_too_much_is_ended_and_says_how_much() {
    let _turn = TURN.lock().await;
    let usual = CompileBudget::default();
    let seconds = Duration::from_secs;
    let cases = [
        (
            CompileBudget {
                cpu: seconds(1),
                ..usual.clone()
            },
            (Code::LoadCompileTimeout, "cpu_s", 1_000),
        ),
        (
            CompileBudget {
                wall: seconds(1),
                ..usual.clone()
            },
            (Code::LoadCompileTimeout, "wall_s", 1_000),
        ),
        (
            CompileBudget {
                address_space_bytes: 384 << 20,
                ..usual
            },
            (Code::LoadCompileMemory, "address_space_mib", 384 << 20),
        ),
    ];
    for (budget, (code, field, limit)) in cases {
        let problem = refused(budget, bomb()).await;
        assert_eq!(problem.code, code, "{problem}");
        assert_eq!(problem.field.as_deref(), Some(field), "{problem}");
        assert_eq!(problem.limit, Some(limit), "{problem}");
        assert!(problem.used >= problem.limit, "{problem}");
        assert!(problem.hint.expect("a remedy").contains(field));
        assert_eq!(
            children(std::process::id()),
            [0_u32; 0],
            "{field}: a child is left"
        );
    }
}

#[tokio::test]
async fn what_used_its_time_up_is_not_tried_again() {
    let _turn = TURN.lock().await;
    let budget = CompileBudget {
        cpu: Duration::from_secs(1),
        ..CompileBudget::default()
    };
    let engine = engine(child(budget), None);
    let first = engine.prepare(bomb()).await.expect_err("a bomb");
    let begun = Instant::now();
    for _ in 0..20 {
        assert_eq!(engine.prepare(bomb()).await.expect_err("a bomb"), first);
    }
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_child_lowers_its_own_limits_and_ends_when_nobody_waits() {
    let _turn = TURN.lock().await;
    let engine = engine(child(CompileBudget::default()), None);
    let compiling = tokio::spawn(async move { engine.prepare(bomb()).await });
    let prisoner = until("a child", || children(std::process::id()).first().copied());
    let limit = |name: &str| {
        until(name, || {
            let limits = std::fs::read_to_string(of(prisoner, "limits")).expect("its limits");
            let line = limits.lines().find(|line| line.starts_with(name))?;
            let soft = line[name.len()..].split_whitespace().next()?.to_owned();
            (soft != "unlimited").then_some(soft)
        })
    };
    assert_eq!(limit("Max cpu time"), "60");
    assert_eq!(limit("Max address space"), (1_536_u64 << 20).to_string());
    assert_eq!(limit("Max core file size"), "0");
    assert_eq!(limit("Max file size"), "0");
    until("few files", || {
        (limit("Max open files") == "3").then_some(())
    });
    compiling.abort();
    until("an end", || (!lives(prisoner)).then_some(()));
}

#[tokio::test]
async fn a_child_has_nothing_of_the_hosts_environment() {
    let _turn = TURN.lock().await;
    // A program that tells what it was started with, in the child's place.
    let file = std::env::temp_dir().join(format!("sidepane-tells-{}", std::process::id()));
    let script = "#!/bin/sh\n/usr/bin/env >&2; pwd >&2; echo \"arguments $*\" >&2; exit 3\n";
    std::fs::write(&file, script).expect("a script");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o700)).expect("a mode");
    let teller = Compile::Child {
        program: Some(file.clone()),
        budget: CompileBudget::default(),
    };
    let problem = engine(teller, None)
        .prepare(bomb())
        .await
        .expect_err("no compiler");
    std::fs::remove_file(file).expect("the script again");
    assert_eq!(problem.code, Code::LoadCompileFailed);
    let told = problem.detail;
    assert!(
        told.contains("arguments sidepane-compile-child 60 1610612736"),
        "{told}"
    );
    assert!(told.contains("\n/\n"), "{told}");
    // What a shell sets itself, and a word to the allocator.
    let may = ["PWD", "_", "SHLVL", "OLDPWD", "MIMALLOC_ARENA_RESERVE"];
    for line in told.lines().filter(|line| line.contains('=')) {
        let name = line
            .split('=')
            .next()
            .and_then(|name| name.rsplit(' ').next());
        assert!(may.contains(&name.unwrap_or_default()), "{told}");
    }
}

#[test]
fn a_child_closes_what_it_was_born_with() {
    // A shell gives it another descriptor, the only one that leads to our pipe.
    let script = "exec 9>&2 2>/dev/null; exec \"$0\" sidepane-compile-child 60 1610612736";
    let mut born = Command::new("/bin/sh")
        .args(["-c", script, PROGRAM])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a process");
    let component = born.stdin.take();
    // It waits for a component, and would wait for ever.
    let patience = std::thread::spawn(move || {
        std::thread::park_timeout(Duration::from_secs(10));
        drop(component);
    });
    let mut said = String::new();
    let pipe = born.stderr.as_mut().expect("a pipe");
    pipe.read_to_string(&mut said).expect("an end");
    let closed_alive = lives(born.id());
    patience.thread().unpark();
    patience.join().expect("no panic");
    assert!(born.wait().expect("an end").success());
    assert!(closed_alive, "the descriptor was open until the end");
    assert_eq!(said, "");
}

#[tokio::test]
async fn a_program_that_says_nothing_or_too_much_is_no_compiler() {
    let _turn = TURN.lock().await;
    for program in ["/bin/true", "/bin/false", "/bin/echo", "/nowhere"] {
        let compile = Compile::Child {
            program: Some(program.into()),
            budget: CompileBudget::default(),
        };
        let problem = engine(compile, None).prepare(bomb()).await;
        let problem = problem.expect_err("no compiler");
        assert_eq!(
            problem.code,
            Code::LoadCompileFailed,
            "{program}: {problem}"
        );
    }
}

#[test]
fn a_child_dies_with_its_parent() {
    let _turn = TURN.blocking_lock();
    let file = std::env::temp_dir().join(format!("sidepane-orphan-{}.wasm", std::process::id()));
    std::fs::write(&file, bomb()).expect("a file");
    let mut parent = Command::new(PROGRAM)
        .arg("check")
        .arg(&file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a process");
    let prisoner = until("a child", || children(parent.id()).first().copied());
    // Only one that is at work has set itself to die.
    until("work", || {
        let limits = std::fs::read_to_string(of(prisoner, "limits")).ok()?;
        let line = limits
            .lines()
            .find(|line| line.starts_with("Max open files"))?
            .to_owned();
        line.contains(" 3 ").then_some(())
    });
    std::thread::sleep(Duration::from_millis(200));
    assert!(lives(prisoner));
    parent.kill().expect("an end");
    parent.wait().expect("an end");
    until("an end of the child too", || {
        (!lives(prisoner)).then_some(())
    });
    std::fs::remove_file(file).expect("the file again");
}
