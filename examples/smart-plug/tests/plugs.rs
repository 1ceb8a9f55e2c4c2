//! Configurations against systems that a fake host plays.

use sidepane_sdk::testing::{Exchange, Failure, FakeHost, Run, context, on};
use sidepane_sdk::{Accordion, Block, Card, Context, Error, Row, Table};
use smart_plug::SmartPlug;

/// The skeleton of the seed's page, with the key taken out and its address written out.
const SKELETON: &str = r#"{
    url: "https://api.shop.example/v2/contacts",
    method : "PUT",
    headers : {
       Authorization : "Basic " + btoa("{{secret.api_key}}" + ":" + "X"),
       "Content-Type": "application/json"
    },
    formParameters : {},
    rawBody : '{"requestName" : "Sample PUT rquest","email":"{{user.email}}","phone":"{{user.phone}}"}'
}"#;

type Answer = Run<Result<Option<Card>, Error>>;

fn run(plugs: &str, context: Context, exchanges: impl IntoIterator<Item = Exchange>) -> Answer {
    let host = FakeHost::new().setting("plugs", plugs);
    exchanges
        .into_iter()
        .fold(host, FakeHost::expect)
        .render::<SmartPlug>(context)
}

/// What is wrong with a configuration.
fn wrong(plugs: &str) -> String {
    let error = run(plugs, context(), []).error();
    assert_eq!(
        error.agent_message(),
        Some("This card is not set up rightly. Tell who looks after the side pane.")
    );
    error.log_message().to_owned()
}

#[test]
fn a_skeleton_works_as_it_stands() {
    let asked = on("PUT", "https://api.shop.example/v2/contacts")
        .basic_user("api_key", "X")
        .header("content-type", "application/json");
    let asked = asked.reply(200, r#"{"first_name": "Ada", "tags": ["vip", "eu"], "none": null,
        "orders": [{"number": 7, "state": "shipped"}, {"number": 8}], "address": {"city": "Lund"}}"#);
    let known = Context {
        phone: Some("+46 70".into()),
        ..context()
    };
    let ran = run(SKELETON, known, [asked]);
    let body =
        r#"{"requestName" : "Sample PUT rquest","email":"ada@example.com","phone":"+46 70"}"#;
    assert_eq!(ran.requests[0].body.as_deref(), Some(body));
    // Nobody said what to show, so all of it is shown.
    let want = Card::new().block(
        Block::new("api.shop.example")
            .list([("First name", "Ada"), ("Tags", "vip, eu")])
            .accordion(
                Accordion::new("Orders").table(
                    Table::new(["Number", "State"])
                        .row(["7", "shipped"])
                        .row(["8", ""]),
                ),
            )
            .accordion(Accordion::new("Address").list([("City", "Lund")])),
    );
    assert_eq!(ran.card(), want);
}

#[test]
fn the_samples_header_is_sent_under_either_spelling() {
    for spelling in ["header", "headers"] {
        let plug = format!(
            r#"{{ {spelling}: {{ "Authorization": "Basic " + btoa('{{{{secret.api_key}}}}' + ":" + 'X') }},
                  url: "https://domain.freshdesk.com/api/v2/tickets/2", method : "GET" }}"#
        );
        let asked =
            on("GET", "https://domain.freshdesk.com/api/v2/tickets/2").basic_user("api_key", "X");
        let ran = run(&plug, context(), [asked.reply(200, r#"{"id": 2}"#)]);
        let rows = Block::new("domain.freshdesk.com").list([("Id", "2")]);
        assert_eq!(ran.card(), Card::new().block(rows));
    }
    let both = r#"{ url: "https://a.example/", header: { "X-A": "1" }, headers: { "X-B": "{{user.id}}" } }"#;
    let asked = on("GET", "https://a.example/")
        .header("x-a", "1")
        .header("x-b", "");
    assert_eq!(
        run(both, context(), [asked.reply(404, "")]).answer,
        Ok(None)
    );
}

#[test]
fn a_hostile_contact_breaks_out_of_nothing() {
    let evil = "x\"},{\"admin\":true}\r\nX-Admin: 1\r\n\r\n/../../admin?all=1&role=admin#{{secret.api_key}}{{user.email}}<b>å";
    let contact = Context {
        email: Some(evil.into()),
        phone: Some(evil.into()),
        external_id: Some(evil.into()),
        attributes: vec![("Full Name".into(), evil.into())],
        ..context()
    };
    let all = r#"[
        { url: "https://a.example/v1/{{user.id}}/o?q={{user.email}}&n=1", headers: { "X-Name": "n=\"{{user.tag.full_name}}\"" } },
        { url: "https://a.example/form", method: "POST", formParameters: { q: "{{user.phone}}", n: 1 } },
        { url: "https://a.example/json", method: "POST", rawBody: '{"n":"{{user.properties.full_name}}","m":1}' },
    ]"#;
    let code = "x%22%7D%2C%7B%22admin%22%3Atrue%7D%0D%0AX-Admin%3A%201%0D%0A%0D%0A%2F..%2F..%2Fadmin%3Fall%3D1%26role%3Dadmin%23%7B%7Bsecret.api_key%7D%7D%7B%7Buser.email%7D%7D%3Cb%3E%C3%A5";
    let exchanges = [
        on("GET", format!("https://a.example/v1/{code}/o?q={code}&n=1"))
            .header("x-name", format!("n=\"{code}\""))
            .reply(204, ""),
        on("POST", "https://a.example/form")
            .header("content-type", "application/x-www-form-urlencoded")
            .reply(404, ""),
        on("POST", "https://a.example/json")
            .json(&serde_json::json!({"n": evil, "m": 1}))
            .reply(200, "[]"),
    ];
    let ran = run(all, contact, exchanges);
    assert_eq!(ran.requests[1].body, Some(format!("q={code}&n=1")));
    for sent in &ran.requests {
        assert_eq!(sent.headers.len(), 1, "{sent:?}");
        let secrets = sent
            .headers
            .iter()
            .any(|(_, value)| value.contains("{api_key}"));
        assert!(!secrets, "a contact's name is no placeholder: {sent:?}");
    }
    // An empty list is an answer that has nothing to show.
    assert_eq!(ran.answer, Ok(None));
}

#[test]
fn what_the_desk_does_not_know_is_empty_or_not_asked_for() {
    let nobody = || Context {
        email: None,
        ..context()
    };
    let asked = on("GET", "https://a.example//o?e=").reply(404, "");
    let plug = r#"{ url: "https://a.example/{{user.id}}/o?e={{user.email}}" }"#;
    assert_eq!(run(plug, nobody(), [asked]).answer, Ok(None));
    for needs in ["\"user.email\"", "[\"user.id\", \"user.email\"]"] {
        let plug =
            format!("{{ url: \"https://a.example/?e={{{{user.email}}}}\", needs: {needs} }}");
        assert_eq!(run(&plug, nobody(), []).answer, Ok(None));
    }
}

#[test]
fn a_value_of_dots_is_asked_nowhere() {
    let climber = Context {
        external_id: Some("..".into()),
        ..context()
    };
    let ran = run(
        r#"{ url: "https://a.example/v1/{{user.id}}/keys" }"#,
        climber,
        [],
    );
    assert!(ran.requests.is_empty());
    assert_eq!(
        ran.error().log_message(),
        "a value of dots cannot stand in an address"
    );
}

#[test]
fn plugs_stand_in_order_and_one_that_fails_says_so_in_its_place() {
    let three = r#"[
        { title: "Plan", icon: "star", url: "https://a.example/plan", contactName: "{{name}}", contactLink: "{{page}}",
          show: [ { list: [["Plan", "{{plan.name}} ({{plan.seats}})", "https://a.example/p/{{plan.id}}"], ["Gone", "{{gone}}"]] } ] },
        { title: "Tickets", url: "https://a.example/tickets" },
        { title: "Receipts", url: "https://a.example/receipts",
          show: [ { accordion: "items", name: "{{no}} {{state}}", show: [ { table: "lines", columns: [["What", "{{what}}", "{{url}}"]] } ] } ] },
    ]"#;
    let answers = || {
        let plan = r#"{"name": "Ada", "page": "https://a.example/ada", "plan": {"name": "Gold", "seats": 3, "id": "g/1"}}"#;
        let receipts = r#"{"items": [{"no": 1, "state": "paid", "lines": [{"what": "Tea", "url": "https://a.example/tea"}, {"what": "Cup"}]}, {"no": 2}]}"#;
        [
            on("GET", "https://a.example/plan").reply(200, plan),
            on("GET", "https://a.example/receipts").reply(200, receipts),
        ]
    };
    let failed = on("GET", "https://a.example/tickets").reply(500, "");
    let ran = run(three, context(), answers().into_iter().chain([failed]));
    assert_eq!(
        ran.log,
        ["warn: GET https://a.example/tickets answered 500 plug=Tickets"]
    );
    let plan = Row::new("Plan", "Gold (3)").link("https://a.example/p/g%2F1");
    let tea = sidepane_sdk::Cell::new("Tea").link("https://a.example/tea");
    let lines = Table::new(["What"]).row([tea]).row(["Cup"]);
    let want = Card::new()
        .contact_name("Ada")
        .contact_link("https://a.example/ada", "Open in Plan")
        .block(Block::new("Plan").icon("star").list([plan]))
        .block(Block::new("Tickets").list([("", UNAVAILABLE)]))
        .block(Block::new("Receipts").accordion(Accordion::new("1 paid").table(lines)));
    assert_eq!(ran.card(), want);
}

const UNAVAILABLE: &str =
    "This could not be loaded. Look it up in the system itself, or try again soon.";

#[test]
fn when_nothing_else_is_left_the_failure_is_the_answer() {
    for (exchange, log, retryable) in [
        (
            on("GET", "https://a.example/").reply(503, ""),
            "GET https://a.example/ answered 503",
            true,
        ),
        (
            on("GET", "https://a.example/").reply(200, "<html>"),
            "GET https://a.example/ answered other json than expected",
            false,
        ),
        (
            on("GET", "https://a.example/").fail(Failure::Dns("no".into())),
            "GET https://a.example/: the name does not resolve",
            true,
        ),
    ] {
        let ran = run("{ url: 'https://a.example/' }", context(), [exchange]);
        let error = ran.error();
        assert_eq!(error.agent_message(), Some(UNAVAILABLE));
        assert!(
            error.log_message().starts_with(log),
            "{}",
            error.log_message()
        );
        assert_eq!(error.is_retryable(), retryable);
    }
}

#[test]
fn what_changes_something_waits_for_those_before_it() {
    let plugs = "[{url:'https://a.example/1'},{url:'https://a.example/2'},\
                 {url:'https://a.example/3',method:'post'},{url:'https://a.example/4'}]";
    let exchanges =
        ["1", "2", "4"].map(|path| on("GET", format!("https://a.example/{path}")).reply(404, ""));
    let posted = on("POST", "https://a.example/3").reply(404, "");
    let ran = run(plugs, context(), exchanges.into_iter().chain([posted]));
    let order: Vec<&str> = ran
        .requests
        .iter()
        .filter_map(|sent| sent.url.rsplit('/').next())
        .collect();
    assert_eq!(order, ["1", "2", "3", "4"]);
}

#[test]
fn long_answers_are_cut_and_counted() {
    let items: Vec<_> = (0..70).map(|n| serde_json::json!({"n": n})).collect();
    let asked = on("GET", "https://a.example/").reply_json(200, &items);
    let card = run("{ url: 'https://a.example/' }", context(), [asked]).card();
    let [
        sidepane_sdk::card::Element::Table(table),
        sidepane_sdk::card::Element::List(more),
    ] = card.blocks[0].data.as_slice()
    else {
        panic!("a table and what is left: {card:?}");
    };
    assert_eq!((table.rows.len(), more[0].text.as_str()), (50, "20"));
}

/// A plug of one request with more members.
fn plug(members: &str) -> String {
    format!("{{url: 'https://a.example/', {members}}}")
}

/// Holds each configuration to what is wrong with it.
fn all_wrong(cases: &[(String, &str)]) {
    for (plugs, why) in cases {
        let error = wrong(plugs);
        assert!(
            error.starts_with("the setting `plugs` cannot be used: "),
            "{error}"
        );
        assert!(error.contains(why), "{plugs}: {error}");
    }
}

#[test]
fn what_cannot_be_asked_is_said_with_its_plug() {
    all_wrong(&[
        (String::new(), "line 1: a value is missing"),
        ("[]".into(), "a list of 0 plugs"),
        (
            format!("[{}]", format!("{},", plug("")).repeat(17)),
            "a list of 17 plugs",
        ),
        (format!("[{}, 7]", plug("")), "plug 2: it is no object"),
        ("{}".into(), "plug 1: `url` is missing"),
        ("{url: 7}".into(), "`url` is no text"),
        (
            "{url: '/app/extension_proxy'}".into(),
            "begins with https://",
        ),
        (plug("method: 'TRACE'"), "`method` is \"TRACE\""),
        (plug("body: ''"), "`body` is no member"),
        (plug("formParameters: {a: '1'}"), "a GET has no body"),
        (plug("rawBody: 'x'"), "a GET has no body"),
        (
            plug("method: 'POST', formParameters: {a: '1'}, rawBody: 'x'"),
            "two bodies",
        ),
        (
            plug("method: 'POST', headers: {'content-type': 'text/xml'}, formParameters: {a: '1'}"),
            "says something else",
        ),
        (" ".repeat(65 << 10), "it has 66560 bytes"),
    ]);
}

#[test]
fn headers_and_what_is_shown_are_looked_at_before_anything_is_asked() {
    all_wrong(&[
        (
            plug("headers: {Authorization: 'Basic a2V5Olg='}"),
            "has its key in the open",
        ),
        (
            plug("headers: {'X-Key': '{{secret.other}}'}"),
            "there is no secret `other`",
        ),
        (
            plug("headers: {'X-A': '1'}, header: {'x-a': '2'}"),
            "is given twice",
        ),
        (
            plug("headers: {'X-{{user.id}}': '1'}"),
            "is a header's name",
        ),
        (plug("headers: 'x'"), "is an object of names"),
        (plug("headers: {'X-A': 1}"), "is no text"),
        (plug("needs: 'email'"), "is no placeholder"),
        (plug("show: {}"), "`show` is a list of elements"),
        (plug("show: [{html: '<b>'}]"), "`show[0]` is { list"),
        (
            plug("show: [{list: []}]"),
            "`show[0].list` is a list of 1 to",
        ),
        (plug("show: [{list: [['A']]}]"), "has [\"Label\""),
        (plug("contactName: '{{a'"), "braces without an end"),
    ]);
}
