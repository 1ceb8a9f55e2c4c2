//! The plugins folder: one bad file stops neither the others nor the host, and says what to do.

use e2e::guests;
use e2e::host::{Setup, TestHost};
use serde_json::{Value, json};
use std::path::PathBuf;

/// The entry of one file in the listing's `refused`.
async fn refusal(host: &TestHost, file: &str) -> Value {
    let plugins = host.plugins().await;
    let refused = plugins["refused"].as_array().expect("a list");
    let found = refused.iter().find(|entry| entry["file"] == file);
    found
        .unwrap_or_else(|| panic!("{file} is not refused in {plugins}"))
        .clone()
}

/// A component of one import, an instance of this name with nothing in it.
fn importing(name: &str) -> Vec<u8> {
    let length = u8::try_from(name.len()).expect("a short name");
    let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
    // One type: an instance without exports.
    bytes.extend([7, 3, 1, 0x42, 0]);
    // One import of that type.
    bytes.extend([10, length + 5, 1, 0, length]);
    bytes.extend(name.as_bytes());
    bytes.extend([5, 0]);
    bytes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_plugin_is_refused_beside_one_that_is() {
    let whole = std::fs::read(guests::guest("counts")).expect("a guest");
    let half = whole[..whole.len() / 2].to_vec();
    let cases: [(&str, Vec<u8>, &str); 9] = [
        ("text.wasm", b"a plugin, honestly".to_vec(), "load.not_wasm"),
        ("empty.wasm", Vec::new(), "load.not_wasm"),
        (
            "elf.wasm",
            b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec(),
            "load.not_wasm",
        ),
        (
            "module.wasm",
            b"\0asm\x01\0\0\0".to_vec(),
            "load.wrong_kind",
        ),
        ("half.wasm", half, "load.malformed"),
        (
            "nothing.wasm",
            b"\0asm\x0d\0\x01\0".to_vec(),
            "load.missing_export",
        ),
        ("Upper.wasm", whole.clone(), "load.bad_path"),
        (
            "net.wasm",
            importing("wasi:http/types@0.2.6"),
            "load.unknown_import",
        ),
        (
            "strange.wasm",
            importing("acme:thing/x@1.0.0"),
            "load.unknown_import",
        ),
    ];
    let mut setup = Setup::new().guest("counts", "");
    for (file, bytes, _) in &cases {
        setup = setup.file(file, bytes);
    }
    let host = setup.start().await;
    for (file, _, code) in cases {
        let entry = refusal(&host, file).await;
        assert_eq!(entry["code"], code, "{entry}");
    }
    let plugins = host.plugins().await;
    assert_eq!(
        plugins["refused"].as_array().map(Vec::len),
        Some(9),
        "{plugins}"
    );
    assert_eq!(
        plugins["plugins"].as_array().map(Vec::len),
        Some(1),
        "{plugins}"
    );
    assert_eq!(host.card("").await["status"], "ok");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn native_code_is_not_taken_even_if_it_is_our_own() {
    // Starting a host compiles the guest and keeps what came of it.
    Setup::new().guest("counts", "").start().await.end().await;
    let artefacts = PathBuf::from(env!("GUESTS")).join("artefacts");
    let artefact = std::fs::read_dir(artefacts)
        .expect("the folder of artefacts")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.extension().is_some_and(|kind| kind == "artefact"))
        .expect("an artefact");
    let host = Setup::new()
        .plugin("native", &artefact, "")
        .guest("counts", "")
        .start()
        .await;
    let entry = refusal(&host, "native.wasm").await;
    assert_eq!(entry["code"], "load.precompiled_forbidden", "{entry}");
    assert_eq!(host.card("").await["status"], "ok");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_and_folders_are_not_followed() {
    let setup = Setup::new().guest("counts", "");
    std::os::unix::fs::symlink(guests::guest("counts"), setup.folder().join("link.wasm"))
        .expect("a link");
    std::fs::create_dir(setup.folder().join("folder.wasm")).expect("a folder");
    let host = setup.start().await;
    for file in ["link.wasm", "folder.wasm"] {
        assert_eq!(
            refusal(&host, file).await["code"],
            "load.not_regular_file",
            "{file}"
        );
    }
    assert_eq!(host.card("").await["status"], "ok");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_names_all_its_errors_with_their_lines() {
    let grant = "order = \"first\"\ncolour = \"red\"\n[[http.allow]]\nurl = \"https://*/\"\n";
    let host = Setup::new()
        .guest("says_nothing", grant)
        .guest("counts", "")
        .start()
        .await;
    let entry = refusal(&host, "says-nothing.wasm").await;
    assert_eq!(entry["code"], "grant.invalid", "{entry}");
    let detail = entry["detail"].as_str().expect("a detail");
    for part in [
        "says-nothing.toml:1: ",
        "says-nothing.toml:2: ",
        "says-nothing.toml:4: ",
    ] {
        assert!(detail.contains(part), "{part} in {detail}");
    }
    assert!(detail.contains("colour"), "{detail}");
    assert_eq!(host.card("").await["plugin"], "counts");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_that_is_nowhere_is_missed_by_name() {
    let grant = "[secrets]\napi_key = { env = \"SIDEPANE_E2E_NOT_SET\" }\n";
    let host = Setup::new()
        .guest("fetches", grant)
        .guest("counts", "")
        .start()
        .await;
    let entry = refusal(&host, "fetches.wasm").await;
    assert_eq!(entry["code"], "grant.secret_missing", "{entry}");
    let message = entry["message"].as_str().expect("a message");
    assert!(
        message.contains("api_key") && message.contains("SIDEPANE_E2E_NOT_SET"),
        "{message}"
    );
    assert_eq!(host.card("").await["plugin"], "counts");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manifest_that_cannot_be_is_refused_with_its_field() {
    let host = Setup::new()
        .guest("bad_manifest", "")
        .guest("counts", "")
        .start()
        .await;
    let entry = refusal(&host, "bad-manifest.wasm").await;
    assert_eq!(entry["code"], "manifest.invalid", "{entry}");
    assert!(
        entry["message"]
            .as_str()
            .is_some_and(|text| text.contains("hosts[0]")),
        "{entry}"
    );
    assert_eq!(host.card("").await["plugin"], "counts");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_is_switched_off_is_listed_and_not_asked() {
    let host = Setup::new()
        .guest("says_nothing", "enabled = false")
        .guest("counts", "")
        .start()
        .await;
    let plugins = host.plugins().await;
    assert_eq!(plugins["disabled"], json!(["says-nothing"]));
    assert_eq!(plugins["refused"], json!([]));
    assert_eq!(host.card("").await["plugin"], "counts");
    let named = host
        .get("/v1/context?view=ticket&plugin=says-nothing")
        .await;
    assert_eq!(named.status, 404);
}
