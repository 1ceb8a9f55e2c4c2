//! A plugin's file looked into before any grant: what it is and what it asks for.

use super::grant::Grant;
use super::load::Loader;
use super::manifest;
use super::snapshot::LoadedPlugin;
use crate::engine::{Engine, Program};
use crate::model::id::{Generation, PluginId};
use crate::model::manifest::Manifest;
use crate::model::problem::Problem;
use crate::policy::egress::WantedRule;
use crate::policy::limits::Limits;
use std::path::Path;

/// A compiled plugin with its checked manifest. No grant is known yet.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Which version.
    pub generation: Generation,
    /// Its code.
    pub program: Program,
    /// What it says of itself.
    pub manifest: Manifest,
    /// The manifest's hosts, read as rules, in the manifest's order.
    pub wanted: Vec<WantedRule>,
}

impl Loader {
    /// Compiles a plugin's bytes and asks for the manifest, within `limits`.
    ///
    /// # Errors
    /// `load.*` and `manifest.*`; `call.*` when the plugin fails while it says what it is.
    pub async fn open(&self, bytes: Vec<u8>, limits: &Limits) -> Result<Opened, Problem> {
        let generation = Engine::generation(&bytes);
        let program = self.engine().prepare(bytes).await?;
        self.describe(generation, program, limits).await
    }

    /// Asks compiled code for its manifest, within `limits`.
    pub(super) async fn describe(
        &self,
        generation: Generation,
        program: Program,
        limits: &Limits,
    ) -> Result<Opened, Problem> {
        let manifest = self.engine().describe(&program, limits).await?;
        let wanted = manifest::check(&manifest)?;
        self.engine().keep(generation, &program, &manifest).await;
        Ok(Opened {
            generation,
            program,
            manifest,
            wanted,
        })
    }

    /// One plugin from bytes and the text of its grant, outside of any folder. Files of secrets are
    /// named from `base`. A grant that switches the plugin off is read all the same.
    ///
    /// # Errors
    /// As the folder would refuse it: `load.*`, `manifest.*`, `grant.*`.
    pub async fn load_one(
        &self,
        id: PluginId,
        bytes: Vec<u8>,
        grant: Option<&str>,
        base: &Path,
    ) -> Result<LoadedPlugin, Problem> {
        let grant = match grant {
            Some(text) => Grant::parse(&format!("{id}.toml"), text, self.limits()),
            None => Ok(Grant::none(self.limits())),
        };
        let loaded = async {
            let grant = grant?;
            let opened = self.open(bytes, &grant.limits).await?;
            self.admit(id.clone(), opened, grant, base)
        };
        loaded.await.map_err(|problem| problem.of_plugin(&id))
    }
}
