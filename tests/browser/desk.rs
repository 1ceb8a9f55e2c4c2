//! The pane inside of a desk's page: who may show it, and what the two say to each other.

use crate::stage::{Stage, card};
use serde_json::{Value, json};

/// The desk's page, with what the pane said to it.
fn framed(stage: &Stage, query: &str) -> String {
    let pane = format!(
        "http://{}/pane?key={}{query}",
        stage.host.traffic,
        crate::stage::KEY
    );
    format!(
        "<!doctype html><meta charset=utf-8><title>Desk</title><script>
        window.said = [];
        window.answer = () => undefined;
        addEventListener('message', (event) => {{
          said.push(event.data);
          const handled = event.data.type === 'sidepane:command' ? answer(event.data) : undefined;
          if (handled !== undefined) event.source.postMessage({{ type: 'sidepane:done', id: event.data.id, handled }}, '*');
        }});
        const tell = (message) => document.querySelector('iframe').contentWindow.postMessage(message, '*');
        </script><iframe style=\"width:380px;height:800px;border:0\" src=\"{pane}\"></iframe>"
    )
}

/// The desk's page, opened, and the pane in it listening.
async fn open(stage: &Stage) {
    stage.page("/desk", "", &framed(stage, ""));
    stage.browser.open(&format!("{}/desk", stage.desk())).await;
    stage
        .browser
        .until("said.some((it) => it.type === 'sidepane:ready' && it.protocol === 1)")
        .await;
}

const FRAME: &str = "one('iframe', document)";

async fn tell(stage: &Stage, message: Value) {
    stage.browser.run(&format!("tell({message});")).await;
}

fn of(email: &str) -> Value {
    json!({"type": "sidepane:context", "context": {"view": "ticket", "email": email, "contact_linked": true}})
}

pub(crate) async fn another_contact_is_shown_as_it_was_and_then_as_it_is(stage: &Stage) {
    let browser = &stage.browser;
    let row = |text: &str| card(json!([{"list": [{"label": "Is", "text": text}]}]));
    stage.puppets.show("p1 ada@example.com", row("ada"));
    stage.puppets.show("p1 bob@example.com", row("bob"));
    open(stage).await;
    let fact = "text(one('dd bdi', slot(1)))";
    tell(stage, of("ada@example.com")).await;
    browser.enter(FRAME).await;
    assert_eq!(
        browser
            .get("new URL(location.href).searchParams.has('key')")
            .await,
        false
    );
    browser.until(&format!("{fact} === 'ada'")).await;
    browser.leave().await;
    tell(stage, of("bob@example.com")).await;
    browser.enter(FRAME).await;
    browser
        .until(&format!(
            "{fact} === 'bob' && text(one('.who')) === 'bob@example.com'"
        ))
        .await;
    browser.leave().await;
    stage.puppets.show("p1 ada@example.com", row("ada anew"));
    stage.puppets.hold("p1");
    tell(stage, of("ada@example.com")).await;
    browser.enter(FRAME).await;
    browser.until(&format!("{fact} === 'ada' && slot(1).classList.contains('old') && /updating/.test(text(one('.mark', slot(1))))")).await;
    stage.puppets.release("p1");
    browser
        .until(&format!(
            "{fact} === 'ada anew' && !slot(1).classList.contains('old')"
        ))
        .await;
    browser.leave().await;
    // Nobody, and the theme.
    tell(stage, json!({"type": "sidepane:context", "context": {}})).await;
    tell(stage, json!({"type": "sidepane:theme", "theme": "dark"})).await;
    browser.enter(FRAME).await;
    browser.until("text(one('.notice'))?.startsWith('Choose a conversation') && pane.getAttribute('theme') === 'dark'").await;
    browser.leave().await;
}

pub(crate) async fn nobody_else_may_show_it_or_tell_it(stage: &Stage) {
    let browser = &stage.browser;
    stage.row(1, "Is", "there");
    stage.page(
        "/desk",
        "",
        &framed(stage, "&view=ticket&email=ada%40example.com"),
    );
    browser.open(&format!("{}/desk", stage.stranger())).await;
    browser.enter(FRAME).await;
    browser
        .until("location.href.startsWith('chrome-error:')")
        .await;
    browser.leave().await;
    // The page itself may be shown by the desk; another frame in it has nothing to say to it.
    let teller = format!(
        "<script>setInterval(() => parent.frames[0].postMessage({}, '*'), 20);</script>",
        of("eve@example.com")
    );
    stage.page("/teller", "", &teller);
    let mut page = framed(stage, "&view=ticket&email=ada%40example.com");
    page += &format!(
        "<iframe src=\"{}/teller\"></iframe><iframe src=\"/teller\"></iframe>",
        stage.stranger()
    );
    stage.page("/both", "", &page);
    browser.open(&format!("{}/both", stage.desk())).await;
    browser.enter(FRAME).await;
    stage.loaded().await;
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!(browser.get("text(one('.who'))").await, "ada@example.com");
    let policy = browser
        .get("fetch(location.href).then((it) => it.status)")
        .await;
    assert_eq!(policy, 401, "the key is gone from the address");
    browser.leave().await;
}

pub(crate) async fn garbage_changes_nothing(stage: &Stage) {
    let browser = &stage.browser;
    stage.row(1, "Is", "there");
    open(stage).await;
    browser
        .run("const junk = [null, undefined, 0, '', 'sidepane:context', [], {}, { type: 1 }, { type: 'sidepane:context', context: 7 },
                { type: 'sidepane:context', context: [] }, { type: 'sidepane:done', id: '__proto__' }, { type: 'sidepane:done' },
                { type: 'sidepane:theme', theme: { toString: 1 } }, { type: 'sidepane:theme', theme: '\"><script>' }, { type: 'sidepane:nothing' },
                { type: 'sidepane:context', context: { view: 'ticket', email: { a: 1 }, ticket_id: ['x'] } },
                JSON.parse('{\"type\": \"sidepane:context\", \"__proto__\": {\"polluted\": 1}, \"context\": {\"__proto__\": {\"polluted\": 1}, \"constructor\": {\"prototype\": {\"polluted\": 1}}}}'),
                { type: 'sidepane:context', context: { view: 'x'.repeat(10 << 20), email: 'y' } }];
              for (let round = 0; round < 200; round += 1) for (const it of junk.slice(0, -1)) tell(it);
              tell(junk.at(-1));")
        .await;
    tell(stage, of("ada@example.com")).await;
    browser.enter(FRAME).await;
    browser
        .until("text(one('dd bdi', slot(1))) === 'there'")
        .await;
    assert_eq!(browser.get("({}).polluted ?? null").await, Value::Null);
    browser.leave().await;
}

pub(crate) async fn commands_go_to_the_desk_and_what_it_cannot_becomes_text(stage: &Stage) {
    let browser = &stage.browser;
    stage.puppets.show(
        "p1",
        card(json!([{"actions": [{"label": "Act", "value": "1"}]}])),
    );
    stage.puppets.when_pressed(
        "p1",
        json!({"message": "Acted.", "commands": [
            {"type": "insert_draft", "text": "Dear Ada"},
            {"type": "add_tags", "tags": ["refunded", "happy"]},
            {"type": "set_status", "status": "solved"},
            {"type": "add_link", "url": "https://shop.example/1", "text": "The order"},
            {"type": "copy", "text": "1001"},
            {"type": "notify", "text": "All is well."},
            {"type": "open_url", "url": "https://shop.example/2"},
            {"type": "untag", "text": "Take the tag off."},
        ]}),
    );
    open(stage).await;
    browser.run("answer = ({ command }) => ['insert_draft', 'set_status'].includes(command.type) || (command.type === 'copy' ? undefined : false);").await;
    tell(stage, of("ada@example.com")).await;
    browser.enter(FRAME).await;
    browser.click("button('Act')", 1).await;
    browser
        .until("text(one('.note'))?.includes('Take the tag off.')")
        .await;
    let note = browser.get("text(one('.note'))").await;
    let note = note.as_str().expect("words");
    for left in ["Acted.", "refunded", "The order", "1001", "shop.example"] {
        assert!(note.contains(left), "{left} is left to do in {note}");
    }
    for done in ["Dear Ada", "solved"] {
        assert!(!note.contains(done), "{done} was done by the desk: {note}");
    }
    browser.leave().await;
    let asked = browser.get("said.filter((it) => it.type === 'sidepane:command').map((it) => [it.plugin, it.command.type])").await;
    let all = [
        "insert_draft",
        "add_tags",
        "set_status",
        "add_link",
        "copy",
        "notify",
        "open_url",
        "other",
    ];
    let asked: Vec<Value> = asked.as_array().expect("messages").clone();
    assert_eq!(asked.len(), all.len(), "{asked:?}");
    assert_eq!(asked[0], json!(["p1", "insert_draft"]));
    assert_eq!(asked[1][1], "add_tags");
}

pub(crate) async fn the_frame_of_markup_takes_one_message_and_no_orders(stage: &Stage) {
    let browser = &stage.browser;
    let trap = stage.trap.address;
    let frame = format!("http://{}/pane/frame", stage.host.traffic);
    let page = format!(
        "<!doctype html><meta charset=utf-8><script>
        window.heard = [];
        const send = (data, ports) => document.querySelector('iframe').contentWindow.postMessage(data, '*', ports);
        const hello = (html, look) => {{
          const {{ port1, port2 }} = new MessageChannel();
          port1.onmessage = ({{ data }}) => heard.push(data);
          send({{ type: 'sidepane:html', html, look }}, [port2]);
          return port1;
        }};
        function begin() {{
          for (const it of [null, 7, 'sidepane:html', [], {{}}, {{ type: 'sidepane:html', html: '<b>no port</b>' }}, {{ type: 'look' }}]) send(it);
          send(JSON.parse('{{\"type\":\"x\",\"__proto__\":{{\"polluted\":1}}}}'));
          const bad = 'red;background:url(http://{trap}/look)';
          const port = hello('<p>first</p>' + 'x'.repeat(10 << 20), {{ scheme: bad, text: 'url(http://{trap}/text)', font: bad, size: {{ a: 1 }}, accent: bad, background: bad }});
          hello('<p>second</p>', {{}});
          for (const it of [null, 7, {{ type: 'look', look: null }}, {{ type: 'look', look: {{ font: 'url(http://{trap}/again)' }} }}, {{ type: 'html', html: '<p>third</p>' }}]) port.postMessage(it);
        }}
        </script><iframe src=\"{frame}\" onload=\"begin()\"></iframe>"
    );
    stage.page("/bad", "", &page);
    browser.open(&format!("{}/bad", stage.stranger())).await;
    browser.until("heard.length > 0").await;
    browser.enter(FRAME).await;
    assert_eq!(
        browser
            .get("all('p', document).map((it) => it.textContent)")
            .await,
        json!(["first"])
    );
    assert_eq!(
        browser.get("[self.origin, ({}).polluted ?? null]").await,
        json!(["null", null])
    );
    browser.leave().await;
    let odd = browser
        .get("heard.filter((it) => it.type !== 'height' || typeof it.height !== 'number')")
        .await;
    assert_eq!(odd, json!([]));
    assert_eq!(stage.came(), 0);
}
