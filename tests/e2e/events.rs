//! Events from the door to the plugin: accepted once, handed over in their order, tried again,
//! given up, replayed, forgotten.

use e2e::host::{Setup, TestHost};
use serde_json::{Value, json};

/// Failed deliveries come again within a moment, so that no test waits.
const SOON: &str = "[events]\nfirst_pause_ms = 1\nlongest_pause_s = 1\nattempts = 5\n";

fn event(id: &str, conversation: &str, text: &str) -> String {
    json!({
        "id": id, "source": "shop", "type": "message.created",
        "conversation": {"id": conversation},
        "message": {"direction": "incoming", "text": text},
    })
    .to_string()
}

async fn keeping(config: &str) -> TestHost {
    let setup = Setup::new().config(config).kept();
    setup.guest("keeps_events", "").start().await
}

/// Sends an event and answers its delivery's id.
async fn send(host: &TestHost, id: &str, conversation: &str, text: &str) -> String {
    let reply = host
        .post("/v1/events", &event(id, conversation, text))
        .await;
    assert_eq!(reply.status, 202, "{}", reply.text());
    let receipt = reply.json();
    assert_eq!(receipt["event_id"], id);
    receipt["deliveries"][0]["id"]
        .as_str()
        .expect("a delivery")
        .to_owned()
}

async fn delivery(host: &TestHost, id: &str) -> Value {
    host.admin_get(&format!("/deliveries/{id}")).await.json()
}

async fn until(host: &TestHost, id: &str, state: &str) -> Value {
    host.until(&format!("{id} {state}"), async |host| {
        delivery(host, id).await["state"] == state
    })
    .await;
    delivery(host, id).await
}

/// What the plugin has dealt with in a conversation, in its order.
async fn seen(host: &TestHost, conversation: &str) -> String {
    let card = host.card("").await;
    let rows = card["card"]["blocks"][0]["data"][0]["rows"]
        .as_array()
        .cloned();
    let of = |row: &Value| row["label"] == conversation;
    let row = rows.unwrap_or_default().into_iter().find(of);
    row.map(|row| row["text"].as_str().unwrap_or_default().to_owned())
        .unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_accepted_event_reaches_its_plugin_and_a_repetition_adds_nothing() {
    let host = keeping(SOON).await;
    let id = send(&host, "e1", "c1", "hello").await;
    let told = until(&host, &id, "delivered").await;
    assert_eq!(told["event"]["message"]["text"], "hello", "{told}");
    assert_eq!(told["key"], "shop:conversation:c1");
    assert_eq!(told["attempts"], 1);
    assert!(
        told["tries"][0]["usage"]["fuel"]["used"].as_u64() > Some(0),
        "{told}"
    );
    assert_eq!(seen(&host, "c1").await, "e1");

    let again = host.post("/v1/events", &event("e1", "c1", "hello")).await;
    assert_eq!(again.status, 200, "{}", again.text());
    let again = again.json();
    assert_eq!(
        (&again["duplicate"], &again["deliveries"][0]["id"]),
        (&json!(true), &json!(id))
    );
    assert_eq!(seen(&host, "c1").await, "e1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_comes_again_and_holds_up_its_own_conversation_alone() {
    let host = keeping(SOON).await;
    let mut deliveries = Vec::new();
    for (id, text) in [
        ("e1", "fail 2"),
        ("e2", "hello"),
        ("e3", "crash 1"),
        ("e4", "hello"),
    ] {
        deliveries.push(send(&host, id, "c1", text).await);
    }
    let other = send(&host, "o1", "c2", "hello").await;
    until(&host, &other, "delivered").await;
    let first = until(&host, &deliveries[0], "delivered").await;
    assert_eq!(first["attempts"], 3, "{first}");
    let codes: Vec<_> = first["tries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["error"]["code"])
        .collect();
    assert_eq!(
        codes,
        [&json!("event.failed"), &json!("event.failed"), &Value::Null]
    );
    let last = until(&host, &deliveries[3], "delivered").await;
    assert_eq!(last["attempts"], 1);
    let third = delivery(&host, &deliveries[2]).await;
    assert_eq!(third["tries"][0]["error"]["code"], "call.trap", "{third}");
    // Each once and in order: a failed try left nothing behind.
    assert_eq!(seen(&host, "c1").await, "e1 e2 e3 e4");
    assert_eq!(seen(&host, "c2").await, "o1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_given_up_is_a_dead_letter_that_can_be_replayed() {
    let host = keeping(SOON).await;
    let never = send(&host, "e1", "c1", "never").await;
    let dead = until(&host, &never, "dead").await;
    assert_eq!(dead["error"]["code"], "event.give_up", "{dead}");
    assert!(
        dead["error"]["detail"]
            .as_str()
            .unwrap()
            .contains("it is gone"),
        "{dead}"
    );
    let tired = send(&host, "e2", "c1", "fail 5").await;
    let dead = until(&host, &tired, "dead").await;
    assert_eq!(dead["attempts"], 5, "{dead}");

    let listed = host
        .admin_get("/deliveries?state=dead&plugin=keeps-events")
        .await
        .json();
    assert_eq!(
        listed["deliveries"].as_array().map(Vec::len),
        Some(2),
        "{listed}"
    );
    assert_eq!(listed["plugins"]["keeps-events"]["dead"], 2, "{listed}");

    let replayed = host
        .admin_post(&format!("/deliveries/{never}/replay"), "")
        .await
        .json();
    assert_eq!(replayed["replayed"], 1);
    let again = until(&host, &never, "dead").await;
    assert_eq!(again["tries"].as_array().map(Vec::len), Some(2), "{again}");
    let all = host
        .admin_post("/deliveries/replay?state=dead", "")
        .await
        .json();
    assert_eq!(all["replayed"], 2, "{all}");
    let unbounded = host.admin_post("/deliveries/replay", "").await;
    assert_eq!(unbounded.status, 400);
    assert_eq!(host.admin_get("/deliveries/nothing").await.status, 404);
    assert_eq!(host.admin_get("/deliveries?colour=red").await.status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugins_wish_for_a_pause_is_kept_within_the_operators_bounds() {
    let host = keeping(&format!("{SOON}asked_pause_s = 1\n")).await;
    let id = send(&host, "e1", "c1", "later 3600").await;
    let told = until(&host, &id, "delivered").await;
    assert_eq!(told["tries"][0]["error"]["code"], "event.retry", "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_wait_while_nobody_delivers_and_are_delivered_by_the_next_host() {
    let setup = Setup::new().config(SOON).kept();
    let setup = setup.guest("keeps_events", "");
    let storage = setup.storage.clone().unwrap();
    let wasm = std::fs::read(setup.folder().join("keeps-events.wasm")).unwrap();
    let host = setup.start().await;
    // Under way when the host ends: a second is more than it is given, so it is given back.
    let slow = send(&host, "e1", "c1", "sleep 1000").await;
    let waits = send(&host, "e2", "c1", "hello").await;
    host.end().await;
    let next = Setup::new().config(SOON).storage(storage);
    let next = next.file("keeps-events.wasm", wasm).start().await;
    for id in [&slow, &waits] {
        let told = until(&next, id, "delivered").await;
        assert_eq!(told["attempts"], 1, "{told}");
    }
    assert_eq!(seen(&next, "c1").await, "e1 e2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_is_forgotten_with_events_and_values() {
    let host = keeping(SOON).await;
    let id = send(&host, "e1", "ada@example.com", "hello").await;
    until(&host, &id, "delivered").await;
    let other = send(&host, "e2", "c2", "hello").await;
    until(&host, &other, "delivered").await;
    let body = json!({"marks": ["ada@example.com"]}).to_string();
    let told = host.admin_post("/forget", &body).await.json();
    assert_eq!(told["values"], 1, "{told}");
    assert_eq!(seen(&host, "ada@example.com").await, "");
    assert_eq!(seen(&host, "c2").await, "e2");
    for bad in [
        r#"{"marks":[]}"#,
        r#"{"marks":["a"]}"#,
        "{}",
        r#"{"marks":["abc"],"x":1}"#,
    ] {
        assert_eq!(host.admin_post("/forget", bad).await.status, 400, "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_did_not_subscribe_gets_nothing_and_a_full_queue_says_when_to_come_again() {
    let setup = Setup::new().config(SOON).kept();
    let host = setup.guest("fails", "").start().await;
    let reply = host.post("/v1/events", &event("e1", "c1", "x")).await;
    assert_eq!(reply.status, 202);
    assert_eq!(reply.json()["deliveries"], json!([]));

    let without = Setup::new().guest("keeps_events", "").start().await;
    let reply = without.post("/v1/events", &event("e1", "c1", "x")).await;
    assert_eq!(reply.status, 503, "{}", reply.text());
    assert_eq!(reply.json()["error"]["code"], "event.unavailable");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_conversations_keep_their_orders() {
    let host = keeping(SOON).await;
    let mut last = Vec::new();
    for number in 0..10 {
        for conversation in 0..20 {
            let text = if number == 3 { "fail 1" } else { "hello" };
            let id = format!("e{conversation}-{number}");
            last.push(send(&host, &id, &format!("c{conversation}"), text).await);
        }
    }
    for id in &last[last.len() - 20..] {
        until(&host, id, "delivered").await;
    }
    for conversation in 0..20 {
        let want: Vec<_> = (0..10)
            .map(|number| format!("e{conversation}-{number}"))
            .collect();
        assert_eq!(
            seen(&host, &format!("c{conversation}")).await,
            want.join(" ")
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_deploy_misses_nothing() {
    let setup = Setup::new().config(SOON).kept().guest("keeps_events", "");
    let (folder, storage) = (setup.folder().to_owned(), setup.storage.clone().unwrap());
    let good = std::fs::read(folder.join("keeps-events.wasm")).unwrap();
    let host = setup.start().await;
    let id = send(&host, "e1", "c1", "hello").await;
    until(&host, &id, "delivered").await;
    host.end().await;
    // What was built anew is broken, and the host is started with it.
    let broken = Setup::new().config(SOON).storage(storage);
    let host = broken
        .file("keeps-events.wasm", &good[..9_000])
        .start()
        .await;
    assert_eq!(host.plugins().await["refused"][0]["code"], "load.malformed");
    let id = send(&host, "e2", "c1", "hello").await;
    assert_eq!(delivery(&host, &id).await["state"], "queued");
    host.put("keeps-events.wasm", &good);
    let reloaded = host.admin_post("/plugins/keeps-events/reload", "").await;
    assert_eq!(reloaded.status, 200, "{}", reloaded.text());
    until(&host, &id, "delivered").await;
    assert_eq!(seen(&host, "c1").await, "e1 e2");
}
