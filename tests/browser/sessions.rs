//! Sessions of open pages: renewed in time, and told when they are over.

use crate::stage::Stage;
use serde_json::json;
use std::time::Duration;

/// How often the page asked for a session.
const RENEWALS: &str = "performance.getEntriesByType('resource').filter((it) => it.name.endsWith('/v1/session')).length";

pub(crate) async fn a_page_renews_its_session_by_itself(stage: &Stage) {
    let browser = &stage.browser;
    stage.row(1, "Is", "there");
    stage.load("").await;
    let first = browser.get("pane.session").await;
    assert_eq!(browser.get(RENEWALS).await, 0);
    // As if it were to end in a second: it is renewed at two thirds of that.
    browser
        .run("pane.tools.session.use(pane.session, 1);")
        .await;
    stage.clock.forward(Duration::from_secs(1));
    browser
        .until(&format!("{RENEWALS} >= 1 && pane.session !== {first}"))
        .await;
    browser.run("pane.reload();").await;
    stage.loaded().await;
    assert_eq!(browser.get("text(one('dd bdi', slot(1)))").await, "there");
}

pub(crate) async fn a_page_that_slept_too_long_says_so(stage: &Stage) {
    let browser = &stage.browser;
    stage.row(1, "Is", "there");
    stage.load("").await;
    stage.clock.forward(Duration::from_secs(16 * 60));
    browser
        .run("pane.context = {view: 'ticket', email: 'bob@example.com'};")
        .await;
    browser
        .until("text(one('.notice'))?.includes('open too long')")
        .await;
    // An embedder's own server can give it another.
    let session = stage.session().await;
    browser
        .run(&format!("pane.renew = async () => ({session});"))
        .await;
    browser.run("pane.reload();").await;
    browser
        .until("text(one('dd bdi', slot(1))) === 'there'")
        .await;
}

pub(crate) async fn a_session_of_nobody_sees_nothing(stage: &Stage) {
    let browser = &stage.browser;
    stage.row(1, "Is", "there");
    stage.load("").await;
    let token = stage.session().await["session"]
        .as_str()
        .expect("a session")
        .to_owned();
    let bent = format!("{}x", &token[..token.len() - 1]);
    for bad in [
        json!(bent),
        json!("sps_"),
        json!(crate::stage::TOKEN.repeat(100)),
        json!("\u{e4}"),
    ] {
        browser
            .run(&format!(
                "pane.session = {bad}; pane.context = {{view: 'ticket', email: 'eve@example.com'}};"
            ))
            .await;
        browser
            .until("text(one('.notice'))?.includes('Could not load')")
            .await;
        assert_eq!(browser.get("all('dd').length").await, 0, "{bad}");
    }
}
