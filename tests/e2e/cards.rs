//! What plugins answer and what desks get of it.

use e2e::guests;
use e2e::host::{Setup, TestHost};
use serde_json::{Value, json};

const VIEW: &str = "view=ticket&email=ada%40example.com";

/// A row of the only list of the first block.
fn row(card: &Value, label: &str) -> Option<String> {
    let rows = card["card"]["blocks"][0]["data"][0]["rows"].as_array()?;
    let row = rows.iter().find(|row| row["label"] == label)?;
    row["text"].as_str().map(str::to_owned)
}

fn text<'a>(card: &'a Value, name: &str) -> &'a str {
    card[name].as_str().expect(name)
}

/// Who was asked, and with what success.
fn asked(answer: &Value) -> Vec<(&str, &str)> {
    let cards = answer["cards"].as_array().expect("cards");
    cards
        .iter()
        .map(|card| (text(card, "plugin"), text(card, "status")))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_element_comes_out_of_v1_whole() {
    let host = Setup::new().guest("shows_everything", "").start().await;
    let answer = host.pane("").await;
    assert_eq!(answer["contact_name"], "Ada Lovelace");
    let link = json!({"url": "https://crm.example/42", "text": "Open in CRM"});
    assert_eq!(answer["contact_link"], link);
    let outcome = &answer["cards"][0];
    assert_eq!(outcome["status"], "ok");
    assert_eq!(outcome["age_ms"], 0);
    assert_eq!(outcome["error"], Value::Null);
    let generation = outcome["generation"].as_str().expect("a generation");
    assert!(
        generation.starts_with("sha256:") && generation.len() == 71,
        "{generation}"
    );

    let list = json!({
        "type": "list",
        "rows": [{"label": "E-mail", "text": "ada@example.com", "url": null}],
    });
    let table = json!({
        "type": "table",
        "headers": [{"text": "Order"}, {"text": "Value"}],
        "rows": [[{"text": "1001"}, {"text": "42.00 EUR"}]],
    });
    let refund = json!({
        "id": "refund",
        "label": "Refund",
        "style": "danger",
        "confirm": {"title": "Refund 42 EUR?", "button": "Refund"},
        "fields": [{"name": "reason", "label": "Reason", "type": "text", "required": true}],
        "token": "a token",
    });
    let card = json!({
        "contact_name": "Ada Lovelace",
        "contact_link": link,
        "cache_s": 30,
        "blocks": [{"name": "All", "icon": "receipt_long", "data": [
            list,
            table,
            {"type": "html", "html": "<p>Gold since 2024</p>"},
            {"type": "accordion", "name": "Order 1001", "open": true, "data": [list, table]},
            {"type": "actions", "actions": [refund]},
            {"type": "other", "kind": "chart", "text": "42 orders a year",
             "json": "{\"points\":[1,2]}"},
        ]}],
    });
    let mut shown = outcome["card"].clone();
    let token = &mut shown["blocks"][0]["data"][4]["actions"][0]["token"];
    assert!(
        token
            .as_str()
            .is_some_and(|token| token.starts_with("spa_"))
    );
    *token = json!("a token");
    assert_eq!(shown, card);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn imbox_gets_what_it_knows_and_nothing_else() {
    let host = Setup::new().guest("shows_everything", "").start().await;
    let reply = host.get(&format!("/imbox?{VIEW}")).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.header("sidepane-status"), "");
    let list = json!({
        "type": "list",
        "rows": [{"label": "E-mail", "text": "ada@example.com"}],
    });
    let table = json!({
        "type": "table",
        "headers": [{"text": "Order"}, {"text": "Value"}],
        "rows": [[{"text": "1001"}, {"text": "42.00 EUR"}]],
    });
    let whole = json!({
        "contactName": "Ada Lovelace",
        "contactLink": {"url": "https://crm.example/42", "text": "Open in CRM"},
        "blocks": [{"name": "All", "icon": "receipt_long", "data": [
            list,
            table,
            {"type": "html", "html": "<p>Gold since 2024</p>"},
            {"type": "accordion", "name": "Order 1001", "open": true, "data": [list, table]},
            {"type": "list", "rows": [{"label": "", "text": "42 orders a year"}]},
        ]}],
    });
    assert_eq!(reply.json(), whole);
}

/// `everything` first in name, last in the pane.
async fn ordered() -> TestHost {
    let everything = guests::guest("shows_everything");
    Setup::new()
        .plugin("a-last", &everything, "order = 30")
        .plugin("d-tied", &guests::guest("counts"), "order = 20")
        .plugin("c-tied", &guests::guest("counts"), "order = 20")
        .plugin("z-first", &guests::guest("says_nothing"), "order = -5")
        .plugin("m-between", &everything, "order = 25")
        .start()
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cards_stand_in_the_operators_order_and_the_first_name_wins() {
    let host = ordered().await;
    let answer = host.pane("").await;
    let places = [
        ("z-first", "empty"),
        ("c-tied", "ok"),
        ("d-tied", "ok"),
        ("m-between", "ok"),
        ("a-last", "ok"),
    ];
    assert_eq!(asked(&answer), places);
    assert_eq!(
        answer["contact_name"], "1",
        "the name of the first card, of `counts`"
    );
    let link = &answer["contact_link"]["url"];
    assert_eq!(
        link, "https://crm.example/42",
        "the first card with a link gives it"
    );
    assert_eq!(answer["cards"][0]["card"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_can_name_plugins() {
    let host = ordered().await;
    let two = [("c-tied", "ok"), ("a-last", "ok")];
    // The order stays the operator's, whatever the question's is, and twice is once.
    let by_query = host
        .pane("&plugin=a-last&plugin=c-tied&plugin=a-last")
        .await;
    assert_eq!(asked(&by_query), two);
    let body = r#"{"view":"ticket","plugins":["a-last","c-tied"]}"#;
    assert_eq!(asked(&host.post("/v1/context", body).await.json()), two);

    let all = host.get(&format!("/imbox?{VIEW}")).await.json();
    assert_eq!(all["blocks"].as_array().map(Vec::len), Some(2));
    let one = host.get(&format!("/imbox/a-last?{VIEW}")).await.json();
    assert_eq!(one["blocks"].as_array().map(Vec::len), Some(1));
    assert_eq!(one["contactName"], "Ada Lovelace");
    let none = host.get(&format!("/imbox/z-first?{VIEW}")).await.json();
    assert_eq!(
        none,
        json!({"contactName": null, "contactLink": null, "blocks": []})
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_runs_in_an_instance_of_its_own() {
    let host = Setup::new().guest("counts", "").start().await;
    for call in 0..20 {
        assert_eq!(
            host.card("").await["card"]["contact_name"],
            "1",
            "call {call}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_is_asked_in_the_views_that_it_names() {
    let host = Setup::new()
        .guest("late_view", "")
        .guest("counts", "")
        .start()
        .await;
    for (view, plugins) in [
        ("ticket", &["counts"] as &[&str]),
        ("chat", &["counts"]),
        ("contact", &["counts"]),
        ("call", &["counts", "late-view"]),
        ("warehouse", &["counts", "late-view"]),
    ] {
        let answer = host.get(&format!("/v1/context?view={view}")).await.json();
        let names: Vec<_> = asked(&answer)
            .into_iter()
            .map(|(plugin, _)| plugin)
            .collect();
        assert_eq!(names, plugins, "{view}");
    }
    let unserved = host
        .get("/v1/context?view=ticket&plugin=late-view")
        .await
        .json();
    assert_eq!(
        unserved["cards"],
        json!([]),
        "known, but without a card in this view"
    );
    let unknown = host.get("/v1/context?view=cellar").await;
    assert_eq!(unknown.status, 400);
    assert_eq!(unknown.json()["error"]["code"], "request.unknown_view");

    // A view is known through a plugin that serves it.
    let host = Setup::new().guest("counts", "").start().await;
    assert_eq!(host.get("/v1/context?view=warehouse").await.status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_link_loses_only_itself() {
    let host = Setup::new().guest("broken_links", "").start().await;
    let outcome = host.card("").await;
    assert_eq!(outcome["status"], "ok");
    let rows = json!([
        {"label": "good", "text": "ticket", "url": "https://shop.example/1"},
        {"label": "bad", "text": "click", "url": null},
    ]);
    assert_eq!(outcome["card"]["blocks"][0]["data"][0]["rows"], rows);
    assert_eq!(outcome["card"]["contact_link"], Value::Null);
    let notes = outcome["notes"].as_array().expect("notes");
    let noted: Vec<_> = notes
        .iter()
        .map(|note| (&note["code"], &note["field"]))
        .collect();
    assert_eq!(
        noted,
        [
            (&json!("output.bad_url"), &json!("contact_link.url")),
            (
                &json!("output.bad_url"),
                &json!("blocks[0].data[0].rows[1].url")
            ),
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wild_markup_comes_out_tame() {
    let host = Setup::new().guest("wild_html", "").start().await;
    let element = json!({"type": "html", "html": "<p>Hi ticket</p>"});
    let v1 = host.card("").await;
    assert_eq!(v1["card"]["blocks"][0]["data"][0], element);
    let imbox = host.get(&format!("/imbox?{VIEW}")).await.json();
    assert_eq!(imbox["blocks"][0]["data"][0], element);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_sees_nothing_of_the_machine() {
    let host = Setup::new().guest("looks_around", "").start().await;
    let outcome = host.card("").await;
    for (what, seen) in [
        ("env", "0"),
        ("args", "0"),
        ("folders", "none"),
        ("files", "0"),
        ("input", "0"),
        ("terminal", "false"),
        ("nanoseconds", "0"),
        ("view", "ticket"),
    ] {
        assert_eq!(
            row(&outcome, what).as_deref(),
            Some(seen),
            "{what} in {outcome}"
        );
    }
    // The clock goes by whole milliseconds, so nothing finer can be timed with it.
    let tick: u64 = row(&outcome, "tick").unwrap().parse().unwrap();
    assert!(tick > 0 && tick.is_multiple_of(1_000_000), "{tick} ns");
    let again = host.card("").await;
    assert_ne!(
        row(&outcome, "random"),
        row(&again, "random"),
        "each call draws anew"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_example_hello_greets() {
    let host = Setup::new()
        .plugin("hello", &guests::plugin("hello"), "")
        .start()
        .await;
    let outcome = host.card("").await;
    assert_eq!(outcome["status"], "ok", "{outcome}");
    assert!(outcome.to_string().contains("ada@example.com"), "{outcome}");
}
