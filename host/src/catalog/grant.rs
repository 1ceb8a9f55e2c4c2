//! `plugins/<id>.toml`: what the operator allows, with all errors of a file at once.

use crate::config::limits;
use crate::config::secret::SecretSource;
use crate::fields::{self, Errors, Fields};
use crate::model::id::AccountId;
use crate::model::problem::{Code, Problem};
use crate::policy::egress::AllowedRule;
use crate::policy::limits::Limits;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use toml::Value;

/// The place of a plugin whose grant names none.
const ORDER: i64 = 100;

/// A checked grant.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Whether the plugin is served.
    pub enabled: bool,
    /// Its place in the pane; lower is higher.
    pub order: i64,
    /// Its budget.
    pub limits: Limits,
    /// What it may do for every account.
    pub all: GrantPart,
    /// What differs for one account: settings and secrets by name, `http.allow` as a whole.
    pub accounts: BTreeMap<AccountId, GrantPart>,
}

/// Settings, secrets and addresses.
#[derive(Clone, Debug, Default)]
pub struct GrantPart {
    /// Settings in their text form.
    pub settings: BTreeMap<String, String>,
    /// Where secrets stand.
    pub secrets: BTreeMap<String, SecretSource>,
    /// Addresses; none leaves an account those of all.
    pub http: Option<Vec<AllowedRule>>,
}

impl Grant {
    /// What a plugin without a grant file gets: it is served, and may do nothing outside.
    pub fn none(limits: &Limits) -> Self {
        Self {
            enabled: true,
            order: ORDER,
            limits: limits.clone(),
            all: GrantPart::default(),
            accounts: BTreeMap::new(),
        }
    }

    /// Reads a grant's text over the default limits.
    ///
    /// # Errors
    /// `grant.invalid` with every error and its line.
    pub fn parse(file: &str, text: &str, limits: &Limits) -> Result<Self, Problem> {
        fields::read(file, text, Code::GrantInvalid, |root, errors| {
            let mut grant = Self::none(limits);
            if let Some(enabled) = root.take("enabled", errors) {
                grant.enabled = enabled;
            }
            if let Some(order) = root.take("order", errors) {
                grant.order = order;
            }
            if let Some(mut table) = root.table("limits", errors) {
                limits::overlay(&mut table, &mut grant.limits, errors);
            }
            grant.all = part(root, errors);
            if let Some(table) = root.table("accounts", errors) {
                grant.accounts = accounts(table, errors);
            }
            grant
        })
    }

    /// Every file that a secret of any account stands in, as the grant names it.
    pub fn secret_files(&self) -> BTreeSet<&Path> {
        std::iter::once(&self.all)
            .chain(self.accounts.values())
            .flat_map(|part| part.secrets.values())
            .filter_map(|source| match source {
                SecretSource::File(path) => Some(path.as_path()),
                SecretSource::Env(_) => None,
            })
            .collect()
    }

    /// The part of one account: its own over that of all.
    pub fn of(&self, account: &AccountId) -> GrantPart {
        let mut part = self.all.clone();
        if let Some(own) = self.accounts.get(account) {
            part.settings.extend(own.settings.clone());
            part.secrets.extend(own.secrets.clone());
            if own.http.is_some() {
                part.http.clone_from(&own.http);
            }
        }
        part
    }
}

fn accounts(table: Fields<'_>, errors: &mut Errors<'_>) -> BTreeMap<AccountId, GrantPart> {
    let mut accounts = BTreeMap::new();
    for (name, mut fields) in table.rest_tables(errors) {
        let at = fields.at();
        let part = part(&mut fields, errors);
        fields.finish(errors);
        match AccountId::parse(&name) {
            Some(account) => {
                accounts.insert(account, part);
            }
            None => errors.add(
                at,
                format!("accounts.{name}: an account's name is [A-Za-z0-9_.-]{{1,64}}"),
            ),
        }
    }
    accounts
}

fn part(fields: &mut Fields<'_>, errors: &mut Errors<'_>) -> GrantPart {
    let mut part = GrantPart::default();
    if let Some(table) = fields.table("settings", errors) {
        for (name, value, at) in table.rest::<Value>(errors) {
            match text_of(&value) {
                Some(text) => {
                    part.settings.insert(name, text);
                }
                None => errors.add(
                    at,
                    format!("settings.{name} is a text, number, boolean or list of texts"),
                ),
            }
        }
    }
    if let Some(table) = fields.table("secrets", errors) {
        for (name, mut source) in table.rest_tables(errors) {
            if let Some(source) = SecretSource::read(&mut source, errors) {
                part.secrets.insert(name, source);
            }
        }
    }
    if let Some(mut http) = fields.table("http", errors) {
        let rules = http.tables("allow", errors).unwrap_or_default();
        part.http = Some(
            rules
                .into_iter()
                .filter_map(|rule| allowed(rule, errors))
                .collect(),
        );
        http.finish(errors);
    }
    part
}

fn allowed(mut fields: Fields<'_>, errors: &mut Errors<'_>) -> Option<AllowedRule> {
    let start = fields.at();
    let url = fields.take_at::<String>("url", errors);
    let methods = fields.take_at::<Vec<String>>("methods", errors);
    let secrets = fields
        .take::<Vec<String>>("secrets", errors)
        .unwrap_or_default();
    let private_network = fields
        .take::<bool>("private_network", errors)
        .unwrap_or(false);
    let ca_file = fields.take::<PathBuf>("ca_file", errors);
    let name = fields.name("url");
    fields.finish(errors);
    let Some((url, at)) = url else {
        errors.add(
            start,
            format!("{name} is missing: url = \"https://api.example.com/v1/\""),
        );
        return None;
    };
    let (methods, _) = methods.unwrap_or_default();
    match AllowedRule::parse(&url, &methods, &secrets) {
        Ok(rule) => Some(AllowedRule {
            private_network,
            ca_file,
            ..rule
        }),
        Err(why) => {
            errors.add(at, format!("{name}: {why}"));
            None
        }
    }
}

/// A value in the text form of `wit/form.wit`.
fn text_of(value: &Value) -> Option<String> {
    Some(match value {
        Value::String(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) if number.is_finite() => number.to_string(),
        Value::Boolean(flag) => flag.to_string(),
        Value::Array(items) => {
            let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
            serde_json::to_string(&texts?).ok()?
        }
        Value::Float(_) | Value::Datetime(_) | Value::Table(_) => return None,
    })
}
