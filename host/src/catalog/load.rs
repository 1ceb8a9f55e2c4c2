//! From a file and its grant to a loaded plugin: hash, scan, compile, link, manifest, permissions.

use super::folder::{Candidate, Folder};
use super::given::Given;
use super::grant::{Grant, GrantPart};
use super::manifest;
use super::snapshot::{LoadedPlugin, Refused, Snapshot};
use crate::capability::installation::Installation;
use crate::capability::secret::{NoVault, Secrets, Vault};
use crate::engine::{Engine, Gate, Program};
use crate::model::id::{AccountId, PluginId};
use crate::model::manifest::Manifest;
use crate::model::problem::{Code, Problem};
use crate::policy::egress::{EgressPolicy, WantedRule};
use crate::policy::limits::Limits;
use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Loads plugins for a set of accounts under default limits.
#[derive(Clone)]
pub struct Loader {
    engine: Engine,
    accounts: Arc<[AccountId]>,
    limits: Limits,
    vault: Arc<dyn Vault>,
    given: Arc<[Given]>,
}

impl std::fmt::Debug for Loader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loader")
            .field("accounts", &self.accounts)
            .field("given", &self.given)
            .finish_non_exhaustive()
    }
}

/// What became of a candidate.
#[derive(Debug)]
enum Loaded {
    Serving(Arc<LoadedPlugin>),
    Disabled(PluginId),
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
            given: Arc::new([]),
        }
    }

    /// Asks `vault` for the secrets that grants give no value.
    #[must_use]
    pub fn with_vault(self, vault: Arc<dyn Vault>) -> Self {
        Self { vault, ..self }
    }

    /// Loads `given` beside whatever stands in the folder.
    #[must_use]
    pub fn with_given(self, given: Vec<Given>) -> Self {
        Self {
            given: given.into(),
            ..self
        }
    }

    /// Loads what the program brings and the whole folder, where there is one. One bad file stops
    /// neither the others nor the host.
    ///
    /// # Errors
    /// The folder's own error.
    pub async fn load_all(&self, folder: Option<&Folder>) -> io::Result<Snapshot> {
        let (mut plugins, mut refused, mut disabled) = (Vec::new(), Vec::new(), Vec::new());
        let mut candidates: Vec<Candidate> = self.given.iter().map(Given::candidate).collect();
        for mut candidate in folder.map_or(Ok(Vec::new()), Folder::candidates)? {
            if self.brings(candidate.plugin.as_ref()) {
                candidate.bytes = Err(brought(&candidate.file));
            }
            candidates.push(candidate);
        }
        let base = folder.map_or(Path::new(""), Folder::path);
        for candidate in candidates {
            let file = candidate.file.clone();
            match self.load(candidate, base).await {
                Ok(Loaded::Serving(plugin)) => plugins.push(plugin),
                Ok(Loaded::Disabled(id)) => {
                    tracing::info!(plugin = %id, "disabled by its grant");
                    disabled.push(id);
                }
                Err(problem) => {
                    tracing::error!(file, %problem, "plugin not served");
                    refused.push(Refused { file, problem });
                }
            }
        }
        Ok(Snapshot::new(plugins, refused, disabled))
    }

    fn brings(&self, plugin: Option<&PluginId>) -> bool {
        self.given.iter().any(|given| Some(&given.plugin) == plugin)
    }

    async fn load(&self, candidate: Candidate, base: &Path) -> Result<Loaded, Problem> {
        let Some(id) = candidate.plugin else {
            return Err(candidate.bytes.err().unwrap_or_else(|| {
                Problem::new(Code::LoadBadPath, "The file's name names no plugin.")
            }));
        };
        let bytes = candidate.bytes.map_err(|problem| problem.of_plugin(&id))?;
        let file = format!("{id}.toml");
        let grant = match candidate.grant {
            Ok(Some(text)) => Grant::parse(&file, &text, &self.limits),
            Ok(None) => Ok(Grant::none(&self.limits)),
            Err(problem) => Err(problem),
        }
        .map_err(|problem| problem.of_plugin(&id))?;
        if !grant.enabled {
            return Ok(Loaded::Disabled(id));
        }
        self.build(id.clone(), bytes, grant, base)
            .await
            .map(|plugin| Loaded::Serving(Arc::new(plugin)))
            .map_err(|problem| problem.of_plugin(&id))
    }

    async fn build(
        &self,
        id: PluginId,
        bytes: Vec<u8>,
        grant: Grant,
        base: &Path,
    ) -> Result<LoadedPlugin, Problem> {
        let generation = Engine::generation(&bytes);
        let program = self.prepare(bytes).await?;
        let manifest = self.engine.describe(&program, &grant.limits).await?;
        let wanted = manifest::check(&manifest)?;
        let file = format!("{id}.toml");
        let mut installations = HashMap::new();
        for account in self.accounts.iter() {
            let part = grant.of(account);
            let mut installation = install(&manifest, &wanted, &part, &file, base)?;
            self.fill(&id, account, &manifest, &mut installation.secrets)?;
            installations.insert(account.clone(), Arc::new(installation));
        }
        let permission = Permission::of(&manifest, &wanted, &grant.all).and_own(&installations);
        tracing::info!(
            plugin = %id,
            %generation,
            serves = program.serves().join(", "),
            permission = permission.0.join("; "),
            "plugin loaded"
        );
        Ok(LoadedPlugin {
            gate: Arc::new(Gate::new(grant.limits.concurrency, grant.limits.queue)),
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
                Problem::new(
                    Code::GrantSecretMissing,
                    format!("The secret {name} of the account {account} cannot be had now."),
                )
                .field(format!("secrets.{name}"))
                .detail(why)
            })?;
            if let Some(value) = value {
                secrets.insert(name, value);
            }
        }
        Ok(())
    }

    /// Compiles on a thread of its own: it takes seconds for large guests.
    async fn prepare(&self, bytes: Vec<u8>) -> Result<Program, Problem> {
        let engine = self.engine.clone();
        tokio::task::spawn_blocking(move || engine.prepare(&bytes))
            .await
            .unwrap_or_else(|_| {
                Err(Problem::new(
                    Code::LoadCompileFailed,
                    "The compiler failed on this plugin; please report it.",
                ))
            })
    }
}

/// Why a file of the folder is passed over for the program's own plugin.
fn brought(file: &str) -> Problem {
    Problem::new(
        Code::LoadBadPath,
        format!("{file} has the id of a plugin that the program itself brings; rename the file."),
    )
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
                format!("{file}: secrets.{name}: {why}; set it and load the plugin again."),
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
}
