//! What `/freshchat` says to paste, pasted: with a user's values written over its placeholders as they
//! are, as a page has it from its server and as a script puts it into a page.

use crate::stage::{KEY, Stage};
use e2e::attacks;
use e2e::client;
use serde_json::{Value, json};

/// The source of the plug, with the key that an operator writes into it.
async fn plug(stage: &Stage) -> String {
    let page = client::get(stage.host.traffic, "/freshchat?tags=journey_id,name").await;
    let text = page.text();
    let (_, after) = text.split_once("<pre tabindex=\"0\">").expect("a script");
    let (shown, _) = after.split_once("</pre>").expect("its end");
    let plain = shown.replace("&lt;", "<").replace("&gt;", ">");
    let plain = plain.replace("&quot;", "\"").replace("&amp;", "&");
    assert!(plain.contains("PANE-KEY"), "{plain}");
    plain.replace("PANE-KEY", KEY)
}

/// The source with values in it, in the order of email, phone, id, journey and name.
fn filled(plug: &str, values: [&str; 5]) -> String {
    let names = [
        "user.email",
        "user.phone",
        "user.id",
        "user.tag.journey_id",
        "user.tag.name",
    ];
    names
        .iter()
        .zip(values)
        .fold(plug.to_owned(), |source, (name, value)| {
            source.replace(&format!("{{{{{name}}}}}"), value)
        })
}

/// As a server writes it into a page that goes on after it.
fn written(source: &str) -> String {
    format!("<!doctype html><meta charset=utf-8><title>Freshchat</title><aside>{source}</aside>")
}

/// As a script puts it into a page, and then runs the scripts in it.
fn put(source: &str) -> String {
    let source = json!(source).to_string().replace('<', "\\u003c");
    format!(
        "<!doctype html><meta charset=utf-8><title>Freshchat</title><aside></aside><script>
        const pane = document.querySelector('aside');
        pane.innerHTML = {source};
        for (const old of pane.querySelectorAll('script')) {{
          const script = document.createElement('script');
          script.textContent = old.textContent;
          old.replaceWith(script);
        }}
        </script>"
    )
}

const FRAME: &str = "one('aside iframe', document)";

pub(crate) async fn what_is_to_be_pasted_shows_the_card(stage: &Stage) {
    let browser = &stage.browser;
    stage.row(1, "Is", "there");
    let plug = plug(stage).await;
    let values = [
        "ada@example.com",
        "+46 70 1",
        "C-1042",
        "J-77",
        "Ada & \u{c5}sa",
    ];
    let source = filled(&plug, values);
    for page in [written(&source), put(&source)] {
        stage.page("/plug", "", &page);
        browser.open(&format!("{}/plug", stage.desk())).await;
        browser.enter(FRAME).await;
        browser
            .until("text(one('dd bdi', slot(1))) === 'there'")
            .await;
        let wanted = json!({
            "view": "chat", "email": "ada@example.com", "phone": "+46 70 1", "external_id": "C-1042", "contact_linked": false,
            "attributes": {"journey_id": "J-77", "name": "Ada & \u{c5}sa"},
        });
        assert_eq!(browser.get("pane.context").await, wanted);
        assert_eq!(
            browser.get("seen(one('.claim'))").await,
            true,
            "it is a claim"
        );
        browser.leave().await;
        assert_eq!(
            browser
                .get("document.querySelectorAll('plaintext').length")
                .await,
            0
        );
    }
    // What is not known is nothing, and a visitor without any value is somebody all the same.
    stage.page("/plug", "", &put(&filled(&plug, [""; 5])));
    browser.open(&format!("{}/plug", stage.desk())).await;
    browser.enter(FRAME).await;
    browser
        .until("pane?.context?.view === 'chat' && !pane.context.email")
        .await;
    browser.leave().await;
}

/// Values that break out of texts, comments, tags and scripts, where anything can.
const ENDS: &[&str] = &[
    "\"",
    "'",
    "`",
    "\\",
    "\\\"",
    "\n",
    "\r\n",
    "\u{2028}",
    "${alert(1)}",
    "</script>",
    "</SCRIPT >",
    "<!--",
    "-->",
    "]]>",
    "*/",
    "//",
    "</plaintext>",
    "</aside>",
    "</textarea></title></style></noscript></xmp></iframe></script>",
    "&quot;",
    "&lt;/script&gt;",
    "\u{0}",
    "{{user.id}}",
    "~mark~",
    "a&key=x&view=ticket#",
    "%00%22",
    "\u{202e}evil",
];

pub(crate) async fn hostile_values_break_out_of_nothing(stage: &Stage) {
    let browser = &stage.browser;
    stage.row(1, "Is", "there");
    let plug = plug(stage).await;
    let trap = stage.trap.address.to_string();
    let run = format!("window.ran=1;(new(Image)).src=`http://{trap}/ran`");
    let script = format!("<script>{run}</script><img src=x onerror={run}>");
    let mut values: Vec<String> = Vec::new();
    for end in ENDS {
        values.push(format!("{end}{script}"));
        values.push(format!("{end};{run}//{end}"));
        values.push(format!("{end} autofocus onfocus={run} x={end}"));
    }
    values.extend(attacks::markup().map(|attack| attack.aimed(&trap)));
    let mut shown = 0;
    for batch in values.chunks(5) {
        let at = |number: usize| batch.get(number).map_or("", String::as_str);
        let source = filled(&plug, [at(0), at(1), at(2), at(3), at(4)]);
        for page in [written(&source), put(&source)] {
            stage.page("/plug", "", &page);
            browser.open(&format!("{}/plug", stage.desk())).await;
            browser.until(FRAME).await;
            let frames = browser.get("[document.querySelectorAll('iframe').length, document.querySelectorAll('img, a, form').length, window.ran ?? null]").await;
            assert_eq!(frames, json!([1, 0, null]), "{source}");
            browser.enter(FRAME).await;
            // A value that the host cannot take is refused in words; all others are shown as texts.
            browser.until("document.title === 'Sidepane' && (pane?.context || document.body?.innerText.includes('request.'))").await;
            let ran = browser.get("[window.ran ?? null, location.pathname]").await;
            assert_eq!(ran, json!([null, "/pane"]), "{source}");
            let email = browser.get("pane?.context?.email ?? null").await;
            let wanted: String = at(0).trim().chars().take(256).collect();
            let wanted = wanted.replace("\r\n", "\n").replace('\0', "\u{fffd}");
            if email != Value::Null && !wanted.contains(['\r', '{']) {
                assert_eq!(email, json!(wanted), "{source}");
                shown += 1;
            }
            browser.leave().await;
        }
    }
    assert_eq!(stage.came(), 0, "nobody got out");
    assert!(shown > 20, "{shown} were shown as texts");
    println!(
        "      {} hostile values in a plug's source, in two ways: 0 scripts, 0 requests",
        values.len()
    );
}
