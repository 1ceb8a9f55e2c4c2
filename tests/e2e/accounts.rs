//! Two tenants and one plugin: each sees its own, and the credential alone says who it is.

use bytes::Bytes;
use e2e::client::{self, Reply, encoded};
use e2e::host::{Setup, TestHost};
use e2e::upstream::Upstream;
use http::Request;
use http_body_util::Full;
use serde_json::Value;

const ACCOUNTS: &str = r#"
[accounts.eu]
api_tokens = [{ file = "eu-token" }, { file = "eu-token-next" }]
[accounts.us]
api_tokens = [{ file = "us-token" }]
"#;

/// The grant: `eu` has a setting and a secret of its own, `us` those of all.
fn grant(rule: &str) -> String {
    format!(
        "[settings]\nshop = \"acme\"\n[secrets]\napi_key = {{ file = \"key\" }}\n{rule}\
         [accounts.eu.settings]\nshop = \"acme-eu\"\n[accounts.eu.secrets]\napi_key = {{ file = \
         \"eu-key\" }}\n"
    )
}

fn rule(table: &str, url: &str) -> String {
    format!("[[{table}]]\nurl = \"{url}\"\nsecrets = [\"api_key\"]\nprivate_network = true\n")
}

async fn shop(grant: &str) -> TestHost {
    let files = ["eu-token", "eu-token-next", "us-token", "key", "eu-key"];
    files
        .iter()
        .fold(Setup::new(), |setup, file| {
            setup.file(file, format!("value-of-{file}\n"))
        })
        .config(ACCOUNTS)
        .guest("tells_shop", grant)
        .start()
        .await
}

/// Asks with a bearer token, and with more of a query.
async fn ask(host: &TestHost, token: &str, query: &str) -> Reply {
    let path = format!("/v1/context?view=ticket&email=ada%40example.com{query}");
    let request = Request::get(path)
        .header("host", host.traffic.to_string())
        .header("authorization", format!("Bearer value-of-{token}"))
        .body(Full::<Bytes>::default())
        .expect("a request");
    client::send(host.traffic, request).await.expect("a reply")
}

/// The guest's first row, which is its setting.
fn told(reply: &Reply) -> Value {
    let answer = reply.json();
    answer["cards"][0]["card"]["blocks"][0]["data"][0]["rows"][0]["text"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_account_sees_its_own_setting_and_sends_its_own_secret() {
    let upstream = Upstream::text("hello").await;
    let host = shop(&grant(&rule("http.allow", &upstream.url("/")))).await;
    let url = format!("&url={}", encoded(&upstream.url("/orders")));
    // Two of `eu`'s tokens are active side by side: one can be replaced without a gap.
    for (token, setting, secret) in [
        ("eu-token", "acme-eu", "value-of-eu-key"),
        ("us-token", "acme", "value-of-key"),
        ("eu-token-next", "acme-eu", "value-of-eu-key"),
    ] {
        let reply = ask(&host, token, &url).await;
        assert_eq!(told(&reply), setting, "{token}: {}", reply.text());
        let seen = upstream.seen();
        let request = &seen.last().expect("a request").request;
        assert_eq!(request.headers()["x-api-key"], secret, "{token}");
        assert!(!reply.text().contains(secret), "{}", reply.text());
    }
    assert_eq!(upstream.connections(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_name_of_another_account_is_refused_and_nothing_runs() {
    let upstream = Upstream::text("hello").await;
    let host = shop(&grant(&rule("http.allow", &upstream.url("/")))).await;
    let url = format!("&url={}", encoded(&upstream.url("/")));
    for (token, named) in [
        ("eu-token", "us"),
        ("us-token", "eu"),
        ("us-token", "nobody"),
    ] {
        let reply = ask(&host, token, &format!("{url}&account={named}")).await;
        assert_eq!(reply.status, 403, "{token} as {named}: {}", reply.text());
        let error = reply.json()["error"].clone();
        assert_eq!(error["code"], "auth.account_mismatch", "{error}");
        assert!(!reply.text().contains("acme"), "{}", reply.text());
    }
    assert_eq!(upstream.connections(), 0, "no plugin was called");
    let reply = ask(&host, "us-token", &format!("{url}&account=us")).await;
    assert_eq!(told(&reply), "acme", "its own name may be repeated");
    assert_eq!(upstream.connections(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_accounts_addresses_replace_those_of_all() {
    let (of_all, of_eu) = (Upstream::text("all").await, Upstream::text("eu").await);
    let rules = rule("http.allow", &of_all.url("/"));
    let own = rule("accounts.eu.http.allow", &of_eu.url("/"));
    let host = shop(&(grant(&rules) + &own)).await;
    for (token, upstream, code) in [
        ("eu-token", &of_eu, None),
        ("eu-token", &of_all, Some("http.denied")),
        ("us-token", &of_all, None),
        ("us-token", &of_eu, Some("http.denied")),
    ] {
        let before = upstream.connections();
        let url = format!("&url={}", encoded(&upstream.url("/")));
        let answer = ask(&host, token, &url).await.json();
        let error = &answer["cards"][0]["error"];
        assert_eq!(error["code"].as_str(), code, "{token}: {answer}");
        let dialled = upstream.connections() - before;
        assert_eq!(dialled, usize::from(code.is_none()), "{token}: {answer}");
    }
}
