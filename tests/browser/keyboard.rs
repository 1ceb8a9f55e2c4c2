//! The pane without a mouse, and what a screen reader is told of it.

use crate::stage::Stage;
use serde_json::{Value, json};

/// A card with all that can have the focus.
fn full(stage: &Stage) {
    let facts = json!({"name": "Facts", "data": [
        {"list": [{"label": "Order", "text": "1001", "url": "https://shop.example/1001"}, {"label": "State", "text": "shipped"}]},
        {"accordion": {"name": "Parcel", "data": [{"list": [{"label": "Carrier", "text": "Post"}]}]}},
        {"actions": [{"label": "Mark", "value": "1"}]},
    ]});
    let more = json!({"name": "More", "data": [
        {"table": {"headers": ["Item", "Price"], "rows": [["Cup", "4.00 EUR"], ["Pot", "9.00 EUR"]]}},
        {"html": "<p>A <a href=\"https://shop.example/\">shop</a>.</p>"},
    ]});
    stage.puppets.show("p1", json!({
        "contact_name": "Ada Lovelace", "contact_link": "https://crm.example/42", "contact_link_text": "Open in CRM",
        "blocks": [facts, more],
    }));
    stage.puppets.fail("p2", "The shop does not answer.");
}

const AT: &str = "((it) => it && (it.getAttribute('aria-label') ?? it.title ?? '') + '|' + text(it))(root.activeElement)";

pub(crate) async fn everything_is_reached_in_the_order_it_stands_in(stage: &Stage) {
    let browser = &stage.browser;
    full(stage);
    stage.load("").await;
    let wanted = browser
        .get("all('button, a[href], input, iframe, [tabindex=\"0\"]').filter((it) => seen(it) && it.tabIndex >= 0 && getComputedStyle(it).visibility === 'visible').length")
        .await
        .as_u64()
        .expect("a number");
    browser.run("window.order = []; window.stops = all('button, a[href], input, iframe, [tabindex=\"0\"]');").await;
    let mut places = Vec::new();
    for _ in 0..wanted + 1 {
        browser.keys(&["Tab"]).await;
        let place = browser.get("stops.indexOf(root.activeElement)").await;
        let Some(place) = place.as_i64().filter(|place| *place >= 0) else {
            break;
        };
        // The link inside of the frame is a stop of its own.
        if places.last() != Some(&place) {
            places.push(place);
        }
        let outline = browser.get("root.activeElement.matches('iframe') || getComputedStyle(root.activeElement).outlineStyle !== 'none'").await;
        let at = browser.get(AT).await;
        assert_eq!(outline, true, "{at} shows that it has the focus");
    }
    assert!(places.is_sorted(), "{places:?}");
    assert_eq!(places.len() as u64, wanted, "{places:?}");
}

pub(crate) async fn arrows_walk_and_enter_folds(stage: &Stage) {
    let browser = &stage.browser;
    full(stage);
    stage.load("").await;
    browser.run("button('Facts').focus();").await;
    let at = async |keys: &[&str], name: &str| {
        browser.keys(keys).await;
        let focus = browser.get("text(root.activeElement)").await;
        assert_eq!(focus, name, "after {keys:?}");
    };
    at(&["Down"], "Parcel").await;
    at(&["Down"], "More").await;
    at(&["Down"], "Facts").await;
    at(&["Up"], "More").await;
    at(&["Home"], "Facts").await;
    at(&["End"], "More").await;
    at(&["Up"], "Parcel").await;
    let open = "root.activeElement.getAttribute('aria-expanded')";
    assert_eq!(browser.get(open).await, "false");
    browser.keys(&["Enter"]).await;
    browser
        .until(&format!(
            "{open} === 'true' && all('dd').some((it) => seen(it) && text(it)?.startsWith('Post'))"
        ))
        .await;
    browser.keys(&["Space"]).await;
    browser.until(&format!("{open} === 'false'")).await;
}

pub(crate) async fn everything_has_a_role_and_a_name(stage: &Stage) {
    let browser = &stage.browser;
    full(stage);
    stage.load("").await;
    let tree = browser
        .devtools("Accessibility.getFullAXTree", json!({}))
        .await;
    let nodes = tree["nodes"].as_array().expect("a tree");
    let mut told = Vec::new();
    for node in nodes.iter().filter(|node| node["ignored"] == false) {
        let role = node["role"]["value"].as_str().unwrap_or_default();
        let name = node["name"]["value"].as_str().unwrap_or_default();
        let acts = [
            "button", "link", "textbox", "combobox", "checkbox", "Iframe", "region", "heading",
            "table",
        ];
        if acts.contains(&role) {
            assert!(
                !name.trim().is_empty() || role == "table",
                "a {role} without a name: {node}"
            );
            told.push(format!("{role} {name}"));
        }
    }
    for wanted in [
        "heading Ada Lovelace",
        "link Open in CRM",
        "button Reload",
        "region Puppet 01",
        "heading Puppet 01",
        "button Facts",
        "link 1001",
        "button Copy Order",
        "button Parcel",
        "button Mark",
        "Iframe More, from Puppet 01",
        "region Puppet 02",
        "button Retry Puppet 02",
    ] {
        assert!(
            told.iter().any(|it| it == wanted),
            "{wanted} is not in {told:#?}"
        );
    }
    let said = browser
        .get("text(one('[role=status].offstage')) ?? one('[role=status].offstage').textContent")
        .await;
    assert!(
        said.as_str().is_some_and(
            |said| said.contains("1 card loaded") && said.contains("The shop does not answer.")
        ),
        "{said}"
    );
    assert_ne!(said, Value::Null);
}
