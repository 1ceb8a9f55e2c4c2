//! `/simulate`: the page on which a plugin is tried, and the calls that it makes.

use super::{JSON, Served, answer, refuse};
use crate::catalog::LoadedPlugin;
use crate::host::Host;
use crate::model::id::{AccountId, PluginId};
use crate::model::problem::{Code, Problem};
use crate::model::simulation::{Played, Simulation};
use crate::server::ingress::respond;
use crate::server::workshop::{Fault, Workshop};
use crate::surface::describe::Operation;
use crate::surface::simulate::payload::{self, Form, Invalid};
use crate::surface::simulate::samples::{self, Sample};
use crate::surface::simulate::{self, FILES, told};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;
use axum::routing::{get, post};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The addresses of this file. With a workshop its payloads come first, and how its build stands is
/// told.
pub(super) fn served(workshop: Option<Workshop>) -> Vec<Served> {
    let shop = workshop.clone();
    let beside = workshop.as_ref().and_then(|shop| shop.pane().cloned());
    let beside = beside.map(|pane| get(async move || respond(simulate::beside_pane(&pane))));
    let choices = get(move |State(host): State<Host>| choices(host, workshop));
    let stand = get(move |State(host): State<Host>| stand(host, shop));
    let mut served = vec![
        Served::get("/simulate", get(page), |_| {
            let html = "text/html; charset=utf-8";
            Operation::new("The page on which a plugin is tried")
                .reply(200, "The page.", html, json!({"type": "string"}))
                .refuses(&[405])
        }),
        Served::post("/simulate", post(run), |schemas| {
            Operation::new("Tries a call: nothing is queued and no value is kept")
                .body(JSON, schemas.taken::<Wish>())
                .reply(
                    200,
                    "What came of it: `verdict` is `success`, `failed` or `invalid`.",
                    JSON,
                    json!({"type": "object"}),
                )
                .refuses(&[400, 403, 404, 405, 408, 413, 415])
        }),
        Served::get("/simulate/choices", choices, |schemas| {
            Operation::new("What can be simulated: plugins, with payloads to begin with")
                .reply(200, "The choices.", JSON, schemas.answered::<Choices>())
                .refuses(&[405])
        }),
        Served::get("/simulate/stand", stand, |schemas| {
            Operation::new("Which builds answer, and how the one that is worked on stands")
                .reply(200, "How it stands.", JSON, schemas.answered::<StandView>())
                .refuses(&[405])
        }),
    ];
    if let Some(pane) = beside {
        served.push(Served::get("/simulate/pane", pane, |_| {
            let html = "text/html; charset=utf-8";
            Operation::new("The pane of a plugin that is being written")
                .reply(200, "The page.", html, json!({"type": "string"}))
                .refuses(&[405])
        }));
    }
    let files = FILES
        .into_iter()
        .chain(["/pane.js", "/pane/{file}", "/pane/icons/{file}"]);
    served.extend(files.map(|path| {
        Served::get(path, get(file), |_| {
            Operation::new("A file of the page")
                .bare_reply(200, "The file.")
                .bare_reply(304, "It is as it was.")
                .bare_reply(404, "There is no such file.")
                .refuses(&[405])
        })
    }));
    served
}

async fn page() -> Response {
    respond(simulate::document())
}

async fn file(address: Uri, headers: HeaderMap) -> Response {
    respond(simulate::file(address.path(), &headers))
}

/// `GET /simulate/choices`
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SimulationChoices")]
struct Choices {
    /// Whether a project is worked on beside the host.
    dev: bool,
    plugins: Vec<Choice>,
}

/// A plugin that can be tried.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SimulationChoice")]
struct Choice {
    id: String,
    name: String,
    version: String,
    generation: String,
    accounts: Vec<String>,
    samples: Vec<SampleView>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SimulationSample")]
struct SampleView {
    name: String,
    #[schemars(extend("enum" = ["card", "event"]))]
    kind: &'static str,
    /// Whose event it is.
    desk: Option<String>,
    /// `built-in`, or a file of the project.
    from: String,
    text: String,
}

impl SampleView {
    fn of(sample: Sample) -> Self {
        let (kind, desk) = match sample.form {
            Form::Card => ("card", None),
            Form::Event(desk) => ("event", Some(desk)),
        };
        Self {
            name: sample.name,
            kind,
            desk,
            from: sample.from,
            text: sample.text,
        }
    }
}

async fn choices(host: Host, workshop: Option<Workshop>) -> Response {
    let dev = workshop.is_some();
    let own = tokio::task::spawn_blocking(move || workshop.map(|shop| shop.samples()));
    let own = own.await.ok().flatten().unwrap_or_default();
    let snapshot = host.view().current();
    let tried = snapshot.plugins().iter();
    let tried =
        tried.filter(|plugin| plugin.program.serves_cards() || plugin.program.serves_events());
    let plugins = tried.map(|plugin| Choice::of(plugin, &own)).collect();
    answer(StatusCode::OK, &Choices { dev, plugins })
}

impl Choice {
    fn of(plugin: &LoadedPlugin, own: &[Sample]) -> Self {
        let (cards, events) = (
            plugin.program.serves_cards(),
            plugin.program.serves_events(),
        );
        let built_in = samples::built_in(&plugin.manifest, cards, events);
        let samples = own.iter().cloned().chain(built_in).map(SampleView::of);
        let accounts = plugin.installations.keys();
        let mut accounts: Vec<String> = accounts.map(|account| account.to_string()).collect();
        accounts.sort_unstable();
        Self {
            id: plugin.id.to_string(),
            name: plugin.manifest.name.clone(),
            version: plugin.manifest.version.clone(),
            generation: plugin.generation.to_string(),
            accounts,
            samples: samples.collect(),
        }
    }
}

/// `GET /simulate/stand`
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SimulationStand")]
struct StandView {
    /// The version of each plugin that answers.
    generations: BTreeMap<String, String>,
    /// Why newer files are not served, by plugin or file.
    problems: BTreeMap<String, String>,
    /// The project that is worked on, where there is one.
    build: Option<BuildView>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SimulationBuild")]
struct BuildView {
    building: bool,
    loaded: u64,
    fault: Option<FaultView>,
    /// Differs when the project's payloads do.
    samples: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SimulationFault")]
struct FaultView {
    #[schemars(extend("enum" = ["build", "load"]))]
    of: &'static str,
    text: String,
}

async fn stand(host: Host, workshop: Option<Workshop>) -> Response {
    let snapshot = host.view().current();
    let each = snapshot.plugins().iter();
    let generations = each.map(|plugin| (plugin.id.to_string(), plugin.generation.to_string()));
    let pending = snapshot.plugins().iter().filter_map(|plugin| {
        let pending = snapshot.pending(&plugin.id)?;
        Some((plugin.id.to_string(), pending.problem.to_string()))
    });
    let refused = snapshot.refused().iter();
    let refused = refused.map(|refused| (refused.file.clone(), refused.problem.to_string()));
    let view = StandView {
        generations: generations.collect(),
        problems: pending.chain(refused).collect(),
        build: match workshop {
            Some(shop) => build(shop).await,
            None => None,
        },
    };
    answer(StatusCode::OK, &view)
}

async fn build(shop: Workshop) -> Option<BuildView> {
    let stand = shop.stand();
    let samples = tokio::task::spawn_blocking(move || shop.samples());
    let samples = samples.await.unwrap_or_default();
    let fault = stand.fault.map(|Fault { of, text }| FaultView { of, text });
    Some(BuildView {
        building: stand.building,
        loaded: stand.loaded,
        fault,
        samples: samples::digest(&samples),
    })
}

/// `{"plugin": "order-lookup", "kind": "card", "payload": "{\"view\": \"ticket\"}"}`
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SimulationWish")]
struct Wish {
    plugin: String,
    /// `default` where nothing is said.
    account: Option<String>,
    kind: Kind,
    /// Whose event it is; `native` where nothing is said.
    desk: Option<String>,
    /// The payload as a text, so that what is wrong with it has its place.
    payload: String,
    /// GET and HEAD alone where nothing is said.
    http: Option<HttpMode>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "SimulationKind")]
enum Kind {
    Card,
    Event,
}

#[derive(Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "SimulationHttp")]
enum HttpMode {
    Get,
    Real,
}

async fn run(State(host): State<Host>, headers: HeaderMap, body: Bytes) -> Response {
    match simulated(&host, &headers, &body).await {
        Ok(told) => answer(StatusCode::OK, &told),
        Err(problem) => refuse(&problem),
    }
}

/// What came of a wish. A payload that cannot be taken is a verdict, too.
async fn simulated(host: &Host, headers: &HeaderMap, body: &[u8]) -> Result<Value, Problem> {
    simulate::may_ask(headers)?;
    let wish = wish(headers, body)?;
    let plugin = PluginId::parse(&wish.plugin).ok_or_else(|| super::unknown(&wish.plugin))?;
    let account = wish.account.as_deref().unwrap_or("default");
    let account = AccountId::parse(account).ok_or_else(|| {
        let message = format!("{account:?} is no account's name.");
        Problem::new(Code::RequestInvalidField, message).field("account")
    })?;
    let form = match wish.kind {
        Kind::Card => Form::Card,
        Kind::Event => Form::Event(wish.desk.unwrap_or_else(|| "native".into())),
    };
    let input = match payload::read(&form, &wish.payload, account, host.now()) {
        Ok(input) => input,
        Err(invalid) => return Ok(told::invalid(&invalid)),
    };
    let kind = match input {
        Played::Card(_) => "card",
        Played::Event(_) => "event",
    };
    let real_http = wish.http == Some(HttpMode::Real);
    tracing::info!(%plugin, kind, real_http, "simulating");
    let simulation = Simulation {
        plugin,
        input,
        real_http,
    };
    match host.simulate(simulation).await {
        Ok(simulated) => Ok(told::of(&simulated)),
        // Of what stands in the payload; a plugin that is not there is no fault of its.
        Err(problem) if problem.code == Code::RequestInvalidField => {
            Ok(told::invalid(&Invalid::of(problem, &wish.payload)))
        }
        Err(problem) => Err(problem),
    }
}

fn wish(headers: &HeaderMap, body: &[u8]) -> Result<Wish, Problem> {
    // A page that an operator happens to look at cannot send JSON here without being asked first.
    let kind = headers.get(header::CONTENT_TYPE);
    if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json")) {
        let message = "A simulation is JSON: send it with `content-type: application/json`.";
        return Err(Problem::new(Code::RequestUnsupportedMedia, message));
    }
    serde_json::from_slice(body).map_err(|error| {
        let message = "The body is {\"plugin\": \"…\", \"kind\": \"card\" or \"event\", \"payload\": \
                       \"…\"}: who is called, and with what, as a text.";
        Problem::new(Code::RequestMalformed, message).detail(error.to_string())
    })
}
