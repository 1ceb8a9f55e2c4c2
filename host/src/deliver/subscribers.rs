//! Who takes an event: the plugins that are served, and those that would be if their files loaded.
//!
//! A plugin that breaks in a bad deploy, or is not read yet after a restart, must not miss what
//! happens meanwhile. So what every plugin takes is written down, and counts for as long as its file
//! is there.

use crate::catalog::Snapshot;
use crate::model::event::Event;
use crate::model::id::PluginId;
use crate::storage::{Storage, StorageError};
use std::collections::HashMap;
use tokio::sync::Mutex;

/// What every plugin takes, as it last said.
#[derive(Debug, Default)]
pub(super) struct Subscribers {
    /// None until it was read.
    known: Mutex<Option<HashMap<PluginId, Vec<String>>>>,
}

impl Subscribers {
    /// The plugins that get `event`.
    ///
    /// # Errors
    /// When the storage does not tell what it wrote down.
    pub(super) async fn of(
        &self,
        event: &Event,
        snapshot: &Snapshot,
        storage: &dyn Storage,
    ) -> Result<Vec<PluginId>, StorageError> {
        let served = snapshot.plugins().iter().filter(|plugin| {
            plugin.program.serves_events()
                && plugin.installations.contains_key(&event.account)
                && event.is_one_of(&plugin.manifest.events)
        });
        let mut takers: Vec<PluginId> = served.map(|plugin| plugin.id.clone()).collect();
        if snapshot.refused().is_empty() {
            return Ok(takers);
        }
        let mut known = self.known.lock().await;
        let known = read(&mut known, storage).await?;
        let missing = snapshot.refused().iter().filter_map(|refused| {
            let plugin = PluginId::parse(refused.file.strip_suffix(".wasm")?)?;
            event.is_one_of(known.get(&plugin)?).then_some(plugin)
        });
        takers.extend(missing);
        Ok(takers)
    }

    /// Writes down what changed.
    ///
    /// # Errors
    /// When the storage does not; then it is tried at the next look.
    pub(super) async fn note(
        &self,
        snapshot: &Snapshot,
        storage: &dyn Storage,
    ) -> Result<(), StorageError> {
        let mut known = self.known.lock().await;
        let known = read(&mut known, storage).await?;
        for plugin in snapshot.plugins() {
            let takes: &[String] = match plugin.program.serves_events() {
                true => &plugin.manifest.events,
                false => &[],
            };
            let before = known.get(&plugin.id).map_or(&[][..], Vec::as_slice);
            if takes != before {
                storage.subscribe(plugin.id.clone(), takes.to_vec()).await?;
                known.insert(plugin.id.clone(), takes.to_vec());
            }
        }
        let there = |plugin: &PluginId| {
            let file = |refused: &str| refused.strip_suffix(".wasm") == Some(plugin.as_str());
            snapshot.plugin(plugin).is_some()
                || snapshot.disabled().contains(plugin)
                || snapshot.refused().iter().any(|refused| file(&refused.file))
        };
        let gone: Vec<PluginId> = known
            .keys()
            .filter(|plugin| !there(plugin))
            .cloned()
            .collect();
        for plugin in gone {
            storage.subscribe(plugin.clone(), Vec::new()).await?;
            known.remove(&plugin);
        }
        Ok(())
    }
}

async fn read<'a>(
    known: &'a mut Option<HashMap<PluginId, Vec<String>>>,
    storage: &dyn Storage,
) -> Result<&'a mut HashMap<PluginId, Vec<String>>, StorageError> {
    if known.is_none() {
        *known = Some(storage.subscriptions().await?.into_iter().collect());
    }
    Ok(known.get_or_insert_default())
}
