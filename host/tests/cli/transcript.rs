//! docs/cli.md shows what the command really says: every `$ sidepane …` in it is run, in order, and
//! what it prints is compared. `SIDEPANE_BLESS=1 cargo test -p sidepane --test cli transcript`
//! writes it anew: read the difference before keeping it.

use crate::explain;
use crate::markdown;
use crate::stage::Stage;

const DOCUMENT: &str = "docs/cli.md";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transcripts_say_what_the_command_says() {
    let document = markdown::read(DOCUMENT);
    let host = explain::host().await;
    let stage = Stage::set();
    let mut now = document.clone();
    let mut ran = 0;
    for block in markdown::blocks(&document) {
        if block.language != "console" {
            continue;
        }
        let mut text = String::new();
        for line in markdown::commands(&block) {
            ran += 1;
            text += &format!("$ {line}\n{}", printed(&stage, &host, &line));
        }
        now = now.replace(&block.text, &text);
    }
    assert!(ran > 10, "{DOCUMENT} holds commands");
    if std::env::var_os("SIDEPANE_BLESS").is_some() {
        std::fs::write(markdown::at_root(DOCUMENT), &now).expect("the document is written");
        return;
    }
    let differing = document
        .lines()
        .zip(now.lines())
        .find(|(said, says)| said != says);
    assert!(
        document == now,
        "{DOCUMENT} differs, first at: {differing:?}"
    );
}

/// What a line prints, both streams as a terminal shows them, without what differs from run to run.
fn printed(stage: &Stage, host: &e2e::host::TestHost, line: &str) -> String {
    let at = match line.starts_with("sidepane explain") {
        true => format!(" --url http://{}", host.traffic),
        false => String::new(),
    };
    let ended = tokio::task::block_in_place(|| stage.shell(&format!("{line}{at}")));
    assert!(ended.code < 2, "{line}: {ended:?}");
    steady(&(ended.stdout + &ended.stderr))
}

/// Generations, names of requests, expiries, sizes and amounts used become `…`.
fn steady(text: &str) -> String {
    text.lines()
        .map(|line| format!("{}\n", line_of(line)))
        .collect()
}

fn line_of(line: &str) -> String {
    if let Some((front, _)) = line.split_once("\"request_id\": \"") {
        return format!("{front}\"request_id\": \"…\",");
    }
    if let Some((front, _)) = line.split_once("\"expires\": \"") {
        return format!("{front}\"expires\": \"…\"");
    }
    let number = |word: &str| word.chars().all(|c| c.is_ascii_digit() || c == ',');
    let words: Vec<&str> = line.split(' ').collect();
    let kept: Vec<String> = words
        .iter()
        .enumerate()
        .map(|(at, word)| {
            let amount = !word.is_empty()
                && number(word)
                && matches!(words.get(at + 1), Some(&("of" | "bytes")));
            match word.split_once("sha256:") {
                Some((front, rest)) => {
                    format!("{front}sha256:…{}", rest.get(64..).unwrap_or_default())
                }
                None if amount => "…".to_owned(),
                None if words.get(at + 1) == Some(&"%)") => "(…".to_owned(),
                None => (*word).to_owned(),
            }
        })
        .collect();
    kept.join(" ")
}

#[test]
fn what_differs_from_run_to_run_is_left_open() {
    let digest = "a".repeat(64);
    let text = format!(
        "x sha256:{digest}, 1,024 bytes (+3 %)\n  \"request_id\": \"01J\",\n  \"expires\": \"2026\"\nfuel  4,664 of 50\n"
    );
    assert_eq!(
        steady(&text),
        "x sha256:…, … bytes (… %)\n  \"request_id\": \"…\",\n  \"expires\": \"…\"\nfuel  … of 50\n"
    );
}
