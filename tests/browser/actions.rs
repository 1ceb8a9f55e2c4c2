//! Buttons: asked before, filled in, pressed once, and what came of it.

use crate::stage::{Stage, card};
use serde_json::{Value, json};
use std::time::Duration;

const NOTE: &str = "text(one('.note'))";

fn buttons(stage: &Stage) {
    let refund = json!({
        "label": "Refund", "style": "danger", "value": "1001",
        "confirm": {"title": "Refund 86 EUR?", "text": "It cannot be taken back.", "button": "Refund it"},
    });
    let note = json!({
        "label": "Note", "value": "1001", "fields": [
            {"name": "words", "label": "Words", "required": true, "help": "For colleagues."},
            {"name": "mood", "label": "Mood", "type": "select", "choices": ["glad", "cross"], "default": "glad"},
            {"name": "tell", "label": "Tell them", "type": "checkbox"},
        ],
    });
    let plain = json!({"label": "Mark", "value": "7"});
    stage
        .puppets
        .show("p1", card(json!([{"actions": [refund, note, plain]}])));
    stage.row(2, "Below", "them");
}

pub(crate) async fn a_question_comes_first_and_many_clicks_act_once(stage: &Stage) {
    let browser = &stage.browser;
    buttons(stage);
    stage.load("").await;
    browser.click("button('Refund')", 1).await;
    browser.until("one('form.ask')").await;
    let said = browser.get("text(one('form.ask'))").await;
    assert!(
        said.as_str().is_some_and(
            |said| said.contains("Refund 86 EUR?") && said.contains("cannot be taken back")
        ),
        "{said}"
    );
    assert_eq!(
        browser.spoken("one('form.ask')").await,
        ("group".into(), "Refund 86 EUR?".into())
    );
    assert_eq!(stage.puppets.pressed(), Vec::<Value>::new());
    browser.keys(&["Escape"]).await;
    browser
        .until("!one('form.ask') && root.activeElement === button('Refund')")
        .await;
    stage.puppets.slow("p1", Duration::from_millis(150));
    stage
        .puppets
        .when_pressed("p1", json!({"message": "Refunded."}));
    browser.click("button('Refund')", 1).await;
    browser.click("button('Refund it')", 4).await;
    browser.until(&format!("{NOTE} === 'Refunded.'")).await;
    let pressed = stage.puppets.pressed();
    assert_eq!(
        pressed,
        [json!({"action": "press", "value": "1001", "fields": []})]
    );
    assert_eq!(browser.get("Boolean(one('form.ask'))").await, false);
}

pub(crate) async fn a_form_wants_what_is_required_and_shows_what_is_wrong(stage: &Stage) {
    let browser = &stage.browser;
    buttons(stage);
    stage.load("").await;
    browser.click("button('Note')", 1).await;
    browser
        .until("root.activeElement?.matches('.ask input')")
        .await;
    browser.keys(&["Enter"]).await;
    browser
        .until("text(one('.fault:not([hidden])')) === 'Fill this in.'")
        .await;
    assert_eq!(stage.puppets.pressed(), Vec::<Value>::new());
    let name = browser.spoken("root.activeElement").await;
    assert!(
        name.0 == "textbox" && name.1.starts_with("Words"),
        "{name:?}"
    );
    assert_eq!(
        browser
            .get("root.activeElement.getAttribute('aria-invalid')")
            .await,
        "true"
    );
    stage
        .puppets
        .when_pressed("p1", json!({"field_errors": {"words": "Too short."}}));
    browser.write("hm").await;
    browser.keys(&["Enter"]).await;
    browser
        .until("text(one('.fault:not([hidden])')) === 'Too short.'")
        .await;
    assert_eq!(stage.puppets.pressed().len(), 1);
    stage.puppets.when_pressed("p1", json!({"message": "Noted.", "card": card(json!([{"list": [{"label": "Note", "text": "hmm"}]}]))}));
    browser.write("m").await;
    browser.keys(&["Tab", "Down", "Tab", "Space"]).await;
    browser.click("one('.ask button[type=submit]')", 1).await;
    browser
        .until("text(one('dd bdi', slot(1))) === 'hmm'")
        .await;
    let fields = json!([["words", "hmm"], ["mood", "cross"], ["tell", "true"]]);
    assert_eq!(stage.puppets.pressed()[0]["fields"], fields);
    // Its buttons are gone with the old card, so what came of it is said at the foot.
    browser
        .until("text(one('.toast'))?.includes('Noted.')")
        .await;
}

pub(crate) async fn what_fails_is_said_where_it_was_pressed(stage: &Stage) {
    let browser = &stage.browser;
    buttons(stage);
    stage
        .puppets
        .when_pressed("p1", json!({"error": "The shop is shut."}));
    stage.load("").await;
    browser.click("button('Mark')", 1).await;
    browser
        .until(&format!("{NOTE}?.includes('The shop is shut.')"))
        .await;
    assert_eq!(
        browser.get("one('.note').classList.contains('bad')").await,
        true
    );
    assert_eq!(
        browser.get("one('.note').getAttribute('role')").await,
        "status"
    );
    stage
        .puppets
        .when_pressed("p1", json!({"message": "Marked."}));
    browser.click("button('Mark')", 1).await;
    browser.until(&format!("{NOTE} === 'Marked.'")).await;
    assert_eq!(stage.puppets.pressed().len(), 2);
}

pub(crate) async fn a_button_that_is_too_old_is_pressed_again(stage: &Stage) {
    let browser = &stage.browser;
    buttons(stage);
    stage.load("").await;
    // The session is renewed in time, and the button stays as it was.
    stage.clock.forward(Duration::from_secs(14 * 60));
    browser
        .get("pane.tools.session.renew().then(() => true)")
        .await;
    stage.clock.forward(Duration::from_secs(14 * 60));
    browser
        .get("pane.tools.session.renew().then(() => true)")
        .await;
    stage.clock.forward(Duration::from_secs(3 * 60));
    browser.click("button('Mark')", 1).await;
    browser
        .until(&format!("{NOTE} === 'Please press again.'"))
        .await;
    assert_eq!(stage.puppets.pressed(), Vec::<Value>::new());
    browser.click("button('Mark')", 1).await;
    browser.until(&format!("{NOTE} === 'Done'")).await;
    assert_eq!(stage.puppets.pressed().len(), 1);
}
