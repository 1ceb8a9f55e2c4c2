//! Cards that are answered again: whose, for how long, and what of the plugin's failures.

use e2e::client::{self, Reply};
use e2e::host::{Setup, TestHost};
use e2e::puppet::Puppets;
use http::Request;
use serde_json::{Value, json};
use std::time::Duration;

const ADA: &str = "/v1/context?view=ticket&email=ada%40example.com";

async fn host(puppets: &Puppets, config: &str) -> TestHost {
    let (wasm, grant) = puppets.plugin(1, 1);
    let setup = Setup::new().file("p1.wasm", wasm).grant("p1", &grant);
    setup.config(config).start().await
}

/// A card that may be kept for so long.
fn card(name: &str, cache_s: Option<u32>) -> Value {
    json!({"contact_name": name, "cache_s": cache_s})
}

async fn ask(host: &TestHost, path: &str) -> Value {
    only(&host.get(path).await)
}

fn only(reply: &Reply) -> Value {
    let answer = reply.json();
    let cards = answer["cards"].as_array().expect("cards");
    assert_eq!(cards.len(), 1, "{answer}");
    cards[0].clone()
}

fn name(card: &Value) -> &str {
    card["card"]["contact_name"].as_str().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_question_is_answered_with_the_card_that_is_there() {
    let puppets = Puppets::start().await;
    let host = host(&puppets, "").await;
    puppets.show("p1", card("one", Some(600)));
    let first = ask(&host, ADA).await;
    assert_eq!(
        (&first["status"], &first["age_ms"]),
        (&json!("ok"), &json!(0))
    );
    assert!(first["usage"].is_object(), "it was called: {first}");
    puppets.show("p1", card("two", Some(600)));
    tokio::time::sleep(Duration::from_millis(5)).await;
    let again = ask(&host, ADA).await;
    assert_eq!((name(&again), &again["status"]), ("one", &json!("ok")));
    assert!(again["age_ms"].as_u64() >= Some(5), "{again}");
    assert!(again["usage"].is_null(), "nothing ran: {again}");
    assert_eq!(puppets.asked().len(), 1);
    // Another contact, and whoever wants no card of before.
    assert_eq!(name(&ask(&host, &ADA.replace("ada", "eve")).await), "two");
    let anew = Request::get(ADA)
        .header("host", host.traffic.to_string())
        .header("cache-control", "max-age=0, No-Cache");
    let anew = anew.body(Default::default()).expect("a request");
    let anew = client::send(host.traffic, anew).await.expect("an answer");
    assert_eq!(name(&only(&anew)), "two");
    assert_eq!(name(&ask(&host, ADA).await), "two");
    // The operator sees what that saves.
    let figures = host.host.kept_cards();
    assert_eq!((figures.fresh, figures.asked, figures.cards), (2, 3, 2));
    let metrics = host.admin_get("/metrics").await.text();
    assert!(
        metrics.contains("sidepane_cards_answered_total{from=\"fresh\"} 2\n"),
        "{metrics}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_at_the_same_time_gets_the_answer_of_one_call() {
    let puppets = Puppets::start().await;
    let host = host(&puppets, "").await;
    puppets.show("p1", card("one", Some(600)));
    puppets.hold("p1");
    let asked = (0..12).map(|_| ask(&host, ADA));
    let let_go = async {
        // All of them stand in line by then, or come to a card that is there.
        tokio::time::sleep(Duration::from_millis(100)).await;
        puppets.release("p1");
    };
    let (cards, ()) = tokio::join!(futures_util::future::join_all(asked), let_go);
    assert!(cards.iter().all(|card| name(card) == "one"), "{cards:?}");
    assert_eq!(puppets.asked().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_goes_away_leaves_the_question_to_those_who_wait() {
    let puppets = Puppets::start().await;
    let host = host(&puppets, "").await;
    puppets.show("p1", card("one", Some(600)));
    puppets.hold("p1");
    let first = tokio::time::timeout(Duration::from_millis(100), ask(&host, ADA));
    let second = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        ask(&host, ADA).await
    };
    let let_go = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        puppets.release("p1");
    };
    let (gone, card, ()) = tokio::join!(first, second, let_go);
    assert!(gone.is_err(), "the first one did not wait");
    assert_eq!(name(&card), "one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_that_must_not_be_kept_is_asked_for_each_time() {
    let puppets = Puppets::start().await;
    let host = host(&puppets, "").await;
    for shown in ["one", "two", "three"] {
        puppets.show("p1", card(shown, None));
        assert_eq!(name(&ask(&host, ADA).await), shown);
    }
    // Nor is anything kept where the operator wants nothing kept.
    let host = self::host(&puppets, "[cache]\nmib = 0\n").await;
    for shown in ["one", "two"] {
        puppets.show("p1", card(shown, Some(600)));
        assert_eq!(name(&ask(&host, ADA).await), shown);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_card_stands_in_while_its_plugin_fails() {
    let puppets = Puppets::start().await;
    let host = host(&puppets, "").await;
    puppets.show("p1", card("one", Some(1)));
    ask(&host, ADA).await;
    // Plugins are told which desk asks: at another one it is another question.
    let at_imbox = "/imbox?view=ticket&email=ada%40example.com";
    host.get(at_imbox).await;
    puppets.fail("p1", "The shop is shut.");
    tokio::time::sleep(Duration::from_millis(1_050)).await;
    let stale = ask(&host, ADA).await;
    assert_eq!((name(&stale), &stale["status"]), ("one", &json!("stale")));
    assert!(stale["age_ms"].as_u64() >= Some(1_050), "{stale}");
    assert_eq!(stale["error"]["message"], "The shop is shut.");
    assert!(stale["usage"].is_object(), "it was called: {stale}");
    // A desk whose form has no word for that shows the card.
    let imbox = host.get(at_imbox).await;
    assert_eq!(imbox.json()["contactName"], "one");
    assert_eq!(
        imbox.header("sidepane-status"),
        "",
        "it is no failure there"
    );
    puppets.show("p1", card("two", Some(1)));
    assert_eq!(name(&ask(&host, ADA).await), "two");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_grant_and_a_new_version_begin_with_nothing() {
    let puppets = Puppets::start().await;
    let host = host(&puppets, "").await;
    let plugin = sidepane::PluginId::parse("p1").expect("an id");
    let (wasm, grant) = puppets.plugin(1, 2);
    for (shown, change) in [("one", false), ("two", true), ("three", false)] {
        puppets.show("p1", card(shown, Some(600)));
        match change {
            true => host.put("p1.toml", &grant),
            false => host.put("p1.wasm", &wasm),
        }
        host.host.reload(&plugin).await.expect("a plugin");
        assert_eq!(name(&ask(&host, ADA).await), shown);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_account_is_given_anothers_card() {
    let puppets = Puppets::start().await;
    let (wasm, grant) = puppets.plugin(1, 1);
    let host = Setup::new()
        .file("p1.wasm", wasm)
        .grant("p1", &grant)
        .file("eu", "eu")
        .file("us", "us")
        .config(
            "[accounts.eu]\napi_tokens = [{ file = \"eu\" }]\n\
             [accounts.us]\napi_tokens = [{ file = \"us\" }]\n",
        )
        .start()
        .await;
    for token in ["eu", "us", "eu", "us"] {
        puppets.show("p1", card(token, Some(600)));
        let request = Request::get(ADA)
            .header("host", host.traffic.to_string())
            .header("authorization", format!("Bearer {token}"));
        let request = request.body(Default::default()).expect("a request");
        let reply = client::send(host.traffic, request)
            .await
            .expect("an answer");
        assert_eq!(name(&only(&reply)), token);
    }
    assert_eq!(puppets.asked().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pressed_button_makes_the_card_another() {
    let puppets = Puppets::start().await;
    let host = host(&puppets, "").await;
    let button = json!({"actions": [{"id": "press", "label": "Press"}]});
    let shown = |name: &str| json!({"contact_name": name, "cache_s": 600, "blocks": [{"name": "B", "data": [button]}]});
    puppets.show("p1", shown("one"));
    let before = ask(&host, ADA).await;
    // A kept card's buttons are signed for each answer.
    let again = ask(&host, ADA).await;
    let token = |card: &Value| {
        let button = &card["card"]["blocks"][0]["data"][0]["actions"][0];
        button["token"].as_str().expect("a token").to_owned()
    };
    assert_ne!(token(&before), token(&again));
    puppets.show("p1", shown("two"));
    let press = json!({
        "token": token(&again),
        "context": {"view": "ticket", "email": "ada@example.com"},
    });
    let acted = host.post("/v1/actions", &press.to_string()).await.json();
    assert_eq!(acted["status"], "done", "{acted}");
    assert_eq!(name(&acted["card"]), "two", "{acted}");
    assert_eq!(name(&ask(&host, ADA).await), "two");
    assert_eq!(puppets.asked().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_forgotten_is_on_no_kept_card() {
    let puppets = Puppets::start().await;
    let (wasm, grant) = puppets.plugin(1, 1);
    let setup = Setup::new().file("p1.wasm", wasm).grant("p1", &grant);
    let host = setup.kept().start().await;
    puppets.show("p1", card("Ada", Some(600)));
    ask(&host, ADA).await;
    puppets.show("p1", card("nobody", Some(600)));
    assert_eq!(name(&ask(&host, ADA).await), "Ada");
    let who = json!({"account": "default", "marks": ["ada@example.com"]});
    let told = host.admin_post("/forget", &who.to_string()).await;
    assert_eq!(told.status, 200, "{}", told.text());
    assert_eq!(name(&ask(&host, ADA).await), "nobody");
}
