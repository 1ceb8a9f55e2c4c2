//! Hostile markup where an agent would see it: three walls, each tried with all of it.
//!
//! The host cleans what a plugin sends; the frame's script builds anew what it knows; the frame's
//! policy lets nothing run or load. The first test goes through all three, the second past the first,
//! the third past the first two.

use crate::stage::Stage;
use e2e::attacks::{Attack, markup};
use e2e::puppet::Puppets;
use serde_json::{Value, json};
use std::time::Duration;

/// Attacks that are shown at one time.
const BATCH: usize = 40;

/// Does in a frame all that an agent could do by accident, and says what is not as it must be.
const JUDGE: &str = "
    const known = new Set('a abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead time tr u ul var'.split(' '));
    const said = new Set('href rel title dir lang open start colspan rowspan scope datetime draggable'.split(' '));
    const found = [], { body } = document;
    const parts = [...body.querySelectorAll('*')];
    for (const it of parts) {
      if (it.namespaceURI !== 'http://www.w3.org/1999/xhtml' || !known.has(it.localName)) found.push(`<${it.localName}>`);
      for (const { name } of it.attributes) if (!said.has(name)) found.push(`${it.localName} ${name}`);
      if (it.href && !/^(https:\\/\\/|mailto:|tel:)/.test(it.href)) found.push(it.href);
    }
    POKE
    if (self.origin !== 'null') found.push(`the origin ${self.origin}`);
    if (window.ran) found.push('a script ran');
    if (!location.href.endsWith('/pane/frame')) found.push(location.href);
    return found;";

/// Presses, passes over and puts the focus on everything that there is.
const POKE: &str = "
    for (const it of body.querySelectorAll('*')) {
      for (const kind of ['focus', 'mouseover', 'pointerenter', 'pointerdown', 'toggle', 'animationstart', 'transitionend', 'load', 'error', 'begin', 'submit'])
        it.dispatchEvent(new Event(kind, { bubbles: true, cancelable: true }));
      if (!/^(https|mailto|tel):/.test(it.href ?? '')) it.click?.();
    }";

/// Puts markup into the frame's own document, scripts and all, and says whether anything ran.
const FORCE: &str = "
    // A document that turned by itself leaves the driver in the page around it.
    if (!location.href.endsWith('/pane/frame')) return ['turned'];
    // Held here: a form may be called `body`.
    const done = [], { body, head } = document;
    for (const html of arguments[0]) {
      body.innerHTML = html;
      body.append(document.createRange().createContextualFragment(html));
      head.append(document.createRange().createContextualFragment(html));
      POKE
      await new Promise((go) => setTimeout(go, 1));
      if (window.ran) done.push(html);
      window.ran = undefined;
    }
    await new Promise((go) => setTimeout(go, 20));
    if (window.ran) done.push('late');
    return done;";

/// The markup of a few attacks in frames: each as it is, and all of them inside of everything else.
fn pieces(few: &[&Attack], trap: &str) -> Vec<String> {
    let bare = few.iter().map(|attack| attack.aimed(trap));
    let inside = few
        .iter()
        .flat_map(|attack| attack.forms(trap).into_iter().skip(1));
    bare.chain([inside.collect()]).collect()
}

fn trap(stage: &Stage) -> String {
    stage.trap.address.to_string()
}

/// What all frames of the page say that is wrong.
async fn judged(stage: &Stage, frames: &str) -> Vec<String> {
    let browser = &stage.browser;
    let judge = JUDGE.replace("POKE", POKE);
    let mut wrong = Vec::new();
    let elements = browser.get(frames).await;
    for (at, frame) in elements.as_array().expect("frames").iter().enumerate() {
        browser.enter_element(frame).await;
        let found = browser.run(&judge).await;
        browser.leave().await;
        if found != json!([]) {
            wrong.push(format!("frame {at}: {found}"));
        }
    }
    wrong
}

/// Nobody came to the trap, now or soon.
async fn nobody_came(stage: &Stage, what: &str) {
    tokio::time::sleep(Duration::from_millis(250)).await;
    let seen = stage.trap.seen();
    let paths: Vec<_> = seen.iter().map(|seen| seen.request.uri().path()).collect();
    assert_eq!(stage.came(), 0, "{what}: {paths:?}");
}

pub(crate) async fn through_a_plugin_nothing_runs_or_loads(stage: &Stage) {
    let (browser, trap) = (&stage.browser, trap(stage));
    browser.resize(380, 6_000, 1).await;
    let all: Vec<&Attack> = markup().collect();
    let (mut frames, mut wrong) = (0, Vec::new());
    for batch in all.chunks(BATCH) {
        for (number, few) in batch.chunks(BATCH / 8).enumerate() {
            let data = pieces(few, &trap)
                .into_iter()
                .map(|html| json!({"html": html}));
            let data: Vec<Value> = data.collect();
            let name = Puppets::name(number + 1);
            stage
                .puppets
                .show(&name, json!({"blocks": [{"name": "Markup", "data": data}]}));
        }
        stage.load("").await;
        let url = browser.get("location.href").await;
        let shown = browser.get("all('.html iframe').length").await;
        frames += shown.as_u64().expect("a number");
        wrong.extend(judged(stage, "all('.html iframe')").await);
        assert_eq!(browser.get("location.href").await, url);
        assert_eq!(browser.get("window.ran ?? null").await, Value::Null);
        stage.puppets.clear();
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    nobody_came(stage, "through a plugin").await;
    assert_eq!(browser.tabs().await.len(), 1);
    println!(
        "      {} pieces of markup in {} forms through a plugin, in {frames} frames: 0 scripts, 0 requests",
        all.len(),
        all.len() * 6
    );
}

/// A page that shows markup in the pane's frame without the pane, by its way of talking. `bare` frames
/// have no `sandbox` from the page around them.
fn holder(stage: &Stage, pieces: &[String]) -> String {
    let frame = format!("http://{}/pane/frame", stage.host.traffic);
    let pieces = json!(pieces).to_string().replace('<', "\\u003c");
    format!(
        "<!doctype html><meta charset=utf-8><body><script>
        window.heights = 0; window.heard = [];
        addEventListener('message', (event) => heard.push(event.data));
        for (const [at, html] of {pieces}.entries()) {{
          const frame = document.createElement('iframe');
          if (at % 2) frame.setAttribute('sandbox', 'allow-scripts');
          frame.src = '{frame}';
          frame.onload = () => {{
            frame.onload = null;
            const {{ port1, port2 }} = new MessageChannel();
            port1.onmessage = ({{ data }}) => {{ if (data.type === 'height') frame.dataset.height ??= heights += 1; }};
            frame.contentWindow.postMessage({{ type: 'sidepane:html', html, look: {{}} }}, '*', [port2]);
          }};
          document.body.append(frame);
        }}
        </script>"
    )
}

/// Whether it turns the document that it stands in: by itself, or by an area, which is no link that
/// the frame's script knows.
fn turns(attack: &Attack) -> bool {
    let html = attack.html.to_ascii_lowercase();
    html.contains("refresh") || html.contains("<area")
}

pub(crate) async fn straight_into_the_frame_nothing_runs_or_loads(stage: &Stage) {
    let (browser, trap) = (&stage.browser, trap(stage));
    let all: Vec<&Attack> = markup().collect();
    // As the page of the pane has it: a frame goes nowhere else, whoever turns it.
    let policy = format!(
        "default-src 'none'; script-src 'unsafe-inline'; frame-src http://{}",
        stage.host.traffic
    );
    let (mut wrong, mut forced, mut turned, mut ahead) = (Vec::new(), Vec::new(), 0, 0);
    let asked = stage.trap.seen().len();
    for batch in all.chunks(BATCH) {
        let shown = pieces(batch, &trap);
        stage.page("/holder", &policy, &holder(stage, &shown));
        browser.open(&format!("{}/holder", stage.stranger())).await;
        browser.until(&format!("heights === {}", shown.len())).await;
        wrong.extend(judged(stage, "all('iframe', document)").await);
        assert_eq!(browser.get("heard").await, json!([]));
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(stage.came(), ahead, "past the cleaning");
        let script = FORCE.replace("POKE", POKE);
        let script = format!("return (async (...arguments) => {{{script}}})(...arguments);");
        for (at, attack) in batch.iter().enumerate() {
            browser
                .enter(&format!("all('iframe', document)[{at}]"))
                .await;
            let ran = browser
                .try_to_run(&script, json!([attack.forms(&trap)]))
                .await;
            browser.leave().await;
            match ran {
                // No policy keeps a document from turning by itself; that it comes to nothing is
                // the doing of the page around it.
                Ok(ran) if ran == json!(["turned"]) && turns(attack) => turned += 1,
                Ok(ran) if ran != json!([]) => forced.push(format!("{}: {ran}", attack.what)),
                Err(error) => panic!("{}: {error:#}", attack.what),
                Ok(_) => {}
            }
        }
        assert_eq!(browser.get("location.pathname").await, "/holder");
        // A connection ahead is no request, and no policy forbids it: here it is the frame's script
        // that never makes such a link.
        ahead = stage.came();
    }
    assert!(wrong.is_empty(), "past the cleaning: {wrong:#?}");
    assert!(forced.is_empty(), "past the frame's script: {forced:#?}");
    tokio::time::sleep(Duration::from_millis(250)).await;
    assert_eq!(stage.trap.seen().len(), asked, "past the frame's script");
    assert_eq!(browser.tabs().await.len(), 1);
    println!(
        "      {} pieces of markup in {} forms straight into the frame: 0 scripts, 0 requests\n      the \
         same into its document: 0 scripts, 0 requests; {turned} documents turned and got nowhere, \
         {ahead} connections ahead with nothing sent",
        all.len(),
        all.len() * 6
    );
}

pub(crate) async fn the_trap_catches_what_gets_out(stage: &Stage) {
    // The same script, picture and page ahead in a page without a policy: so that zero means zero.
    let (browser, trap) = (&stage.browser, trap(stage));
    for what in [
        "a picture that fails",
        "a page ahead",
        "a background of a style",
        "a page that turns by itself",
    ] {
        let attack = markup()
            .find(|attack| attack.what == what)
            .expect("the attack");
        stage.page("/open", "", &attack.aimed(&trap));
        let before = stage.trap.seen().len();
        browser.open(&format!("{}/open", stage.stranger())).await;
        for _ in 0..200 {
            if stage.trap.seen().len() > before {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(
            stage.trap.seen().len() > before,
            "{what} did not get out of an open page"
        );
    }
}
