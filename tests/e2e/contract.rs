//! The rule of growth: a plugin of another contract is loaded when it fits, and otherwise refused
//! with a word on which side to upgrade.

use e2e::host::Setup;
use serde_json::Value;

/// How a guest is refused: code and message.
async fn refused(guest: &str) -> (String, String) {
    let host = Setup::new().guest(guest, "").start().await;
    let plugins = host.plugins().await;
    let entry = &plugins["refused"][0];
    let text = |name: &str| {
        entry[name]
            .as_str()
            .unwrap_or_else(|| panic!("{plugins}"))
            .to_owned()
    };
    (
        text("code"),
        format!("{} ({})", text("message"), text("detail")),
    )
}

/// What a guest that is loaded shows.
async fn shown(guest: &str) -> Value {
    let host = Setup::new().guest(guest, "").start().await;
    let outcome = host.card("").await;
    assert_eq!(outcome["status"], "ok", "{outcome}");
    outcome["card"]["blocks"][0]["data"][0]["html"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_without_the_sdk_is_served() {
    assert_eq!(shown("plain_contract").await, "<p>plain</p>");
    let host = Setup::new()
        .guest("plain_contract", "")
        .guest("counts", "")
        .start()
        .await;
    let plugins = host.plugins().await;
    assert_eq!(
        plugins["plugins"][0]["contract"], "0.1.0",
        "stamped by the SDK: {plugins}"
    );
    assert_eq!(plugins["plugins"][1]["contract"], Value::Null, "{plugins}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_patch_is_served_as_long_as_nothing_new_is_called() {
    assert_eq!(shown("later_patch").await, "<p>new</p>");
    let (code, message) = refused("later_function").await;
    assert_eq!(code, "load.type_mismatch", "{message}");
    assert!(message.contains("upgrade Sidepane"), "{message}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_type_is_refused_at_load_and_says_which_side_is_older() {
    let (code, message) = refused("later_contract").await;
    assert_eq!(code, "load.type_mismatch", "{message}");
    assert!(message.contains("upgrade Sidepane"), "{message}");
    let (code, message) = refused("earlier_contract").await;
    assert_eq!(code, "load.type_mismatch", "{message}");
    assert!(message.contains("build the plugin again"), "{message}");
}
