//! The pictures of `docs/`: the demo as an agent sees it.

use crate::driver::Browser;
use crate::stage::Stage;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use e2e::client;
use serde_json::json;
use sidepane_demo::Demo;
use sidepane_demo::stage::Stage as Plugins;
use std::net::SocketAddr;
use std::path::Path;

/// Takes them; the demo has a fixed address for its CRM.
pub(crate) async fn are_taken_of_the_demo(stage: &Stage) {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let folder = stage.host.folder().with_extension("demo");
    let plugins = Plugins {
        plugins: folder.join("plugins"),
        data: folder.join("data"),
    };
    let demo = Demo::start(&plugins, any, any).await.expect("the demo");
    let address = demo.traffic().expect("an address");
    let admin = demo.admin().expect("an address");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(demo.serve(async {
        let _ = stopped.await;
    }));
    has_visited(address).await;
    // Sharp as on good screens, in frames too: emulated, those of another process stay coarse.
    let browser = Browser::start(&["--force-device-scale-factor=2", "--hide-scrollbars"]).await;
    let browser = browser.expect("a browser");
    let url = format!(
        "http://{address}/pane?view=ticket&email=ada%40example.com&contact_linked=true&locale=en-GB&time_zone=Europe%2FBerlin"
    );
    for (name, width, scheme) in [
        ("light", 360, "light"),
        ("dark", 360, "dark"),
        ("narrow", 300, "light"),
    ] {
        browser.prefer(scheme).await;
        browser.resize(width, 900, 0).await;
        browser.open(&url).await;
        browser.until("one('.board:not(.loading)') && !one('.inner.coming') && one('.plugin:not(.apart)')").await;
        if name == "narrow" {
            browser
                .click(
                    "all('.button').find((it) => text(it)?.startsWith('Refund'))",
                    1,
                )
                .await;
            browser.until("one('form.ask')").await;
        }
        picture(&browser, name).await;
    }
    browser.prefer("light").await;
    for desk in ["chatwoot", "freshchat", "front"] {
        beside(&browser, desk).await;
    }
    simulated(&browser, admin).await;
    browser.end().await;
    let _ = stop.send(());
    serving.await.expect("the demo ends").expect("well");
    let _ = std::fs::remove_dir_all(folder);
}

/// Takes a picture of the upper part of the page, once its frames have their heights.
async fn picture(browser: &Browser, name: &str) {
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    browser
        .run("scrollTo(0, 0); root.activeElement?.blur();")
        .await;
    let end = "Math.min(820, Math.ceil(all('.plugin').at(-1).getBoundingClientRect().bottom))";
    let height = browser.get(end).await.as_u64().expect("a height");
    let width = browser.get("innerWidth").await.as_u64().expect("a width");
    let [width, height] = [width, height].map(|it| u32::try_from(it).expect("a size"));
    browser.resize(width, height, 0).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    shoot(browser, &format!("pane-{name}")).await;
}

/// Takes a picture of what the window shows, for `docs/`.
async fn shoot(browser: &Browser, name: &str) {
    let shot = browser
        .devtools(
            "Page.captureScreenshot",
            json!({"format": "png", "optimizeForSpeed": false}),
        )
        .await;
    let bytes = STANDARD
        .decode(shot["data"].as_str().expect("a picture"))
        .expect("base64");
    println!("      docs/{name}.png: {} bytes", bytes.len());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../docs/{name}.png"));
    std::fs::write(file, bytes).expect("a file");
}

/// Takes a picture of the page inside of a stand-in for a desk; in Front, after a refund.
async fn beside(browser: &Browser, desk: &str) {
    let url = format!("http://{}/desks/{desk}", sidepane_demo::crm::ADDRESS);
    browser.resize(1080, 640, 0).await;
    browser.open(&url).await;
    browser.enter("one('aside iframe', document)").await;
    browser
        .until("one('.board:not(.loading)') && !one('.inner.coming') && one('.plugin:not(.apart)')")
        .await;
    if desk == "front" {
        let refund = "all('.button').find((it) => text(it)?.startsWith('Refund'))";
        browser.click(refund, 1).await;
        browser.until("one('form.ask select')").await;
        browser
            .run("const reason = one('form.ask select'); reason.selectedIndex = 1; reason.dispatchEvent(new Event('change', { bubbles: true }));")
            .await;
        browser.click("one('form.ask [type=submit]')", 1).await;
        browser
            .until("text(one('.toasts'))?.includes('Refunded')")
            .await;
    }
    browser
        .run("root.activeElement?.blur(); scrollTo(0, 0);")
        .await;
    browser.leave().await;
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    shoot(browser, desk).await;
}

/// Takes a picture of the page on which plugins are tried.
async fn simulated(browser: &Browser, admin: SocketAddr) {
    browser.resize(1400, 860, 0).await;
    let url = format!("http://{admin}/simulate#order-lookup/ticket");
    browser.open(&url).await;
    browser
        .until("one('#sample', document)?.selectedOptions[0]?.textContent === 'ticket'")
        .await;
    browser.click("one('#go', document)", 1).await;
    let drawn = "one('simulated-card', document)?.shadowRoot";
    browser
        .until(&format!(
            "one('.plugin:not(.apart)', {drawn}) && !one('.inner.coming', {drawn})"
        ))
        .await;
    browser
        .run("document.activeElement?.blur(); scrollTo(0, 0);")
        .await;
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    shoot(browser, "simulate").await;
}

/// Has the demo count a few conversations of Ada's.
async fn has_visited(address: SocketAddr) {
    for (id, day) in [
        ("c-1", "2026-09-03"),
        ("c-2", "2026-11-16"),
        ("c-3", "2026-11-24"),
    ] {
        let event = json!({
            "event_type": "conversation.created", "time": format!("{day}T10:00:00Z"),
            "conversation": {"id": id}, "contact": {"email": "ada@example.com"},
        });
        let reply = client::post(address, "/v1/events", event.to_string()).await;
        assert!(reply.status.is_success(), "{}", reply.text());
    }
    let question =
        "/v1/context?view=ticket&email=ada%40example.com&contact_linked=true&plugin=visit-counter";
    for _ in 0..500 {
        if client::get(address, question)
            .await
            .text()
            .contains("\"3\"")
        {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the demo does not count");
}
