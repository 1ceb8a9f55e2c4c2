//! `sidepane check`: loads a plugin as the host would, and says what it is, asks for and gets.

use super::against::Against;
use super::asked::{asked, kind};
use super::file::{self, GrantText, PluginFile, Wasm};
use super::imports;
use super::print::{self, plain, section};
use super::sample;
use super::stop::{self, Stop};
use serde_json::{Value, json};
use sidepane::catalog::{Grant, Opened, Permission};
use sidepane::config::limits;
use sidepane::engine::{CONTRACT, Engine, scan};
use sidepane::model::problem::Problem;
use sidepane::policy::egress::EgressPolicy;
use sidepane::policy::limits::Limits;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sidepane check hello.wasm\n  sidepane check order-lookup.wasm \
                  --grant order-lookup.toml\n  sidepane check order-lookup.wasm --against \
                  plugins/order-lookup.wasm\n  sidepane check plugins/order-lookup.wasm --json\n\n\
                  Exit codes: 0 the host would serve it, 1 it would not, 2 a file cannot be read."
)]
pub(crate) struct Check {
    #[command(flatten)]
    file: PluginFile,
    /// Another build of it, such as the one that serves now: what is different is told.
    #[arg(long, value_name = "OLD.wasm")]
    against: Option<PathBuf>,
    /// The same as one JSON object.
    #[arg(long)]
    json: bool,
}

/// Checks and prints.
///
/// # Errors
/// The host would not serve the plugin, or a file cannot be read.
pub(crate) async fn run(check: Check) -> Result<(), Stop> {
    let wasm = Wasm::read(&check.file.wasm)?;
    let text = GrantText::read(check.file.grant.as_deref(), &check.file.wasm, &wasm.id)?;
    let report = Report::make(wasm, text, check.against.as_deref()).await?;
    match check.json {
        true => print::json(&report.json())?,
        false => print::answer(&report.text()),
    }
    let told: Vec<String> = report.problems.iter().map(stop::told).collect();
    match told.is_empty() {
        true => Ok(()),
        false => Err(Stop::plugin(format!(
            "{}: {}",
            report.wasm.shown,
            told.join("\nerror: ")
        ))),
    }
}

/// Everything that can be known of a plugin and its grant.
struct Report {
    wasm: Wasm,
    text: GrantText,
    opened: Option<Opened>,
    grant: Option<Grant>,
    problems: Vec<Problem>,
    /// What a card without the network shows of its markup and links.
    sample: Vec<String>,
    imports: Vec<String>,
    against: Option<Against>,
}

impl Report {
    async fn make(wasm: Wasm, text: GrantText, old: Option<&Path>) -> Result<Self, Stop> {
        let (mut problems, mut sample) = (Vec::new(), Vec::new());
        let grant = kept(text.parse(), &mut problems);
        let defaults = Limits::default();
        let limits = grant.as_ref().map_or(&defaults, |grant| &grant.limits);
        let engine = file::engine_that_keeps()?;
        let opened = kept(file::open(&engine, &wasm, limits).await, &mut problems);
        // Whoever loads has no more imports than the scan found; what does not load has its problem.
        let imports = scan(&wasm.bytes).map(|scan| scan.imports);
        let imports = imports.unwrap_or_default();
        let against = match (old, &opened) {
            (Some(old), Some(opened)) => {
                Some(Against::read(&engine, old, &wasm, opened, &imports).await?)
            }
            _ => None,
        };
        if let (Some(opened), Some(grant)) = (&opened, &grant) {
            let loader = file::loader(&engine, file::accounts(grant));
            let admitted =
                loader.admit(wasm.id.clone(), opened.clone(), grant.clone(), text.base());
            if kept(admitted, &mut problems).is_some() {
                let offline = loader.admit(
                    wasm.id.clone(),
                    opened.clone(),
                    sample::offline(grant.clone()),
                    text.base(),
                );
                if let Ok(plugin) = offline {
                    sample = sample::notes(engine, plugin).await;
                }
            }
        }
        Ok(Self {
            wasm,
            text,
            opened,
            grant,
            problems,
            sample,
            imports,
            against,
        })
    }

    fn text(&self) -> String {
        let Some(opened) = &self.opened else {
            return String::new();
        };
        let manifest = &opened.manifest;
        let id = &self.wasm.id;
        let mut text = section(
            "plugin",
            &[one(format!(
                "{id}: {} {}, {} bytes",
                plain(&manifest.name),
                plain(&manifest.version),
                print::count(self.wasm.bytes.len() as u64)
            ))],
        );
        text += &section("generation", &[one(opened.generation.to_string())]);
        text += &section("contract", &[one(contract(opened))]);
        text += &section("serves", &[one(serves(opened))]);
        text += &section("imports", &[one(imports::told(&self.imports))]);
        text += &section("asks for", &asked(opened));
        text += &section("grant", &[one(self.granted())]);
        for (heading, permission) in self.permissions(opened) {
            let lines: Vec<_> = permission.0.into_iter().map(one).collect();
            text += &section(&heading, &lines);
        }
        if let Some(grant) = &self.grant {
            text += &section("limits", &limit_lines(&grant.limits));
        }
        if let Some(against) = &self.against {
            text += &section("different", &against.lines());
        }
        let notes: Vec<_> = self.notes(opened).into_iter().map(one).collect();
        text += &section("note", &notes);
        if self.problems.is_empty() {
            text += &section("result", &[one(self.verdict())]);
        }
        text
    }

    fn granted(&self) -> String {
        match &self.text.path {
            Some(path) => path.display().to_string(),
            None => "none: no address, no secret, default limits".to_owned(),
        }
    }

    fn verdict(&self) -> String {
        let off = self.grant.as_ref().is_some_and(|grant| !grant.enabled);
        match off {
            true => "the host would leave it out: its grant says `enabled = false`".to_owned(),
            false => "the host would serve it".to_owned(),
        }
    }

    /// What it gets; for each account where the grant tells them apart.
    fn permissions(&self, opened: &Opened) -> Vec<(String, Permission)> {
        let Some(grant) = &self.grant else {
            return Vec::new();
        };
        let of = |part| Permission::of(&opened.manifest, &opened.wanted, &part);
        let mut all = vec![("gets".to_owned(), of(grant.all.clone()))];
        for account in grant.accounts.keys() {
            all.push((format!("{account} gets"), of(grant.of(account))));
        }
        all
    }

    /// What is no error and still worth knowing.
    fn notes(&self, opened: &Opened) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(name) = &self.wasm.rename {
            notes.push(format!(
                "call it {name} in the folder: its own name is no plugin's id"
            ));
        }
        if let Some(grant) = &self.grant {
            let egress = EgressPolicy {
                wanted: opened.wanted.clone(),
                allowed: grant.all.http.clone().unwrap_or_default(),
            };
            for rule in egress.unwanted() {
                notes.push(format!(
                    "the grant allows {}, and the plugin does not ask for it: without effect",
                    rule.pattern
                ));
            }
        }
        notes.extend(imports::not_needed(&self.imports, opened));
        notes.extend(about_events(opened));
        if !opened.program.serves_actions() && !opened.manifest.actions.is_empty() {
            notes.push(
                "its manifest names actions and it does not export `action`: its buttons do nothing"
                    .to_owned(),
            );
        }
        notes.extend(self.sample.iter().cloned());
        notes
    }

    fn json(&self) -> Value {
        let problems: Vec<Value> = self
            .problems
            .iter()
            .map(|problem| {
                json!({
                    "code": problem.code.as_str(),
                    "message": problem.message,
                    "detail": problem.detail,
                    "field": problem.field,
                    "hint": problem.hint,
                })
            })
            .collect();
        let mut report = json!({
            "file": self.wasm.shown,
            "id": self.wasm.id.as_str(),
            "generation": Engine::generation(&self.wasm.bytes).to_string(),
            "bytes": self.wasm.bytes.len(),
            "ok": self.problems.is_empty(),
            "grant": self.text.path.as_ref().map(|path| path.display().to_string()),
            "problems": problems,
        });
        let (Some(opened), Some(fields)) = (&self.opened, report.as_object_mut()) else {
            return report;
        };
        fields.extend(described(opened));
        fields.insert("notes".into(), json!(self.notes(opened)));
        fields.insert("imports".into(), json!(self.imports));
        if let Some(against) = &self.against {
            fields.insert("against".into(), against.json().clone());
        }
        for (heading, permission) in self.permissions(opened) {
            fields.insert(heading.replace(' ', "_"), json!(permission.0));
        }
        if let Some(grant) = &self.grant {
            let all = limits::entries(&grant.limits);
            let limits = all.map(|(key, value)| (key.to_owned(), json!(value)));
            fields.insert("enabled".into(), json!(grant.enabled));
            fields.insert("limits".into(), Value::Object(limits.into_iter().collect()));
        }
        report
    }
}

fn kept<T>(result: Result<T, Problem>, problems: &mut Vec<Problem>) -> Option<T> {
    result.map_err(|problem| problems.push(problem)).ok()
}

fn one(text: String) -> (String, String) {
    (text, String::new())
}

fn contract(opened: &Opened) -> String {
    match opened.program.contract() {
        Some(stamp) => format!("{}; this host speaks {CONTRACT}", plain(stamp)),
        None => format!("not stamped: built without the SDK; this host speaks {CONTRACT}"),
    }
}

fn serves(opened: &Opened) -> String {
    let mut text = opened.program.serves().join(", ");
    if opened.program.serves_cards() {
        text += &match opened.manifest.views.is_empty() {
            true => "; every view".to_owned(),
            false => format!("; the views {}", opened.manifest.views.join(", ")),
        };
    }
    let events = &opened.manifest.events;
    if opened.program.serves_events() && !events.is_empty() {
        text += &match events.iter().any(|event| event == "*") {
            true => "; every event".to_owned(),
            false => format!("; the events {}", events.join(", ")),
        };
    }
    text
}

/// Where the events that it names and what it can do do not fit together.
fn about_events(opened: &Opened) -> Vec<String> {
    let events = &opened.manifest.events;
    let mut notes = Vec::new();
    match (opened.program.serves_events(), events.is_empty()) {
        (true, true) => notes.push(
            "it takes events and its manifest names none: none is delivered to it".to_owned(),
        ),
        (false, false) => notes.push(
            "its manifest names events and it does not export `product-event`: none is delivered \
             to it"
                .to_owned(),
        ),
        _ => {}
    }
    let odd = |event: &&String| !event.contains(['.', ':', '*']);
    for event in events.iter().filter(odd) {
        notes.push(format!(
            "{event} is no type of the normal form; a desk's own type has the desk in front, as in \
             freshchat:{event}"
        ));
    }
    notes
}

/// All limits, three a line.
fn limit_lines(limits: &Limits) -> Vec<(String, String)> {
    let all = limits::entries(limits);
    let cells = all.map(|(key, value)| format!("{key} {}", print::count(value)));
    cells
        .chunks(3)
        .map(|cells| {
            let padded: Vec<String> = cells.iter().map(|cell| format!("{cell:26}")).collect();
            one(padded.concat().trim_end().to_owned())
        })
        .collect()
}

fn described(opened: &Opened) -> serde_json::Map<String, Value> {
    let manifest = &opened.manifest;
    let hosts: Vec<Value> = opened
        .wanted
        .iter()
        .zip(&manifest.hosts)
        .map(|(rule, host)| {
            json!({
                "url": rule.pattern.to_string(),
                "methods": rule.methods.iter().collect::<Vec<_>>(),
                "secrets": rule.secrets,
                "reason": host.reason,
            })
        })
        .collect();
    let secrets = manifest.secrets.iter();
    let settings = manifest.settings.iter();
    let actions = manifest.actions.iter();
    let described = json!({
        "name": manifest.name,
        "version": manifest.version,
        "contract": opened.program.contract(),
        "serves": opened.program.serves(),
        "views": manifest.views,
        "events": manifest.events,
        "hosts": hosts,
        "secrets": secrets
            .map(|secret| json!({"name": secret.name, "reason": secret.reason}))
            .collect::<Vec<_>>(),
        "settings": settings
            .map(|field| json!({
                "name": field.name,
                "label": field.label,
                "kind": kind(&field.kind),
                "default": field.default_value,
                "required": field.required,
            }))
            .collect::<Vec<_>>(),
        "actions": actions
            .map(|action| json!({"id": action.id, "description": action.description}))
            .collect::<Vec<_>>(),
    });
    match described {
        Value::Object(fields) => fields,
        // `json!` of braces is an object.
        _ => serde_json::Map::new(),
    }
}
