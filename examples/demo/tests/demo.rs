//! The demo as its reader meets it: the CRM's data in ImBox's format, and what becomes of it when
//! the rule is taken out of the grant.
//!
//! One test, because the CRM's address is fixed: the plugin's manifest names it.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and its servers end with its runtime"
)]

use e2e::client::get;
use sidepane_demo::Demo;
use sidepane_demo::stage::Stage;
use std::net::SocketAddr;
use tokio::sync::oneshot;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_crms_data_comes_out_and_without_the_rule_only_hello_does() {
    let folder = std::env::temp_dir().join(format!("sidepane-demo-{}", std::process::id()));
    let stage = Stage {
        plugins: folder.join("plugins"),
        data: folder.join("data"),
    };

    with_demo(&stage, the_orders_are_there).await;

    let grant = std::fs::read_to_string(stage.plugins.join("order-lookup.toml")).expect("a grant");
    let (before, _) = grant.split_once("[[http.allow]]").expect("the CRM's rule");
    std::fs::write(stage.plugins.join("order-lookup.toml"), before).expect("a grant");
    with_demo(&stage, only_hello_is_there).await;
    std::fs::remove_dir_all(&folder).expect("the folder again");
}

async fn the_orders_are_there(traffic: SocketAddr) {
    let answer = get(
        traffic,
        "/imbox?view=ticket&email=ada%40example.com&ticketId=7",
    )
    .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("sidepane-status"), "");
    let answer = answer.json();
    assert_eq!(answer["contactName"], "Ada Lovelace");
    assert!(
        answer["contactLink"]["url"]
            .as_str()
            .is_some_and(|url| url.starts_with("https://"))
    );
    let text = answer.to_string();
    assert!(text.contains("shipped"), "orders of the CRM: {text}");
    let names: Vec<_> = answer["blocks"]
        .as_array()
        .expect("blocks")
        .iter()
        .collect();
    assert!(names.len() > 2, "orders before hello: {text}");
    assert!(
        !text.contains(sidepane_demo::crm::API_KEY),
        "the key is nobody's to see"
    );

    let unknown = get(
        traffic,
        "/v1/context?view=ticket&email=nobody%40example.com",
    )
    .await
    .json();
    assert_eq!(unknown["cards"][0]["status"], "empty", "{unknown}");
}

async fn only_hello_is_there(traffic: SocketAddr) {
    let path = "/v1/context?view=ticket&email=ada%40example.com";
    let answer = get(traffic, path).await.json();
    let orders = &answer["cards"][0];
    assert_eq!(orders["plugin"], "order-lookup");
    assert_eq!(orders["error"]["code"], "http.denied", "{orders}");
    let hint = orders["error"]["hint"].as_str().expect("the lines to add");
    assert!(
        hint.contains("[[http.allow]]") && hint.contains("127.0.0.1:7119"),
        "{hint}"
    );
    assert_eq!(answer["cards"][1]["status"], "ok", "hello stands: {answer}");

    let imbox = get(traffic, "/imbox?view=ticket&email=ada%40example.com").await;
    assert_eq!(imbox.header("sidepane-status"), "order-lookup=http.denied");
    assert_eq!(imbox.json()["blocks"].as_array().expect("blocks").len(), 1);
}

async fn with_demo(stage: &Stage, look: impl AsyncFnOnce(SocketAddr)) {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let demo = Demo::start(stage, any, any).await.expect("the demo starts");
    let traffic = demo.traffic().expect("an address");
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = demo.serve(async {
        // Sent or dropped: both mean the end.
        let _ = stopped.await;
    });
    let looking = async {
        look(traffic).await;
        drop(stop);
    };
    let (served, ()) = tokio::join!(serving, looking);
    served.expect("a clean end");
}
