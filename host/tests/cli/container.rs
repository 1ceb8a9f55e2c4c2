//! The list of system calls in `examples/container`: enough for the host, and nothing that a way
//! out of the sandbox would want.

use crate::stage::Stage;
use seccompiler::{BpfProgram, TargetArch};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

const LIST: &str = include_str!("../../../examples/container/seccomp.json");

#[test]
fn the_host_loads_a_plugin_and_answers_under_the_list() {
    let stage = Stage::empty();
    stage.plugin("visit-counter");
    let mut host = under_the_list(|| Host::start(&stage));
    let event = r#"{"id":"e1","type":"conversation.created","conversation":{"id":"c1"},
                    "contact":{"external_id":"42"}}"#;
    let taken = host.send("POST", "/v1/events", event);
    assert!(
        taken.contains("202") && taken.contains("visit-counter"),
        "{taken}\n{}",
        host.said()
    );
    let card = host.send("GET", "/v1/context?view=ticket&externalId=42", "");
    assert!(card.contains("200 OK"), "{card}\n{}", host.said());
    assert!(
        card.contains(r#""status":"ok""#) || card.contains(r#""status":"empty""#),
        "{card}"
    );
}

#[test]
fn what_is_not_on_the_list_is_refused() {
    let names: Value = serde_json::from_str(LIST).expect("JSON");
    assert_eq!(names["defaultAction"], "SCMP_ACT_ERRNO");
    for never in [
        "ptrace",
        "process_vm_readv",
        "process_vm_writev",
        "mount",
        "umount2",
        "unshare",
        "setns",
        "bpf",
        "perf_event_open",
        "init_module",
        "keyctl",
        "userfaultfd",
        "io_uring_setup",
        "chroot",
        "pivot_root",
        "reboot",
        "pidfd_getfd",
        "open_by_handle_at",
        "setuid",
    ] {
        assert!(
            !allowed().contains(&never.to_owned()),
            "{never} is on the list"
        );
    }
    // A user with all rights would succeed, and anybody else be told so in the same words.
    let refused = under_the_list(|| rustix::process::chroot("/"));
    assert_eq!(refused, Err(rustix::io::Errno::PERM));
}

/// Runs `work`, and whatever it starts, under the list.
fn under_the_list<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let program = program();
    // On a thread of its own: there is no way back from under a list.
    std::thread::scope(|scope| {
        let thread = scope.spawn(move || {
            seccompiler::apply_filter(&program).expect("a list that the kernel takes");
            work()
        });
        thread.join().expect("no panic")
    })
}

fn allowed() -> Vec<String> {
    let list: Value = serde_json::from_str(LIST).expect("JSON");
    let names = list["syscalls"][0]["names"]
        .as_array()
        .expect("names")
        .iter();
    names
        .map(|name| name.as_str().expect("a name").to_owned())
        .collect()
}

/// The list as the kernel reads it.
fn program() -> BpfProgram {
    let calls: Vec<Value> = allowed()
        .iter()
        .map(|name| json!({ "syscall": name }))
        .collect();
    let list = json!({ "host": {
        "mismatch_action": { "errno": 1 }, "match_action": "allow", "filter": calls,
    }});
    let arch = TargetArch::try_from(std::env::consts::ARCH).expect("a processor that has lists");
    let mut programs = seccompiler::compile_from_json(list.to_string().as_bytes(), arch)
        .expect("names that the kernel has");
    programs.remove("host").expect("the list")
}

/// A running command.
struct Host {
    process: Child,
    at: String,
    told: BufReader<std::process::ChildStderr>,
}

impl Host {
    fn start(stage: &Stage) -> Self {
        let process = Command::new(env!("CARGO_BIN_EXE_sidepane"))
            .args(["serve", "--plugins", ".", "--data", "data"])
            .args(["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"])
            .current_dir(&stage.folder)
            .env("SIDEPANE_LOG", "info")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        let mut host = Self::of(process.expect("the host starts"));
        let mut before = String::new();
        while host.at.is_empty() {
            let mut line = String::new();
            let read = host.told.read_line(&mut line).expect("text");
            assert!(read > 0, "the host ended:\n{before}");
            if let Some((_, rest)) = line.split_once("serving listen=") {
                rest.split_whitespace()
                    .next()
                    .expect("an address")
                    .clone_into(&mut host.at);
            }
            before.push_str(&line);
        }
        host
    }

    fn of(mut process: Child) -> Self {
        let told = BufReader::new(process.stderr.take().expect("its log"));
        let at = String::new();
        Self { process, at, told }
    }

    fn send(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.at).expect("the host listens");
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            self.at,
            body.len()
        );
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    /// Ends it, and what it logged.
    fn said(&mut self) -> String {
        let _ = self.process.kill();
        let mut said = String::new();
        let _ = self.told.read_to_string(&mut said);
        said
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
