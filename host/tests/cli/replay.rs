//! `replay`: what went wrong in production, recorded there and played back here.

use crate::production::{KEY, TOTALS, ask, crm, totals};
use crate::stage::{Ended, Stage};
use e2e::client;
use e2e::host::{Setup, TestHost};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Has all calls of a plugin recorded.
async fn order(host: &TestHost, plugin: &str) {
    let until = sidepane::model::time::Millis::from(
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .expect("a time")
            + Duration::from_secs(600),
    );
    let order = json!({"plugin": plugin, "share": 1.0, "count": 60, "until": until.to_string()});
    let reply = host.admin_post("/recordings", &order.to_string()).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
}

async fn recordings(host: &TestHost) -> Vec<Value> {
    let listed = host.admin_get("/recordings").await.json();
    listed["recordings"].as_array().cloned().expect("a list")
}

/// The file of the newest recording that ended with this code.
async fn fetch(host: &TestHost, code: Option<&str>) -> String {
    let all = recordings(host).await;
    let found = all.iter().find(|one| one["code"] == json!(code));
    let found = found.unwrap_or_else(|| panic!("{code:?} in {all:?}"));
    let id = found["id"].as_str().expect("an id");
    let reply = client::get(host.admin, &format!("/recordings/{id}")).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.text()
}

fn replay(stage: &Stage, arguments: &[&str]) -> Ended {
    let arguments = [&["replay"][..], arguments].concat();
    tokio::task::block_in_place(|| stage.sidepane(&arguments))
}

fn said(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_under_load_is_recorded_played_back_mended_and_played_back_again() {
    let crm = crm().await;
    let host = totals(&crm, "totals_orders", "").await;
    order(&host, TOTALS).await;
    let answers = join_all((0..40).map(|number| ask(&host, number, "&pause_ms=20"))).await;
    let of = |status: &str| {
        let hit = |answer: &&Value| answer["cards"][0]["status"] == status;
        answers.iter().filter(hit).count()
    };
    assert_eq!((of("ok"), of("error")), (39, 1), "{answers:?}");
    assert_eq!(recordings(&host).await.len(), 40);

    let failed = fetch(&host, Some("call.trap")).await;
    nothing_private(&failed);

    let stage = Stage::empty();
    stage.guest("totals_orders");
    stage.guest("totals_orders_mended");
    stage.file("failed.json", failed.as_bytes());
    let before = crm.connections();
    let ended = replay(&stage, &["failed.json", "totals-orders.wasm"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(
        ended
            .stdout
            .contains("failed, call.trap: The plugin crashed."),
        "{ended:?}"
    );
    assert!(ended.stdout.contains("result      the same\n"), "{ended:?}");

    let ended = replay(
        &stage,
        &["failed.json", "totals-orders-mended.wasm", "--json"],
    );
    assert_eq!(ended.code, 1, "{ended:?}");
    let mended = said(&ended);
    assert_eq!(
        mended["calls_answered"], 3,
        "all requests and values are as they were"
    );
    assert_eq!(
        mended["difference"],
        json!({"place": "the outcome", "recorded": "failed, call.trap: The plugin crashed.",
               "replayed": "card"})
    );
    let texts = mended["replayed"]["texts"].to_string();
    assert!(texts.contains("12.50") && texts.contains("0.00"), "{texts}");
    assert_eq!(crm.connections(), before, "nothing was asked");

    mended_in_production(&host, &stage).await;
    host.end().await;
}

fn nothing_private(recorded: &str) {
    for private in [
        "people.example",
        "Grace",
        "Hopper",
        "555",
        "home.example",
        KEY,
        "person17",
    ] {
        assert!(!recorded.contains(private), "{private} in {recorded}");
    }
    assert!(recorded.contains(r#""secret": "api_key""#), "{recorded}");
}

/// In production, mended: the same customer's call is one that can be played back.
async fn mended_in_production(host: &TestHost, stage: &Stage) {
    let wasm = std::fs::read(e2e::guests::guest("totals_orders_mended")).expect("a guest");
    host.put(&format!("{TOTALS}.wasm"), wasm);
    host.admin_post(&format!("/plugins/{TOTALS}/reload"), "")
        .await;
    let answer = ask(host, 17, "").await;
    assert_eq!(answer["cards"][0]["status"], "ok", "{answer}");
    stage.file("mended.json", fetch(host, None).await.as_bytes());
    let ended = replay(stage, &["mended.json", "totals-orders-mended.wasm"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let ended = replay(stage, &["mended.json", "totals-orders.wasm"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stdout.contains("recorded: card\n"), "{ended:?}");
}

/// Clock, randomness and sleep are as they were, without the wait.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_plugin_reads_is_as_it_was_and_nothing_is_waited_for() {
    let crm = crm().await;
    let host = totals(&crm, "totals_orders", "").await;
    order(&host, TOTALS).await;
    let answer = ask(&host, 3, "&pause_ms=3000").await;
    assert_eq!(answer["cards"][0]["status"], "ok", "{answer}");
    let stage = Stage::empty();
    stage.guest("totals_orders");
    stage.file("card.json", fetch(&host, None).await.as_bytes());
    for _ in 0..3 {
        let ended = replay(&stage, &["card.json", "totals-orders.wasm", "--json"]);
        assert_eq!(ended.code, 0, "{ended:?}");
        let took = said(&ended)["usage"]["time_ms"]["used"].as_u64();
        assert!(took < Some(2_000), "{took:?}");
    }
    host.end().await;
}

/// What is changed in a recording, and the place, the recorded and the replayed text that are told.
const DIFFERENCES: [(&str, &str, &str, &str, &str); 7] = [
    (
        "\"asked:person1@masked.example\"",
        "\"asked:nobody\"",
        "call 1",
        "store increment \"asked:nobody\" by 1",
        "store increment \"asked:person1@masked.example\" by 1",
    ),
    (
        "/v1/customers?",
        "/v2/customers?",
        "url",
        "/v2/customers?",
        "/v1/customers?",
    ),
    ("\"GET\"", "\"PUT\"", "method", "PUT", "GET"),
    (
        "\"format\": \"bearer\"",
        "\"format\": \"raw\"",
        "header",
        "authorization: {api_key}",
        "authorization: Bearer {api_key}",
    ),
    (
        "v1/notes",
        "v1/texts",
        "call 3, request 2",
        "/v1/texts",
        "/v1/notes",
    ),
    (
        "\"contact_name\": \"Namea Nameb\",\n      \"blocks",
        "\"contact_name\": \"Another\",\n      \"blocks",
        "contact_name",
        "\"Another\"",
        "\"Namea Nameb\"",
    ),
    ("\"12.50\"", "\"99.99\"", ".text", "\"99.99\"", "\"12.50\""),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_difference_is_named() {
    let crm = crm().await;
    let host = totals(&crm, "totals_orders", "").await;
    order(&host, TOTALS).await;
    ask(&host, 3, "").await;
    let file = fetch(&host, None).await;
    let stage = Stage::empty();
    stage.guest("totals_orders");
    for (from, to, place, recorded, replayed) in DIFFERENCES {
        let changed = file.replacen(from, to, 1);
        assert_ne!(changed, file, "{from} in {file}");
        stage.file("changed.json", changed.as_bytes());
        let ended = replay(&stage, &["changed.json", "totals-orders.wasm", "--json"]);
        assert_eq!(ended.code, 1, "{ended:?}");
        let difference = &said(&ended)["difference"];
        for (part, wanted) in [
            ("place", place),
            ("recorded", recorded),
            ("replayed", replayed),
        ] {
            let text = difference[part].as_str().expect("a text");
            assert!(text.contains(wanted), "{part}: {wanted} in {difference}");
        }
    }
    host.end().await;
}

/// Every way to end badly comes out again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_shows_the_same_code_again() {
    for (guest, grant, code) in [
        ("panics", "", "call.trap"),
        (
            "spins_forever",
            "[limits]\nfuel = 2000000",
            "call.fuel_exhausted",
        ),
        (
            "sleeps",
            "[limits]\ndeadline_ms = 150",
            "call.deadline_exceeded",
        ),
        (
            "grows_memory",
            "[limits]\nmemory_mib = 8",
            "call.memory_limit",
        ),
        (
            "floods_host",
            "[limits]\nhost_calls = 500",
            "call.hostcall_quota",
        ),
        ("too_many_blocks", "", "output.limit"),
        ("fails", "", "call.plugin_error"),
    ] {
        let host = Setup::new().guest(guest, grant).start().await;
        order(&host, &guest.replace('_', "-")).await;
        let card = host.card("").await;
        assert_eq!(card["error"]["code"], code, "{guest}: {card}");
        let stage = Stage::empty();
        stage.guest(guest);
        stage.file("r.json", fetch(&host, Some(code)).await.as_bytes());
        let wasm = format!("{}.wasm", guest.replace('_', "-"));
        let begun = Instant::now();
        let ended = replay(&stage, &["r.json", &wasm]);
        assert_eq!(ended.code, 0, "{guest}: {ended:?}");
        assert!(ended.stdout.contains(code), "{guest}: {ended:?}");
        assert!(begun.elapsed() < Duration::from_secs(60), "{guest}");
        host.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_and_presses_are_played_back_too() {
    let host = Setup::new()
        .guest("keeps_events", "")
        .guest("acts", "")
        .config("[events]\nfirst_pause_ms = 1\nlongest_pause_s = 1\nattempts = 5\n")
        .kept()
        .start()
        .await;
    let stage = Stage::empty();
    stage.guest("keeps_events");
    stage.guest("acts");

    order(&host, "keeps-events").await;
    let event = json!({"id": "e1", "source": "shop", "type": "message.created",
        "conversation": {"id": "c1"}, "contact": {"email": "ada@example.com"},
        "message": {"direction": "incoming", "text": "fail 1"}});
    host.post("/v1/events", &event.to_string()).await;
    host.until("both tries", async |host| recordings(host).await.len() == 2)
        .await;
    for (code, ending) in [(Some("event.failed"), "retry"), (None, "acknowledged")] {
        let file = fetch(&host, code).await;
        assert!(!file.contains("ada@"), "{file}");
        stage.file("event.json", file.as_bytes());
        let ended = replay(&stage, &["event.json", "keeps-events.wasm", "--json"]);
        assert_eq!(ended.code, 0, "{ended:?}");
        assert_eq!(said(&ended)["replayed"]["kind"], ending);
    }
    let ended = replay(&stage, &["event.json", "acts.wasm"]);
    assert_eq!(ended.code, 1, "it takes no events: {ended:?}");

    let card = host.card("&plugin=acts").await;
    let button = &card["card"]["blocks"][0]["data"][0]["actions"][0];
    order(&host, "acts").await;
    let press = json!({"token": button["token"], "context":
        {"view": "ticket", "email": "ada@example.com"}, "fields": {"note": "hi"}});
    let acted = host.post("/v1/actions", &press.to_string()).await.json();
    assert_eq!(acted["status"], "done", "{acted}");
    let all = recordings(&host).await;
    let kinds: Vec<_> = all.iter().map(|one| one["kind"].as_str()).collect();
    assert_eq!(
        kinds[..2],
        [Some("card"), Some("press")],
        "and the card afterwards"
    );
    let id = all[1]["id"].as_str().expect("an id");
    let file = host.admin_get(&format!("/recordings/{id}")).await.text();
    stage.file("press.json", file.as_bytes());
    let ended = replay(&stage, &["press.json", "acts.wasm", "--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let texts = said(&ended)["replayed"]["texts"].to_string();
    assert!(texts.contains("1 for person1@masked.example"), "{texts}");
    host.end().await;
}

#[test]
fn what_is_no_recording_ends_with_2() {
    let stage = Stage::empty();
    stage.guest("counts");
    stage.file("text.json", b"not one\n");
    stage.file("later.json", br#"{"sidepane_recording": 9}"#);
    for (arguments, wanted) in [
        (
            ["nowhere.json", "counts.wasm"],
            "the recording nowhere.json cannot be read",
        ),
        (["text.json", "counts.wasm"], "text.json: request.malformed"),
        (
            ["later.json", "counts.wasm"],
            "reads recordings of version 1",
        ),
    ] {
        let ended = stage.sidepane(&[&["replay"][..], &arguments].concat());
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(
            ended.stderr.contains(wanted),
            "{wanted} in {}",
            ended.stderr
        );
    }
}
