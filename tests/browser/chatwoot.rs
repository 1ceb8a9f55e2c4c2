//! `/chatwoot` inside of a page that tells it who is open as Chatwoot does.

use crate::stage::{CHATWOOT_TOKEN, Stage, card};
use serde_json::{Value, json};
use std::time::Duration;

const FRAME: &str = "one('iframe', document)";
const FACT: &str = "text(one('dd bdi', slot(1)))";

/// Chatwoot's page: it tells the frame who is `open` when it is loaded and when it asks.
fn desk(stage: &Stage) -> String {
    let app = format!(
        "http://{}/chatwoot?token={CHATWOOT_TOKEN}",
        stage.host.traffic
    );
    format!(
        "<!doctype html><meta charset=utf-8><title>Chatwoot</title><script>
        window.asked = 0; window.shown = null;
        const say = (message) => document.querySelector('iframe').contentWindow.postMessage(message, '*');
        const tell = () => shown && say(JSON.stringify({{ event: 'appContext', data: shown }}));
        addEventListener('message', (event) => {{
          if (event.data !== 'chatwoot-dashboard-app:fetch-info') return;
          asked += 1;
          tell();
        }});
        function show(data) {{ shown = data; tell(); }}
        </script><iframe style=\"width:340px;height:800px;border:0\" src=\"{app}\" onload=\"tell()\"></iframe>"
    )
}

async fn open(stage: &Stage) {
    stage.page("/chatwoot", "", &desk(stage));
    stage
        .browser
        .open(&format!("{}/chatwoot", stage.desk()))
        .await;
    stage.browser.until("window.asked > 0").await;
}

fn with(email: &str, more: Value) -> Value {
    let mut data = json!({
        "conversation": {"id": 1, "meta": {"channel": "Channel::Email", "hmac_verified": false}, "messages": []},
        "contact": {"id": 5, "name": "Ada", "email": email, "phone_number": null, "identifier": null, "custom_attributes": {}},
        "currentAgent": {"id": 7, "name": "Sam", "email": "sam@shop.example"},
    });
    let contact = data["contact"].as_object_mut().expect("an object");
    contact.extend(more.as_object().expect("an object").clone());
    data
}

async fn show(stage: &Stage, data: &Value) {
    stage.browser.run(&format!("show({data});")).await;
}

async fn inside(stage: &Stage, expression: &str) {
    let browser = &stage.browser;
    browser.enter(FRAME).await;
    browser.until(expression).await;
    browser.leave().await;
}

pub(crate) async fn the_pane_follows_who_is_open(stage: &Stage) {
    let browser = &stage.browser;
    let row = |text: &str| card(json!([{"list": [{"label": "Is", "text": text}]}]));
    stage.puppets.show("p1 ada@example.com", row("ada"));
    stage.puppets.show("p1 bob@example.com", row("bob"));
    open(stage).await;
    inside(stage, "text(one('.notice')) === 'Waiting for Chatwoot.'").await;
    show(stage, &with("ada@example.com", json!({}))).await;
    inside(stage, &format!("{FACT} === 'ada'")).await;
    let asked = stage.puppets.asked();
    let of = json!({"email": "ada@example.com", "view": "ticket", "agent": "Sam"});
    assert!(asked.contains(&("p1".to_owned(), of)), "{asked:?}");
    show(stage, &with("bob@example.com", json!({"id": 6}))).await;
    inside(stage, &format!("{FACT} === 'bob'")).await;
    show(stage, &json!({"conversation": null, "contact": null})).await;
    inside(
        stage,
        "text(one('.notice'))?.startsWith('Choose a conversation')",
    )
    .await;
    // What a frame that is loaded anew is told comes with its loading.
    browser
        .run("show({}); document.querySelector('iframe').src += '&again=1';")
        .await;
    show(stage, &with("ada@example.com", json!({}))).await;
    inside(
        stage,
        &format!("location.search.includes('again') && {FACT} === 'ada'"),
    )
    .await;
}

pub(crate) async fn what_chatwoot_says_of_a_person_becomes_a_context(stage: &Stage) {
    let browser = &stage.browser;
    stage.row(1, "Is", "there");
    open(stage).await;
    let agent = json!({"id": "7", "name": "Sam", "email": "sam@shop.example"});
    let attributes = json!({"plan": "gold", "seats": 3, "trial": false, "odd": {"a": 1}, "none": null, "long": "x".repeat(2000)});
    let known =
        json!({"identifier": "C-1042", "phone_number": "+4670", "custom_attributes": attributes});
    let mut widget = with("ada@example.com", known);
    widget["conversation"]["meta"] =
        json!({"channel": "Channel::WebWidget", "hmac_verified": false});
    let mut wanted = json!({
        "view": "chat", "email": "ada@example.com", "phone": "+4670", "external_id": "C-1042", "contact_name": "Ada", "contact_linked": false,
        "contact_id": "5", "conversation_id": "1", "agent": agent, "attributes": {"plan": "gold", "seats": "3", "trial": "false"},
    });
    let mut cases = vec![(widget.clone(), wanted.clone())];
    widget["conversation"]["meta"]["hmac_verified"] = json!(true);
    wanted["contact_linked"] = json!(true);
    cases.push((widget.clone(), wanted.clone()));
    widget["conversation"]["meta"]["channel"] = json!("Channel::Email");
    widget["conversation"]["meta"]["hmac_verified"] = json!(null);
    wanted["view"] = json!("ticket");
    cases.push((widget.clone(), wanted.clone()));
    // The contact stands in the conversation, too.
    let sender = widget["contact"].take();
    widget["conversation"]["meta"]["sender"] = sender;
    cases.push((widget, wanted));
    for (data, wanted) in cases {
        show(stage, &json!({"conversation": null})).await;
        show(stage, &data).await;
        browser.enter(FRAME).await;
        browser
            .until(&format!("pane.context && {FACT} === 'there'"))
            .await;
        assert_eq!(browser.get("pane.context").await, wanted, "{data}");
        browser.leave().await;
    }
}

pub(crate) async fn only_chatwoot_is_listened_to(stage: &Stage) {
    let browser = &stage.browser;
    stage.row(1, "Is", "there");
    open(stage).await;
    let evil = with("eve@example.com", json!({}));
    let message = json!({"event": "appContext", "data": evil}).to_string();
    // Another frame in Chatwoot's page has nothing to say, and neither has a page that is not listed.
    let teller = format!(
        "<script>setInterval(() => parent.frames[0].postMessage({}, '*'), 20);</script>",
        json!(message)
    );
    stage.page("/teller", "", &teller);
    browser
        .run("for (const src of arguments[0]) { const frame = document.createElement('iframe'); frame.src = src; document.body.append(frame); }".replace("arguments[0]", &json!(["/teller", format!("{}/teller", stage.stranger())]).to_string()).as_str())
        .await;
    let noise = json!([
        "x", "{", "null", "7", "[]", "\"appContext\"", "{\"event\":\"other\",\"data\":{\"contact\":{\"email\":\"eve@example.com\"}}}",
        "{\"event\":\"appContext\"}", "{\"event\":\"appContext\",\"data\":7}", "{\"event\":\"appContext\",\"data\":{\"conversation\":[],\"contact\":\"x\"}}",
        "{\"__proto__\":{\"polluted\":1},\"event\":\"appContext\",\"data\":{\"__proto__\":{\"polluted\":1}}}",
        {"event": "appContext", "data": evil}, 7, null,
    ]);
    browser
        .run(&format!("for (const it of {noise}) say(it);"))
        .await;
    let long = "say(JSON.stringify({ event: 'appContext', data: { contact: { id: 1, email: 'eve@example.com' }, more: 'x'.repeat(5 << 20) } }));";
    browser.run(long).await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    show(stage, &with("ada@example.com", json!({}))).await;
    inside(
        stage,
        &format!("{FACT} === 'there' && ({{}}).polluted === undefined"),
    )
    .await;
    let asked = stage.puppets.asked();
    assert!(
        asked.iter().all(|(_, of)| of["email"] == "ada@example.com"),
        "{asked:?}"
    );
    let log = browser.log().await;
    assert!(!log.iter().any(|line| line.contains("Uncaught")), "{log:?}");
    browser
        .open(&format!("{}/chatwoot", stage.stranger()))
        .await;
    inside(stage, "location.href.startsWith('chrome-error:')").await;
}

pub(crate) async fn nothing_is_asked_for_an_app_that_nobody_sees(stage: &Stage) {
    let browser = &stage.browser;
    let row = |text: &str| card(json!([{"list": [{"label": "Is", "text": text}]}]));
    stage.puppets.show("p1 ada@example.com", row("ada"));
    stage.puppets.show("p1 bob@example.com", row("bob"));
    open(stage).await;
    show(stage, &with("ada@example.com", json!({}))).await;
    inside(stage, &format!("{FACT} === 'ada'")).await;
    browser
        .run("document.querySelector('iframe').style.display = 'none';")
        .await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    stage.puppets.asked();
    show(stage, &with("bob@example.com", json!({"id": 6}))).await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(stage.puppets.asked(), [], "while it is hidden");
    // Seen again, it asks Chatwoot who is open.
    let before = browser.get("asked").await;
    browser
        .run("document.querySelector('iframe').style.display = '';")
        .await;
    inside(stage, &format!("{FACT} === 'bob'")).await;
    browser.until(&format!("asked > {before}")).await;
}
