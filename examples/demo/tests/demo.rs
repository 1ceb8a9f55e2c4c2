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

use axum::http::Request;
use e2e::client::{get, post, send};
use http_body_util::Full;
use sidepane::{Code, Command, Context, Host, PluginId, Press, Pressed, Problem};
use sidepane_demo::Demo;
use sidepane_demo::stage::Stage;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::oneshot;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_crms_data_comes_out_and_without_the_rule_only_hello_does() {
    let folder = std::env::temp_dir().join(format!("sidepane-demo-{}", std::process::id()));
    let stage = Stage {
        plugins: folder.join("plugins"),
        data: folder.join("data"),
    };

    with_demo(&stage, the_orders_are_there).await;
    with_demo(&stage, every_desk_has_an_address_that_works).await;
    with_demo(&stage, a_message_tags_its_conversation).await;
    with_demo(&stage, visits_are_counted).await;
    with_demo(&stage, a_configured_request_is_a_card).await;
    with_demo_and_host(&stage, a_refund_is_made_once_and_shown).await;

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

async fn every_desk_has_an_address_that_works(traffic: SocketAddr) {
    let all = sidepane_demo::addresses::of(traffic);
    let desks: Vec<_> = all.iter().map(|address| address.desk).collect();
    assert_eq!(
        desks,
        [
            "ImBox",
            "SnapEngage",
            "Front",
            "Chatwoot",
            "Freshchat",
            "its events"
        ]
    );
    for address in all {
        let rest = address.url.strip_prefix("http://").expect("an address");
        let (authority, path) = rest.split_once('/').expect("a path");
        let at: SocketAddr = authority.parse().expect("an address");
        let path = format!("/{path}");
        let answer = match address.body {
            None => get(at, &path).await,
            Some(file) => {
                let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
                let body = std::fs::read_to_string(root.join(file)).expect("a sample");
                post(at, &path, body).await
            }
        };
        let text = answer.text();
        assert!(answer.status.is_success(), "{}: {text}", address.url);
        match address.desk {
            "ImBox" | "SnapEngage" => assert!(text.contains("Ada Lovelace"), "{text}"),
            "its events" => assert!(text.contains("event_id"), "{text}"),
            // What the page then shows is looked at in a browser, in tests/browser.
            _ => {
                assert!(text.contains(&format!("data-host=\"http://{traffic}\"")));
                let script = text.split("src=\"/desks/").nth(1).expect("a script");
                let name = script.split('"').next().expect("its name");
                let script = get(at, &format!("/desks/{name}")).await;
                assert!(script.status.is_success(), "{name}");
                assert_eq!(text.contains("id=\"plug\""), address.desk == "Freshchat");
            }
        }
    }
}

async fn a_message_tags_its_conversation(traffic: SocketAddr) {
    let message = |actor: &str, conversation: &str, text: &str| {
        serde_json::json!({
            "event_type": "message.created",
            "actor": {"kind": actor},
            "conversation": {"id": conversation},
            "message": {"kind": "public", "direction": "incoming", "text": text},
        })
    };
    // What a bot writes comes first and is dealt with first: had it been taken for a contact's,
    // its tag would stand beside the other one.
    for event in [
        message("bot", "c-1", "Your parcel has not arrived?"),
        message("user", "c-1", "I want my money back."),
    ] {
        let taken = post(traffic, "/v1/events", event.to_string()).await;
        assert_eq!(taken.status, 202, "{}", taken.text());
        assert_eq!(taken.json()["deliveries"][0]["plugin"], "auto-tag");
    }
    let tags = soon("tags", async || {
        let tags = crm("/v1/conversations/c-1/tags").await["tags"].clone();
        (tags != serde_json::json!([])).then_some(tags)
    });
    assert_eq!(tags.await, serde_json::json!(["refund"]));
}

async fn visits_are_counted(traffic: SocketAddr) {
    let event = serde_json::json!({
        "event_type": "conversation.created",
        "conversation": {"id": "c-1"},
        "contact": {"email": "ada@example.com"},
    });
    for duplicate in [false, true] {
        let taken = post(traffic, "/v1/events", event.to_string()).await;
        assert!(taken.status.is_success(), "{}", taken.text());
        assert_eq!(taken.json()["duplicate"], duplicate);
    }
    let visits = soon("a count", async || {
        let path = "/v1/context?view=ticket&email=ada%40example.com&plugin=visit-counter";
        let card = get(traffic, path).await.json()["cards"][0].clone();
        (card["status"] != "empty").then_some(card)
    });
    let visits = visits.await;
    let rows = &visits["card"]["blocks"][0]["data"][0]["rows"];
    assert_eq!(rows[0]["text"], "1", "{visits}");
}

async fn a_configured_request_is_a_card(traffic: SocketAddr) {
    let path = "/v1/context?view=ticket&email=ada%40example.com&plugin=smart-plug";
    let card = get(traffic, path).await.json()["cards"][0].clone();
    let block = &card["card"]["blocks"][0];
    assert_eq!(block["name"], "CRM", "{card}");
    assert_eq!(
        block["data"][0]["rows"][0]["text"], "Ada Lovelace",
        "{card}"
    );
    let path = "/v1/context?view=ticket&email=nobody%40example.com&plugin=smart-plug";
    let card = get(traffic, path).await.json()["cards"][0].clone();
    assert_eq!(card["status"], "empty", "{card}");
}

/// As the door does it for an agent; the door itself has tests of its own.
async fn a_refund_is_made_once_and_shown(host: Host, _: SocketAddr) {
    let press = |key: &str| Press {
        plugin: PluginId::parse("order-lookup").expect("an id"),
        action: "refund".into(),
        value: "5317".into(),
        fields: vec![
            ("reason".into(), "late".into()),
            ("tell_customer".into(), "true".into()),
        ],
        key: key.into(),
        context: Context::of_view("ticket").email("ada@example.com").linked(),
    };
    for _ in 0..2 {
        let acted = host.act(press("one")).await.expect("called");
        let Pressed::Done {
            message, commands, ..
        } = &acted.result
        else {
            panic!("a refund: {acted:?}");
        };
        assert_eq!(message.as_deref(), Some("Refunded 86.00 EUR."));
        assert_eq!(commands[0], Command::AddTags(vec!["refunded".into()]));
        assert!(matches!(&commands[1], Command::InsertDraft(text) if text.contains("86.00 EUR")));
        let after = format!("{:?}", acted.after.expect("a card").answer);
        assert!(
            after.contains("refunded") && !after.contains("shipped"),
            "{after}"
        );
    }
    // Another agent's button, on a card from before: the CRM refuses.
    let acted = host.act(press("two")).await.expect("called");
    let Pressed::Failed(problem) = &acted.result else {
        panic!("it was refunded already: {acted:?}");
    };
    assert_eq!(problem.code, Code::CallPluginError);
    assert!(problem.message.contains("cannot be refunded"), "{problem}");
    let orders = crm("/v1/customers/C-1042/orders").await;
    assert_eq!(orders["orders"][0]["state"], "refunded", "{orders}");
}

/// What the CRM answers to its own key.
async fn crm(path: &str) -> serde_json::Value {
    let address: SocketAddr = sidepane_demo::crm::ADDRESS.parse().expect("an address");
    let key = format!("Bearer {}", sidepane_demo::crm::API_KEY);
    let request = Request::get(path)
        .header("host", address.to_string())
        .header("authorization", key);
    let request = request.body(Full::default()).expect("a request");
    send(address, request).await.expect("an answer").json()
}

/// Looks until there is something, for ten seconds at most.
async fn soon<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    for _ in 0..1_000 {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{what} did not come");
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
    let answer = imbox.json();
    let blocks = answer["blocks"].as_array().expect("blocks").iter();
    let names: Vec<_> = blocks.map(|block| block["name"].clone()).collect();
    assert_eq!(names, ["Hello", "Visits", "CRM"]);
}

async fn with_demo(stage: &Stage, look: impl AsyncFnOnce(SocketAddr)) {
    with_demo_and_host(stage, async |_, traffic| look(traffic).await).await;
}

/// Starts it. The one before is free of its folder when the last of its connections has let go of it,
/// which is a moment after it has ended.
async fn started(stage: &Stage, any: SocketAddr) -> Demo {
    for _ in 0..100 {
        match Demo::start(stage, any, any).await {
            Ok(demo) => return demo,
            Err(error) => match error.downcast_ref::<Problem>() {
                Some(problem) if problem.code == Code::DataLocked => {}
                _ => panic!("the demo starts: {error:#}"),
            },
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the one before never let go of its folder");
}

async fn with_demo_and_host(stage: &Stage, look: impl AsyncFnOnce(Host, SocketAddr)) {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let demo = started(stage, any).await;
    let traffic = demo.traffic().expect("an address");
    let host = demo.host().clone();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = demo.serve(async {
        // Sent or dropped: both mean the end.
        let _ = stopped.await;
    });
    let looking = async {
        look(host, traffic).await;
        drop(stop);
    };
    let (served, ()) = tokio::join!(serving, looking);
    served.expect("a clean end");
}
