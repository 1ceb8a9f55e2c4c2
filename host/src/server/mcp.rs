//! The Model Context Protocol on the traffic listener, by its own library: what comes in as a tool's
//! call goes to `surface::mcp` and the host, and what comes of it goes back.
//!
//! There are no sessions: every request carries its credential, and so its account.

use super::Shared;
use super::ingress::{arrive, inbound, request_id, respond};
use super::status;
use crate::model::id::RequestId;
use crate::model::problem::{Code, Problem};
use crate::surface::keys::Seals;
use crate::surface::mcp::{self, Mcp, Offered, Wish};
use crate::surface::{Caller, Signer, Surface};
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http_body_util::Full;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, Implementation, InputRequiredResult,
    ListToolsResult, PaginatedRequestParams, ProtocolVersion, ServerCapabilities, ServerConfig,
    Tool,
};
use rmcp::service::RequestContext;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;
use tower::ServiceExt;

/// What answers `/mcp`.
pub(super) type Service = StreamableHttpService<Agent, NeverSessionManager>;

/// Makes it, for the life of a router.
pub(super) fn service(shared: &Arc<Shared>) -> Service {
    // The door looks at `Host` and `Origin` itself, before anything else, and at the body's size.
    let config = StreamableHttpServerConfig::default()
        .disable_allowed_hosts()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(shared.settings.body_bytes);
    let shared = Arc::clone(shared);
    let agent = move || {
        Ok(Agent {
            shared: Arc::clone(&shared),
        })
    };
    StreamableHttpService::new(agent, Arc::new(NeverSessionManager::default()), config)
}

/// One request: whose it is, its body, and the rest by the library.
pub(super) async fn handle(service: Service, shared: Arc<Shared>, request: Request) -> Response {
    let id = request_id();
    match answer(service, &shared, request, &id).await {
        Ok(response) => response,
        Err(problem) => {
            tracing::info!(surface = Mcp.name(), request = %id, code = %problem.code, "request refused");
            refuse(&problem, &id)
        }
    }
}

/// A refusal in the form of all doors.
pub(super) fn refuse(problem: &Problem, id: &RequestId) -> Response {
    respond(Mcp.refuse(problem, status::of(problem.code), id))
}

async fn answer(
    service: Service,
    shared: &Arc<Shared>,
    request: Request,
    id: &RequestId,
) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let caller = Mcp.verify(
        &inbound(shared, &parts, &[], None),
        &shared.keys,
        shared.host.now(),
    )?;
    let body = arrive(body, shared).await?;
    parts.extensions.insert(caller);
    parts.extensions.insert(id.clone());
    let request = Request::from_parts(parts, Full::new(body));
    let response = match service.oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    };
    // What the library refuses before the protocol begins is a line of text.
    let is_json = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    match response.status() {
        status if status.is_success() || is_json => Ok(response),
        status => {
            let problem = unread(status);
            tracing::info!(surface = Mcp.name(), request = %id, %status, "request refused");
            Ok(respond(Mcp.refuse(&problem, status, id)))
        }
    }
}

/// What the library could not read.
fn unread(status: http::StatusCode) -> Problem {
    let (code, message) = match status.as_u16() {
        406 => (
            Code::RequestUnsupportedMedia,
            "A request says that it takes both: `accept: application/json, text/event-stream`.",
        ),
        415 => (
            Code::RequestUnsupportedMedia,
            "The body must be sent as `content-type: application/json`.",
        ),
        413 => (
            Code::RequestTooLarge,
            "The request's body is larger than it may be.",
        ),
        _ => (
            Code::RequestMalformed,
            "This is no request of the Model Context Protocol in a version that is known here.",
        ),
    };
    Problem::new(code, message)
}

/// The protocol's side of the host, for one request.
pub(super) struct Agent {
    shared: Arc<Shared>,
}

impl ServerHandler for Agent {
    fn get_info(&self) -> ServerConfig {
        let own = Implementation::new("sidepane", env!("CARGO_PKG_VERSION"));
        let tools = ServerCapabilities::builder().enable_tools().build();
        ServerConfig::new(tools)
            .with_server_info(own)
            .with_instructions(mcp::INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let (caller, _) = asker(&context)?;
        let tools = mcp::tools(&self.offered(&caller)).into_iter();
        let tools: Result<Vec<Tool>, _> = tools.map(|mcp::Tool(tool)| of_protocol(tool)).collect();
        Ok(ListToolsResult::with_all_items(tools?))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        // Whoever goes away ends the call.
        let gone = context.ct.clone();
        tokio::select! {
            told = self.called(request, context) => told,
            () = gone.cancelled() => Err(ErrorData::internal_error("the caller went away", None)),
        }
    }
}

impl Agent {
    /// What the caller's account may have pressed.
    fn offered(&self, caller: &Caller) -> Vec<Offered> {
        let snapshot = self.shared.host.plugins();
        let plugins = snapshot.plugins().iter().filter(|plugin| {
            // A button is found on a card, and pressed by its plugin.
            caller.acts
                && plugin.installations.contains_key(&caller.account)
                && plugin.program.serves_cards()
                && plugin.program.serves_actions()
        });
        let offered = plugins.flat_map(|plugin| {
            plugin.manifest.actions.iter().map(|action| Offered {
                plugin: plugin.id.clone(),
                title: plugin.manifest.name.clone(),
                action: action.id.clone(),
                description: action.description.clone(),
            })
        });
        offered.collect()
    }

    async fn called(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let (caller, id) = asker(&context)?;
        let told = match mcp::split(&request.name) {
            Some((plugin, action)) => {
                let arguments = request.arguments.clone().unwrap_or_default();
                let wish = mcp::wish(plugin, action, arguments, &caller, id);
                self.press(&caller, wish, Said::of(&request, &context), &context)
                    .await
            }
            None if request.name == mcp::CARDS => self.cards(&caller, request, id).await,
            None => {
                let unknown = format!("there is no tool {:?}", request.name);
                return Err(ErrorData::invalid_params(unknown, None));
            }
        };
        match told {
            Ok(Told::Asks(question)) => {
                of_protocol(question).map(|asks: InputRequiredResult| asks.into())
            }
            Ok(Told::Whole(told)) => result(told),
            Err(problem) => result(mcp::refused(&problem, None)),
        }
    }

    async fn cards(
        &self,
        caller: &Caller,
        request: CallToolRequestParams,
        id: RequestId,
    ) -> Result<Told, Problem> {
        let arguments = request.arguments.unwrap_or_default();
        let question = mcp::question(arguments, caller, id)?;
        let pane = self.shared.host.ask(&question).await?;
        Ok(Told::Whole(mcp::cards(&pane)))
    }

    /// Presses what was confirmed, and has anything else confirmed.
    async fn press(
        &self,
        caller: &Caller,
        wish: Result<Wish, Problem>,
        said: Said,
        context: &RequestContext<RoleServer>,
    ) -> Result<Told, Problem> {
        let (wish, seals) = (wish?, self.seals()?);
        let (host, now) = (&self.shared.host, self.shared.host.now());
        match said {
            Said::Nothing => {}
            Said::No => {
                return Err(unconfirmed(
                    "The human did not confirm it; nothing was done.",
                ));
            }
            Said::Yes(confirmation) => {
                let press = mcp::confirmed(seals, caller, wish, &confirmation, now)?;
                return Ok(Told::Whole(mcp::acted(&host.act(press).await?)));
            }
        }
        let mut pane = host.ask(&wish.question()).await?;
        let signer = Signer::new(&seals.presses, &wish.context, now);
        pane.outcomes
            .iter_mut()
            .for_each(|outcome| signer.stamp(outcome));
        let asked = mcp::asked(seals, caller, &wish, &pane, now)?;
        if can_ask_its_human(context) {
            return Ok(Told::Asks(mcp::asks(&asked)));
        }
        let problem = unconfirmed(
            "Nothing was done: a human has to confirm it first. Their program can, with the \
             confirmation that came with this answer; or they press the button in the pane.",
        );
        Ok(Told::Whole(mcp::refused(
            &problem,
            Some((&asked, &wish.plugin)),
        )))
    }

    fn seals(&self) -> Result<&Seals, Problem> {
        let unsigned = || Problem::new(Code::AuthActionInvalid, "This host signs no buttons.");
        self.shared.keys.seals.as_ref().ok_or_else(unsigned)
    }
}

/// What a tool's call is told.
enum Told {
    /// Its result.
    Whole(Value),
    /// That a human has to be asked first.
    Asks(Value),
}

fn unconfirmed(message: &str) -> Problem {
    Problem::new(Code::AuthConfirmationRequired, message)
}

/// What a call says of its confirmation.
enum Said {
    Nothing,
    Yes(String),
    No,
}

impl Said {
    /// A confirmation is in what programs write and models do not: the state of a request whose question
    /// a human has answered, or `_meta`.
    fn of(request: &CallToolRequestParams, context: &RequestContext<RoleServer>) -> Self {
        if let Some(state) = &request.request_state {
            let answers = request.input_responses.as_ref();
            let answer = answers.and_then(|answers| answers.get(mcp::CONFIRM));
            return match answer.and_then(|answer| answer["action"].as_str()) {
                Some("accept") => Self::Yes(state.clone()),
                _ => Self::No,
            };
        }
        let of_request = request
            .meta
            .as_ref()
            .and_then(|meta| meta.get(mcp::CONFIRMATION));
        let given = of_request.or_else(|| context.meta.get(mcp::CONFIRMATION));
        match given.and_then(Value::as_str) {
            Some(confirmation) => Self::Yes(confirmation.to_owned()),
            None => Self::Nothing,
        }
    }
}

/// Whether the program can put a question to its human and come back with the same request.
fn can_ask_its_human(context: &RequestContext<RoleServer>) -> bool {
    let is_known = context
        .protocol_version()
        .is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str());
    let capabilities = context.client_capabilities();
    let elicitation = capabilities.and_then(|capabilities| capabilities.elicitation);
    // One that names neither way knows forms: they were there first.
    is_known && elicitation.is_some_and(|ways| ways.form.is_some() || ways.url.is_none())
}

/// Who asks, as the door has found.
fn asker(context: &RequestContext<RoleServer>) -> Result<(Caller, RequestId), ErrorData> {
    let found = context.extensions.get::<Parts>().and_then(|parts| {
        let extensions = &parts.extensions;
        Some((
            extensions.get::<Caller>()?.clone(),
            extensions.get::<RequestId>()?.clone(),
        ))
    });
    found.ok_or_else(|| ErrorData::internal_error("a request without its door", None))
}

fn result(told: Value) -> Result<CallToolResponse, ErrorData> {
    of_protocol(told).map(|result: CallToolResult| result.into())
}

/// What `surface::mcp` wrote, as the library has it.
fn of_protocol<T: DeserializeOwned>(value: Value) -> Result<T, ErrorData> {
    serde_json::from_value(value).map_err(|error| {
        ErrorData::internal_error(format!("an answer of another form: {error}"), None)
    })
}
