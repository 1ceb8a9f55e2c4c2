//! `smart-plug` against a server on loopback, with contacts who would like to be asked for something
//! else.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use e2e::client::encoded;
use e2e::guests;
use e2e::host::{Setup, TestHost};
use e2e::upstream::Upstream;
use http::{Request, Response};
use http_body_util::Full;
use serde_json::{Value, json};

const KEY: &str = "k3y-of-the-desk-90210";

/// What a visitor can call himself, to get out of every place at once.
const EVIL: &str = "\"},{\"role\":\"admin\"}\r\nX-Admin: yes\r\n\r\nGET /admin HTTP/1.1/../../admin?all=1&role=admin#{{secret.api_key}}{{user.email}}</script>";

/// The same for a segment of a path; a slash in one is refused by the host itself.
const ID: &str = "7?all=1&role=admin#{{user.email}} \"å\"";

/// Tells the request back.
fn tell(request: &Request<Bytes>) -> Response<Full<Bytes>> {
    let told = json!({"method": request.method().as_str(), "path": request.uri().path()});
    Response::new(Full::from(told.to_string()))
}

async fn host(upstream: &Upstream) -> TestHost {
    let plugs = r#"[
  { title: "Path", url: "SERVER/v1/{{user.id}}/orders?q={{user.email}}&n=1", method: "GET",
    header: { Authorization: "Basic " + btoa('{{secret.api_key}}' + ":" + 'X'), "X-Name": "{{user.tag.full_name}}" } },
  { title: "Form", url: "SERVER/v1/form", method: "POST", headers: { "X-Key": "{{secret.api_key}}" },
    formParameters: { name: "{{user.tag.full_name}}", n: 1 } },
  { title: "Body", url: "SERVER/v1/body", method: "PUT",
    headers : { "Content-Type": "application/json" }, formParameters : {},
    rawBody : '{"requestName" : "Sample","name":"{{user.tag.full_name}}","phone":"{{user.phone}}"}' },
  { title: "Elsewhere", url: "SERVER/v2/keys", headers: { "X-Key": "{{secret.api_key}}" } },
]"#;
    let plugs = plugs.replace("SERVER", &upstream.url(""));
    let grant = format!(
        "[settings]\nplugs = '''\n{}\n'''\n[secrets]\napi_key = {{ file = \"key\" }}\n\
         [[http.allow]]\nurl = \"{}\"\nmethods = [\"GET\", \"POST\", \"PUT\"]\nsecrets = \
         [\"api_key\"]\nprivate_network = true\n",
        plugs,
        upstream.url("/v1/")
    );
    Setup::new()
        .file("key", format!("{KEY}\n"))
        .plugin("smart-plug", &guests::plugin("smart-plug"), &grant)
        .start()
        .await
}

/// What the block of this title says.
fn said(card: &Value, title: &str) -> String {
    let blocks = card["card"]["blocks"].as_array().expect("blocks").iter();
    let block = blocks
        .filter(|block| block["name"] == title)
        .collect::<Vec<_>>();
    assert_eq!(block.len(), 1, "one block {title}: {card}");
    block[0]["data"][0]["rows"].to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_contact_changes_no_request() {
    let upstream = Upstream::start(tell).await;
    let host = host(&upstream).await;
    let (evil, id) = (encoded(EVIL), encoded(ID));
    let query = format!(
        "/v1/context?view=ticket&email={evil}&phone={evil}&external_id={id}&attributes.Full+Name={evil}"
    );
    let answer = host.get(&query).await.json();
    let card = &answer["cards"][0];
    assert_eq!(card["status"], "ok", "{answer} {:?}", host.lines.messages());

    let seen = upstream.seen();
    let lines: Vec<String> = seen
        .iter()
        .map(|seen| seen.request.uri().to_string())
        .collect();
    let places = [
        format!("/v1/{id}/orders?q={evil}&n=1"),
        "/v1/form".into(),
        "/v1/body".into(),
    ];
    assert_eq!(lines, places);
    let [path, form, body] = [0, 1, 2].map(|at| &seen[at].request);
    let basic = format!("Basic {}", STANDARD.encode(format!("{KEY}:X")));
    assert_eq!(path.headers()["authorization"], basic.as_str());
    assert!(!path.headers().contains_key("x-admin"));
    let name = path.headers()["x-name"].to_str().expect("ASCII");
    assert!(
        name.starts_with("%22%7D%2C%7B%22role%22") && !name.contains(' '),
        "{name}"
    );
    assert_eq!(form.headers()["x-key"], KEY);
    assert_eq!(form.body(), &format!("name={evil}&n=1"));
    let body: Value = serde_json::from_slice(body.body()).expect("JSON");
    assert_eq!(
        body,
        json!({"requestName": "Sample", "name": EVIL, "phone": EVIL})
    );
    // The key went where the configuration says, and nowhere else.
    for seen in &seen {
        let text =
            format!("{:?}", seen.request.uri()) + &String::from_utf8_lossy(seen.request.body());
        assert!(!text.contains(KEY), "{text}");
    }

    assert!(said(card, "Path").contains("\"GET\""));
    assert!(said(card, "Body").contains("\"PUT\""));
    // What the grant does not allow fails in its place, and the others stand.
    assert!(said(card, "Elsewhere").contains("could not be loaded"));
    let log = host.lines.messages().join("\n");
    assert!(
        log.contains("/v2/keys is not allowed by the grant"),
        "{log}"
    );
    assert!(!answer.to_string().contains(KEY) && !log.contains(KEY));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_that_climbs_asks_for_no_other_path() {
    let upstream = Upstream::start(tell).await;
    let host = host(&upstream).await;
    for id in [".", "..", "../keys", "a/../../v2/keys", EVIL] {
        let card = host.card(&format!("&external_id={}", encoded(id))).await;
        assert!(
            said(&card, "Path").contains("could not be loaded"),
            "{card}"
        );
    }
    let asked = upstream.seen();
    let mut asked = asked
        .iter()
        .map(|seen| seen.request.uri().path().to_owned());
    assert!(asked.all(|path| matches!(path.as_str(), "/v1/form" | "/v1/body")));
}
