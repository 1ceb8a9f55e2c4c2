//! From a file and its grant to a loaded plugin: hash, scan, compile, link, manifest, permissions.

use super::grant::{Grant, GrantPart};
use super::keeps::Keeps;
use super::manifest;
use super::open::Opened;
use super::snapshot::LoadedPlugin;
use crate::capability::http::HttpPlaces;
use crate::capability::installation::Installation;
use crate::capability::secret::{NoVault, Secrets, Vault};
use crate::config::secret::SecretSource;
use crate::engine::{Engine, Gate};
use crate::model::id::{AccountId, PluginId};
use crate::model::manifest::Manifest;
use crate::model::problem::{Code, Problem};
use crate::policy::egress::{EgressPolicy, WantedRule};
use crate::policy::limits::Limits;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// Loads plugins for a set of accounts under default limits.
#[derive(Clone)]
pub struct Loader {
    engine: Engine,
    accounts: Arc<[AccountId]>,
    limits: Limits,
    vault: Arc<dyn Vault>,
}

impl std::fmt::Debug for Loader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loader")
            .field("accounts", &self.accounts)
            .finish_non_exhaustive()
    }
}

/// Effective permissions in words: one line for each address, setting and secret.
#[derive(Debug)]
pub struct Permission(pub Vec<String>);

impl Loader {
    /// A loader.
    pub fn new(engine: Engine, accounts: Vec<AccountId>, limits: Limits) -> Self {
        Self {
            engine,
            accounts: accounts.into(),
            limits,
            vault: Arc::new(NoVault),
        }
    }

    /// Asks `vault` for the secrets that grants give no value.
    #[must_use]
    pub fn with_vault(self, vault: Arc<dyn Vault>) -> Self {
        Self { vault, ..self }
    }

    /// Gives an opened plugin what its grant allows, for every account.
    ///
    /// # Errors
    /// `grant.*` when the grant does not fit the manifest, or a secret's value is not to be had.
    pub fn admit(
        &self,
        id: PluginId,
        opened: Opened,
        grant: Grant,
        base: &Path,
    ) -> Result<LoadedPlugin, Problem> {
        let Opened {
            generation,
            program,
            manifest,
            wanted,
        } = opened;
        let file = format!("{id}.toml");
        let mut installations = HashMap::new();
        for account in self.accounts.iter() {
            let part = grant.of(account);
            let mut installation = install(&manifest, &wanted, &part, &file, base)?;
            self.fill(&id, account, &manifest, &mut installation.secrets)?;
            installations.insert(account.clone(), Arc::new(installation));
        }
        let permission = Permission::of(&manifest, &wanted, &grant.all).and_own(&installations);
        Ok(LoadedPlugin {
            gate: Arc::new(Gate::new(grant.limits.concurrency, grant.limits.queue)),
            http_places: Arc::new(HttpPlaces::new(grant.limits.http_concurrency)),
            actions: manifest
                .actions
                .iter()
                .map(|action| action.id.clone())
                .collect(),
            id,
            generation,
            manifest,
            permission,
            program,
            limits: grant.limits,
            order: grant.order,
            installations,
            keeps: Keeps::default(),
        })
    }

    /// Asks the vault for every secret that the grant gave no value.
    fn fill(
        &self,
        plugin: &PluginId,
        account: &AccountId,
        manifest: &Manifest,
        secrets: &mut Secrets,
    ) -> Result<(), Problem> {
        for wanted in &manifest.secrets {
            let name = &wanted.name;
            if secrets.names().any(|known| known == name) {
                continue;
            }
            let value = self.vault.value(plugin, account, name).map_err(|why| {
                let mut problem = Problem::new(
                    Code::GrantSecretMissing,
                    format!("The secret {name} of the account {account} cannot be had now."),
                )
                .field(format!("secrets.{name}"))
                .detail(why);
                problem.retryable = true;
                problem
            })?;
            if let Some(value) = value {
                secrets.insert(name, value);
            }
        }
        Ok(())
    }

    /// What it runs plugins with.
    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The budget of a call that no grant changes.
    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }
}

/// What one account's installation may do: manifest ∩ grant.
fn install(
    manifest: &Manifest,
    wanted: &[WantedRule],
    part: &GrantPart,
    file: &str,
    base: &Path,
) -> Result<Installation, Problem> {
    let settings = manifest::settings(manifest, part, file)?;
    let mut secrets = Secrets::default();
    for (name, source) in &part.secrets {
        let value = source.value(base).map_err(|why| {
            Problem::new(
                Code::GrantSecretMissing,
                format!("{file}: secrets.{name}: {why}; {}.", remedy(source)),
            )
            .field(format!("secrets.{name}"))
        })?;
        secrets.insert(name, value.as_str());
    }
    Ok(Installation {
        settings,
        secrets,
        egress: EgressPolicy {
            wanted: wanted.to_vec(),
            allowed: part.http.clone().unwrap_or_default(),
        },
    })
}

/// A program's environment stays as it was started with.
fn remedy(source: &SecretSource) -> &'static str {
    match source {
        SecretSource::Env(_) => "set it and start the host again",
        SecretSource::File(_) => "write it, and the plugin is loaded again",
    }
}

impl Permission {
    /// What the plugin asks for, and what it gets.
    pub fn of(manifest: &Manifest, wanted: &[WantedRule], part: &GrantPart) -> Self {
        let egress = EgressPolicy {
            wanted: wanted.to_vec(),
            allowed: part.http.clone().unwrap_or_default(),
        };
        let mut lines = Vec::new();
        for rule in egress.effective() {
            let methods: Vec<&str> = rule.methods.iter().collect();
            let network = if rule.private_network {
                ", private network"
            } else {
                ""
            };
            lines.push(format!("{} {}{network}", methods.join("/"), rule.pattern));
        }
        for rule in egress.ungranted() {
            lines.push(format!("{}: asked for, not granted", rule.pattern));
        }
        for secret in &manifest.secrets {
            let state = match part.secrets.contains_key(&secret.name) {
                true => "given",
                false => "asked for, not given",
            };
            lines.push(format!("secret {}: {state}", secret.name));
        }
        if lines.is_empty() {
            lines.push("nothing outside".to_owned());
        }
        Self(lines)
    }

    /// With the secrets that came from elsewhere than the grant.
    fn and_own(mut self, installations: &HashMap<AccountId, Arc<Installation>>) -> Self {
        for line in &mut self.0 {
            let name = line
                .strip_prefix("secret ")
                .and_then(|rest| rest.strip_suffix(": asked for, not given"));
            let Some(name) = name.map(str::to_owned) else {
                continue;
            };
            let mut secrets = installations.values().map(|own| &own.secrets);
            if secrets.any(|secrets| secrets.names().any(|known| known == name)) {
                *line = format!("secret {name}: given by the program or one account's grant");
            }
        }
        self
    }

    /// What is different from an earlier version's or grant's, in words; empty when nothing is.
    pub fn since(&self, before: &Self) -> Vec<String> {
        let new = self.0.iter().filter(|line| !before.0.contains(line));
        let old = before.0.iter().filter(|line| !self.0.contains(line));
        let now = new.map(|line| match line.split_once(": asked for, ") {
            Some((what, not)) => format!("now also asks for {what}, {not}"),
            None => format!("now: {line}"),
        });
        now.chain(old.map(|line| format!("no longer: {line}")))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_of_two_permissions_is_told_in_words() {
        let of = |lines: &[&str]| Permission(lines.iter().map(|line| (*line).into()).collect());
        let before = of(&["GET https://a.example/v1/", "secret key: given"]);
        let after = of(&[
            "GET https://a.example/v1/",
            "https://b.example/: asked for, not granted",
            "secret key: asked for, not given",
        ]);
        assert_eq!(
            after.since(&before),
            [
                "now also asks for https://b.example/, not granted",
                "now also asks for secret key, not given",
                "no longer: secret key: given",
            ]
        );
        assert!(before.since(&before).is_empty());
    }
}
