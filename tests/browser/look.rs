//! What things look like: both themes, a narrow window, local dates and amounts, frames of markup.

use crate::stage::{Stage, card};
use serde_json::{Value, json};

/// The contrast of words with what is behind them, as WCAG counts it, for the least of some elements.
const CONTRAST: &str = "
    const part = (c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
    const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
    const behind = (it) => {
      for (let at = it; at; at = at.parentElement ?? at.getRootNode().host) {
        const colour = numbers(getComputedStyle(at).backgroundColor);
        if (colour.length < 4 || colour[3] > 0.9) return colour;
      }
      return [255, 255, 255];
    };
    const ratios = all('.who, .title, .mark, dt, dd bdi, th, td bdi, .name, .excuse, .claim, .button .caption, a').filter(seen).map((it) => {
      const [one, two] = [light(numbers(getComputedStyle(it).color)), light(behind(it))].sort((a, b) => b - a);
      return [(one + 0.05) / (two + 0.05), `${it.className || it.localName}: ${text(it)}`];
    });
    return ratios.sort(([a], [b]) => a - b)[0];";

fn full(stage: &Stage) {
    stage.puppets.show("p1", card(json!([
        {"list": [{"label": "Order", "text": "1001", "url": "https://shop.example/1"}, {"label": "State", "text": "shipped"}]},
        {"table": {"headers": ["Item", "Price"], "rows": [["Cup", "4.00 EUR"], ["Pot", "9.00 EUR"]]}},
        {"html": "<p>hello</p>"},
        {"actions": [{"label": "Mark", "value": "1"}, {"label": "Pay", "style": "primary", "value": "1"}, {"label": "Drop", "style": "danger", "value": "1"}]},
    ])));
    stage.puppets.fail("p2", "The shop does not answer.");
}

pub(crate) async fn both_themes_can_be_read(stage: &Stage) {
    let browser = &stage.browser;
    full(stage);
    let mut backs = Vec::new();
    for scheme in ["light", "dark"] {
        browser.prefer(scheme).await;
        let url = stage.pane("email=ada%40example.com");
        browser.open(&url).await;
        stage.loaded().await;
        let least = browser.run(CONTRAST).await;
        let ratio = least[0].as_f64().expect("a ratio");
        assert!(ratio >= 4.5, "{scheme}: {least}");
        println!("      {scheme}: the least contrast of words is {ratio:.1}");
        backs.push(
            browser
                .get("getComputedStyle(one('.pane')).backgroundColor")
                .await,
        );
        browser.enter("one('.html iframe')").await;
        browser
            .until(&format!(
                "document.documentElement.style.colorScheme === '{scheme}'"
            ))
            .await;
        browser.leave().await;
    }
    assert_ne!(backs[0], backs[1]);
    // A change while the page is open reaches the frames too.
    browser.prefer("light").await;
    browser.enter("one('.html iframe')").await;
    browser
        .until("document.documentElement.style.colorScheme === 'light'")
        .await;
    browser.leave().await;
}

pub(crate) async fn nothing_is_wider_than_a_narrow_window(stage: &Stage) {
    let browser = &stage.browser;
    let long = "x".repeat(4_000);
    let cells: Vec<String> = (0..12).map(|at| format!("column{at}")).collect();
    stage.puppets.show("p2", json!({
        "contact_name": long.get(..200), "contact_link": "https://crm.example/42", "contact_link_text": long.get(..200),
        "blocks": [{"name": long.get(..200), "data": [
            {"list": [{"label": long.get(..200), "text": long, "url": "https://shop.example/1"}, {"label": "Short", "text": long}]},
            {"table": {"headers": cells, "rows": [cells, cells]}},
            {"html": format!("<p>{long}</p><pre>{long}</pre><table><tr><td>{long}</td><td>a</td></tr></table>")},
            {"actions": [{"label": long.get(..60), "value": "1"}, {"label": "Drop", "value": "1", "confirm": {"title": long.get(..200), "button": long.get(..60)}}]},
        ]}],
    }));
    stage.puppets.fail("p1", &long[..200]);
    browser.resize(300, 800, 1).await;
    stage.load("").await;
    let out = "all('*').filter((it) => seen(it) && !it.closest('.scroll, .head .line')).filter((it) => it.getBoundingClientRect().right > 301 || it.getBoundingClientRect().left < -1).map((it) => `${it.className || it.localName} ${it.getBoundingClientRect().right}`)";
    assert_eq!(browser.get(out).await, json!([]));
    browser.click("button('Drop')", 1).await;
    browser.until("one('form.ask')").await;
    assert_eq!(browser.get(out).await, json!([]));
    let wide = browser.get("document.documentElement.scrollWidth").await;
    assert!(wide.as_i64().is_some_and(|wide| wide <= 300), "{wide}");
}

pub(crate) async fn dates_and_amounts_are_local_and_copied_as_they_came(stage: &Stage) {
    let browser = &stage.browser;
    let rows = [
        ("Day", "2026-11-22"),
        ("Moment", "2026-11-22T10:30:00Z"),
        ("Paid", "1286.00 EUR"),
        ("Order", "20261122"),
        ("No day", "2026-02-30"),
    ];
    let list: Vec<Value> = rows
        .iter()
        .map(|(label, text)| json!({"label": label, "text": text}))
        .collect();
    stage.puppets.show("p1", card(json!([{"list": list}])));
    stage.load("&locale=de-DE&time_zone=Europe%2FBerlin").await;
    let shown = browser
        .get("all('dd').map((it) => text(it.firstElementChild).replaceAll('\\u00a0', ' '))")
        .await;
    assert_eq!(
        shown,
        json!([
            "22.11.2026",
            "22.11.2026, 11:30",
            "1.286,00 €",
            "20261122",
            "2026-02-30"
        ])
    );
    browser
        .run("navigator.clipboard.writeText = async (words) => { window.copied = words; };")
        .await;
    browser.click("button('Copy Paid')", 1).await;
    browser.until("window.copied === '1286.00 EUR'").await;
    browser
        .until(
            "all('.offstage[role=status]').some((it) => it.textContent.includes('Copied: Paid'))",
        )
        .await;
}

pub(crate) async fn markup_stands_in_a_frame_without_an_origin(stage: &Stage) {
    let browser = &stage.browser;
    let html = "<p>Hello <a href=\"https://shop.example/1\">shop</a></p><details><summary>more</summary><p>1<br>2<br>3<br>4<br>5<br>6</p></details>";
    stage.puppets.show("p1", card(json!([{"html": html}])));
    stage.load("").await;
    assert_eq!(
        browser
            .get("one('.html iframe').getAttribute('sandbox')")
            .await,
        "allow-scripts"
    );
    let height = "one('.html iframe').offsetHeight";
    browser.enter("one('.html iframe')").await;
    assert_eq!(browser.get("self.origin").await, "null");
    let inside = "Math.ceil(document.body.getBoundingClientRect().height)";
    let before = browser.until(&format!("{inside} > 20 && {inside}")).await;
    let before = before.as_u64().expect("a height");
    browser.leave().await;
    browser.until(&format!("{height} === {before}")).await;
    browser.enter("one('.html iframe')").await;
    browser.click("one('summary', document)", 1).await;
    browser.leave().await;
    browser.until(&format!("{height} > {}", before + 60)).await;
    browser.enter("one('.html iframe')").await;
    browser.click("one('a', document)", 1).await;
    browser.leave().await;
    for _ in 0..100 {
        if stage.browser.tabs().await.len() == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(
        browser.tabs().await.len(),
        2,
        "the link has a tab of its own"
    );
}
