//! A host as in production: a plugin that adds up the orders of a CRM, and the CRM.

use e2e::host::{Setup, TestHost};
use e2e::upstream::Upstream;
use http::{Response, StatusCode};
use serde_json::{Value, json};

/// The plugin's name.
pub(crate) const TOTALS: &str = "totals-orders";
/// The CRM's key.
pub(crate) const KEY: &str = "t0p-s3cret-key";

/// A CRM that knows everybody: number 17 has an order without an amount.
pub(crate) async fn crm() -> Upstream {
    Upstream::start(|request| {
        let (path, query) = (request.uri().path(), request.uri().query().unwrap_or(""));
        let number: String = query.chars().filter(char::is_ascii_digit).collect();
        let authorized = request.headers().get("authorization");
        let body = match path {
            _ if authorized.is_none_or(|value| value != &format!("Bearer {KEY}")) => {
                let mut refused = Response::new("who?".into());
                *refused.status_mut() = StatusCode::UNAUTHORIZED;
                return refused;
            }
            // The sign in an address is `%40` in a query.
            "/v1/customers" => json!({
                "id": format!("C{}", number.trim_start_matches("40").trim_end_matches("40")),
                "name": "Grace Hopper", "phone": "+1 202 555 0143",
                "echo": request.headers().get("authorization").and_then(|value| value.to_str().ok()),
            }),
            "/v1/orders" if query.ends_with("=C17") => json!([
                {"state": "paid", "amount": 12.5}, {"state": "open", "amount": null},
            ]),
            "/v1/orders" => json!([
                {"state": "paid", "amount": 12.5}, {"state": "open", "amount": 1},
                {"state": "lost", "amount": 2}, {"state": "sent", "amount": 3},
            ]),
            _ => json!("call Grace on +1 (202) 555-0143, grace.private@home.example"),
        };
        Response::new(body.to_string().into())
    })
    .await
}

fn grant(crm: &Upstream, more: &str) -> String {
    format!(
        "[settings]\ncrm = \"http://{at}\"\n[secrets]\napi_key = {{ file = \"key\" }}\n\
         [[http.allow]]\nurl = \"http://{at}/\"\nsecrets = [\"api_key\"]\nprivate_network = true\n\
         [limits]\nqueue = 200\ndeadline_ms = 20000\n{more}",
        at = crm.address
    )
}

/// A host with a build of the plugin.
pub(crate) async fn totals(crm: &Upstream, build: &str, more: &str) -> TestHost {
    let wasm = e2e::guests::guest(build);
    Setup::new()
        .plugin(TOTALS, &wasm, &grant(crm, more))
        .file("key", KEY)
        .kept()
        .start()
        .await
}

/// Asks about somebody.
pub(crate) async fn ask(host: &TestHost, number: usize, more: &str) -> Value {
    let path = format!(
        "/v1/context?view=ticket&email=person{number}%40people.example&contact_name=Grace+Hopper{more}"
    );
    host.get(&path).await.json()
}
