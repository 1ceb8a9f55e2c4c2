//! The pane itself, told by a server that checks nothing: links, texts and names that no host of ours
//! would send.

use crate::stage::Stage;
use e2e::attacks::{self, LINKS};
use serde_json::{Value, json};

/// A page with the pane, and a server of the test's behind it which answers with these cards.
async fn show(stage: &Stage, cards: &[Value]) {
    let plugins: Vec<Value> = cards
        .iter()
        .map(|card| json!({"plugin": card["plugin"], "title": card["title"]}))
        .collect();
    let mut stream = format!(
        "event: start\ndata: {}\n\n",
        json!({"request_id": "r", "plugins": plugins})
    );
    for card in cards {
        stream += &format!("event: card\ndata: {card}\n\n");
    }
    stream += "event: end\ndata: {}\n\n";
    stage.serve("/v1/context/stream", "text/event-stream", &stream);
    let script = format!("http://{}/pane.js", stage.host.traffic);
    let html = format!(
        "<!doctype html><meta charset=utf-8><script type=module src={script}></script>\
         <side-pane src=/ session=sps_x view=ticket email=ada@example.com contact-linked></side-pane>"
    );
    stage.page("/straight", "", &html);
    stage
        .browser
        .open(&format!("{}/straight", stage.stranger()))
        .await;
    stage.loaded().await;
}

fn sent(plugin: &str, title: &str, card: Value) -> Value {
    json!({"plugin": plugin, "title": title, "status": "ok", "order": 0, "age_ms": 0, "card": card, "error": null})
}

pub(crate) async fn no_link_leads_where_it_must_not(stage: &Stage) {
    let browser = &stage.browser;
    let trap = stage.trap.address.to_string();
    let links: Vec<String> = LINKS
        .iter()
        .map(|(_, link)| attacks::aimed(link, &trap))
        .collect();
    let rows: Vec<Value> = links
        .iter()
        .map(|url| json!({"label": "L", "text": "here", "url": url}))
        .collect();
    let cells: Vec<Value> = links
        .iter()
        .map(|url| json!([{"text": "here", "url": url}]))
        .collect();
    let mut cards = vec![sent(
        "a",
        "A",
        json!({"blocks": [
            {"name": "List", "data": [{"type": "list", "rows": rows}]},
            {"name": "Table", "data": [{"type": "table", "headers": [{"text": "H"}], "rows": cells}]},
        ]}),
    )];
    for (at, url) in links.iter().enumerate() {
        cards.push(sent(
            &format!("c{at}"),
            "C",
            json!({"contact_link": {"url": url, "text": "CRM"}, "blocks": []}),
        ));
    }
    show(stage, &cards).await;
    // Plain http is the host's to judge: an operator may allow it. The rest is judged here again.
    let led = browser
        .get("all('a').map((it) => it.href).filter((url) => !/^(mailto|tel):|^https?:\\/\\/[^/@\\\\]+(\\/|$)/.test(url))")
        .await;
    assert_eq!(led, json!([]));
    let bad = browser.get("all('a').filter((it) => it.target !== '_blank' || !it.rel.includes('noopener') || it.username || it.password || /\\u202e|\\u200b|\\u00ad/.test(decodeURI(it.href))).map((it) => it.href)").await;
    assert_eq!(bad, json!([]));
    browser
        .run("for (const it of all('a')) if (!/^https?:|^mailto|^tel/.test(it.href)) it.click();")
        .await;
    assert_eq!(
        browser.get("[location.pathname, window.ran ?? null]").await,
        json!(["/straight", null])
    );
    assert_eq!(stage.came(), 0);
    println!("      {} links straight into the pane", links.len());
}

pub(crate) async fn cards_of_any_size_and_form_cost_their_own_place_alone(stage: &Stage) {
    let browser = &stage.browser;
    let good = || {
        sent(
            "good",
            "Good",
            json!({"blocks": [{"name": "Facts", "data": [{"type": "list", "rows": [{"label": "Is", "text": "fine"}]}]}]}),
        )
    };
    let nested = (0..400).fold(
        json!({"type": "list", "rows": []}),
        |inner, _| json!({"type": "accordion", "name": "more", "open": true, "data": [inner]}),
    );
    let block = |data: Value| json!({"blocks": [{"name": "B", "data": data}]});
    let wild = [
        (
            "ten megabytes of text",
            block(
                json!([{"type": "list", "rows": [{"label": "L", "text": "x".repeat(10 << 20)}]}]),
            ),
        ),
        (
            "ten thousand rows",
            block(
                json!([{"type": "list", "rows": vec![json!({"label": "L", "text": "1"}); 10_000]}]),
            ),
        ),
        (
            "two thousand blocks",
            json!({"blocks": vec![json!({"name": "B", "data": []}); 2_000]}),
        ),
        ("folds in folds", block(json!([nested]))),
        (
            "kinds that nobody knows",
            block(json!([{"type": "chart", "points": [1]}, {"type": 7}, {}, null, "text", 5])),
        ),
        (
            "names that scripts have",
            block(
                json!([{"type": "__proto__", "__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}]),
            ),
        ),
        (
            "numbers for texts",
            block(
                json!([{"type": "list", "rows": [{"label": 1, "text": {"a": 1}, "url": ["x"]}]}]),
            ),
        ),
        (
            "rows that are none",
            block(json!([{"type": "table", "headers": "x", "rows": [[null]]}])),
        ),
        ("blocks that are none", json!({"blocks": {"length": 5}})),
        ("a card that is none", json!("card")),
        (
            "the same name many times",
            json!({"blocks": vec![json!({"name": "Same", "data": [{"type": "html", "html": "<p id=a>x</p>"}]}); 4]}),
        ),
        (
            "signs over signs",
            block(
                json!([{"type": "list", "rows": [{"label": "Z\u{335}\u{321}\u{322}".repeat(40), "text": "\u{202e}\u{2066}txet\u{200b}\u{200d}\u{feff}"}]}]),
            ),
        ),
        (
            "pictures that are none",
            json!({"blocks": [{"name": "I", "icon": "../../x\");background:url(//evil", "data": []}, {"name": "J", "icon": {"a": 1}, "data": []}]}),
        ),
    ];
    for (what, card) in &wild {
        show(stage, &[sent("wild", "Wild", card.clone()), good()]).await;
        let fine = browser.get("text(one('[data-plugin=good] dd'))").await;
        assert_eq!(fine, "fine", "{what}");
        let polluted = browser.get("({}).polluted ?? null").await;
        assert_eq!(polluted, Value::Null, "{what}");
    }
    println!("      {} cards of forms that no host sends", wild.len());
}

pub(crate) async fn nobody_poses_as_another_or_as_the_host(stage: &Stage) {
    let browser = &stage.browser;
    let blocks = ["Good", "Sidepane", "Unverified", "Could not load", "System message"]
        .map(|name| json!({"name": name, "icon": "verified", "data": [{"type": "list", "rows": [{"label": "Good", "text": "Retry"}]}]}));
    let posing =
        json!({"contact_name": "Unverified", "plugin": "good", "title": "Good", "blocks": blocks});
    let mut card = sent("bad", "Bad", posing);
    card["card"]["order"] = json!(-1);
    show(
        stage,
        &[
            sent(
                "good",
                "Good",
                json!({"blocks": [{"name": "Facts", "data": []}]}),
            ),
            card,
        ],
    )
    .await;
    let titles = browser
        .get("all('section.plugin').map((it) => [it.dataset.plugin, text(one('.title', it))])")
        .await;
    assert_eq!(titles, json!([["good", "Good"], ["bad", "Bad"]]));
    let outside = browser
        .get("all('h4').filter((it) => !it.closest('.body')).length")
        .await;
    assert_eq!(outside, 0);
    assert_eq!(browser.get("seen(one('.claim'))").await, false);
    assert_eq!(
        browser.spoken("one('[data-plugin=bad]')").await,
        ("region".into(), "Bad".into())
    );
}
