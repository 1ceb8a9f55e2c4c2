//! `/recordings`: who is recorded, how much of it, for how long; and that it is forgotten.

use e2e::client;
use e2e::host::{Setup, TestHost};
use serde_json::{Value, json};
use sidepane::model::recording::{Recording, Step};
use sidepane::model::time::Millis;
use sidepane::surface::native;
use sidepane::{
    AccountId, Host, HttpError, Outbound, PluginId, Received, Resolve, Resolving, Transport, Vault,
    Waiting,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A clock that a test sets, in seconds.
#[derive(Default)]
struct Set(AtomicU64);

impl sidepane::Clock for Set {
    fn wall(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed))
    }

    fn monotonic(&self) -> Duration {
        self.wall()
    }
}

const NOW: u64 = 1_800_000_000;

async fn host() -> (TestHost, Arc<Set>) {
    let clock = Arc::new(Set(AtomicU64::new(NOW)));
    let setup = Setup::new().clock(Arc::clone(&clock) as _);
    let host = setup.guest("counts", "").guest("echoes", "").start().await;
    (host, clock)
}

fn moment(seconds: u64) -> String {
    Millis::from(Duration::from_secs(seconds)).to_string()
}

fn order(plugin: &str, share: f64, count: u32) -> Value {
    json!({"plugin": plugin, "share": share, "count": count, "until": moment(NOW + 60)})
}

async fn post(host: &TestHost, order: &Value) -> (u16, Value) {
    let reply = host.admin_post("/recordings", &order.to_string()).await;
    (reply.status.as_u16(), reply.json())
}

async fn listed(host: &TestHost) -> (usize, usize) {
    let listed = host.admin_get("/recordings").await.json();
    let count = |name: &str| listed[name].as_array().expect("a list").len();
    (count("orders"), count("recordings"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_many_calls_are_recorded_and_no_more() {
    let (host, _clock) = host().await;
    host.ask("counts").await;
    assert_eq!(listed(&host).await, (0, 0), "nobody ordered anything");
    let (status, answer) = post(&host, &order("counts", 1.0, 2)).await;
    assert_eq!((status, &answer["left"]), (201, &json!(2)), "{answer}");
    for _ in 0..3 {
        host.ask("counts").await;
        host.ask("echoes").await;
    }
    let (status, answer) = post(&host, &json!({"plugin": "echoes", "count": 3})).await;
    assert_eq!((status, &answer["share"]), (201, &json!(1.0)), "{answer}");
    assert_eq!(answer["until"], json!(moment(NOW + 3_600)));
    client::delete(host.admin, "/recordings?plugin=echoes").await;
    assert_eq!(listed(&host).await, (0, 2), "the order is done");
    host.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_share_of_the_calls_is_recorded() {
    let (host, _clock) = host().await;
    post(&host, &order("counts", 0.3, 100)).await;
    for _ in 0..200 {
        host.ask("counts").await;
    }
    let (_, recorded) = listed(&host).await;
    // Six standard deviations to each side.
    assert!((21..=99).contains(&recorded), "{recorded}");
    host.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_ends_at_its_time_and_when_it_is_taken_back() {
    let (host, clock) = host().await;
    post(&host, &order("counts", 1.0, 9)).await;
    host.ask("counts").await;
    clock.0.store(NOW + 60, Ordering::Relaxed);
    host.ask("counts").await;
    assert_eq!(listed(&host).await, (0, 1));

    clock.0.store(NOW, Ordering::Relaxed);
    post(&host, &order("counts", 1.0, 9)).await;
    post(&host, &order("echoes", 1.0, 9)).await;
    host.ask("echoes").await;
    assert_eq!(listed(&host).await, (2, 2));
    let ended = client::delete(host.admin, "/recordings?plugin=counts").await;
    assert_eq!(ended.json(), json!({"ended": true, "forgotten": 1}));
    assert_eq!(listed(&host).await, (1, 1));
    host.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recording_is_fetched_and_forgotten() {
    let (host, _clock) = host().await;
    post(&host, &order("echoes", 1.0, 9)).await;
    host.card("&plugin=echoes&phone=%2B46701234567&contact_name=Ada+Lovelace")
        .await;
    let all = host.admin_get("/recordings").await.json();
    let one = &all["recordings"][0];
    for (field, wanted) in [
        ("plugin", json!("echoes")),
        ("kind", json!("card")),
        ("ending", json!("card")),
        ("code", Value::Null),
        ("whole", json!(true)),
        ("begun", json!(moment(NOW))),
    ] {
        assert_eq!(one[field], wanted, "{one}");
    }
    let path = format!("/recordings/{}", one["id"].as_str().expect("an id"));
    let file = client::get(host.admin, &path).await.json();
    let context = &file["input"]["question"]["context"];
    assert_eq!(context["email"], "person1@masked.example");
    assert_eq!(context["phone"], "+15500000001");
    assert_eq!(context["contact_name"], "Namea Nameb");
    let told = file["ending"]["texts"].to_string();
    assert!(told.contains("person1@masked.example"), "{told}");
    assert!(!file.to_string().contains("ada@"), "{file}");

    assert_eq!(client::delete(host.admin, &path).await.status, 200);
    assert_eq!(client::delete(host.admin, &path).await.status, 404);
    let gone = client::get(host.admin, &path).await;
    assert_eq!(gone.json()["error"]["code"], "request.unknown_recording");
    host.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_cannot_stand_is_refused_by_name() {
    let (host, _clock) = host().await;
    let with = |field: &str, value: Value| {
        let mut order = order("counts", 1.0, 9);
        order[field] = value;
        order
    };
    for (order, status, code, field) in [
        (
            with("plugin", json!("nobody")),
            404,
            "request.unknown_plugin",
            json!("plugin"),
        ),
        (
            with("share", json!(0)),
            400,
            "request.invalid_field",
            json!("share"),
        ),
        (
            with("share", json!(1.5)),
            400,
            "request.invalid_field",
            json!("share"),
        ),
        (
            with("count", json!(0)),
            400,
            "request.invalid_field",
            json!("count"),
        ),
        (
            with("count", json!(101)),
            400,
            "request.invalid_field",
            json!("count"),
        ),
        (
            with("until", json!(moment(NOW))),
            400,
            "request.invalid_field",
            json!("until"),
        ),
        (
            with("until", json!("tomorrow")),
            400,
            "request.invalid_field",
            json!("until"),
        ),
        (
            with("until", json!(moment(NOW + 8 * 24 * 3600))),
            400,
            "request.invalid_field",
            json!("until"),
        ),
        (
            with("unmasked", json!(true)),
            400,
            "request.malformed",
            Value::Null,
        ),
        (json!([]), 400, "request.malformed", Value::Null),
    ] {
        let (found, answer) = post(&host, &order).await;
        let error = &answer["error"];
        assert_eq!((found, &error["code"]), (status, &json!(code)), "{answer}");
        assert_eq!(error["field"], field, "{answer}");
    }
    let plain = http::Request::post("/recordings")
        .body(order("counts", 1.0, 9).to_string().into())
        .expect("a request");
    let plain = client::send(host.admin, plain).await.expect("an answer");
    assert_eq!(plain.status, 415, "a form of another page's cannot order");
    let unnamed = client::delete(host.admin, "/recordings").await;
    assert_eq!(unnamed.status, 400);
    assert_eq!(listed(&host).await, (0, 0));
    host.end().await;
}

/// A CRM that knows everybody and has no orders at the moment.
struct HalfCrm;

impl Transport for HalfCrm {
    fn exchange<'a>(&'a self, outbound: Outbound<'a>) -> Waiting<'a, Result<Received, HttpError>> {
        let path = outbound.request().uri().path();
        let (status, body) = match path.rsplit('/').next() {
            Some("customers") => (
                200,
                json!({"id": "C7", "name": "Ada Lovelace", "tier": "gold", "since": "2019-03-12",
                       "page": "https://crm.example/C7"}),
            ),
            Some("orders") => (503, json!({"error": "Ada's orders are being moved"})),
            _ => (200, json!({"notes": []})),
        };
        let mut answer = http::Response::new(body.to_string().into_bytes());
        *answer.status_mut() = http::StatusCode::from_u16(status).expect("a status");
        Box::pin(std::future::ready(Ok(answer.into())))
    }
}

/// Every name has one address, which nobody dials.
struct OneAddress;

impl Resolve for OneAddress {
    fn resolve<'a>(&'a self, _name: &'a str) -> Resolving<'a> {
        Box::pin(std::future::ready(Ok(vec![[1, 1, 1, 1].into()])))
    }
}

/// The same secret for all.
struct OneSecret;

impl Vault for OneSecret {
    fn value(
        &self,
        _plugin: &PluginId,
        _account: &AccountId,
        _name: &str,
    ) -> Result<Option<String>, String> {
        Ok(Some("s3cret-of-the-crm".to_owned()))
    }
}

/// The file with which `order-lookup` is tested natively, as a host records it.
const FIXTURE: &str = "../examples/order-lookup/tests/recordings/no-orders.json";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_fixture_of_order_lookup_is_what_a_host_records() {
    let grant = "[settings]\ncrm_url = \"https://crm.example\"\n[[http.allow]]\nurl = \"https://crm.example/v1/\"\nsecrets = \
                 [\"api_key\"]\n";
    let wasm = std::fs::read(e2e::guests::plugin("order-lookup")).expect("a plugin");
    let host = Host::builder()
        .engine(e2e::host::engine())
        .plugin_with_grant("order-lookup", wasm, grant)
        .secrets(OneSecret)
        .resolver(OneAddress)
        .transport(HalfCrm)
        .start()
        .await
        .expect("a host");
    let now = host.now();
    let until = now.after(Duration::from_secs(60));
    let plugin = PluginId::parse("order-lookup").expect("an id");
    let ordered = host.recorder().order(plugin, 1.0, 1, until, now);
    ordered.expect("an order");
    let context = sidepane::Context::of_view("ticket")
        .request_id("no-orders")
        .email("ada@example.com")
        .contact_name("Ada Lovelace");
    host.context(context).await.expect("a pane");
    let recorded = host.recorder().all().pop().expect("a recording");
    if std::env::var_os("SIDEPANE_BLESS").is_some() {
        std::fs::write(FIXTURE, native::recording(&recorded)).expect("the file is written");
    }
    let kept = std::fs::read(FIXTURE).expect("the fixture");
    let kept = native::read_recording(&kept).expect("a recording");
    assert_eq!(timeless(&recorded), timeless(&kept));
}

/// A recording without what differs from run to run and from build to build.
fn timeless(recording: &Recording) -> Recording {
    let steps = recording.steps.iter();
    let timed = |step: &&Step| {
        !matches!(
            step,
            Step::Wall { .. } | Step::Monotonic { .. } | Step::Random(_)
        )
    };
    Recording {
        id: String::new(),
        generation: sidepane::Generation([0; 32]),
        begun: Millis::default(),
        usage: sidepane::model::usage::Usage::default(),
        steps: steps.filter(timed).cloned().collect(),
        ..recording.clone()
    }
}
