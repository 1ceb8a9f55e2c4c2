//! `sidepane explain` and `explain=1`: why a card is there or is not.

use crate::stage::{Ended, Stage};
use e2e::guests::plugin;
use e2e::host::{Setup, TestHost};
use serde_json::Value;

/// A host with a plugin for each thing that can become of one.
pub(crate) async fn host() -> TestHost {
    Setup::new()
        .plugin("hello", &plugin("hello"), "order = 10\n")
        .plugin("order-lookup", &plugin("order-lookup"), "order = 20\n")
        .plugin("loyalty", &plugin("hello"), "enabled = false\n")
        .file("notes.wasm", "not a plugin\n")
        .start()
        .await
}

/// Runs the command beside the host that it asks.
pub(crate) async fn shell(line: String) -> Ended {
    let run = move || Stage::empty().shell(&line);
    tokio::task::spawn_blocking(run).await.expect("an end")
}

async fn explain(host: &TestHost, flags: &str) -> Ended {
    shell(format!(
        "sidepane explain --url http://{} {flags}",
        host.traffic
    ))
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_plugin_has_its_reason_and_its_next_step() {
    let host = host().await;
    let ended = explain(&host, "--email ada@example.com --json").await;
    assert_eq!(ended.code, 0, "{ended:?}");
    let all: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    let all = all["explain"].as_array().expect("a list");
    let told: Vec<(&str, &str)> = all
        .iter()
        .map(|one| {
            let text = |key: &str| one[key].as_str().expect("a text");
            (text("plugin"), text("status"))
        })
        .collect();
    let expected = [
        ("hello", "ok"),
        ("order-lookup", "error"),
        ("loyalty", "disabled"),
        ("notes", "refused"),
    ];
    assert_eq!(told, expected);
    assert!(
        all[1]["next"]
            .as_str()
            .is_some_and(|next| next.contains("[[http.allow]]"))
    );
    assert!(
        all[2]["next"]
            .as_str()
            .is_some_and(|next| next.contains("enabled = true"))
    );
    assert_eq!(all[3]["error"]["code"], "load.not_wasm");

    let words = explain(&host, "--email ada@example.com").await;
    for text in [
        "hello: its card is in the pane",
        "http.denied",
        "[[http.allow]]",
        "load.not_wasm",
    ] {
        assert!(words.stdout.contains(text), "{text} in {}", words.stdout);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_was_passed_over_is_told_of() {
    let host = Setup::new()
        .guest("late_view", "")
        .guest("counts", "")
        .start()
        .await;
    let path = "/v1/context?view=ticket&explain=1&plugin=late-view";
    let answer = host.get(path).await.json();
    let of = |plugin: &str| {
        let all = answer["explain"].as_array().expect("a list");
        let found = all.iter().find(|one| one["plugin"] == plugin);
        found.expect("an entry")["status"].clone()
    };
    assert_eq!(
        (of("late-view"), of("counts")),
        ("other_view".into(), "not_named".into())
    );
    assert_eq!(answer["cards"], serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_may_see_the_inside_is_told_and_no_plugin_reads_the_word() {
    let host = Setup::new().guest("echoes", "").start().await;
    let path = "/v1/context?view=ticket&email=ada%40example.com";
    let plain = host.get(path).await.json();
    assert_eq!(plain.get("explain"), None);
    let told = host.get(&format!("{path}&explain=1")).await.json();
    assert!(told["explain"].is_array(), "{told}");
    assert_eq!(told["cards"][0]["card"], plain["cards"][0]["card"]);
    let request = http::Request::get(format!("{path}&explain=1"))
        .header("host", host.traffic.to_string())
        .header("x-forwarded-for", "203.0.113.9")
        .body(Default::default())
        .expect("a request");
    let outside = e2e::client::send(host.traffic, request)
        .await
        .expect("an answer");
    assert_eq!(outside.json().get("explain"), None);
    let wrong = host.get(&format!("{path}&explain=yes")).await;
    assert_eq!(wrong.status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_is_not_there_or_refuses_is_told_of() {
    // Bound and never served: nobody else has the port, and nobody answers.
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = taken.local_addr().expect("an address");
    drop(taken);
    let ended = shell(format!(
        "sidepane explain --email a@example.com --url http://{address}"
    ))
    .await;
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(
        ended.stderr.contains("start one with `sidepane serve`"),
        "{}",
        ended.stderr
    );

    let config = "[accounts.eu]\napi_tokens = [{ file = \"eu.key\" }]\n";
    let host = Setup::new()
        .file("eu.key", "eu-token")
        .config(config)
        .start()
        .await;
    let ended = explain(&host, "--email a@example.com").await;
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.stderr.contains("auth.required"), "{}", ended.stderr);
    let address = host.traffic;
    let line = format!(
        "EU=eu-token sidepane explain --email a@example.com --token-env EU --url http://{address}"
    );
    let ended = shell(line).await;
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stdout.contains("holds no plugin"), "{}", ended.stdout);
}
