//! A plugin that uses all of the SDK, run against the fake host.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and its servers end with its runtime"
)]

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::{Deserialize, Serialize};
use sidepane_sdk::action::Submitted;
use sidepane_sdk::testing::{Failure, FakeHost, action, context, event, message_created, on};
use sidepane_sdk::{
    Action, ActionPlugin, ActionResult, Actions, Block, Button, Card, CardPlugin, Command, Context,
    Error, EventError, EventPlugin, Field, Handlers, Manifest, OrTell, Plugin, Row, Table, http,
    manifest::Host, settings, store,
};

struct Shop;

#[derive(Deserialize)]
struct Settings {
    url: String,
    limit: usize,
    notes: Option<bool>,
}

#[derive(Deserialize)]
struct Order {
    number: String,
}

impl Plugin for Shop {
    fn manifest() -> Manifest {
        Manifest::new("Shop", "1.0.0")
            .host(Host::new("https://shop.test/v1/", "reads orders").secret("api_key"))
            .host(Host::new("https://shop.test/v1/refunds", "refunds").methods(["POST"]))
            .secret("api_key", "the shop's key")
            .secret("unbound", "bound to no host")
            .setting(Field::url("url", "Shop").default("https://shop.test"))
            .setting(Field::number("limit", "Orders").default("2"))
            .setting(Field::checkbox("notes", "Notes"))
            .action("refund", "refunds an order")
    }
}

impl CardPlugin for Shop {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let settings: Settings = settings::load()?;
        let Some(email) = context.email else {
            return Ok(None);
        };
        let [orders, notes] = http::send_all([
            http::get(format!("{}/v1/orders", settings.url))
                .query("email", &email)
                .query("limit", settings.limit)
                .bearer("api_key"),
            http::get(format!("{}/v1/notes", settings.url)).basic_user("api_key", "X"),
        ]);
        let Some(orders) = orders.or_tell("The shop does not answer.")?.found()? else {
            return Ok(None);
        };
        let orders: Vec<Order> = orders.json()?;
        if let Err(error) = notes {
            sidepane_sdk::warn!(orders = orders.len(); "no notes: {error}");
        }
        let table = Table::new(["Order"]).rows(orders.iter().map(|order| [&order.number]));
        let button = Button::new("refund", "Refund").value("1");
        let rows = [
            Row::maybe("Phone", context.phone),
            Row::maybe("E-mail", Some(email)),
        ];
        let block = Block::new("Shop")
            .list(rows.into_iter().flatten())
            .table(table);
        let block = if settings.notes == Some(true) {
            block.html("<p></p>")
        } else {
            block
        };
        Ok(Some(Card::new().block(block.actions([button]))))
    }
}

impl EventPlugin for Shop {
    fn handlers() -> Handlers {
        Handlers::new()
            .message_created(|message| {
                let seen = store::increment(&format!("seen:{}", message.event.source), 1)?;
                store::set("last", &message.event.id)?;
                match seen {
                    ..3 => Ok(()),
                    _ => Err(EventError::give_up("enough")),
                }
            })
            .on("contact.created", |_| {
                http::get("https://shop.test/v1/ping").send()?.success()?;
                Ok(())
            })
    }
}

impl ActionPlugin for Shop {
    fn actions() -> Actions {
        Actions::new().on("refund", refund)
    }
}

fn refund(action: Action) -> Submitted {
    #[derive(Serialize)]
    struct Refund<'a> {
        order: &'a str,
    }
    if action.field("reason").is_none() {
        return Ok(ActionResult::invalid("reason", "Say why."));
    }
    http::post("https://shop.test/v1/refunds")
        .header("idempotency-key", &action.idempotency_key)
        .json(&Refund {
            order: &action.value,
        })
        .send()?
        .success()?;
    Ok(ActionResult::done()
        .message("Refunded")
        .copy(action.value)
        .add_tags(["refunded"]))
}

sidepane_sdk::export!(Shop: card, event, action);

const ORDERS: &str = "https://shop.test/v1/orders?email=ada%40example.com&limit=2";

fn orders() -> sidepane_sdk::testing::Exchange {
    on("GET", ORDERS).bearer("api_key")
}

fn notes() -> sidepane_sdk::testing::Exchange {
    on("GET", "https://shop.test/v1/notes").basic_user("api_key", "X")
}

#[derive(Serialize)]
struct Number {
    number: &'static str,
}

#[test]
fn a_card_is_made_from_what_the_shop_answers() {
    let run = FakeHost::new()
        .setting("notes", "true")
        .expect(notes())
        .expect(orders().reply_json(200, &[Number { number: "1001" }, Number { number: "1002" }]))
        .render::<Shop>(context());
    assert_eq!(run.log, Vec::<String>::new());
    assert_eq!(run.requests.len(), 2);
    assert_eq!(
        run.requests[0].headers,
        [("authorization".into(), "Bearer {api_key}".into())]
    );
    let expected = Block::new("Shop")
        .list([("E-mail", "ada@example.com")])
        .table(Table::new(["Order"]).row(["1001"]).row(["1002"]))
        .html("<p></p>")
        .actions([Button::new("refund", "Refund").value("1")]);
    assert_eq!(run.card().blocks, [expected]);
}

#[test]
fn requests_fail_each_alone() {
    let run = FakeHost::new()
        .expect(orders().reply_json(200, &[Number { number: "1001" }]))
        .expect(notes().fail(Failure::Dns("no such name".into())))
        .render::<Shop>(context());
    assert_eq!(
        run.log,
        [
            "warn: no notes: GET https://shop.test/v1/notes: the name does not resolve: no such name \
          orders=1"
        ]
    );
    assert_eq!(run.card().blocks.len(), 1);
}

#[test]
fn errors_have_a_text_for_each_reader() {
    let refused = || Failure::Connect("refused".into());
    let error = FakeHost::new()
        .expect(orders().fail(refused()))
        .expect(notes())
        .render::<Shop>(context())
        .error();
    assert_eq!(error.agent_message(), Some("The shop does not answer."));
    assert_eq!(
        error.log_message(),
        "GET https://shop.test/v1/orders: no connection: refused"
    );
    assert!(error.is_retryable());

    let error = FakeHost::new()
        .expect(orders().reply(500, "<html>"))
        .expect(notes())
        .render::<Shop>(context())
        .error();
    assert_eq!(error.agent_message(), None);
    assert_eq!(
        error.log_message(),
        "GET https://shop.test/v1/orders answered 500"
    );

    let error = FakeHost::new()
        .expect(orders().reply(200, "<html>"))
        .expect(notes())
        .render::<Shop>(context())
        .error();
    assert!(
        error
            .log_message()
            .starts_with("GET https://shop.test/v1/orders answered other json"),
        "{error}"
    );
}

#[test]
fn nobody_there_is_no_card() {
    let mut host = FakeHost::new()
        .expect(orders().reply(404, ""))
        .expect(notes());
    assert_eq!(host.render::<Shop>(context()).answer, Ok(None));
    let run = host.render::<Shop>(Context {
        email: None,
        ..context()
    });
    assert_eq!((run.answer, run.requests.len()), (Ok(None), 0));
}

#[test]
fn what_a_failed_call_wrote_is_not_kept() {
    let mut host = FakeHost::new().stored("seen:native", "1");
    assert!(host.handle::<Shop>(message_created("hello")).answer.is_ok());
    assert_eq!(host.store()["seen:native"], "2");
    let error = host.handle::<Shop>(message_created("hello")).error();
    assert_eq!(error, EventError::GiveUp("enough".into()));
    assert_eq!(host.store()["seen:native"], "2");
}

#[test]
fn a_server_that_wants_a_pause_gets_it() {
    let ping = || on("GET", "https://shop.test/v1/ping");
    let error = FakeHost::new()
        .expect(ping().reply(429, "").reply_header("Retry-After", "30"))
        .handle::<Shop>(event("contact.created"))
        .error();
    assert_eq!(
        error,
        EventError::retry_after(30, "GET https://shop.test/v1/ping answered 429")
    );
    let denied = sidepane_sdk::http::Denial {
        rule: "host".into(),
        hint: Some("url = 1".into()),
    };
    let error = FakeHost::new()
        .expect(ping().fail(Failure::Denied(denied)))
        .handle::<Shop>(event("contact.created"))
        .error();
    let text = "GET https://shop.test/v1/ping is not allowed by the grant (rule: host)";
    assert_eq!(error, EventError::failed(text));
}

#[test]
fn an_action_posts_json() {
    let pressed = action("refund", "7").filled("reason", "late");
    let run = FakeHost::new()
        .expect(
            on("POST", "https://shop.test/v1/refunds")
                .header("content-type", "application/json")
                .header("idempotency-key", "test")
                .json(&serde_json::json!({ "order": "7" }))
                .reply(201, ""),
        )
        .submit::<Shop>(pressed);
    let result = run.answer.unwrap();
    assert_eq!(result.message.as_deref(), Some("Refunded"));
    let commands = [
        Command::Copy("7".into()),
        Command::AddTags(vec!["refunded".into()]),
    ];
    assert_eq!(result.commands, commands);
    let run = FakeHost::new().submit::<Shop>(action("refund", "7"));
    assert_eq!(run.answer.unwrap().field_errors.len(), 1);
}

/// A plugin that does one wrong thing, which the context's view names.
struct Wrong;

impl Plugin for Wrong {
    fn manifest() -> Manifest {
        Manifest {
            settings: Vec::new(),
            ..Shop::manifest()
        }
    }
}

impl CardPlugin for Wrong {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let get = |url: &str| http::get(url);
        let refused = match context.view.as_str() {
            "host" => get("https://other.test/v1/").send(),
            "method" => http::delete("https://shop.test/v1/orders").send(),
            "secret" => get("https://shop.test/v1/").bearer("password").send(),
            "binding" => get("https://shop.test/v1/").bearer("unbound").send(),
            "table" => {
                let table = Table::new(["a", "b"]).row(["1"]);
                return Ok(Some(Card::new().block(Block::new("T").table(table))));
            }
            "button" => {
                let block = Block::new("B").actions([Button::new("delete", "Delete")]);
                return Ok(Some(Card::new().block(block)));
            }
            _ => return Ok(None),
        };
        assert!(refused.is_err());
        Ok(None)
    }
}

#[test]
fn what_a_host_would_refuse_fails_the_test() {
    for (view, said) in [
        (
            "host",
            "the manifest has no host for https://other.test/v1/",
        ),
        ("method", "does not list the method DELETE"),
        ("secret", "the manifest does not name the secret `password`"),
        ("binding", "does not list the secret `unbound`"),
        ("table", "a table in `T` has 2 headers and a row of 1"),
        ("button", "the manifest has no action `delete`"),
    ] {
        let context = Context {
            view: view.into(),
            ..context()
        };
        assert_panics(said, || {
            FakeHost::new().render::<Wrong>(context).answer.is_ok()
        });
    }
    assert_panics("the manifest has no setting `colour`", || {
        FakeHost::new()
            .setting("colour", "red")
            .render::<Wrong>(context())
            .answer
            .is_ok()
    });
    assert_panics(
        "the plugin did not send: GET https://shop.test/v1/notes",
        || {
            FakeHost::new()
                .expect(notes())
                .render::<Wrong>(context())
                .answer
                .is_ok()
        },
    );
}

fn assert_panics(said: &str, call: impl FnOnce() -> bool) {
    let panic = catch_unwind(AssertUnwindSafe(call)).expect_err(said);
    let message = panic.downcast_ref::<String>().expect("a text");
    assert!(message.contains(said), "{message}");
}

#[test]
fn without_a_host_calls_are_refused_politely() {
    let error = http::get("https://shop.test/v1/").send().unwrap_err();
    assert!(
        error.to_string().contains("there is no host here"),
        "{error}"
    );
    assert_eq!(settings::text("url"), None);
    assert_eq!(
        store::get("key"),
        Err(sidepane_sdk::StoreError::Unsupported)
    );
}
