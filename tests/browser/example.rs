//! `examples/pane-in-a-page`, as it stands there, but for the host's address; and the stand-ins for
//! desks of the demo.

use crate::stage::Stage;
use e2e::host::Setup;
use serde_json::json;
use sidepane::server::ServerSettings;
use sidepane::surface::keys::Keys;
use sidepane_demo::{crm, desks};
use tokio::net::TcpListener;

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

pub(crate) async fn the_demos_desks_show_who_is_open(stage: &Stage) {
    let browser = &stage.browser;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    let origins = format!(
        "[accounts.default]\npane_origins = [{origin:?}]\nfront_origins = [{origin:?}]\nchatwoot_origins = [{origin:?}]\n"
    );
    let host = Setup::new()
        .config(&origins)
        .guest("echoes", "")
        .start()
        .await;
    let doors = host.host.router(Keys::default(), ServerSettings::default());
    let desks = desks::router(doors, host.traffic);
    tokio::spawn(crm::serve(listener, desks, std::future::pending()));
    let shown = |surface: &str, view: &str, email: &str| {
        format!(
            "(() => {{ const said = text(one('.board')) ?? ''; return ['{surface}', '{view}', '{email}'].every((it) => said.includes(it)); }})()"
        )
    };
    for (desk, surface, view) in [
        ("front", "front", "ticket"),
        ("chatwoot", "chatwoot", "ticket"),
        ("freshchat", "freshchat", "chat"),
    ] {
        browser.open(&format!("{origin}/desks/{desk}")).await;
        for (number, email) in ["ada@example.com", "alan@example.com"].iter().enumerate() {
            let other = format!("all('.list button', document)[{number}]");
            browser.click(&other, 1).await;
            browser.enter("one('aside iframe', document)").await;
            browser.until(&shown(surface, view, email)).await;
            browser.leave().await;
        }
    }
}
