//! The pages that desks show: who gets them, what they may do, and what stands in no answer.

use bytes::Bytes;
use e2e::client::{self, Reply};
use e2e::host::{Setup, TestHost};
use http::{Request, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};

const ACCOUNTS: &str = r#"
[accounts.eu]
api_tokens = [{ file = "eu-token" }]
pane_keys = [{ file = "eu-pane" }]
front_secrets = [{ file = "eu-front-old" }, { file = "eu-front" }]
front_origins = ["https://front.test.example"]
chatwoot_tokens = [{ file = "eu-chatwoot" }]
chatwoot_origins = ["https://chat.example"]
[accounts.us]
api_tokens = [{ file = "us-token" }]
front_secrets = [{ file = "us-front" }]
chatwoot_tokens = [{ file = "us-chatwoot" }]
"#;

async fn two() -> TestHost {
    let files = [
        "eu-token",
        "eu-pane",
        "eu-front-old",
        "eu-front",
        "eu-chatwoot",
        "us-token",
        "us-front",
        "us-chatwoot",
    ];
    let setup = files.iter().fold(Setup::new(), |setup, file| {
        setup.file(file, format!("value-of-{file}\n"))
    });
    // The second one writes a line whenever it is asked.
    let setup = setup.guest("echoes", "").guest("forges_log", "");
    setup.config(ACCOUNTS).start().await
}

/// What a page's script finds in it.
fn start(page: &Reply) -> Value {
    let text = page.text();
    let (_, after) = text.split_once("id=\"session\">").expect("a session");
    let (json, _) = after.split_once("</script>").expect("its end");
    serde_json::from_str(json).expect("JSON")
}

/// A POST of JSON with a session.
async fn post(host: &TestHost, path: &str, session: &str, body: &Value) -> Reply {
    let request = Request::post(path)
        .header("host", host.traffic.to_string())
        .header("authorization", format!("Bearer {session}"))
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body.to_string())));
    let sent = client::send(host.traffic, request.expect("a request")).await;
    sent.expect("an answer")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desks_secret_becomes_a_session_of_its_account_and_surface() {
    let host = two().await;
    for (path, account, surface, ancestors) in [
        (
            "/front?auth_secret=value-of-eu-front",
            "eu",
            "front",
            "'self' https://*.frontapp.com https://*.frontapplication.com https://front.test.example",
        ),
        (
            "/front?auth_secret=value-of-eu-front-old&more=1",
            "eu",
            "front",
            "'self' https://*.frontapp.com https://*.frontapplication.com https://front.test.example",
        ),
        (
            "/front?auth_secret=value-of-us-front",
            "us",
            "front",
            "'self' https://*.frontapp.com https://*.frontapplication.com",
        ),
        (
            "/chatwoot?token=value-of-eu-chatwoot",
            "eu",
            "chatwoot",
            "'self' https://chat.example",
        ),
        (
            "/chatwoot?token=value-of-us-chatwoot",
            "us",
            "chatwoot",
            "'self'",
        ),
    ] {
        let page = host.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text());
        assert!(!page.text().contains("value-of"), "{path}");
        for (name, value) in [
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", ""),
            ("location", ""),
            ("set-cookie", ""),
        ] {
            assert_eq!(page.header(name), value, "{path}: {name}");
        }
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; "));
        let own = format!("; frame-ancestors {ancestors}");
        assert!(policy.ends_with(&own), "{path}: {policy}");
        let start = start(&page);
        assert_eq!(start["account"], account, "{path}");
        assert_eq!(start["surface"], surface, "{path}");

        // The session opens `/v1` for its account alone, says which desk asks, and is renewed.
        let session = start["session"].as_str().expect("a session");
        let context = json!({"view": "ticket", "agent": {"id": "t1", "name": null}});
        let told = post(&host, "/v1/context", session, &context).await;
        assert_eq!(told.status, StatusCode::OK, "{}", told.text());
        let rows = told.json()["cards"][0]["card"]["blocks"][0]["data"][0]["rows"].clone();
        let row = json!({"label": "surface", "text": surface, "url": null});
        assert!(rows.as_array().expect("rows").contains(&row), "{rows}");
        let other = json!({"view": "ticket", "account": "elsewhere"});
        let refused = post(&host, "/v1/context", session, &other).await;
        assert_eq!(refused.json()["error"]["code"], "auth.account_mismatch");
        let renewed = post(&host, "/v1/session", session, &Value::Null).await;
        assert_eq!(renewed.status, StatusCode::OK, "{}", renewed.text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_without_its_own_secret_is_refused_and_no_plugin_runs() {
    let host = two().await;
    for (path, code) in [
        ("/front", "auth.required"),
        ("/front?auth_secret=", "auth.required"),
        ("/front?auth_secret=wrong", "auth.denied"),
        ("/front?auth_secret=value-of-eu-fron", "auth.denied"),
        ("/front?auth_secret=value-of-eu-front%00", "auth.denied"),
        ("/front?auth_secret=value-of-eu-chatwoot", "auth.denied"),
        ("/front?auth_secret=value-of-eu-token", "auth.denied"),
        ("/front?auth_secret=value-of-eu-pane", "auth.denied"),
        ("/front?token=value-of-eu-front", "auth.required"),
        ("/front?AUTH_SECRET=value-of-eu-front", "auth.required"),
        (
            "/front?auth_secret=value-of-eu-front&auth_secret=value-of-eu-front",
            "auth.required",
        ),
        ("/front?auth_secret=%FF", "auth.required"),
        ("/chatwoot", "auth.required"),
        ("/chatwoot?token=wrong", "auth.denied"),
        ("/chatwoot?token=value-of-eu-front", "auth.denied"),
        ("/chatwoot?token=value-of-eu-pane", "auth.denied"),
        ("/pane?key=value-of-eu-front", "auth.denied"),
        ("/pane?key=value-of-eu-chatwoot", "auth.denied"),
    ] {
        let page = host.get(path).await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{path}");
        let text = page.text();
        assert!(text.contains(code) && !text.contains("value-of"), "{text}");
        assert_eq!(page.header("location"), "", "{path}");
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; "), "{path}");
    }
    assert_eq!(host.lines.messages(), [""; 0]);
    let token = "value-of-eu-token";
    post(&host, "/v1/context", token, &json!({"view": "ticket"})).await;
    assert!(!host.lines.messages().is_empty(), "it would have told");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_are_open_on_a_machine_of_ones_own_and_nobody_elses_may_frame_them() {
    let host = Setup::new().guest("echoes", "").start().await;
    for path in ["/front", "/chatwoot"] {
        let page = host.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text());
        assert_eq!(start(&page)["account"], "default");
    }
    let policy = host.get("/chatwoot").await;
    let policy = policy.header("content-security-policy").to_owned();
    assert!(policy.ends_with("; frame-ancestors 'self'"), "{policy}");
    for file in [
        "/front/page.js",
        "/front/bridge.js",
        "/front/commands.js",
        "/front/context.js",
        "/chatwoot/page.js",
        "/chatwoot/context.js",
    ] {
        let reply = host.get(file).await;
        assert_eq!(reply.status, StatusCode::OK, "{file}");
        assert!(reply.header("content-type").starts_with("text/javascript"));
        // What it imports is served, too.
        for line in reply
            .text()
            .lines()
            .filter(|line| line.starts_with("import "))
        {
            let name = line.split('"').nth(1).expect("a module");
            let (folder, _) = file.rsplit_once('/').expect("a folder");
            let path = match name.strip_prefix("../") {
                Some(rest) => format!("/{rest}"),
                None => format!("{folder}/{}", name.trim_start_matches("./")),
            };
            assert_eq!(host.get(&path).await.status, StatusCode::OK, "{path}");
        }
    }
    for path in ["/front/", "/front/secret.js", "/chatwoot/secret.js"] {
        assert_eq!(host.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let refused = host.post("/front", "{}").await;
    assert_eq!(refused.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_for_one_page_opens_that_one_and_leaves_none_open() {
    let all = ["/pane", "/front", "/chatwoot"];
    for (name, own) in [
        ("pane_keys", "/pane?key=s3cret"),
        ("front_secrets", "/front?auth_secret=s3cret"),
        ("chatwoot_tokens", "/chatwoot?token=s3cret"),
        ("api_tokens", ""),
    ] {
        let config = format!("[accounts.default]\n{name} = [{{ file = \"secret\" }}]\n");
        let setup = Setup::new().file("secret", "s3cret\n").config(&config);
        let host = setup.guest("echoes", "").start().await;
        for path in all {
            let page = host.get(path).await;
            assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{name}: {path}");
        }
        if !own.is_empty() {
            assert_eq!(host.get(own).await.status, StatusCode::OK, "{own}");
        }
        let paste = host.get("/freshchat").await;
        assert!(paste.text().contains("PANE-KEY"), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_to_paste_into_freshchat_holds_no_credential() {
    let host = two().await;
    let page = host.get("/freshchat?key=value-of-eu-pane&tags=plan").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let text = page.text();
    let address = format!("http://{}/pane&quot;", host.traffic);
    assert!(text.contains(&address), "{text}");
    assert!(text.contains("{{user.tag.plan}}") && text.contains("PANE-KEY"));
    assert!(!text.contains("value-of"), "{text}");
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(policy.ends_with("frame-ancestors 'none'"), "{policy}");
    for path in ["/freshchat?tags=No", "/freshchat?tags=%3C"] {
        let refused = host.get(path).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{path}");
        assert!(refused.text().contains("request.invalid_field"));
    }
    // Behind another name it has to be told where browsers reach it.
    let far = Request::get("/freshchat")
        .header("host", "panes.example.com")
        .body(Full::default())
        .expect("a request");
    let far = client::send(host.traffic, far).await.expect("an answer");
    assert_eq!(far.status, StatusCode::BAD_REQUEST);
    assert!(far.text().contains("public_url"), "{}", far.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn imbox_leads_to_the_pane_where_browsers_reach_it() {
    for (public_url, leads) in [(None, false), (Some("https://panes.example.com/"), true)] {
        let mut setup = Setup::new().guest("shows_everything", "");
        if let Some(url) = public_url {
            setup = setup.config(&format!("public_url = {url:?}\n"));
        }
        let host = setup.start().await;
        let reply = host
            .get("/imbox?view=ticket&email=ada%40example.com&ticketId=7&key=k3y")
            .await;
        assert_eq!(reply.status, StatusCode::OK);
        let text = reply.text();
        let link = "https://panes.example.com/pane?view=ticket&amp;email=ada%40example.com&amp;ticket_id=7";
        assert_eq!(text.contains(link), leads, "{text}");
        assert!(
            !text.contains("k3y"),
            "what is nobody's is handed on: {text}"
        );
    }
}
