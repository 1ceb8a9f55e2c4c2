//! `bench`: what a call costs, and what another build of the plugin costs beside.

use crate::stage::{Ended, Stage};
use serde_json::Value;

fn json(ended: &Ended) -> Value {
    assert_eq!(ended.code, 0, "{ended:?}");
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

#[test]
fn one_build_is_measured_by_a_card() {
    let stage = Stage::set();
    let arguments = ["bench", "visit-counter.wasm", "--seconds", "1"];
    let measured = json(&stage.sidepane(&[&arguments[..], &["--json"]].concat()));
    let build = &measured["builds"][0];
    assert_eq!(build["outcome"], "empty", "it knows nobody: {build}");
    assert!(build["calls"].as_u64() > Some(10), "{build}");
    assert!(build["calls_a_second"].as_f64() > Some(10.0), "{build}");
    assert!(
        build["usage"]["fuel"]["used"].as_u64() > Some(100),
        "{build}"
    );
    let stored = build["host_calls"].as_object().expect("an object");
    let store = stored.iter().find(|(name, _)| name.starts_with("store "));
    let (_, spent) = store.unwrap_or_else(|| panic!("{build}"));
    assert!(spent["times"].as_f64() >= Some(1.0), "{build}");
    assert!(spent["micros"].as_f64() > Some(0.0), "{build}");
    assert_eq!(measured["new_to_old"], Value::Null);

    let ended = stage.sidepane(&arguments);
    for said in [
        "a card, with every request refused",
        "calls a second",
        "fuel",
        "store ",
        "% of the call",
    ] {
        assert!(ended.stdout.contains(said), "{said} in {}", ended.stdout);
    }
}

#[test]
fn two_builds_are_measured_by_a_recorded_call() {
    let stage = Stage::set();
    let arguments = [
        "bench",
        "order-lookup.wasm",
        "order-lookup.wasm",
        "--recording",
        "no-orders.json",
        "--seconds",
        "1",
    ];
    let measured = json(&stage.sidepane(&[&arguments[..], &["--json"]].concat()));
    let [new, old] = [&measured["builds"][0], &measured["builds"][1]];
    assert_eq!(new["outcome"], old["outcome"]);
    assert!(
        new["outcome"]
            .as_str()
            .expect("a text")
            .starts_with("failed, call.plugin_error")
    );
    assert_eq!(
        new["host_calls"]["http"]["times"], 2.0,
        "one alone, two side by side: {new}"
    );
    let ratios = &measured["new_to_old"];
    assert_eq!(ratios["fuel"], 1.0, "the same build: {ratios}");
    let speed = ratios["calls_a_second"].as_f64().expect("a number");
    assert!((0.3..3.0).contains(&speed), "the same build: {speed}");
    let ended = stage.sidepane(&arguments);
    assert!(ended.stdout.contains("new : old"), "{ended:?}");
}

#[test]
fn what_cannot_be_measured_is_told() {
    let stage = Stage::set();
    for (arguments, code, said) in [
        (&["bench", "auto-tag.wasm"][..], 2, "makes no cards"),
        (
            &[
                "bench",
                "hello.wasm",
                "--recording",
                "no-orders.json",
                "--view",
                "ticket",
            ],
            2,
            "cannot be used with",
        ),
        (
            &[
                "bench",
                "visit-counter.wasm",
                "--recording",
                "no-orders.json",
            ],
            1,
            "does not make the recorded call",
        ),
        (&["bench", "hello.wasm", "--seconds", "0"], 2, "--seconds"),
        (&["bench", "core.wasm"], 1, "load.wrong_kind"),
    ] {
        let ended = stage.sidepane(arguments);
        assert_eq!(ended.code, code, "{ended:?}");
        assert!(ended.stderr.contains(said), "{said} in {}", ended.stderr);
    }
}
