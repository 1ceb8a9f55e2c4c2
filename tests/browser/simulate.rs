//! The page on which plugins are tried.

use crate::stage::{Stage, card};
use e2e::guests::guest;
use e2e::host::{Setup, TestHost};
use e2e::puppet::Puppets;
use serde_json::{Value, json};
use sidepane::PluginId;
use sidepane::server::{Fault, Workshop};

/// A host with plugins to try: one that takes every event, one that fails, and a puppet.
async fn host(stage: &Stage) -> TestHost {
    let (wasm, grant) = stage.puppets.plugin(1, 1);
    let setup = Setup::new()
        .guest("counts_events", "")
        .guest("panics", "")
        .file("p1.wasm", wasm);
    setup.grant("p1", &grant).start().await
}

/// Opens the page at a plugin and one of its samples.
async fn open(stage: &Stage, host: &TestHost, plugin: &str, sample: &str) {
    stage.browser.leave().await;
    stage.browser.resize(1180, 900, 1).await;
    let url = format!("http://{}/simulate#{plugin}/{sample}", host.admin);
    // An address that differs behind the `#` alone would not be loaded anew.
    stage.browser.open("about:blank").await;
    stage.browser.open(&url).await;
    let chosen =
        format!("one('#sample', document)?.selectedOptions[0]?.textContent === '{sample}'");
    stage.browser.until(&chosen).await;
}

/// Presses the button and waits for the verdict.
async fn simulate(stage: &Stage) -> String {
    stage
        .browser
        .run("one('#result', document).replaceChildren();")
        .await;
    stage.browser.click("one('#go', document)", 1).await;
    stage.browser.until("one('.verdict', document)").await;
    stage
        .browser
        .get("one('.verdict', document).dataset.verdict")
        .await
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// Writes another payload into the editor, as if it had been typed.
async fn rewrite(stage: &Stage, from: &str, to: &str) {
    let script = "const area = one('textarea', document); const before = area.value; \
                  area.value = before.replace(arguments[0], arguments[1]); \
                  area.dispatchEvent(new Event('input')); return before !== area.value;";
    let changed = stage.browser.run_with(script, json!([from, to])).await;
    assert_eq!(changed, true, "{from} stands in the payload");
}

async fn text(stage: &Stage, what: &str) -> String {
    let text = stage
        .browser
        .get(&format!("one({what:?}, document)?.innerText ?? ''"))
        .await;
    text.as_str().unwrap_or_default().to_owned()
}

async fn button(stage: &Stage) -> Value {
    stage
        .browser
        .get("[one('#go', document).textContent, one('#go', document).className]")
        .await
}

pub(crate) async fn the_seeds_events_succeed(stage: &Stage) {
    let host = host(stage).await;
    open(stage, &host, "counts-events", "onConversationCreate").await;
    assert_eq!(button(stage).await, json!(["Simulate", "go"]));
    for event in [
        "onConversationCreate",
        "onConversationUpdate",
        "onMessageCreate",
        "onUserCreate",
        "onUserUpdate",
    ] {
        let choose = "const select = one('#sample', document); \
                      const option = [...select.options].find((it) => it.textContent === arguments[0]); \
                      select.value = option.value; select.dispatchEvent(new Event('change'));";
        stage.browser.run_with(choose, json!([event])).await;
        let payload = stage.browser.get("one('textarea', document).value").await;
        assert!(
            payload.as_str().is_some_and(|text| text.contains(event)),
            "{payload}"
        );
        assert_eq!(
            simulate(stage).await,
            "success",
            "{event}: {}",
            text(stage, "#result").await
        );
        assert_eq!(button(stage).await, json!(["Success", "go success"]));
        let used = text(stage, "[data-panel='Used of limit']").await;
        for measure in ["Fuel", "Time", "Memory"] {
            assert!(used.contains(measure), "{used}");
        }
        assert!(
            text(stage, "[data-panel=Values]")
                .await
                .contains("increment")
        );
    }
    host.end().await;
}

pub(crate) async fn an_invalid_payload_is_marked_in_its_line(stage: &Stage) {
    let host = host(stage).await;
    open(stage, &host, "counts-events", "onConversationUpdate").await;
    // As in the desk's own documents: a comma too many.
    rewrite(stage, "\"region\": \"EU\",", "\"region\": \"EU\",,").await;
    assert_eq!(simulate(stage).await, "invalid");
    assert_eq!(button(stage).await, json!(["Failed", "go failed"]));
    let line =
        "one('textarea', document).value.split('\\n').findIndex((line) => line.includes(',,')) + 1";
    let line = stage.browser.get(line).await;
    let said = text(stage, "#result").await;
    assert!(
        said.contains("Invalid payload: the plugin was not called."),
        "{said}"
    );
    assert!(said.contains(&format!("Line {line}, column 18")), "{said}");
    let marked = stage
        .browser
        .get("one('.gutter .wrong', document)?.textContent")
        .await;
    assert_eq!(marked, json!(line.to_string()));
    // The place is a button that leads to it.
    stage
        .browser
        .click("one('.trouble .link', document)", 1)
        .await;
    let at = stage.browser.get("one('textarea', document).value.slice(0, one('textarea', document).selectionStart).split('\\n').length").await;
    assert_eq!(at, line);
    rewrite(stage, ",,", ",").await;
    assert_eq!(button(stage).await[0], "Simulate");
    assert_eq!(simulate(stage).await, "success");
    // What is JSON and no such event has a field.
    rewrite(stage, "\"conversation_id\"", "\"conversation\"").await;
    assert_eq!(simulate(stage).await, "invalid");
    let said = text(stage, ".trouble").await;
    assert!(
        said.contains("data.conversation.conversation_id")
            && said.contains("request.invalid_field"),
        "{said}"
    );
    host.end().await;
}

pub(crate) async fn a_failing_plugin_is_told_with_its_code(stage: &Stage) {
    let host = host(stage).await;
    open(stage, &host, "panics", "ticket").await;
    assert_eq!(simulate(stage).await, "failed");
    assert_eq!(button(stage).await, json!(["Failed", "go failed"]));
    let said = text(stage, "#result").await;
    for part in [
        "The plugin failed: call.trap",
        "What to do:",
        "nobody expects ticket",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("Invalid payload"), "{said}");
    host.end().await;
}

pub(crate) async fn a_card_is_drawn_as_the_pane_draws_it(stage: &Stage) {
    let host = host(stage).await;
    let shown = json!([
        {"list": [{"label": "Order", "text": "5317"}]},
        {"html": "<p>Gold <b>since</b> 2024</p>"},
        {"accordion": {"name": "More", "open": false, "data": [{"list": [{"label": "State", "text": "shipped"}]}]}},
    ]);
    stage.puppets.show(&Puppets::name(1), card(shown));
    open(stage, &host, "p1", "ticket").await;
    stage
        .browser
        .click("one('input[value=real]', document)", 1)
        .await;
    assert_eq!(
        simulate(stage).await,
        "success",
        "{}",
        text(stage, "#result").await
    );
    let drawn = "one('simulated-card', document)?.shadowRoot";
    stage
        .browser
        .until(&format!("text(one('.board', {drawn}))?.includes('5317')"))
        .await;
    let name = stage
        .browser
        .get(&format!("text(one('.who', {drawn}))"))
        .await;
    assert_eq!(name, "Ada Lovelace");
    stage
        .browser
        .until(&format!("one('iframe', {drawn})?.offsetHeight > 10"))
        .await;
    let frame = stage
        .browser
        .get(&format!("one('iframe', {drawn}).getAttribute('sandbox')"))
        .await;
    assert_eq!(frame, "allow-scripts", "markup has no origin here either");
    stage
        .browser
        .click(
            &format!("all('button.fold', {drawn}).find((it) => text(it) === 'More')"),
            1,
        )
        .await;
    stage
        .browser
        .until(&format!("text(one('.board', {drawn})).includes('shipped')"))
        .await;
    host.end().await;
}

pub(crate) async fn a_post_is_held_back_and_sent_by_choice(stage: &Stage) {
    let host = host(stage).await;
    stage.row(1, "Order", "5317");
    stage.puppets.asked();
    open(stage, &host, "p1", "ticket").await;
    assert_eq!(simulate(stage).await, "failed");
    let said = text(stage, "#result").await;
    for part in [
        "1 request was held back",
        "held back",
        "POST",
        "nothing was sent",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(stage.puppets.asked().len(), 0);
    stage
        .browser
        .click("one('input[value=real]', document)", 1)
        .await;
    assert_eq!(simulate(stage).await, "success");
    let http = text(stage, "[data-panel=HTTP]").await;
    assert!(http.contains("POST") && http.contains("200"), "{http}");
    assert_eq!(stage.puppets.asked().len(), 1);
    host.end().await;
}

pub(crate) async fn a_run_becomes_a_file(stage: &Stage) {
    let host = host(stage).await;
    open(stage, &host, "counts-events", "onMessageCreate").await;
    assert_eq!(simulate(stage).await, "success");
    // What is saved is caught where the browser would write it to the disk.
    let catch = "window.saved = []; const make = URL.createObjectURL; \
                 URL.createObjectURL = (blob) => { window.saved.push(blob); return make.call(URL, blob); };";
    stage.browser.run(catch).await;
    stage
        .browser
        .click("one('[data-file$=\".rs\"]', document)", 1)
        .await;
    stage
        .browser
        .click("one('[data-file$=\".json\"]', document)", 1)
        .await;
    let saved = stage
        .browser
        .run("return Promise.all(window.saved.map((blob) => blob.text()));")
        .await;
    let file = |at: usize| saved[at].as_str().unwrap_or_default().to_owned();
    assert!(
        file(0).contains("fn simulated_event_on_message_create()"),
        "{saved}"
    );
    assert!(
        file(0).contains("host.handle::<MyPlugin>(recording.event())"),
        "{saved}"
    );
    assert!(
        file(1).contains("\"sidepane_recording\": 1") && !file(1).contains("ada@example.com"),
        "{saved}"
    );
    host.end().await;
}

pub(crate) async fn nothing_runs_on_the_page_but_its_own(stage: &Stage) {
    let host = host(stage).await;
    open(stage, &host, "p1", "ticket").await;
    // Names and words of a plugin are text wherever the page shows them.
    let markup = "<img src=x onerror=window.got=1>";
    stage.row(1, markup, markup);
    stage
        .browser
        .click("one('input[value=real]', document)", 1)
        .await;
    rewrite(stage, "Ada Lovelace", markup).await;
    assert_eq!(
        simulate(stage).await,
        "success",
        "{}",
        text(stage, "#result").await
    );
    let drawn = "one('simulated-card', document)?.shadowRoot";
    stage
        .browser
        .until(&format!(
            "text(one('.board', {drawn}))?.includes('onerror')"
        ))
        .await;
    assert_eq!(stage.browser.get("window.got ?? null").await, Value::Null);
    assert_eq!(stage.browser.get("all('img', document).length").await, 0);
    let inline = "const script = document.createElement('script'); script.textContent = 'window.got = 1'; \
                  document.body.append(script); return window.got ?? null;";
    assert_eq!(
        stage.browser.run(inline).await,
        Value::Null,
        "the policy runs no script that is written into it"
    );
    let log = stage.browser.log().await;
    let own = log
        .iter()
        .filter(|line| !line.contains("Content Security Policy"));
    assert_eq!(own.count(), 0, "{log:?}");
    host.end().await;
}

pub(crate) async fn a_new_build_is_tried_again_and_a_broken_one_is_told(stage: &Stage) {
    let setup = Setup::new().guest("says_nothing", "");
    let workshop = Workshop::new("nowhere");
    let host = setup.workshop(workshop.clone()).start().await;
    open(stage, &host, "says-nothing", "ticket").await;
    assert_eq!(simulate(stage).await, "success");
    assert!(text(stage, ".verdict").await.contains("no card"));
    let fault = |of: &'static str, text: &str| Fault {
        of,
        text: text.to_owned(),
    };
    workshop.building();
    stage.browser.until("one('#build.running', document)").await;
    workshop.failed(fault("build", "error: expected `<b>`\n --> src/lib.rs:7:1"));
    stage
        .browser
        .until("!one('#banner', document).hidden")
        .await;
    let banner = text(stage, "#banner").await;
    for part in [
        "The build failed",
        "the last good one answers",
        "expected `<b>`",
    ] {
        assert!(banner.contains(part), "{banner}");
    }
    assert_eq!(
        simulate(stage).await,
        "success",
        "the last good one answers"
    );
    workshop.failed(fault("load", "manifest.invalid"));
    stage
        .browser
        .until("text(one('#banner', document)).includes('does not load')")
        .await;
    // The next build is tried by itself, with what was last tried.
    let newer = std::fs::read(guest("panics")).expect("a guest");
    std::fs::write(host.folder().join("says-nothing.wasm"), newer).expect("a file");
    let id = PluginId::parse("says-nothing").expect("an id");
    host.host.reload(&id).await.expect("it loads");
    workshop.loaded();
    stage.browser.until("one('#banner', document).hidden").await;
    stage
        .browser
        .until("one('.verdict', document)?.dataset.verdict === 'failed'")
        .await;
    assert!(text(stage, "#result").await.contains("call.trap"));
    host.end().await;
}

pub(crate) async fn the_pane_of_a_project_is_shown_anew_with_each_build(stage: &Stage) {
    let (wasm, grant) = stage.puppets.plugin(1, 1);
    let setup = Setup::new().file("p1.wasm", wasm).grant("p1", &grant);
    let pane = format!(
        "http://{}/pane?view=ticket&email=ada%40example.com",
        setup.traffic()
    );
    let admin = format!("http://{}", setup.admin());
    let config = format!("[accounts.default]\npane_origins = [\"{admin}\"]\n");
    let workshop = Workshop::beside("nowhere", Some(pane.parse().expect("an address")));
    let host = setup
        .config(&config)
        .workshop(workshop.clone())
        .start()
        .await;
    stage.row(1, "Order", "1001");
    stage.browser.resize(900, 900, 1).await;
    stage.browser.open(&format!("{admin}/simulate/pane")).await;
    let shows = async |words: &str| {
        stage.browser.enter("one('#pane', document)").await;
        stage
            .browser
            .until(&format!("text(one('.board'))?.includes('{words}')"))
            .await;
        stage.browser.leave().await;
    };
    shows("1001").await;
    workshop.failed(Fault {
        of: "build",
        text: "error: no".to_owned(),
    });
    stage
        .browser
        .until("text(one('#banner', document)).includes('error: no')")
        .await;
    shows("1001").await;
    stage.row(1, "Order", "1002");
    // Another version of the same plugin: its title differs.
    let (newer, _) = stage.puppets.plugin(2, 1);
    std::fs::write(host.folder().join("p1.wasm"), newer).expect("a file");
    let id = PluginId::parse("p1").expect("an id");
    host.host.reload(&id).await.expect("it loads");
    workshop.loaded();
    stage.browser.until("one('#banner', document).hidden").await;
    shows("1002").await;
    host.end().await;
}
