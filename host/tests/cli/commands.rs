//! `call`, `grant` and `completions` on plugins that load.

use crate::stage::{Ended, Stage};
use serde_json::{Value, json};

const ADA: [&str; 4] = ["--view", "ticket", "--email", "ada@example.com"];

fn call(stage: &Stage, arguments: &[&str]) -> Ended {
    stage.sidepane(&[&["call"], arguments].concat())
}

fn answer(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

#[test]
fn a_card_stands_on_standard_output_and_what_it_used_beside_it() {
    let stage = Stage::set();
    let ended = call(&stage, &[&["hello.wasm"][..], &ADA].concat());
    assert_eq!(ended.code, 0, "{ended:?}");
    let card = answer(&ended)["cards"][0].clone();
    assert_eq!(card["status"], "ok");
    assert_eq!(card["card"]["blocks"][0]["name"], "Hello");
    assert_eq!(card.get("usage"), None);
    assert!(ended.stderr.contains(" of 50,000,000"), "{}", ended.stderr);

    let nobody = call(&stage, &["hello.wasm", "--view", "ticket"]);
    assert_eq!(nobody.code, 0, "{nobody:?}");
    assert_eq!(answer(&nobody)["cards"][0]["status"], "empty");
}

#[test]
fn every_flag_reaches_the_plugin() {
    let stage = Stage::empty();
    stage.guest("echoes");
    let flags = [
        ("--email", "ada@example.com"),
        ("--phone", "+46 70"),
        ("--external-id", "e-1"),
        ("--ticket-id", "t-1"),
        ("--contact-id", "c-1"),
        ("--conversation-id", "v-1"),
        ("--call-id", "k-1"),
        ("--locale", "sv-SE"),
        ("--time-zone", "Europe/Stockholm"),
        ("--account", "eu"),
    ];
    let mut arguments = vec!["echoes.wasm", "--view", "ticket", "--contact-linked"];
    arguments.extend(["--attribute", "tier=gold=1", "--param", "source=crm"]);
    for (flag, value) in flags {
        arguments.extend([flag, value]);
    }
    let ended = call(&stage, &arguments);
    assert_eq!(ended.code, 0, "{ended:?}");
    for (flag, value) in flags {
        assert!(ended.stdout.contains(value), "{flag} in {}", ended.stdout);
    }
    for value in ["gold=1", "crm"] {
        assert!(ended.stdout.contains(value), "{value} in {}", ended.stdout);
    }

    let body = json!({"view": "call", "phone": "+47 1", "account": "us", "plugins": ["other"]});
    stage.file("question.json", body.to_string().as_bytes());
    let ended = call(&stage, &["echoes.wasm", "--context", "question.json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    for value in ["+47 1", "call", "us"] {
        assert!(ended.stdout.contains(value), "{value} in {}", ended.stdout);
    }
}

#[test]
fn a_refused_request_ends_with_the_lines_that_would_allow_it() {
    let stage = Stage::set();
    let ended = call(&stage, &[&["order-lookup.wasm"][..], &ADA].concat());
    assert_eq!(ended.code, 1, "{ended:?}");
    assert_eq!(answer(&ended)["cards"][0]["error"]["code"], "http.denied");
    for words in [
        "denied  ",
        "error: http.denied",
        "[[http.allow]]\nurl = \"http://127.0.0.1:7119/v1\"",
    ] {
        assert!(ended.stderr.contains(words), "{words} in {}", ended.stderr);
    }
    let hints = ended.stderr.matches("[[http.allow]]").count();
    assert_eq!(hints, 1, "told once: {}", ended.stderr);
    let whole = call(
        &stage,
        &[&["order-lookup.wasm", "--json"][..], &ADA].concat(),
    );
    let whole = answer(&whole);
    assert_eq!(whole["log"][0]["level"], "denied");
    assert_eq!(whole["usage"]["http_requests"]["limit"], 16);
}

#[test]
fn the_desks_forms_stand_under_their_names() {
    let stage = Stage::set();
    let ended = call(
        &stage,
        &[&["hello.wasm", "--desk", "imbox,native"][..], &ADA].concat(),
    );
    let answer = answer(&ended);
    assert_eq!(answer["imbox"]["blocks"][0]["name"], "Hello");
    assert_eq!(answer["native"]["cards"][0]["plugin"], "hello");
    let unknown = call(
        &stage,
        &[&["hello.wasm", "--desk", "pigeon"][..], &ADA].concat(),
    );
    assert_eq!(unknown.code, 2, "{unknown:?}");
    assert!(
        unknown.stderr.contains("native, imbox"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn a_setting_stands_over_the_grants_and_has_to_fit() {
    let stage = Stage::set();
    let with = |set: &str| {
        call(
            &stage,
            &[&["order-lookup.wasm", "--set", set][..], &ADA].concat(),
        )
    };
    let elsewhere = with("crm_url=https://crm.example.com");
    assert!(
        elsewhere.stderr.contains("https://crm.example.com"),
        "{}",
        elsewhere.stderr
    );
    let wrong = with("colour=red");
    assert_eq!(wrong.code, 2, "{wrong:?}");
    assert!(wrong.stderr.contains("no such setting"), "{}", wrong.stderr);
}

#[test]
fn what_cannot_be_asked_is_the_command_lines_fault() {
    let stage = Stage::set();
    stage.file("bad.json", b"{\"view\": \"ticket\", \"emial\": \"x\"}");
    for (arguments, words) in [
        (&["hello.wasm"][..], "--view"),
        (&["hello.wasm", "--view", "No View"], "request.unknown_view"),
        (
            &["hello.wasm", "--view", "cupboard"],
            "request.unknown_view",
        ),
        (
            &["hello.wasm", "--event", "e.json"],
            "the event e.json cannot be read",
        ),
        (&["hello.wasm", "--context", "bad.json"], "emial"),
        (
            &["hello.wasm", "--context", "none.json"],
            "none.json cannot be read",
        ),
        (
            &["hello.wasm", "--view", "ticket", "--param", "x"],
            "KEY=VALUE",
        ),
        (
            &["hello.wasm", "--view", "ticket", "--account", "a b"],
            "no account's name",
        ),
    ] {
        let ended = call(&stage, arguments);
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (2, ""),
            "{arguments:?}"
        );
        assert!(ended.stderr.contains(words), "{words} in {}", ended.stderr);
    }
}

#[test]
fn a_failing_plugin_is_its_own_fault() {
    let stage = Stage::empty();
    for (guest, code) in [
        ("panics", "call.trap"),
        ("spins_forever", "call.fuel_exhausted"),
        ("fails", "call.plugin_error"),
    ] {
        stage.guest(guest);
        let file = format!("{}.wasm", guest.replace('_', "-"));
        let ended = call(&stage, &[&[file.as_str()][..], &ADA].concat());
        assert_eq!(ended.code, 1, "{guest}: {ended:?}");
        assert!(ended.stderr.contains(code), "{code} in {}", ended.stderr);
    }
    stage.guest("late_view");
    let ended = call(&stage, &[&["late-view.wasm"][..], &ADA].concat());
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stderr.contains("was not asked"), "{}", ended.stderr);
}

#[test]
fn the_written_grant_is_one_that_check_takes() {
    let stage = Stage::set();
    for (plugin, check) in [
        ("hello", "sidepane check hello.wasm --grant hello.grant"),
        (
            "order-lookup",
            "ORDER_LOOKUP_API_KEY=k sidepane check order-lookup.wasm --grant order-lookup.grant",
        ),
    ] {
        let written = stage.shell(&format!("sidepane grant {plugin}.wasm > {plugin}.grant"));
        assert_eq!(written.code, 0, "{written:?}");
        let ended = stage.shell(check);
        assert_eq!(ended.code, 0, "{ended:?}");
        assert!(!ended.stdout.contains("not given"), "{}", ended.stdout);
    }
    let without = stage.shell("sidepane check order-lookup.wasm --grant order-lookup.grant");
    assert_eq!(without.code, 1, "{without:?}");
    assert!(
        without.stderr.contains("ORDER_LOOKUP_API_KEY"),
        "{}",
        without.stderr
    );
}

#[test]
fn shells_get_their_completions() {
    let stage = Stage::empty();
    for shell in ["bash", "zsh", "fish"] {
        let ended = stage.sidepane(&["completions", shell]);
        assert_eq!(ended.code, 0, "{shell}");
        assert!(ended.stdout.contains("explain"), "{shell}");
    }
}

#[test]
fn every_command_teaches_by_example() {
    let stage = Stage::empty();
    for command in ["serve", "check", "call", "grant", "explain", "completions"] {
        let ended = stage.sidepane(&[command, "--help"]);
        let example = format!("sidepane {command} ");
        assert!(
            ended.stdout.contains("Example"),
            "{command}: {}",
            ended.stdout
        );
        assert!(
            ended.stdout.contains(&example),
            "{command}: {}",
            ended.stdout
        );
    }
}
