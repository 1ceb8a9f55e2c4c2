//! What is no plugin: one clear sentence, and an exit code that says whose fault it is.

use crate::stage::Stage;

#[test]
fn what_is_no_plugin_is_named_with_its_remedy() {
    let stage = Stage::set();
    std::fs::create_dir(stage.folder.join("folder.wasm")).expect("a folder");
    let whole = std::fs::read(stage.folder.join("hello.wasm")).expect("a plugin");
    stage.file("half.wasm", &whole[..whole.len() / 2]);
    for (file, code, words) in [
        ("core.wasm", 1, "load.wrong_kind: The file is a core module"),
        (
            "native.wasm",
            1,
            "load.precompiled_forbidden: The file holds native code",
        ),
        ("text.wasm", 1, "load.not_wasm: The file is not WebAssembly"),
        (
            "half.wasm",
            1,
            "load.malformed: The file begins as a component",
        ),
        (
            "folder.wasm",
            2,
            "is a folder; name the plugin's .wasm file",
        ),
        ("nowhere.wasm", 2, "the plugin nowhere.wasm cannot be read"),
    ] {
        for command in ["check", "grant", "call"] {
            let mut arguments = vec![command, file];
            if command == "call" {
                arguments.extend(["--view", "ticket"]);
            }
            let ended = stage.sidepane(&arguments);
            assert_eq!(ended.code, code, "{command} {file}: {ended:?}");
            assert_eq!(ended.stdout, "", "{command} {file}");
            assert!(
                ended.stderr.starts_with("error: ") && ended.stderr.contains(words),
                "{command} {file}: {}",
                ended.stderr
            );
        }
    }
}

#[test]
fn check_says_in_json_what_it_says_in_words() {
    let stage = Stage::set();
    let ended = stage.sidepane(&["check", "core.wasm", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!((ended.code, &report["ok"]), (1, &false.into()));
    assert_eq!(report["problems"][0]["code"], "load.wrong_kind");

    let ended = stage.sidepane(&["check", "order-lookup.wasm", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!((ended.code, &report["ok"]), (0, &true.into()));
    assert_eq!(report["hosts"][0]["url"], "http://127.0.0.1:7119/v1");
    assert_eq!(report["secrets"][0]["name"], "api_key");
    assert_eq!(report["limits"]["memory_mib"], 64);
    assert_eq!(report["serves"], serde_json::json!(["cards", "actions"]));
}

#[test]
fn check_lists_what_cleaning_takes_out_of_a_card() {
    let stage = Stage::set();
    stage.guest("wild_html");
    let ended = stage.sidepane(&["check", "wild-html.wasm"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let note = "Markup was left out of the card: <script>, <svg>, onclick, onload.";
    assert!(ended.stdout.contains(note), "{}", ended.stdout);
    assert!(ended.stdout.contains("blocks[0].data[0].html"));
}

#[test]
fn check_says_that_buttons_without_their_export_do_nothing() {
    let stage = Stage::set();
    stage.guest("shows_everything");
    let ended = stage.sidepane(&["check", "shows-everything.wasm"]);
    let note = "it does not export `action`: its buttons do nothing";
    assert!(ended.stdout.contains(note), "{}", ended.stdout);
}

#[test]
fn a_file_that_cargo_named_is_checked_and_its_name_is_noted() {
    let stage = Stage::set();
    let from = stage.folder.join("order-lookup.wasm");
    std::fs::rename(from, stage.folder.join("order_lookup.wasm")).expect("a name");
    let ended = stage.sidepane(&["check", "order_lookup.wasm"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(
        ended.stdout.contains("call it order-lookup.wasm"),
        "{}",
        ended.stdout
    );
}

#[test]
fn a_grants_errors_come_all_at_once() {
    let stage = Stage::set();
    stage.file("bad.toml", b"odrer = 1\n[limits]\nfule = 2\n");
    let ended = stage.sidepane(&["check", "hello.wasm", "--grant", "bad.toml"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    for words in [
        "grant.invalid",
        "bad.toml:1: odrer",
        "bad.toml:3: limits.fule",
    ] {
        assert!(ended.stderr.contains(words), "{words} in {}", ended.stderr);
    }
    assert!(
        ended.stdout.contains("Hello 0.1.0"),
        "what is known is shown"
    );
    let call = stage.sidepane(&[
        "call",
        "hello.wasm",
        "--grant",
        "bad.toml",
        "--view",
        "ticket",
    ]);
    assert_eq!(call.code, 2, "{call:?}");
    let nowhere = stage.sidepane(&["check", "hello.wasm", "--grant", "nowhere.toml"]);
    assert_eq!(nowhere.code, 2, "{nowhere:?}");
}
