//! `/simulate`: calls that are only tried.

use e2e::client;
use e2e::host::{Setup, TestHost};
use e2e::puppet::Puppets;
use serde_json::{Value, json};
use sidepane::surface::native;

/// The product events that the page brings for a plugin that takes all of them.
const EVENTS: [&str; 5] = [
    "onConversationCreate",
    "onConversationUpdate",
    "onMessageCreate",
    "onUserCreate",
    "onUserUpdate",
];

async fn samples(host: &TestHost, plugin: &str) -> Vec<Value> {
    let choices = host.admin_get("/simulate/choices").await.json();
    let plugins = choices["plugins"].as_array().expect("plugins").iter();
    let found = plugins.clone().find(|one| one["id"] == plugin);
    let found = found.unwrap_or_else(|| panic!("no {plugin} in {choices}"));
    found["samples"].as_array().expect("samples").clone()
}

/// Tries a sample of a plugin, with more in the wish.
async fn play(host: &TestHost, plugin: &str, sample: &Value, more: Value) -> Value {
    let mut wish = json!({
        "plugin": plugin, "kind": sample["kind"], "desk": sample["desk"], "payload": sample["text"],
    });
    let fields = wish.as_object_mut().expect("an object");
    fields.extend(more.as_object().expect("an object").clone());
    let reply = host.admin_post("/simulate", &wish.to_string()).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

fn card(text: &str) -> Value {
    json!({"kind": "card", "text": text})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_seeds_events_succeed_and_nothing_of_them_stays() {
    let setup = Setup::new().guest("counts_events", "").kept();
    let host = setup.start().await;
    let samples = samples(&host, "counts-events").await;
    let events: Vec<&Value> = samples
        .iter()
        .filter(|one| one["kind"] == "event")
        .collect();
    let names: Vec<&Value> = events.iter().map(|one| &one["name"]).collect();
    assert_eq!(names, EVENTS);
    for event in events {
        let told = play(&host, "counts-events", event, json!({})).await;
        assert_eq!(told["verdict"], "success", "{told}");
        assert_eq!(told["ending"], "acknowledged");
        let steps = told["run"]["steps"].as_array().expect("steps");
        let counted = steps.iter().find(|step| step["step"] == "store_increment");
        let counted = counted.expect("a value is counted");
        assert_eq!(
            counted["answer"],
            json!({"sum": 1}),
            "values begin empty: {counted}"
        );
        assert!(told["run"]["usage"]["fuel"]["used"].as_u64() > Some(0));
    }
    let deliveries = host.admin_get("/deliveries").await.json();
    assert_eq!(deliveries["deliveries"], json!([]), "nothing is queued");
    let counts = host.card("").await;
    assert_eq!(
        counts["card"]["blocks"][0]["data"][0]["rows"],
        json!([]),
        "no value is kept: {counts}"
    );
    assert_eq!(
        host.admin_get("/recordings").await.json()["recordings"],
        json!([])
    );
    host.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invalid_payload_is_refused_with_its_place_and_nobody_is_called() {
    let setup = Setup::new()
        .guest("counts_events", "")
        .guest("refuses_events", "");
    let host = setup.start().await;
    let freshchat = |text: &str| json!({"kind": "event", "desk": "freshchat", "text": text});
    for (sample, code, field, line, column) in [
        (
            freshchat("{\n  \"event\": \"onUserCreate\",,\n}"),
            "request.malformed",
            Value::Null,
            2,
            27,
        ),
        (
            freshchat("{\"event\": \"onConversationCreate\",\n \"data\": {}}"),
            "request.invalid_field",
            json!("data.conversation.conversation_id"),
            2,
            2,
        ),
        (
            card("{\n \"view\": \"ticket\",\n \"mail\": \"a\"\n}"),
            "request.invalid_field",
            json!("mail"),
            3,
            2,
        ),
    ] {
        let told = play(&host, "counts-events", &sample, json!({})).await;
        assert_eq!(told["verdict"], "invalid", "{told}");
        let error = &told["error"];
        assert_eq!((&error["code"], &error["field"]), (&json!(code), &field));
        assert_eq!(
            (&error["line"], &error["column"]),
            (&json!(line), &json!(column)),
            "{error}"
        );
        assert_eq!(told["run"], Value::Null);
    }
    // What the plugin does not take stands in the payload, too.
    let other =
        freshchat("{\n\"data\": {\"user\": {\"id\": \"u-1\"}},\n\"event\": \"onUserCreate\"}");
    let told = play(&host, "refuses-events", &other, json!({})).await;
    assert_eq!(
        (&told["verdict"], &told["error"]["line"]),
        (&json!("invalid"), &json!(3)),
        "{told}"
    );
    let told = play(
        &host,
        "counts-events",
        &card("{\"view\": \"ticket\"}"),
        json!({"account": "eu"}),
    )
    .await;
    assert_eq!(told["error"]["field"], "account", "{told}");
    host.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_plugin_is_told_with_its_code_and_what_to_do() {
    let setup = Setup::new().guest("panics", "").guest("refuses_events", "");
    let host = setup.start().await;
    let told = play(&host, "panics", &card("{\"view\": \"ticket\"}"), json!({})).await;
    assert_eq!(
        (&told["verdict"], &told["ending"]),
        (&json!("failed"), &json!("failed")),
        "{told}"
    );
    assert_eq!(told["error"]["code"], "call.trap");
    assert!(
        told["error"]["next"]
            .as_str()
            .is_some_and(|next| next.contains("author"))
    );
    let message = |text: &str| {
        let event = json!({"event_type": "message.created", "message": {"text": text}});
        json!({"kind": "event", "desk": "native", "text": event.to_string()})
    };
    for (text, ending, code, again) in [
        ("later", "retry", "event.retry", json!(30)),
        ("never", "give_up", "event.give_up", Value::Null),
        ("denied", "retry", "http.denied", Value::Null),
        ("else", "retry", "event.failed", Value::Null),
    ] {
        let told = play(&host, "refuses-events", &message(text), json!({})).await;
        assert_eq!(
            (&told["verdict"], &told["ending"]),
            (&json!("failed"), &json!(ending)),
            "{told}"
        );
        assert_eq!(
            (&told["error"]["code"], &told["again_s"]),
            (&json!(code), &again),
            "{told}"
        );
    }
    host.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_change_something_leaves_only_by_choice() {
    let puppets = Puppets::start().await;
    let (wasm, grant) = puppets.plugin(1, 1);
    let setup = Setup::new().file("p1.wasm", wasm).grant("p1", &grant);
    let host = setup.start().await;
    puppets.show(
        "p1",
        json!({"blocks": [{"name": "Facts", "data": [{"list": [{"label": "a", "text": "b"}]}]}]}),
    );
    let question = card("{\"view\": \"ticket\", \"email\": \"ada@example.com\"}");
    let told = play(&host, "p1", &question, json!({})).await;
    assert_eq!(
        (&told["verdict"], &told["held_back"]),
        (&json!("failed"), &json!(1)),
        "{told}"
    );
    assert_eq!(told["error"]["code"], "http.denied");
    assert!(
        told["error"]["next"]
            .as_str()
            .is_some_and(|next| next.contains("real HTTP"))
    );
    let http = &told["run"]["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .find(|step| step["step"] == "http");
    let http = http.expect("an exchange");
    assert_eq!(http["requests"][0]["method"], "POST");
    let why = http["answers"][0]["error"]["denied"]["why"].as_str();
    assert!(why.is_some_and(|why| why.contains("held back")), "{http}");
    assert_eq!(puppets.asked().len(), 0, "nothing left");

    let told = play(&host, "p1", &question, json!({"http": "real"})).await;
    assert_eq!(
        (&told["verdict"], &told["held_back"]),
        (&json!("success"), &json!(0)),
        "{told}"
    );
    assert_eq!(told["card"]["card"]["blocks"][0]["name"], "Facts");
    assert_eq!(puppets.asked().len(), 1);

    // The run is shown as it was; what is handed on is masked, and reads as a recording.
    assert_eq!(
        told["run"]["input"]["question"]["context"]["email"], "ada@example.com",
        "{told}"
    );
    let file = told["recording"].as_str().expect("a file");
    assert!(!file.contains("ada@example.com"));
    native::read_recording(file.as_bytes()).expect("a recording");
    let test = told["test"].as_str().expect("a test");
    assert!(
        test.contains("fn simulated_card_ticket()") && test.contains(file),
        "{test}"
    );
    assert!(
        test.contains("assert_eq!(card.blocks[0].name, \"Facts\");"),
        "{test}"
    );
    host.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_comes_with_a_policy_and_its_address_takes_json_alone() {
    let host = Setup::new().guest("echoes", "").start().await;
    let page = host.admin_get("/simulate").await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let policy = page.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!page.text().contains("<script>") && !page.text().contains("style="));
    let lines = page.text();
    let files = lines
        .split('"')
        .filter(|text| text.starts_with("/simulate/") || text.starts_with("/pane/"));
    for file in files {
        assert_eq!(host.admin_get(file).await.status, 200, "{file}");
    }
    let plain = http::Request::post("/simulate")
        .header("host", host.admin.to_string())
        .header("content-type", "text/plain")
        .body(http_body_util::Full::default())
        .expect("a request");
    let plain = client::send(host.admin, plain).await.expect("an answer");
    assert_eq!(plain.status, 415, "what a page of others could send");
    let foreign = http::Request::post("/simulate")
        .header("host", host.admin.to_string())
        .header("origin", "https://evil.example")
        .header("content-type", "application/json")
        .body(http_body_util::Full::default())
        .expect("a request");
    let foreign = client::send(host.admin, foreign).await.expect("an answer");
    assert_eq!(foreign.json()["error"]["code"], "auth.foreign_origin");
    for (wish, status) in [
        (
            json!({"plugin": "nobody", "kind": "card", "payload": "{\"view\": \"ticket\"}"}),
            404,
        ),
        (
            json!({"plugin": "../x", "kind": "card", "payload": "{}"}),
            404,
        ),
        (
            json!({"plugin": "echoes", "kind": "press", "payload": "{}"}),
            400,
        ),
    ] {
        let reply = host.admin_post("/simulate", &wish.to_string()).await;
        assert_eq!(reply.status, status, "{wish}: {}", reply.text());
    }
    let stand = host.admin_get("/simulate/stand").await.json();
    assert_eq!(stand["build"], Value::Null);
    assert!(
        stand["generations"]["echoes"]
            .as_str()
            .is_some_and(|it| it.starts_with("sha256:"))
    );
    host.end().await;
}
