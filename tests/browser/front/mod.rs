//! `/front` inside of a page that speaks Front's bridge: what it shows, what it has Front do, and that
//! it says what Front's own library says.

mod sdk;

use crate::stage::{FRONT_SECRET, Stage, card};
use serde_json::{Value, json};
use sidepane_demo::desks::FAKE_FRONT;
use std::time::Duration;

const FRAME: &str = "one('iframe', document)";

/// The functions of Front that the tests have, with their arities: the arguments and one for a token
/// that takes the call back.
const FUNCTIONS: &str = "{ openUrl: 2, listTags: 2, tag: 2, listTeammates: 2, assign: 2, move: 2, setStatus: 2, \
                         addLink: 3, listMessages: 2, createDraft: 2, updateDraft: 3 }";

/// What its lists have in them, on two pages.
const LISTS: &str = "{
  listTags: [{ results: [{ id: 'tag_1', name: 'Refunded' }], nextPageToken: 'more' }, { results: [{ id: 'tag_2', name: 'vip' }] }],
  listTeammates: [{ results: [{ id: 'tea_7', name: 'Bo', username: 'bo', email: 'bo@shop.example' }], nextPageToken: undefined }],
  listMessages: [{ results: [{ id: 'msg_2', date: new Date(2000) }, { id: 'msg_1', date: new Date(1000) }], nextPageToken: undefined }],
}";

/// Front's page with one frame: `front` is the stand-in, `did` the calls of functions that do something,
/// `never` and `fails` the names of those that never answer, or fail.
fn desk(src: &str, functions: &str) -> String {
    format!(
        "<!doctype html><meta charset=utf-8><title>Front</title><style>iframe {{ width: 300px; height: 800px; border: 0 }}</style>
        <iframe></iframe><script type=module>
        import {{ FakeFront }} from '/fake-front.js';
        window.did = []; window.never = new Set(); window.fails = new Map();
        const lists = {LISTS};
        const functions = {{}};
        for (const [name, arity] of Object.entries({functions})) {{
          functions[name] = async (context, ...args) => {{
            if (name in lists) return args[0] === 'more' ? lists[name][1] : lists[name][0];
            did.push([name, ...args, context.conversation?.id ?? null]);
            if (never.has(name)) await new Promise(() => {{}});
            if (fails.has(name)) throw new Error(fails.get(name));
          }};
          Object.defineProperty(functions[name], 'length', {{ value: arity }});
        }}
        const frame = document.querySelector('iframe');
        window.front = new FakeFront(frame, functions);
        frame.src = '{src}';
        </script>"
    )
}

fn address(stage: &Stage) -> String {
    format!(
        "http://{}/front?auth_secret={FRONT_SECRET}",
        stage.host.traffic
    )
}

/// Front's page, opened, and the host's page in it listening.
async fn open_with(stage: &Stage, functions: &str) {
    stage.serve("/fake-front.js", "text/javascript", FAKE_FRONT);
    stage.page("/front", "", &desk(&address(stage), functions));
    stage.browser.open(&format!("{}/front", stage.desk())).await;
    stage
        .browser
        .until("window.front?.heard.length === 1")
        .await;
}

async fn open(stage: &Stage) {
    open_with(stage, FUNCTIONS).await;
}

/// A conversation with somebody, by e-mail.
fn with(email: &str) -> Value {
    let name = email.split('@').next();
    json!({
        "type": "singleConversation",
        "teammate": {"id": "tea_1", "name": "Sam", "username": "sam", "email": "sam@shop.example"},
        "conversation": {
            "id": format!("cnv_{email}"), "type": "email", "status": "open", "subject": "Hello", "tags": [], "links": [],
            "recipient": {
                "handle": email, "name": name, "type": "email",
                "contact": {"id": format!("crd_{email}"), "name": name, "handles": [], "groupIds": [], "customAttributes": []},
            },
        },
    })
}

async fn select(stage: &Stage, context: &Value) {
    stage.browser.run(&format!("front.show({context});")).await;
}

const FACT: &str = "text(one('dd bdi', slot(1)))";

/// Waits inside of the frame until `expression` is true.
async fn inside(stage: &Stage, expression: &str) {
    let browser = &stage.browser;
    browser.enter(FRAME).await;
    browser.until(expression).await;
    browser.leave().await;
}

pub(crate) async fn the_pane_follows_what_is_selected(stage: &Stage) {
    let browser = &stage.browser;
    let row = |text: &str| card(json!([{"list": [{"label": "Is", "text": text}]}]));
    stage.puppets.show("p1 ada@example.com", row("ada"));
    stage.puppets.show("p1 bob@example.com", row("bob"));
    open(stage).await;
    select(stage, &with("ada@example.com")).await;
    inside(stage, &format!("{FACT} === 'ada'")).await;
    let asked = stage.puppets.asked();
    let of = json!({"email": "ada@example.com", "view": "ticket", "agent": "Sam"});
    assert!(asked.contains(&("p1".to_owned(), of)), "{asked:?}");
    select(stage, &with("bob@example.com")).await;
    inside(stage, &format!("{FACT} === 'bob'")).await;
    // A change that is not one of the contact asks nobody.
    stage.puppets.asked();
    let mut tagged = with("bob@example.com");
    tagged["conversation"]["tags"] = json!([{"id": "tag_1", "name": "Refunded"}]);
    select(stage, &tagged).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(stage.puppets.asked(), []);
    let three = json!({"type": "multiConversations", "conversations": [{"id": "1"}, {"id": "2"}, {"id": "3"}]});
    select(stage, &three).await;
    inside(
        stage,
        "text(one('.notice'))?.startsWith('3 conversations are selected.') && !slot(1)",
    )
    .await;
    select(stage, &json!({"type": "noConversation"})).await;
    inside(
        stage,
        "text(one('.notice'))?.startsWith('Choose a conversation')",
    )
    .await;
    // What later versions of Front select is nobody, and no error.
    select(stage, &json!({"type": "somethingLater", "conversation": 7})).await;
    select(stage, &with("ada@example.com")).await;
    inside(stage, &format!("{FACT} === 'ada'")).await;
    // It stays where it is, secret and all, which Front compares; the page's own text has none of it.
    browser.enter(FRAME).await;
    assert_eq!(browser.get("location.href").await, address(stage));
    let text = browser.get("document.documentElement.outerHTML").await;
    assert!(!text.as_str().expect("markup").contains(FRONT_SECRET));
    browser.leave().await;
}

pub(crate) async fn what_front_says_of_a_person_becomes_a_context(stage: &Stage) {
    let browser = &stage.browser;
    stage.row(1, "Is", "there");
    open(stage).await;
    let agent = json!({"id": "tea_1", "name": "Sam", "email": "sam@shop.example"});
    let conversation = |more: Value| {
        let mut context = with("ada@example.com");
        let conversation = context["conversation"].as_object_mut().expect("an object");
        conversation.insert("id".into(), json!("cnv_1"));
        conversation.extend(more.as_object().expect("an object").clone());
        context
    };
    let contact = json!({
        "id": "crd_1", "name": "Ada L.", "groupIds": [],
        "handles": [{"type": "twitter", "handle": "@ada"}, {"type": "phone", "handle": "+46 70"}, {"type": "email", "handle": "ada@home.example"}],
        "customAttributes": [
            {"id": "f1", "name": "Plan", "type": "string", "value": "gold"}, {"id": "f2", "name": "Seats", "type": "number", "value": 3},
            {"id": "f3", "name": "Odd", "type": "unknown", "value": {"a": 1}}, {"id": "f4", "name": "Long", "type": "string", "value": "x".repeat(2000)},
            {"id": "f5", "name": "Trial", "type": "boolean", "value": false},
        ],
    });
    let attributes = json!({"Plan": "gold", "Seats": "3", "Trial": "false"});
    let cases = [
        (
            conversation(
                json!({"recipient": {"handle": "ada@example.com", "name": "ada", "type": "email", "contact": contact}, "ticketIds": ["T-9"]}),
            ),
            json!({"view": "ticket", "email": "ada@example.com", "phone": "+46 70", "contact_name": "Ada L.", "contact_linked": true, "contact_id": "crd_1",
                "conversation_id": "cnv_1", "ticket_id": "T-9", "agent": agent, "attributes": attributes}),
        ),
        (
            conversation(
                json!({"type": "sms", "recipient": {"handle": "+46 70 111", "name": null, "type": "phone", "contact": null}}),
            ),
            json!({"view": "chat", "phone": "+46 70 111", "contact_linked": false, "conversation_id": "cnv_1", "agent": agent}),
        ),
        (
            conversation(
                json!({"type": "phoneCall", "recipient": {"handle": "+46 70 111", "type": "phone", "contact": contact}}),
            ),
            json!({"view": "call", "phone": "+46 70 111", "email": "ada@home.example", "contact_name": "Ada L.", "contact_linked": true,
                "contact_id": "crd_1", "conversation_id": "cnv_1", "agent": agent, "attributes": attributes}),
        ),
        (
            conversation(
                json!({"type": "whatsapp", "recipient": {"handle": "4670111", "type": "whatsapp"}}),
            ),
            json!({"view": "chat", "phone": "4670111", "contact_linked": false, "conversation_id": "cnv_1", "agent": agent}),
        ),
        (
            conversation(
                json!({"type": "custom", "recipient": {"handle": "user-77", "name": "Ada", "type": "custom"}}),
            ),
            json!({"view": "ticket", "external_id": "user-77", "contact_name": "Ada", "contact_linked": false, "conversation_id": "cnv_1", "agent": agent}),
        ),
        (
            conversation(
                json!({"type": "facebook", "recipient": {"handle": "1234567", "name": "Ada", "type": "facebook"}}),
            ),
            json!({"view": "chat", "contact_name": "Ada", "contact_linked": false, "conversation_id": "cnv_1", "agent": agent}),
        ),
        (
            conversation(json!({"type": "internal", "recipient": null})),
            json!({"view": "ticket", "contact_linked": false, "conversation_id": "cnv_1", "agent": agent}),
        ),
        (
            json!({"type": "noConversation", "teammate": {"id": "tea_1"}, "entryPoint": {"type": "CONTACT_HANDLE", "data": {"type": "phone", "handle": "+46 8"}}}),
            json!({"view": "call", "phone": "+46 8", "agent": {"id": "tea_1", "name": null, "email": null}}),
        ),
    ];
    for (context, wanted) in cases {
        select(stage, &json!({"type": "noConversation"})).await;
        select(stage, &context).await;
        browser.enter(FRAME).await;
        browser
            .until(&format!("pane.context?.view && {FACT} === 'there'"))
            .await;
        assert_eq!(browser.get("pane.context").await, wanted, "{context}");
        browser.leave().await;
    }
}

pub(crate) async fn an_older_answer_never_shows_over_a_newer_conversation(stage: &Stage) {
    let browser = &stage.browser;
    let row = |text: &str| card(json!([{"list": [{"label": "Is", "text": text}]}]));
    stage.puppets.show("p1 ada@example.com", row("ada"));
    stage.puppets.show("p1 bob@example.com", row("bob"));
    stage.puppets.show("p2", row("quick"));
    open(stage).await;
    stage.puppets.hold("p1");
    select(stage, &with("ada@example.com")).await;
    inside(stage, "text(one('dd bdi', slot(2))) === 'quick'").await;
    select(stage, &with("bob@example.com")).await;
    browser.enter(FRAME).await;
    browser
        .until(
            "text(one('.sub, .about'))?.includes('bob@example.com') || text(one('.who')) === 'bob'",
        )
        .await;
    // Everything that is shown from now on is watched.
    browser
        .run("window.seenNames = new Set(); const look = () => { for (const it of all('dd bdi')) seenNames.add(it.innerText); requestAnimationFrame(look); }; look();")
        .await;
    stage.puppets.release("p1");
    browser.until(&format!("{FACT} === 'bob'")).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let seen = browser.get("[...seenNames].filter(Boolean).sort()").await;
    assert_eq!(seen, json!(["bob", "quick"]));
    browser.leave().await;
}

/// A button whose plugin asks for all that a desk can do.
fn everything(stage: &Stage) {
    stage.puppets.show(
        "p1",
        card(json!([{"actions": [{"label": "Act", "value": "1"}]}])),
    );
    stage.puppets.when_pressed(
        "p1",
        json!({"message": "Acted.", "commands": [
            {"type": "open_url", "url": "https://shop.example/2"},
            {"type": "add_tags", "tags": ["refunded", "VIP", "unheard"]},
            {"type": "assign", "agent": "BO@shop.example", "group": "inb_3"},
            {"type": "set_status", "status": "resolved"},
            {"type": "add_link", "url": "https://shop.example/1", "text": "The order"},
            {"type": "insert_draft", "text": "Dear Ada"},
            {"type": "copy", "text": "1001"},
            {"type": "notify", "text": "All is well."},
            {"type": "untag", "text": "Take the tag off."},
        ]}),
    );
}

/// What came of the press, in words.
async fn note(stage: &Stage, last: &str) -> String {
    let browser = &stage.browser;
    browser.enter(FRAME).await;
    browser
        .until(&format!("text(one('.note'))?.includes({})", json!(last)))
        .await;
    let note = browser.get("text(one('.note'))").await;
    browser.leave().await;
    note.as_str().expect("words").to_owned()
}

async fn press(stage: &Stage) {
    let browser = &stage.browser;
    browser.enter(FRAME).await;
    browser.click("button('Act')", 1).await;
    browser.leave().await;
}

pub(crate) async fn front_does_what_it_has_functions_for(stage: &Stage) {
    let browser = &stage.browser;
    everything(stage);
    open(stage).await;
    select(stage, &with("ada@example.com")).await;
    press(stage).await;
    let note = note(stage, "Take the tag off.").await;
    let cnv = "cnv_ada@example.com";
    let content = json!({"body": "Dear Ada", "type": "text"});
    let reply = json!({"type": "replyAll", "originalMessageId": "msg_2"});
    assert_eq!(
        browser.get("did").await,
        json!([
            ["openUrl", "https://shop.example/2", cnv],
            ["tag", ["tag_1", "tag_2"], cnv],
            ["move", "inb_3", cnv],
            ["assign", "tea_7", cnv],
            ["setStatus", "archived", cnv],
            ["addLink", "https://shop.example/1", "The order", cnv],
            ["createDraft", {"content": content, "replyOptions": reply}, cnv],
        ])
    );
    for left in [
        "Acted.",
        "unheard",
        "Front has no such tag.",
        "1001",
        "Take the tag off.",
    ] {
        assert!(note.contains(left), "{left} is left to do in {note}");
    }
    for done in ["refunded", "Dear Ada", "resolved", "The order", "bo@shop"] {
        assert!(!note.contains(done), "{done} was done by Front: {note}");
    }
    assert_eq!(browser.tabs().await.len(), 1);

    // Where a draft is open already, it goes on.
    browser.run("did.length = 0;").await;
    let mut drafting = with("ada@example.com");
    drafting["conversation"]["draftId"] = json!("drf_1");
    select(stage, &drafting).await;
    press(stage).await;
    browser
        .until("did.some(([name]) => name === 'updateDraft')")
        .await;
    let drafted = browser
        .get("did.find(([name]) => /Draft/.test(name))")
        .await;
    let insert = json!({"updateMode": "insert", "content": content});
    assert_eq!(drafted, json!(["updateDraft", "drf_1", insert, cnv]));
}

pub(crate) async fn what_front_lacks_or_refuses_is_said_and_left_to_the_agent(stage: &Stage) {
    let browser = &stage.browser;
    everything(stage);
    // As on a telephone: almost nothing.
    open_with(stage, "{ openUrl: 2 }").await;
    select(stage, &with("ada@example.com")).await;
    press(stage).await;
    let told = note(stage, "Take the tag off.").await;
    let lacks = told.matches("Front cannot do this here.").count();
    assert_eq!(lacks, 5, "{told}");
    for left in [
        "refunded",
        "BO@shop.example",
        "resolved",
        "The order",
        "Dear Ada",
        "1001",
    ] {
        assert!(told.contains(left), "{left} is left to do in {told}");
    }
    assert_eq!(
        browser.get("did.map(([name]) => name)").await,
        json!(["openUrl"])
    );

    open(stage).await;
    browser
        .run("fails.set('tag', 'no <b>right</b> to tag'); fails.set('assign', 'gone');")
        .await;
    select(stage, &with("ada@example.com")).await;
    press(stage).await;
    let told = note(stage, "Take the tag off.").await;
    assert!(
        told.contains("no <b>right</b> to tag") && told.contains("gone"),
        "{told}"
    );
    assert!(told.contains("refunded"), "{told}");
}

pub(crate) async fn a_press_never_touches_the_conversation_that_came_after(stage: &Stage) {
    let browser = &stage.browser;
    everything(stage);
    open(stage).await;
    select(stage, &with("ada@example.com")).await;
    // The agent goes on while the plugin still works.
    inside(stage, "button('Act')").await;
    stage.puppets.slow("p1", Duration::from_millis(400));
    press(stage).await;
    select(stage, &with("bob@example.com")).await;
    browser.enter(FRAME).await;
    browser
        .until("/Take the tag off/.test(text(one('.toasts')))")
        .await;
    let told = browser.get("text(one('.toasts'))").await;
    browser.leave().await;
    let told = told.as_str().expect("words");
    assert!(
        told.contains("Another conversation was opened meanwhile."),
        "{told}"
    );
    assert!(
        told.contains("Dear Ada") && told.contains("refunded"),
        "{told}"
    );
    assert_eq!(
        browser.get("did.map(([name]) => name)").await,
        json!(["openUrl"]),
        "only what is of no conversation"
    );

    // And while Front still works: the call is taken back.
    stage.puppets.slow("p1", Duration::ZERO);
    browser.run("did.length = 0; never.add('tag');").await;
    select(stage, &with("ada@example.com")).await;
    press(stage).await;
    browser.until("did.some(([name]) => name === 'tag')").await;
    select(stage, &with("carl@example.com")).await;
    browser
        .until("front.heard.some((it) => it.type === 'function_cancel')")
        .await;
    let same = "front.heard.find((it) => it.type === 'function_cancel').id === front.heard.findLast((it) => it.name === 'tag').id";
    assert_eq!(browser.get(same).await, true);
    let later = browser
        .get("did.map(([name, ...rest]) => [name, rest.at(-1)])")
        .await;
    for call in later.as_array().expect("calls") {
        assert_ne!(call[1], "cnv_carl@example.com", "{later}");
    }
}

pub(crate) async fn front_opens_links(stage: &Stage) {
    let browser = &stage.browser;
    let data = json!([
        {"list": [{"label": "Order", "text": "1001", "url": "https://shop.example/1001"}]},
        {"html": "<p><a href=\"https://shop.example/inside\">inside</a></p>"},
    ]);
    let mut shown = card(data);
    shown["contact_link"] = json!("https://crm.example/42");
    stage.puppets.show("p1", shown);
    open(stage).await;
    select(stage, &with("ada@example.com")).await;
    browser.enter(FRAME).await;
    browser.click("one('dd a', slot(1))", 1).await;
    browser.click("one('.lead a')", 1).await;
    browser
        .until("!one('.inner.coming') && one('.html iframe')")
        .await;
    browser.enter("one('.html iframe')").await;
    browser.click("one('a', document)", 1).await;
    browser.leave().await;
    browser.until("did.length === 3").await;
    let urls = browser
        .get("did.map(([name, url]) => `${name} ${url}`).sort()")
        .await;
    assert_eq!(
        urls,
        json!([
            "openUrl https://crm.example/42",
            "openUrl https://shop.example/1001",
            "openUrl https://shop.example/inside"
        ])
    );
    assert_eq!(browser.tabs().await.len(), 1);
}

pub(crate) async fn nothing_is_asked_for_a_panel_that_nobody_sees(stage: &Stage) {
    let browser = &stage.browser;
    let row = |text: &str| card(json!([{"list": [{"label": "Is", "text": text}]}]));
    stage.puppets.show("p1 ada@example.com", row("ada"));
    stage.puppets.show("p1 bob@example.com", row("bob"));
    open(stage).await;
    select(stage, &with("ada@example.com")).await;
    inside(stage, &format!("{FACT} === 'ada'")).await;
    browser
        .run("document.querySelector('iframe').style.display = 'none';")
        .await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    stage.puppets.asked();
    select(stage, &with("bob@example.com")).await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(stage.puppets.asked(), [], "while it is hidden");
    browser
        .run("document.querySelector('iframe').style.display = '';")
        .await;
    inside(stage, &format!("{FACT} === 'bob'")).await;

    // A page that is loaded hidden waits, too.
    let hidden =
        desk(&address(stage), FUNCTIONS).replace("<iframe>", "<iframe style='display: none'>");
    stage.page("/hidden", "", &hidden);
    stage.puppets.asked();
    browser.open(&format!("{}/hidden", stage.desk())).await;
    browser.until("window.front?.heard.length === 1").await;
    select(stage, &with("ada@example.com")).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(stage.puppets.asked(), [], "before it is shown");
    browser
        .run("document.querySelector('iframe').style.display = '';")
        .await;
    inside(stage, &format!("{FACT} === 'ada'")).await;
}

pub(crate) async fn nobody_else_may_show_it_and_garbage_changes_nothing(stage: &Stage) {
    let browser = &stage.browser;
    stage.row(1, "Is", "there");
    open(stage).await;
    browser.open(&format!("{}/front", stage.stranger())).await;
    inside(stage, "location.href.startsWith('chrome-error:')").await;
    open(stage).await;
    // What is sent to its window is not what comes through the channel.
    browser
        .run("const junk = [null, 7, 'x', [], {}, { type: 'context_update', context: { id: 'x', type: 'singleConversation', conversation: { id: 'evil' } } },
                { type: 'sidepane:context', context: { view: 'ticket', email: 'eve@example.com' } }];
              for (const it of junk) document.querySelector('iframe').contentWindow.postMessage(it, '*');")
        .await;
    for context in [
        json!({"type": "singleConversation"}),
        json!({"type": "singleConversation", "conversation": null}),
        json!({"type": "singleConversation", "conversation": {"id": 7, "recipient": "x", "type": []}}),
        json!({"type": "singleConversation", "conversation": {"id": "c", "recipient": {"handle": {}, "contact": {"handles": {"find": 1}, "customAttributes": "x"}}}}),
        json!({"type": "multiConversations"}),
        json!({"type": 7}),
    ] {
        select(stage, &context).await;
    }
    select(stage, &with("ada@example.com")).await;
    inside(
        stage,
        &format!("{FACT} === 'there' && text(one('.who')) === 'ada'"),
    )
    .await;
    let asked = stage.puppets.asked();
    assert!(
        !asked.iter().any(|(_, of)| of["email"] == "eve@example.com"),
        "{asked:?}"
    );
    let log = browser.log().await;
    let wrong: Vec<_> = log
        .iter()
        .filter(|line| line.contains("TypeError") || line.contains("Uncaught"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// A page that talks to Front as Front's own library does.
const OTHER: &str = "<!doctype html><meta charset=utf-8><script src=/plugin-sdk.js></script>
    <script>window.contexts = []; Front.contextUpdates.subscribe((it) => contexts.push(it));</script>";

/// Whether two messages have the same form: names and kinds of members, and the values of all but ids.
const FORM: &str = "const form = (it) => Object.fromEntries(Object.entries(it).sort().map(([name, value]) => \
    [name, name === 'id' ? /^c[a-z0-9]{24}$/.test(value) : name === 'contextId' ? value.startsWith('ctx-') : value]));";

pub(crate) async fn it_says_what_fronts_own_library_says(stage: &Stage) {
    let browser = &stage.browser;
    let library =
        tokio::task::block_in_place(sdk::script).unwrap_or_else(|error| panic!("{error:#}"));
    stage.serve("/plugin-sdk.js", "text/javascript", &library);
    stage.page("/sdk", "", OTHER);
    everything(stage);
    stage.puppets.when_pressed(
        "p1",
        json!({"message": "Acted.", "commands": [
            {"type": "open_url", "url": "https://shop.example/2"}, {"type": "add_tags", "tags": ["vip"]},
            {"type": "assign", "agent": "tea_7"}, {"type": "assign"}, {"type": "set_status", "status": "open"},
            {"type": "add_link", "url": "https://shop.example/1", "text": "The order"}, {"type": "add_link", "url": "https://shop.example/1"},
            {"type": "insert_draft", "text": "Dear Ada"}, {"type": "untag", "text": "The end."},
        ]}),
    );
    open(stage).await;
    select(stage, &with("ada@example.com")).await;
    press(stage).await;
    note(stage, "The end.").await;
    let mut drafting = with("ada@example.com");
    drafting["conversation"]["draftId"] = json!("drf_1");
    select(stage, &drafting).await;
    browser
        .run("never.add('openUrl'); fails.set('setStatus', 'not now');")
        .await;
    press(stage).await;
    browser.until("front.heard.at(-1).name === 'openUrl'").await;
    select(stage, &with("bob@example.com")).await;
    browser
        .until("front.heard.some((it) => it.type === 'function_cancel')")
        .await;
    let said = |heard: &str| format!("(() => {{ {FORM} return {heard}.map(form); }})()");
    let ours = browser.get(&said("front.heard")).await;

    // The same, by the library.
    let sdk = format!("{}/sdk", stage.desk());
    stage.page("/other", "", &desk(&sdk, FUNCTIONS));
    browser.open(&format!("{}/other", stage.desk())).await;
    browser.until("window.front?.heard.length === 1").await;
    select(stage, &with("ada@example.com")).await;
    browser.enter(FRAME).await;
    browser
        .until("contexts.at(-1)?.conversation?.id === 'cnv_ada@example.com'")
        .await;
    let script = "return (async () => {
        await Front.openUrl('https://shop.example/2');
        const first = await Front.listTags();
        const more = await Front.listTags(first.nextPageToken);
        await Front.tag([more.results[0].id]);
        await Front.listTeammates();
        await Front.assign('tea_7');
        await Front.assign(null);
        await Front.setStatus('open');
        await Front.addLink('https://shop.example/1', 'The order');
        await Front.addLink('https://shop.example/1', undefined);
        const messages = await Front.listMessages();
        const content = { body: 'Dear Ada', type: 'text' };
        await Front.createDraft({ content, replyOptions: { type: 'replyAll', originalMessageId: messages.results[0].id } });
      })();";
    browser.run(script).await;
    browser.leave().await;
    browser.run("never.add('openUrl');").await;
    browser.enter(FRAME).await;
    browser
        .run("const source = Front.buildCancelTokenSource();
              Front.openUrl('https://shop.example/2', source.token).catch((error) => { window.ended = Front.isCancelError(error); });
              setTimeout(() => source.cancel(), 100);")
        .await;
    browser.until("window.ended === true").await;
    browser.leave().await;
    browser
        .until("front.heard.some((it) => it.type === 'function_cancel')")
        .await;
    let theirs = browser.get(&said("front.heard")).await;
    let (Some(ours), Some(theirs)) = (ours.as_array(), theirs.as_array()) else {
        panic!("messages: {ours} {theirs}");
    };
    for (one, other) in ours.iter().zip(theirs) {
        let handshake = one.get("handshake").is_some();
        // The two pages are on different servers.
        assert!(handshake || one == other, "{one}\n{other}");
        if handshake {
            assert_eq!(one["handshake"], other["handshake"]);
            assert_eq!((&one["ports"], &other["ports"]), (&json!(1), &json!(1)));
        }
    }
    assert_eq!(ours.len(), theirs.len(), "{ours:?}\n{theirs:?}");
    println!(
        "      {} messages of the page and of Front's own library are the same",
        ours.len()
    );
}
