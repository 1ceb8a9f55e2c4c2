//! Figures: how soon the first card is there, what moves while eight come, how much is loaded.

use crate::stage::{PUPPETS, Stage};
use e2e::puppet::Puppets;
use e2e::random::Random;
use serde_json::{Value, json};
use std::time::Duration;

/// Most bytes of scripts and styles, compressed.
const MOST_BYTES: u64 = 60_000;

/// A card of four blocks with something of everything.
fn four(number: usize) -> Value {
    let block =
        |name: &str, data: Value| json!({"name": name, "icon": "receipt_long", "data": data});
    let rows: Vec<Value> = (0..2 + number % 3)
        .map(|at| json!({"label": format!("Label {at}"), "text": "value"}))
        .collect();
    json!({"blocks": [
        block("Facts", json!([{"list": rows}])),
        block("Orders", json!([{"table": {"headers": ["Order", "Total"], "rows": [["1001", "86.00 EUR"], ["1002", "12.00 EUR"]]}}])),
        block("Notes", json!([{"html": "<p>Prefers parcels to the office.</p><p><b>Gold</b> since 2024.</p>"}])),
        block("More", json!([{"accordion": {"name": "Parcel", "data": [{"list": rows}]}}, {"actions": [{"label": "Mark", "value": "1"}]}])),
    ]})
}

pub(crate) async fn the_first_card_is_there_soon(stage: &Stage) {
    let browser = &stage.browser;
    stage.row(1, "Is", "there");
    stage.puppets.slow("p1", Duration::from_millis(20));
    let mut times = Vec::new();
    let mut alone = Vec::new();
    for _ in 0..7 {
        stage.load("").await;
        // From the request to the frame in which the card is drawn.
        let took = "const was = performance.now();
            const there = new Promise((done) => {
              const look = () => text(one('dd bdi', slot(1))) === 'there' && !slot(1).classList.contains('apart')
                ? requestAnimationFrame(() => done(performance.now() - was)) : requestAnimationFrame(look);
              requestAnimationFrame(look);
            });
            pane.context = { view: 'ticket', email: `${Math.random()}@example.com` };
            await Promise.resolve();
            return there;";
        let took = format!(
            "return (async () => {{ await new Promise((go) => setTimeout(go, 200)); {took} }})();"
        );
        times.push(browser.run(&took).await.as_f64().expect("a time"));
        let page = browser.get("performance.getEntriesByType('paint').find((it) => it.name === 'first-contentful-paint')?.startTime ?? 0").await;
        alone.push(page.as_f64().expect("a time"));
    }
    println!(
        "      a card of a plugin that takes 20 ms: {:.0} ms from the question to the screen (best {:.0}); the page itself {:.0} ms",
        middle(&mut times),
        times[0],
        middle(&mut alone)
    );
}

fn middle(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

pub(crate) async fn eight_cards_come_without_a_jump(stage: &Stage) {
    let browser = &stage.browser;
    let mut random = Random::new(7);
    let mut shifts = Vec::new();
    for _ in 0..4 {
        for number in 1..=PUPPETS {
            let name = Puppets::name(number);
            stage.puppets.show(&name, four(number));
            stage
                .puppets
                .slow(&name, Duration::from_millis(random.below(900)));
        }
        stage.load("").await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let moved = browser
            .run("return new Promise((done) => {
                const seen = [];
                new PerformanceObserver((list) => seen.push(...list.getEntries())).observe({ type: 'layout-shift', buffered: true });
                setTimeout(() => done(seen.filter((it) => !it.hadRecentInput).reduce((sum, it) => sum + it.value, 0)), 100);
              });")
            .await;
        let moved = moved.as_f64().expect("a shift");
        shifts.push(moved);
    }
    println!(
        "      eight plugins of four blocks, each after 0 to 900 ms: layout shift {shifts:.4?}"
    );
    // A machine that has no time for the frames of markup lets one round move; the pane would move all.
    let usual = middle(&mut shifts);
    assert!(usual < 0.02, "the cards move each other by {usual}");
}

pub(crate) async fn assets_are_small(stage: &Stage) {
    let browser = &stage.browser;
    stage.load("").await;
    let files = browser
        .run("return (async () => {
            const urls = performance.getEntriesByType('resource').map((it) => it.name).filter((it) => /\\.(js|css)$/.test(it));
            let [plain, packed] = [0, 0];
            for (const url of [...urls, new URL('/pane/frame', location)]) {
              const body = await (await fetch(url)).arrayBuffer();
              const zipped = new Response(new Blob([body]).stream().pipeThrough(new CompressionStream('gzip')));
              plain += body.byteLength;
              packed += (await zipped.arrayBuffer()).byteLength;
            }
            return [urls.length + 1, plain, packed];
          })();")
        .await;
    let [count, plain, packed] = [0, 1, 2].map(|at| files[at].as_u64().expect("a number"));
    println!("      {count} files of the pane: {plain} bytes, {packed} with gzip");
    assert!(count > 20 && packed < MOST_BYTES, "{files}");
}
