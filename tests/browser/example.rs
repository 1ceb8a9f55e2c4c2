//! `examples/pane-in-a-page`, as it stands there, but for the host's address.

use crate::stage::Stage;
use serde_json::json;

const PAGE: &str = include_str!("../../examples/pane-in-a-page/index.html");

pub(crate) async fn the_page_in_examples_shows_a_card(stage: &Stage) {
    let browser = &stage.browser;
    assert!(PAGE.lines().count() <= 10, "ten lines");
    stage.row(1, "Is", "there");
    let session = stage.session().await;
    stage.serve("/session", "application/json", &session.to_string());
    let here = PAGE.replace("127.0.0.1:7117", &stage.host.traffic.to_string());
    assert_ne!(here, PAGE);
    stage.page("/page", "", &here);
    browser.open(&format!("{}/page", stage.desk())).await;
    browser
        .until("text(one('dd bdi', slot(1))) === 'there'")
        .await;
    stage.loaded().await;
    assert_eq!(browser.get("seen(one('.claim'))").await, false);
    // Another contact by an attribute, and what is not among its own origins cannot ask.
    browser
        .run("pane.setAttribute('email', 'bob@example.com');")
        .await;
    browser
        .until("text(one('.who')) === 'bob@example.com'")
        .await;
    stage.loaded().await;
    let asked = stage.puppets.asked();
    assert!(
        asked
            .iter()
            .any(|(_, of)| of
                == &json!({"email": "bob@example.com", "view": "ticket", "agent": null})),
        "{asked:?}"
    );
    browser.open(&format!("{}/page", stage.stranger())).await;
    browser
        .until("text(one('.notice'))?.includes('Could not load')")
        .await;
}
