//! Cards on their way: in order, each when it comes, with what is known when one does not.

use crate::stage::{Stage, card};
use e2e::puppet::Puppets;
use serde_json::json;
use std::time::Duration;

/// The plugins that are in sight, from above.
const SHOWN: &str = "all('.plugin:not(.apart)').map((it) => it.dataset.plugin)";

/// Those of them that have a card.
const THERE: &str = "all('.plugin:not(.apart, .waiting)').map((it) => it.dataset.plugin)";

fn three_rows(stage: &Stage) {
    for number in 1..=3 {
        stage.row(number, "Card", &format!("number {number}"));
    }
}

pub(crate) async fn come_in_order_over_a_skeleton(stage: &Stage) {
    let browser = &stage.browser;
    three_rows(stage);
    for number in 1..=3 {
        stage.puppets.hold(&Puppets::name(number));
    }
    stage.open("").await;
    browser
        .until("one('.board.loading') && getComputedStyle(one('.ghost')).opacity === '1'")
        .await;
    assert_eq!(browser.get(SHOWN).await, json!([]));
    // The first waits for nobody, and the third for the second, though not for ever.
    stage.puppets.release("p1");
    browser.until(&format!("{THERE}.join() === 'p1'")).await;
    stage.puppets.release("p3");
    browser
        .until(&format!(
            "{THERE}.join() === 'p1,p3' && {SHOWN}.join() === 'p1,p2,p3'"
        ))
        .await;
    stage.puppets.release("p2");
    browser
        .until(&format!("{THERE}.join() === 'p1,p2,p3'"))
        .await;
    stage.loaded().await;
    assert_eq!(
        browser
            .get("getComputedStyle(one('.ghost')).opacity !== '1'")
            .await,
        true
    );
    assert_eq!(
        browser
            .get("all('.plugin:not(.apart) .title').map(text)")
            .await,
        json!(["Puppet 01", "Puppet 02", "Puppet 03"])
    );
}

pub(crate) async fn slow_ones_delay_themselves_alone(stage: &Stage) {
    let browser = &stage.browser;
    three_rows(stage);
    stage.puppets.slow("p2", Duration::from_millis(900));
    stage.puppets.show("p4", card(json!([{"list": []}])));
    stage.open("").await;
    browser
        .until(&format!("{THERE}.join() === 'p1,p3,p4'"))
        .await;
    browser
        .until(&format!("{THERE}.join() === 'p1,p2,p3,p4'"))
        .await;
}

pub(crate) async fn one_that_fails_is_asked_again_alone(stage: &Stage) {
    let browser = &stage.browser;
    stage.puppets.fail("p1", "The shop does not answer.");
    stage.row(2, "Is", "fine");
    stage.load("").await;
    assert_eq!(
        browser.get("text(one('.mark', slot(1)))").await,
        "Could not load"
    );
    assert_eq!(
        browser.get("text(one('.excuse', slot(1)))").await,
        "The shop does not answer."
    );
    stage.puppets.asked();
    stage.row(1, "Is", "back");
    browser.click("button('Retry Puppet 01')", 1).await;
    browser
        .until("text(one('dd bdi', slot(1))) === 'back'")
        .await;
    let asked: Vec<String> = stage
        .puppets
        .asked()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(asked, ["p1"]);
    assert_eq!(browser.get("text(one('.mark', slot(1)))").await, "");
}

pub(crate) async fn kept_ones_are_shown_again_until_the_agent_wants_them_new(stage: &Stage) {
    let browser = &stage.browser;
    let shown = |text: &str| {
        let mut card = card(json!([{"list": [{"label": "Is", "text": text}]}]));
        card["cache_s"] = json!(600);
        stage.puppets.show("p1", card);
    };
    // A ticket of this test's own: all tests have one host.
    shown("one");
    stage.load("&ticket_id=kept").await;
    shown("two");
    stage.load("&ticket_id=kept").await;
    assert_eq!(browser.get("text(one('dd bdi', slot(1)))").await, "one");
    browser.click("button('Reload')", 1).await;
    browser
        .until("text(one('dd bdi', slot(1))) === 'two'")
        .await;
    let asked = stage.puppets.asked();
    let first = asked.iter().filter(|(name, _)| name == "p1").count();
    assert_eq!(first, 2, "{asked:?}");
}

pub(crate) async fn nothing_known_is_no_failure(stage: &Stage) {
    let browser = &stage.browser;
    stage.load("").await;
    let notice = "text(one('.notice'))";
    assert_eq!(
        browser.get(notice).await,
        "Nothing known about this customer."
    );
    assert_eq!(browser.get(SHOWN).await, json!([]));
    // A server that is gone is another thing, and says so.
    browser.devtools("Network.enable", json!({})).await;
    let gone = |offline: bool| json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
    browser
        .devtools("Network.emulateNetworkConditions", gone(true))
        .await;
    browser
        .run("pane.context = {view: 'ticket', email: 'bob@example.com'};")
        .await;
    browser
        .until(&format!("{notice}?.includes('Could not load')"))
        .await;
    stage.row(1, "Is", "back");
    browser
        .devtools("Network.emulateNetworkConditions", gone(false))
        .await;
    browser
        .until("text(one('dd bdi', slot(1))) === 'back' || (button('Retry')?.click(), false)")
        .await;
}

pub(crate) async fn what_a_visitor_claims_is_marked(stage: &Stage) {
    let browser = &stage.browser;
    three_rows(stage);
    stage.load("").await;
    assert_eq!(browser.get("seen(one('.claim'))").await, false);
    browser.open(&stage.pane("email=ada%40example.com")).await;
    stage.loaded().await;
    assert_eq!(browser.get("text(one('.claim'))").await, "Unverified");
    browser.click("one('.claim')", 1).await;
    browser
        .until("seen(one('.why')) && text(one('.why')).includes('has not linked it')")
        .await;
}

pub(crate) async fn a_folded_block_stays_folded(stage: &Stage) {
    let browser = &stage.browser;
    three_rows(stage);
    stage.load("").await;
    browser.click("one('button.fold', slot(2))", 1).await;
    let open = "all('button.fold').map((it) => it.getAttribute('aria-expanded'))";
    assert_eq!(browser.get(open).await, json!(["true", "false", "true"]));
    stage.load("").await;
    assert_eq!(browser.get(open).await, json!(["true", "false", "true"]));
    assert_eq!(
        browser
            .get("Object.values(localStorage).some((it) => it.includes('ada'))")
            .await,
        false
    );
}
