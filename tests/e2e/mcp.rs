//! `/mcp`: conversations of the protocol's own client with the host: list, call, what is refused, what
//! is confirmed.

use bytes::Bytes;
use e2e::client::{self, Reply};
use e2e::host::{Setup, TestHost};
use futures_util::stream::BoxStream;
use http::{HeaderName, HeaderValue, Request, StatusCode};
use http_body_util::Full;
use rmcp::model::{
    CallToolRequestParams, CallToolResult, ClientCapabilities, ClientConfig, ClientJsonRpcMessage,
    ElicitRequestParams, ElicitResult, ElicitationAction, ProtocolVersion, Tool,
};
use rmcp::service::{ClientLifecycleMode, ClientServiceExt, RequestContext, RunningService};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::{
    StreamableHttpClient, StreamableHttpClientTransportConfig, StreamableHttpError,
    StreamableHttpPostResponse,
};
use rmcp::{ClientHandler, ErrorData, RoleClient};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

type Failed = StreamableHttpError<std::io::Error>;

/// The protocol's client over this suite's own sockets.
#[derive(Clone)]
struct Wire {
    host: std::net::SocketAddr,
    token: Option<&'static str>,
}

impl StreamableHttpClient for Wire {
    type Error = std::io::Error;

    async fn post_message(
        &self,
        uri: Arc<str>,
        message: ClientJsonRpcMessage,
        _session: Option<Arc<str>>,
        _auth: Option<String>,
        headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<StreamableHttpPostResponse, Failed> {
        let mut request = Request::post(uri.as_ref())
            .header("host", self.host.to_string())
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream");
        for (name, value) in &headers {
            request = request.header(name, value);
        }
        if let Some(token) = self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = serde_json::to_vec(&message)?;
        let request = request
            .body(Full::new(Bytes::from(body)))
            .expect("a request");
        let reply = client::send(self.host, request).await;
        let reply = reply.map_err(|error| Failed::Client(std::io::Error::other(error)))?;
        if reply.status == StatusCode::ACCEPTED {
            return Ok(StreamableHttpPostResponse::Accepted);
        }
        let message = serde_json::from_slice(&reply.body)?;
        Ok(StreamableHttpPostResponse::Json(message, None))
    }

    async fn delete_session(
        &self,
        _: Arc<str>,
        _: Arc<str>,
        _: Option<String>,
        _: HashMap<HeaderName, HeaderValue>,
    ) -> Result<(), Failed> {
        panic!("there are no sessions")
    }

    async fn get_stream(
        &self,
        _: Arc<str>,
        _: Option<Arc<str>>,
        _: Option<String>,
        _: Option<String>,
        _: HashMap<HeaderName, HeaderValue>,
    ) -> Result<BoxStream<'static, Result<sse_stream::Sse, sse_stream::Error>>, Failed> {
        Err(Failed::ServerDoesNotSupportSse)
    }
}

/// The program that an AI agent runs in, with a human in front of it.
#[derive(Clone)]
struct Program {
    asks_its_human: bool,
    human: ElicitationAction,
    asked: Arc<Mutex<Vec<String>>>,
}

impl ClientHandler for Program {
    fn get_info(&self) -> ClientConfig {
        let capabilities = match self.asks_its_human {
            true => ClientCapabilities::builder().enable_elicitation().build(),
            false => ClientCapabilities::default(),
        };
        ClientConfig::new(capabilities, rmcp::model::Implementation::new("e2e", "1"))
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        _: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let ElicitRequestParams::FormElicitationParams { message, .. } = request else {
            panic!("a form");
        };
        self.asked.lock().expect("a lock").push(message);
        Ok(ElicitResult::new(self.human.clone()))
    }
}

type Client = RunningService<RoleClient, Program>;

impl Program {
    fn new(asks_its_human: bool, human: ElicitationAction) -> Self {
        Self {
            asks_its_human,
            human,
            asked: Arc::default(),
        }
    }

    async fn connect(&self, host: &TestHost, token: Option<&'static str>, modern: bool) -> Client {
        let wire = Wire {
            host: host.traffic,
            token,
        };
        let config = StreamableHttpClientTransportConfig::with_uri("/mcp");
        let transport = StreamableHttpClientTransport::with_client(wire, config);
        let lifecycle = match modern {
            true => ClientLifecycleMode::Discover {
                preferred_versions: vec![ProtocolVersion::V_2026_07_28],
            },
            false => ClientLifecycleMode::Initialize,
        };
        let client = self
            .clone()
            .serve_with_lifecycle(transport, lifecycle)
            .await;
        client.unwrap_or_else(|error| panic!("{error}"))
    }
}

const ACCOUNTS: &str = r#"
[accounts.eu]
api_tokens = [{ file = "eu" }]
pane_origins = ["https://agents.example"]
mcp_tokens = [{ file = "eu-mcp" }]
[accounts.us]
api_tokens = [{ file = "us" }]
"#;

async fn desk() -> TestHost {
    let files = [("eu", "api-eu"), ("eu-mcp", "mcp-eu"), ("us", "api-us")];
    files
        .iter()
        .fold(Setup::new(), |setup, (file, token)| {
            setup.file(file, format!("{token}\n"))
        })
        .config(ACCOUNTS)
        .kept()
        .guest("acts", "")
        .guest("shows_everything", "")
        .guest("fails", "")
        .start()
        .await
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => panic!("{other} is no object"),
    }
}

fn ada() -> Value {
    json!({"view": "ticket", "email": "ada@example.com"})
}

async fn call(client: &Client, tool: &'static str, arguments: Value) -> CallToolResult {
    let request = CallToolRequestParams::new(tool).with_arguments(object(arguments));
    let result = client.call_tool(request).await;
    result.unwrap_or_else(|error| panic!("{tool}: {error}"))
}

fn told(result: &CallToolResult) -> Value {
    result
        .structured_content
        .clone()
        .expect("structured content")
}

/// Holds an answer to the form that its tool promises.
fn fits(tools: &[Tool], name: &str, answer: &Value) {
    let tool = tools.iter().find(|tool| tool.name == name).expect("a tool");
    let form = Value::Object(tool.output_schema.as_deref().expect("a form").clone());
    let form = jsonschema::options().build(&form).expect("a form");
    form.validate(answer)
        .unwrap_or_else(|error| panic!("{error}: {answer}"));
}

/// How often `acts` was pressed for the account of a token.
async fn count(client: &Client) -> Value {
    let cards = call(client, "contact_cards", ada()).await;
    let cards = told(&cards)["cards"].clone();
    let acts = cards
        .as_array()
        .expect("cards")
        .iter()
        .find(|card| card["origin"]["plugin"] == "acts");
    acts.expect("a card")["data"]["contact_name"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_lists_tools_and_reads_cards_as_data() {
    let host = desk().await;
    for modern in [true, false] {
        let program = Program::new(false, ElicitationAction::Decline);
        let client = program.connect(&host, Some("mcp-eu"), modern).await;
        let tools = client.list_all_tools().await.expect("tools");
        let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_ref()).collect();
        // `shows_everything` carries nothing out, whatever its manifest names.
        assert_eq!(names, ["contact_cards", "acts__count"]);
        let hints = |at: usize| tools[at].annotations.clone().expect("annotations");
        assert_eq!(hints(0).read_only_hint, Some(true));
        assert_eq!(
            (hints(1).read_only_hint, hints(1).destructive_hint),
            (Some(false), Some(true))
        );

        let result = call(&client, "contact_cards", ada()).await;
        assert_eq!(result.is_error, Some(false));
        let answer = told(&result);
        fits(&tools, "contact_cards", &answer);
        let cards = answer["cards"].as_array().expect("cards");
        assert_eq!(cards.len(), 3, "{answer}");
        for card in cards {
            assert_eq!(card["origin"]["texts"], "data");
        }
        let of = |plugin: &str| {
            cards
                .iter()
                .find(|card| card["origin"]["plugin"] == plugin)
                .expect("a card")
        };
        let everything = &of("shows-everything")["data"];
        assert_eq!(everything["contact_name"], "Ada Lovelace");
        let data = everything["blocks"][0]["data"]
            .as_array()
            .expect("elements");
        let kinds: Vec<&str> = data
            .iter()
            .filter_map(|element| element["type"].as_str())
            .collect();
        assert_eq!(
            kinds,
            ["list", "table", "text", "accordion", "buttons", "text"]
        );
        assert_eq!(data[2]["text"], "Gold since 2024", "markup is its words");
        let failed = of("fails");
        assert_eq!(
            (&failed["status"], &failed["code"]),
            (&json!("failed"), &json!("call.plugin_error"))
        );
        let button = &of("acts")["data"]["blocks"][0]["data"][0]["buttons"][0];
        assert_eq!(button["tool"], "acts__count");
        assert!(
            !answer.to_string().contains("spa_"),
            "no button's token is anybody's to copy"
        );

        let wrong = call(&client, "contact_cards", json!({"view": "cellar"})).await;
        assert_eq!(wrong.is_error, Some(true));
        let wrong = told(&wrong);
        fits(&tools, "contact_cards", &wrong);
        assert_eq!(wrong["error"]["code"], "request.unknown_view", "{wrong}");
        let nobody = CallToolRequestParams::new("fails__nothing").with_arguments(Map::new());
        let nobody = client.call_tool(nobody).await.expect("a result");
        assert_eq!(told(&nobody)["status"], "refused");
        let unknown = client
            .call_tool(CallToolRequestParams::new("no_such_tool"))
            .await;
        assert!(unknown.is_err(), "{unknown:?}");
        client.cancel().await.expect("an end");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_human_confirms_is_done_once_and_nothing_else_is() {
    let host = desk().await;
    let arguments = || json!({"context": ada(), "fields": {"note": "first"}});
    let declines = Program::new(true, ElicitationAction::Decline);
    let client = declines.connect(&host, Some("mcp-eu"), true).await;
    let refused = told(&call(&client, "acts__count", arguments()).await);
    assert_eq!(
        refused["error"]["code"], "auth.confirmation_required",
        "{refused}"
    );
    let question = "Press \u{201c}Count\u{201d} (acts)?\nNote: first";
    assert_eq!(*declines.asked.lock().expect("a lock"), [question]);
    assert_eq!(count(&client).await, "0");

    let agrees = Program::new(true, ElicitationAction::Accept);
    let client = agrees.connect(&host, Some("mcp-eu"), true).await;
    let tools = client.list_all_tools().await.expect("tools");
    let done = told(&call(&client, "acts__count", arguments()).await);
    fits(&tools, "acts__count", &done);
    assert_eq!(done["status"], "done", "{done}");
    let message = done["data"]["message"].as_str().expect("a message");
    assert!(
        message.starts_with("1 for ada@example.com under "),
        "{done}"
    );
    assert_eq!(
        done["data"]["commands"],
        json!([{"type": "add_tags", "tags": ["counted"]}])
    );
    assert_eq!(done["card"]["data"]["contact_name"], "1");
    assert_eq!(agrees.asked.lock().expect("a lock").len(), 1);
    assert_eq!(count(&client).await, "1");
    // Another account has not been touched, nor does this door's token open another one.
    let other = agrees.connect(&host, Some("api-us"), true).await;
    assert_eq!(count(&other).await, "0");
    let elsewhere = Request::get("/v1/context?view=ticket")
        .header("host", host.traffic.to_string())
        .header("authorization", "Bearer mcp-eu")
        .body(Full::default());
    let elsewhere = client::send(host.traffic, elsewhere.expect("a request"))
        .await
        .expect("a reply");
    assert_eq!(elsewhere.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_cannot_ask_confirms_where_no_model_writes() {
    let host = desk().await;
    let program = Program::new(false, ElicitationAction::Accept);
    for modern in [true, false] {
        let client = program.connect(&host, Some("api-us"), modern).await;
        let before = count(&client).await;
        let note = if modern { "a" } else { "b" };
        let arguments = || json!({"context": ada(), "fields": {"note": note}});
        let refused = call(&client, "acts__count", arguments()).await;
        assert_eq!(refused.is_error, Some(true));
        let answer = told(&refused);
        assert_eq!(answer["error"]["code"], "auth.confirmation_required");
        assert_eq!(
            answer["data"]["message"],
            format!("Press \u{201c}Count\u{201d} (acts)?\nNote: {note}")
        );
        let meta = refused.meta.clone().expect("what the program reads");
        let confirmation = meta
            .get("sidepane/confirmation")
            .expect("a confirmation")
            .clone();
        let text = confirmation.as_str().expect("a text");
        // What a model reads has no part of it, and what it can write does not confirm.
        let shown = format!("{answer} {:?}", refused.content);
        assert!(!shown.contains(text));
        let mut claimed = arguments();
        claimed["confirmation"] = confirmation.clone();
        let claimed = told(&call(&client, "acts__count", claimed).await);
        assert_eq!(claimed["error"]["field"], "confirmation", "{claimed}");
        assert_eq!(count(&client).await, before);

        let confirmed = |arguments: Value| {
            let mut request =
                CallToolRequestParams::new("acts__count").with_arguments(object(arguments));
            let mut meta = rmcp::model::RequestMetaObject::new();
            meta.insert("sidepane/confirmation".into(), confirmation.clone());
            request.meta = Some(meta);
            request
        };
        let other = json!({"context": ada(), "fields": {"note": "another"}});
        let other = client.call_tool(confirmed(other)).await.expect("a result");
        assert_eq!(told(&other)["error"]["code"], "auth.action_invalid");
        // Sent twice, as by a network that repeats: done once.
        for _ in 0..2 {
            let done = client
                .call_tool(confirmed(arguments()))
                .await
                .expect("a result");
            assert_eq!(told(&done)["status"], "done", "{done:?}");
        }
        let was: u32 = before
            .as_str()
            .and_then(|text| text.parse().ok())
            .expect("a number");
        assert_eq!(count(&client).await, (was + 1).to_string());
    }
}

/// A POST of one message, as the transport has it.
async fn post(host: &TestHost, headers: &[(&str, &str)], body: &str) -> Reply {
    let mut request = Request::post("/mcp");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(Bytes::copy_from_slice(body.as_bytes())));
    client::send(host.traffic, request.expect("a request"))
        .await
        .expect("a reply")
}

const LIST: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_ask_is_told_so_in_the_form_of_every_door() {
    let host = desk().await;
    let at = host.traffic.to_string();
    let usual = |more: &[(&'static str, &'static str)]| -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("host", at.clone()),
            ("content-type", "application/json".into()),
            ("accept", "application/json, text/event-stream".into()),
        ];
        headers.extend(
            more.iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        headers
    };
    let token = ("authorization", "Bearer mcp-eu");
    for (more, status, code) in [
        (vec![], 401, "auth.required"),
        (vec![("authorization", "Bearer mcp-xx")], 401, "auth.denied"),
        (
            vec![token, ("origin", "https://evil.example")],
            403,
            "auth.foreign_origin",
        ),
    ] {
        let headers = usual(&more);
        let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let reply = post(&host, &headers, LIST).await;
        assert_eq!(reply.status, status, "{more:?}");
        assert_eq!(reply.json()["error"]["code"], code);
    }
    for (name, value, status, code) in [
        ("accept", "text/html", 406, "request.unsupported_media"),
        (
            "content-type",
            "text/plain",
            415,
            "request.unsupported_media",
        ),
    ] {
        let mut headers = usual(&[token]);
        headers.retain(|(known, _)| *known != name);
        headers.push((name, value.to_owned()));
        let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let reply = post(&host, &headers, LIST).await;
        assert_eq!(
            (
                reply.status.as_u16(),
                reply.json()["error"]["code"].as_str()
            ),
            (status, Some(code))
        );
    }
    let headers = usual(&[token]);
    let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
    for body in ["", "{", "[]", r#"{"jsonrpc":"2.0"}"#, "\u{0}"] {
        let reply = post(&host, &headers, body).await;
        assert!(reply.status.is_client_error(), "{body}: {}", reply.text());
        assert_eq!(reply.header("content-type"), "application/json", "{body}");
    }
    let page = Request::options("/mcp")
        .header("host", &at)
        .header("origin", "https://agents.example")
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "authorization,content-type,mcp-protocol-version",
        )
        .body(Full::default());
    let page = client::send(host.traffic, page.expect("a request"))
        .await
        .expect("a reply");
    assert_eq!(
        page.header("access-control-allow-origin"),
        "https://agents.example"
    );
    assert!(
        page.header("access-control-allow-headers")
            .contains("mcp-protocol-version")
    );
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(600 << 10));
    assert_eq!(post(&host, &headers, &large).await.status, 413);
    assert_eq!(post(&host, &headers, LIST).await.status, 200);
    assert_eq!(
        host.get("/mcp").await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_may_only_look_is_shown_no_actions() {
    let host = desk().await;
    let asked = Request::post("/v1/session")
        .header("host", host.traffic.to_string())
        .header("content-type", "application/json")
        .header("authorization", "Bearer api-eu")
        .body(Full::new(Bytes::from_static(br#"{"scopes":["context"]}"#)));
    let session = client::send(host.traffic, asked.expect("a request"))
        .await
        .expect("a reply");
    let session = session.json()["session"]
        .as_str()
        .expect("a session")
        .to_owned();
    let program = Program::new(true, ElicitationAction::Accept);
    let client = program.connect(&host, Some(session.leak()), true).await;
    let tools = client.list_all_tools().await.expect("tools");
    assert_eq!(tools.len(), 1);
    let scope = told(&call(&client, "acts__count", json!({"context": ada()})).await);
    assert_eq!(scope["error"]["code"], "auth.scope", "{scope}");
    assert_eq!(count(&client).await, "0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_door_is_not_reached_through_a_foreign_name() {
    let host = Setup::new().guest("echoes", "").start().await;
    let accept = ("accept", "application/json, text/event-stream");
    let json = ("content-type", "application/json");
    let own = host.traffic.to_string();
    assert_eq!(
        post(&host, &[("host", &own), accept, json], LIST)
            .await
            .status,
        200
    );
    let rebound = post(&host, &[("host", "evil.example"), accept, json], LIST).await;
    assert_eq!(rebound.status, 403);
    assert_eq!(rebound.json()["error"]["code"], "auth.foreign_origin");
}
