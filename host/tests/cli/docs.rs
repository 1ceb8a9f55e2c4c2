//! Every command of the documents is run, or stands in a table that says why it is not.

use crate::markdown::{at_root, blocks, commands, read};
use crate::stage::Stage;
use e2e::guests::plugin;
use e2e::host::{Setup, TestHost};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// Commands that are not run here, and what holds them true.
const ELSEWHERE: &[(&str, &str)] = &[
    (
        "cargo run --release -p sidepane-demo",
        "examples/demo/tests/demo.rs starts the same demo",
    ),
    (
        "cargo run --release -p sidepane-bench",
        "a measurement of minutes, on a quiet machine",
    ),
    (
        "cargo run --release -p sidepane-bench -- --neighbours",
        "a measurement of minutes, on a quiet machine",
    ),
    (
        "cargo run --release -p sidepane-bench -- --soak reload",
        "a measurement of minutes; tests/e2e/reload.rs does the same for seconds",
    ),
    (
        "cargo test -p e2e --test browser -- attacks straight",
        "a part of the suite that runs beside this one",
    ),
    (
        "cargo run --release -p sidepane-bench -- --isolation",
        "a measurement of minutes; tests/hostile does the same for seconds",
    ),
    (
        "cargo run --release -p sidepane-bench -- --soak hostile",
        "a measurement of minutes; tests/hostile has its parts",
    ),
    (
        "cargo test -p e2e --test hostile",
        "a part of the whole suite",
    ),
    (
        "cargo test -p e2e --test hostile -- C1 hostcalls",
        "a part of the whole suite",
    ),
    (
        "cargo bench -p sidepane --bench policy",
        "a measurement, compiled anew with all optimisation",
    ),
    (
        "cargo run --release -p sidepane-bench -- --accept",
        "a measurement of a minute, on a quiet disk",
    ),
    (
        "cargo run --release -p sidepane-bench -- --deliver",
        "a measurement of a minute, on a quiet disk",
    ),
    (
        "cargo run --release -p sidepane-bench -- --backlog",
        "a measurement of minutes, on a quiet disk",
    ),
    ("cargo test --workspace", "runs this test"),
    (
        "docker build --file examples/container/Containerfile --tag sidepane .",
        "needs a container engine; container.rs holds what is in the list of system calls",
    ),
    (
        "docker run --rm --read-only --tmpfs /tmp --cap-drop all --security-opt no-new-privileges --security-opt seccomp=examples/container/seccomp.json --pids-limit 256 --memory 2g --volume ./plugins:/plugins:ro --volume sidepane-data:/data --publish 127.0.0.1:7117:7117 --network sidepane sidepane",
        "needs a container engine; container.rs runs the host under the same list",
    ),
    ("cargo test -p auto-tag", "a part of the whole suite"),
    ("cargo test -p hello", "a part of the whole suite"),
    ("cargo test -p order-lookup", "a part of the whole suite"),
    ("cargo test -p visit-counter", "a part of the whole suite"),
    ("cargo test -p smart-plug", "a part of the whole suite"),
    (
        "rustup target add wasm32-wasip2 --toolchain stable",
        "tests/build.rs needs the target",
    ),
    (
        "cargo build --release --target wasm32-wasip2",
        "guest-sdk/build builds every guest of the suite for this target",
    ),
    (
        "cargo build -p auto-tag --profile guest --target wasm32-wasip2",
        "tests/build.rs builds it with this profile and target",
    ),
    (
        "cargo build -p visit-counter --profile guest --target wasm32-wasip2",
        "tests/build.rs builds it with this profile and target",
    ),
    (
        "cargo build -p smart-plug --profile guest --target wasm32-wasip2",
        "tests/build.rs builds it with this profile and target",
    ),
    (
        "cp target/wasm32-wasip2/guest/smart_plug.wasm plugins/smart-plug.wasm",
        "follows the build above",
    ),
    (
        "cargo build -p hello --profile guest --target wasm32-wasip2",
        "tests/build.rs builds it with this profile and target",
    ),
    (
        "cargo build -p order-lookup --profile guest --target wasm32-wasip2",
        "tests/build.rs builds it with this profile and target",
    ),
    (
        "cp target/wasm32-wasip2/release/hello.wasm plugins/",
        "follows the build above",
    ),
    (
        "cp target/wasm32-wasip2/guest/auto_tag.wasm plugins/auto-tag.wasm",
        "follows the build above",
    ),
    (
        "cp target/wasm32-wasip2/guest/visit_counter.wasm plugins/visit-counter.wasm",
        "follows the build above",
    ),
    (
        "cp target/wasm32-wasip2/guest/hello.wasm plugins/",
        "follows the build above",
    ),
    (
        "cp target/wasm32-wasip2/guest/order_lookup.wasm plugins/order-lookup.wasm",
        "follows the build above",
    ),
    ("sidepane dev orders", "host/tests/new/dev.rs runs it"),
    (
        "sidepane new orders --lang rust",
        "host/tests/new follows the commands that `sidepane new` prints",
    ),
    (
        "sidepane new orders --lang js",
        "host/tests/new follows the commands that `sidepane new` prints",
    ),
    (
        "sidepane new orders --lang ts",
        "host/tests/new follows the commands that `sidepane new` prints",
    ),
    (
        "sidepane new orders --lang python",
        "host/tests/new follows the commands that `sidepane new` prints",
    ),
    (
        "cd orders",
        "host/tests/new follows the commands that `sidepane new` prints",
    ),
    (
        "npm ci",
        "host/tests/new follows the commands that `sidepane new` prints",
    ),
    (
        "npm test",
        "host/tests/new follows the commands that `sidepane new` prints",
    ),
    (
        "npm run build",
        "host/tests/new follows the commands that `sidepane new` prints",
    ),
    (
        "sidepane check build/orders.wasm",
        "host/tests/new follows the commands that `sidepane new` prints",
    ),
    (
        "sidepane call build/orders.wasm --view ticket --email ada@example.com",
        "host/tests/new follows the commands that `sidepane new` prints",
    ),
    (
        "python3 -m unittest",
        "host/tests/new follows the commands that `sidepane new` prints",
    ),
    (
        "python3 -m venv .venv",
        "host/tests/new follows the commands that `sidepane new` prints",
    ),
    (
        ".venv/bin/pip install -r requirements.txt",
        "host/tests/new follows the commands that `sidepane new` prints",
    ),
    (
        ".venv/bin/python build.py",
        "host/tests/new follows the commands that `sidepane new` prints",
    ),
    (
        "cargo test",
        "host/tests/new follows the commands that `sidepane new` prints",
    ),
    (
        "sidepane check target/wasm32-wasip2/release/orders.wasm",
        "host/tests/new follows the commands that `sidepane new` prints",
    ),
    (
        "sidepane call target/wasm32-wasip2/release/orders.wasm --view ticket --email ada@example.com",
        "host/tests/new follows the commands that `sidepane new` prints",
    ),
    (
        "cp build/orders.wasm plugins/",
        "host/tests/new follows the commands that `sidepane new` prints",
    ),
    (
        "cp target/wasm32-wasip2/release/orders.wasm plugins/",
        "host/tests/new follows the commands that `sidepane new` prints",
    ),
    (
        "sidepane grant build/orders.wasm > plugins/orders.toml",
        "transcript.rs runs the command on another plugin",
    ),
    (
        "sidepane grant target/wasm32-wasip2/release/orders.wasm > plugins/orders.toml",
        "transcript.rs runs the command on another plugin",
    ),
    (
        "cp -r examples/order-lookup-js .",
        "examples/demo/src/languages.rs puts the same files together, and its test builds them",
    ),
    (
        "cp -r examples/order-lookup-ts .",
        "examples/demo/src/languages.rs puts the same files together, and its test builds them",
    ),
    (
        "cp -r examples/order-lookup-py .",
        "examples/demo/src/languages.rs puts the same files together, and its test builds them",
    ),
];

/// The documents whose commands are held true.
fn documents() -> Vec<String> {
    let mut found = vec!["README.md".to_owned(), "plugins/README.md".to_owned()];
    for folder in [
        "docs",
        "docs/authors",
        "docs/desks",
        "examples/auto-tag",
        "examples/container",
        "examples/hello",
        "examples/order-lookup",
        "examples/order-lookup-js",
        "examples/order-lookup-py",
        "examples/order-lookup-ts",
        "examples/visit-counter",
        "examples/smart-plug",
        "docs/desks",
    ] {
        for entry in std::fs::read_dir(at_root(folder)).expect("a folder") {
            let name = entry.expect("an entry").file_name();
            let name = name.to_string_lossy();
            if name.ends_with(".md") {
                found.push(format!("{folder}/{name}"));
            }
        }
    }
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_of_the_documents_is_run_or_accounted_for() {
    let stage = Stage::set();
    for folder in ["plugins", "target"] {
        std::fs::create_dir(stage.folder.join(folder)).expect("a folder");
    }
    let host = Setup::new()
        .plugin("hello", &plugin("hello"), "")
        .plugin("order-lookup", &plugin("order-lookup"), "")
        .plugin("auto-tag", &plugin("auto-tag"), "")
        .kept()
        .start()
        .await;
    let (mut seen, mut wrong) = (Vec::new(), Vec::new());
    for document in documents() {
        let text = read(&document);
        for block in blocks(&text) {
            if !matches!(block.language.as_str(), "sh" | "console") {
                continue;
            }
            for command in commands(&block) {
                // transcript.rs runs these and reads every word of what they print.
                let transcribed = document == "docs/cli.md" && block.language == "console";
                if !transcribed && let Err(why) = hold(&stage, &host, &command).await {
                    wrong.push(format!("{document}: `{command}`: {why}"));
                }
                seen.push(command);
            }
        }
    }
    let unseen = ELSEWHERE
        .iter()
        .filter(|(command, _)| !seen.iter().any(|one| one == command));
    wrong.extend(unseen.map(|(command, _)| format!("`{command}` stands in no document any more")));
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    assert!(seen.len() > 20, "the documents hold commands");
}

async fn hold(stage: &Stage, host: &TestHost, command: &str) -> Result<(), String> {
    if ELSEWHERE.iter().any(|(known, _)| *known == command) {
        return Ok(());
    }
    if let Some(url) = command.strip_prefix("curl ") {
        return curl(host, url).await;
    }
    if let Some(arguments) = command.strip_prefix("sidepane serve") {
        return tokio::task::block_in_place(|| serve(stage, arguments));
    }
    let at = match command.starts_with("sidepane explain") {
        true => format!(" --url http://{}", host.traffic),
        false => String::new(),
    };
    if !command.starts_with("sidepane ") && !command.starts_with("cp ") {
        return Err("run by no test; see ELSEWHERE in host/tests/cli/docs.rs".to_owned());
    }
    let ended = tokio::task::block_in_place(|| stage.shell(&format!("{command}{at}")));
    match ended.code {
        0 => Ok(()),
        code => Err(format!("ends with {code}: {}", ended.stderr)),
    }
}

/// A `curl` of one address: the traffic listener's or the admin listener's, by its usual port.
async fn curl(host: &TestHost, arguments: &str) -> Result<(), String> {
    let (mut method, mut body, mut url) = (None, None, None);
    let mut words = words(arguments).into_iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-i" | "-s" => {}
            "-X" => method = words.next(),
            "-d" => body = words.next(),
            "-H" => drop(
                words
                    .next()
                    .filter(|header| header == "content-type: application/json"),
            ),
            _ => url = Some(word),
        }
    }
    let url = url.ok_or("names no address")?;
    let url = url.strip_prefix("http://").unwrap_or(&url);
    let (address, path) = match url.split_once('/') {
        Some((authority, path)) if authority.ends_with(":7117") => (host.traffic, path),
        Some((authority, path)) if authority.ends_with(":7118") => (host.admin, path),
        _ => return Err("asks neither of the host's listeners".to_owned()),
    };
    let path = format!("/{path}");
    let answer = match (method.as_deref(), body) {
        (None, None) => e2e::client::get(address, &path).await,
        (None | Some("POST"), body) => {
            e2e::client::post(address, &path, body.unwrap_or_default()).await
        }
        (Some("DELETE"), None) => e2e::client::delete(address, &path).await,
        (Some(method), _) => return Err(format!("{method} is run by no test")),
    };
    match answer.status.is_success() {
        true => Ok(()),
        false => Err(format!("{}: {}", answer.status, answer.text())),
    }
}

/// The words of a command, as a shell reads them that knows single quotes alone.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (number, piece) in line.split('\'').enumerate() {
        match number % 2 {
            0 => words.extend(piece.split_whitespace().map(str::to_owned)),
            _ => words.push(piece.to_owned()),
        }
    }
    words
}

/// Starts a host as written, on ports of its own, and ends it once it serves.
fn serve(stage: &Stage, arguments: &str) -> Result<(), String> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sidepane"))
        .arg("serve")
        .args(arguments.split_whitespace())
        .args(["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"])
        .current_dir(&stage.folder)
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let mut told = Vec::new();
    let mut serving = false;
    for line in lines.map_while(Result::ok) {
        serving = line.contains("serving");
        told.push(line);
        if serving {
            break;
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    match serving {
        true => Ok(()),
        false => Err(told.join("\n")),
    }
}
