//! The plugins as operators read them: mirrors of what the snapshot has, secrets left out.

use crate::catalog::{LoadedPlugin, Pending, Refused, Reloaded, Snapshot};
use crate::model::id::PluginId;
use crate::model::manifest::Manifest;
use crate::model::problem::Problem;
use crate::model::usage::{Usage, Used};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// `GET /plugins`.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Plugins")]
pub(super) struct Listing<'a> {
    plugins: Vec<Plugin<'a>>,
    refused: Vec<RefusedFile<'a>>,
    disabled: Vec<&'a str>,
}

/// `GET /plugins/{id}`.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "PluginState")]
pub(super) enum About<'a> {
    /// It is served.
    Serving(Box<Whole<'a>>),
    /// It is not.
    Not {
        /// Its id.
        id: &'a str,
        /// `refused` or `disabled`.
        state: &'static str,
        /// Why it is refused.
        problem: Option<Error<'a>>,
    },
}

/// All about a plugin that is served.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PluginInside")]
pub(super) struct Whole<'a> {
    #[serde(flatten)]
    plugin: Plugin<'a>,
    accounts: Vec<&'a str>,
    #[schemars(with = "BTreeMap<String, u64>")]
    limits: Value,
    #[schemars(with = "BTreeMap<String, Value>")]
    manifest: Value,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Plugin")]
struct Plugin<'a> {
    id: &'a str,
    state: &'static str,
    name: &'a str,
    version: &'a str,
    generation: String,
    contract: Option<&'a str>,
    order: i64,
    serves: Vec<&'static str>,
    permissions: &'a [String],
    /// Why the newest version is not the one that serves.
    problem: Option<Error<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RefusedFile")]
struct RefusedFile<'a> {
    file: &'a str,
    #[serde(flatten)]
    problem: Error<'a>,
}

/// A problem, its part for operators included.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AdminProblem")]
pub(super) struct Error<'a> {
    code: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    plugin: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    used: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
    detail: &'a str,
    /// The version that it is about, where that is not the one that serves.
    #[serde(skip_serializing_if = "Option::is_none")]
    generation: Option<String>,
}

impl<'a> Listing<'a> {
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        Self {
            plugins: snapshot
                .plugins()
                .iter()
                .map(|plugin| Plugin::of(plugin, snapshot.pending(&plugin.id)))
                .collect(),
            refused: snapshot.refused().iter().map(RefusedFile::of).collect(),
            disabled: snapshot.disabled().iter().map(PluginId::as_str).collect(),
        }
    }
}

impl<'a> About<'a> {
    /// What there is to say of `id`; none when nothing is.
    pub(super) fn of(snapshot: &'a Snapshot, id: &'a str) -> Option<Self> {
        let plugin = PluginId::parse(id)?;
        if let Some((_, loaded)) = snapshot.plugin(&plugin) {
            return Some(Self::Serving(Box::new(Whole::of(
                loaded,
                snapshot.pending(&plugin),
            ))));
        }
        let file = format!("{id}.wasm");
        let not = |state, problem| Self::Not { id, state, problem };
        if snapshot.disabled().contains(&plugin) {
            return Some(not("disabled", None));
        }
        let refused = snapshot.refused().iter().find(|one| one.file == file)?;
        Some(not("refused", Some(Error::of(&refused.problem))))
    }
}

impl<'a> Whole<'a> {
    fn of(plugin: &'a LoadedPlugin, pending: Option<&'a Pending>) -> Self {
        let mut accounts: Vec<&str> = plugin
            .installations
            .keys()
            .map(|account| account.as_str())
            .collect();
        accounts.sort_unstable();
        let limits = &plugin.limits;
        Self {
            plugin: Plugin::of(plugin, pending),
            accounts,
            limits: json!({
                "fuel": limits.fuel,
                "setup_fuel": limits.setup_fuel,
                "deadline_ms": u64::try_from(limits.deadline.as_millis()).unwrap_or(u64::MAX),
                "memory_mib": limits.memory_bytes >> 20,
                "host_calls": limits.host_calls,
                "hostcall_kib": limits.hostcall_bytes >> 10,
                "log_kib": limits.log_bytes >> 10,
                "http_requests": limits.http_requests,
                "http_concurrency": limits.http_concurrency,
                "http_request_kib": limits.http_request_bytes >> 10,
                "http_response_kib": limits.http_response_bytes >> 10,
                "http_total_kib": limits.http_bytes >> 10,
                "concurrency": limits.concurrency,
                "queue": limits.queue,
                "card_blocks": limits.card.blocks,
                "card_rows": limits.card.rows,
                "card_html_kib": limits.card.html_bytes >> 10,
                "card_kib": limits.card.card_bytes >> 10,
            }),
            manifest: manifest(&plugin.manifest),
        }
    }
}

impl<'a> Plugin<'a> {
    fn of(plugin: &'a LoadedPlugin, pending: Option<&'a Pending>) -> Self {
        let problem = pending.map(|pending| Error {
            generation: pending.generation.map(|tried| tried.to_string()),
            ..Error::of(&pending.problem)
        });
        Self {
            id: plugin.id.as_str(),
            state: "serving",
            name: &plugin.manifest.name,
            version: &plugin.manifest.version,
            generation: plugin.generation.to_string(),
            contract: plugin.program.contract(),
            order: plugin.order,
            serves: plugin.program.serves(),
            permissions: &plugin.permission.0,
            problem,
        }
    }
}

impl<'a> RefusedFile<'a> {
    fn of(refused: &'a Refused) -> Self {
        Self {
            file: &refused.file,
            problem: Error::of(&refused.problem),
        }
    }
}

impl<'a> Error<'a> {
    pub(super) fn of(problem: &'a Problem) -> Self {
        Self {
            code: problem.code.as_str(),
            message: &problem.message,
            plugin: problem.plugin.as_ref().map(PluginId::as_str),
            field: problem.field.as_deref(),
            used: problem.used,
            limit: problem.limit,
            hint: problem.hint.as_deref(),
            detail: &problem.detail,
            generation: None,
        }
    }
}

/// What the plugin says of itself, in the contract's words.
fn manifest(manifest: &Manifest) -> Value {
    let hosts = manifest.hosts.iter().map(|host| {
        json!({ "url": host.url, "methods": host.methods, "reason": host.reason,
                "secrets": host.secrets })
    });
    let secrets = manifest
        .secrets
        .iter()
        .map(|secret| json!({ "name": secret.name, "reason": secret.reason }));
    let settings = manifest.settings.iter().map(|field| {
        json!({ "name": field.name, "label": field.label, "help": field.help,
                "default": field.default_value, "required": field.required })
    });
    let actions = manifest
        .actions
        .iter()
        .map(|action| json!({ "id": action.id, "description": action.description }));
    json!({
        "name": manifest.name,
        "version": manifest.version,
        "hosts": hosts.collect::<Vec<_>>(),
        "secrets": secrets.collect::<Vec<_>>(),
        "settings": settings.collect::<Vec<_>>(),
        "views": manifest.views,
        "events": manifest.events,
        "actions": actions.collect::<Vec<_>>(),
    })
}

/// What a call used, each measure as *used of limit*.
#[derive(Clone)]
pub(super) struct UsageView(pub(super) Usage);

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Used")]
struct UsedView {
    used: u64,
    limit: u64,
}

impl Serialize for UsageView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let view = |measure: Used| UsedView {
            used: measure.used,
            limit: measure.limit,
        };
        let each = self.0.each().into_iter();
        serializer.collect_map(each.map(|(name, measure)| (name, view(measure))))
    }
}

impl JsonSchema for UsageView {
    fn schema_name() -> Cow<'static, str> {
        "Usage".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        BTreeMap::<String, UsedView>::json_schema(generator)
    }
}

/// What became of reading a plugin again.
#[derive(Serialize, JsonSchema)]
pub(super) struct Reread<'a> {
    plugin: &'a str,
    #[schemars(extend("enum" = ["serving", "disabled", "removed"]))]
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    generation: Option<String>,
}

impl<'a> Reread<'a> {
    pub(super) fn of(plugin: &'a str, reloaded: &Reloaded) -> Self {
        let (state, generation) = match reloaded {
            Reloaded::Serving(generation) => ("serving", Some(generation.to_string())),
            Reloaded::Disabled => ("disabled", None),
            Reloaded::Removed => ("removed", None),
        };
        Self {
            plugin,
            state,
            generation,
        }
    }
}

/// A refusal of a whole request.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AdminRefusal")]
pub(super) struct Refusal<'a> {
    error: Error<'a>,
}

impl<'a> Refusal<'a> {
    pub(super) fn of(problem: &'a Problem) -> Self {
        Self {
            error: Error::of(problem),
        }
    }
}
