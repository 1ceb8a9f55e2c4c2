//! `check --against`: what another build asks for, serves and imports; and what no build needs.

use crate::stage::{Ended, Stage};
use serde_json::Value;

fn stage() -> Stage {
    let stage = Stage::set();
    for guest in [
        "totals_orders",
        "totals_orders_mended",
        "opens_socket",
        "probes_files",
    ] {
        stage.guest(guest);
    }
    stage
}

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

/// The `what` of every entry.
fn names(list: &Value) -> Vec<&str> {
    let list = list.as_array().expect("a list").iter();
    list.map(|entry| entry["what"].as_str().expect("a name"))
        .collect()
}

#[test]
fn what_a_build_asks_for_beyond_another_is_told_with_its_reasons() {
    let stage = stage();
    let arguments = ["check", "totals-orders.wasm", "--against", "hello.wasm"];
    let ended = stage.sidepane(&arguments);
    assert_eq!(ended.code, 0, "{ended:?}");
    for said in [
        "different   name",
        "asks for  now also GET http://*",
        "(Reads customers and orders.)",
        "asks for  now also secret api_key  (The key of the CRM.)",
        "asks for  now also setting crm",
        "imports   now also sidepane:plugin/http@0.1.0",
        " bytes → ",
    ] {
        assert!(ended.stdout.contains(said), "{said} in {}", ended.stdout);
    }
    let ended = stage.sidepane(&[&arguments[..], &["--json"]].concat());
    let against = &json(&ended)["against"];
    assert_eq!(against["file"], "hello.wasm");
    assert!(against["bytes"].as_u64() > Some(1_000), "{against}");
    assert_eq!(names(&against["asks"]["added"]).len(), 3, "{against}");
    assert_eq!(against["asks"]["added"][1]["reason"], "The key of the CRM.");
    assert!(names(&against["asks"]["removed"]).is_empty(), "{against}");

    let ended = stage.sidepane(&[
        "check",
        "hello.wasm",
        "--against",
        "totals-orders.wasm",
        "--json",
    ]);
    let against = &json(&ended)["against"];
    assert_eq!(names(&against["asks"]["removed"]).len(), 3, "{against}");
    assert!(names(&against["imports"]["removed"]).contains(&"sidepane:plugin/http@0.1.0"));
}

#[test]
fn two_builds_that_ask_for_the_same_differ_in_nothing_but_size() {
    let stage = stage();
    let arguments = [
        "check",
        "totals-orders-mended.wasm",
        "--against",
        "totals-orders.wasm",
    ];
    let ended = stage.sidepane(&[&arguments[..], &["--json"]].concat());
    let against = &json(&ended)["against"];
    for part in ["serves", "asks", "views", "events", "imports"] {
        let change = &against[part];
        assert!(names(&change["added"]).is_empty(), "{against}");
        assert!(names(&change["removed"]).is_empty(), "{against}");
    }
    let ended = stage.sidepane(&["check", "hello.wasm", "--against", "hello.wasm"]);
    let said = "different   nothing that the manifest or the file tells\n";
    assert!(ended.stdout.contains(said), "{ended:?}");
    let ended = stage.sidepane(&["check", "hello.wasm", "--against", "text.wasm"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(
        ended.stderr.contains("text.wasm: load.not_wasm"),
        "{ended:?}"
    );
}

#[test]
fn what_a_plugin_imports_is_told_and_what_it_does_not_need() {
    let stage = stage();
    for (plugin, imports, note) in [
        ("hello.wasm", "imports     ", ""),
        (
            "totals-orders.wasm",
            "imports     http, settings, store, log, wasi:cli",
            "",
        ),
        (
            "probes-files.wasm",
            "wasi:filesystem",
            "which no plugin needs: there are no files",
        ),
        (
            "opens-socket.wasm",
            "wasi:sockets",
            "and using one ends the call",
        ),
    ] {
        let ended = stage.sidepane(&["check", plugin]);
        assert_eq!(ended.code, 0, "{ended:?}");
        for said in [imports, note] {
            assert!(ended.stdout.contains(said), "{said} in {}", ended.stdout);
        }
    }
}
