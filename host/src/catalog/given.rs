//! Plugins that a program brings itself, as bytes: they stand beside those of the folder, and no file
//! replaces them.

use super::grant::Grant;
use super::load::Loader;
use super::snapshot::{LoadedPlugin, Refused};
use super::tracked::AGAIN;
use crate::model::id::PluginId;
use crate::model::problem::{Code, Problem};
use std::path::Path;
use std::sync::Arc;

/// A plugin as bytes, with the text of its grant.
#[derive(Clone)]
pub struct Given {
    /// Its id.
    pub plugin: PluginId,
    /// The component.
    pub bytes: Vec<u8>,
    /// As `<id>.toml` would have it; without one the plugin may do nothing outside.
    pub grant: Option<String>,
}

impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Given")
            .field("plugin", &self.plugin)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// What became of the plugins that were given.
#[derive(Debug, Default)]
pub(super) struct Brought {
    ids: Vec<PluginId>,
    pub(super) plugins: Vec<Arc<LoadedPlugin>>,
    pub(super) refused: Vec<Refused>,
    pub(super) disabled: Vec<PluginId>,
}

impl Brought {
    /// Loads them once. Files of secrets are named from `base`.
    pub(super) async fn load(loader: &Loader, given: Vec<Given>, base: &Path) -> Self {
        let mut brought = Self::default();
        for Given {
            plugin: id,
            bytes,
            grant,
        } in given
        {
            brought.ids.push(id.clone());
            let file = format!("{id}.toml");
            let parsed = grant
                .as_deref()
                .map(|text| Grant::parse(&file, text, loader.limits()));
            if matches!(&parsed, Some(Ok(grant)) if !grant.enabled) {
                tracing::info!(plugin = %id, "disabled by its grant");
                brought.disabled.push(id);
                continue;
            }
            let loaded = loop {
                let load = loader.load_one(id.clone(), bytes.clone(), grant.as_deref(), base);
                match load.await {
                    // Another host of the same engine fills the line.
                    Err(problem) if problem.code == Code::LoadBusy => {
                        tokio::time::sleep(AGAIN).await;
                    }
                    ended => break ended,
                }
            };
            match loaded {
                Ok(plugin) => {
                    let permission = plugin.permission.0.join("; ");
                    let generation = plugin.generation;
                    tracing::info!(plugin = %id, %generation, permission, "plugin loaded");
                    brought.plugins.push(Arc::new(plugin));
                }
                Err(problem) => {
                    let file = format!("{id}.wasm");
                    tracing::error!(file, %problem, "plugin not served");
                    brought.refused.push(Refused { file, problem });
                }
            }
        }
        brought
    }

    /// Whether a plugin of this name was given.
    pub(super) fn names(&self, id: &PluginId) -> bool {
        self.ids.contains(id)
    }
}

/// Why a file of the folder is passed over.
pub(super) fn shadowed(file: &str) -> Problem {
    Problem::new(
        Code::LoadBadPath,
        format!("{file} has the id of a plugin that the program itself brings; rename the file."),
    )
}
