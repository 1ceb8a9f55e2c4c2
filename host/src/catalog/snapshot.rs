//! The immutable set of plugins that calls run against.

use super::keeps::Keeps;
use super::load::Permission;
use crate::capability::http::HttpPlaces;
use crate::capability::installation::Installation;
use crate::engine::{Gate, Program};
use crate::model::event::Event;
use crate::model::id::{AccountId, Generation, PluginId};
use crate::model::manifest::Manifest;
use crate::model::problem::Problem;
use crate::policy::limits::Limits;
use arc_swap::ArcSwap;
use std::collections::HashMap;
use std::sync::Arc;

/// One version of a plugin, with everything that a call needs.
#[derive(Debug)]
pub struct LoadedPlugin {
    /// Its name.
    pub id: PluginId,
    /// Which version.
    pub generation: Generation,
    /// What it says of itself.
    pub manifest: Manifest,
    /// The ids of its actions; a button may name no other.
    pub actions: Vec<String>,
    /// Its code.
    pub program: Program,
    /// What it asks for and gets, in words.
    pub permission: Permission,
    /// Its budget.
    pub limits: Limits,
    /// Its place in the pane; lower is higher.
    pub order: i64,
    /// Its places to run in.
    pub gate: Arc<Gate>,
    /// Its places for requests to other servers.
    pub http_places: Arc<HttpPlaces>,
    /// What it may do, by account.
    pub installations: HashMap<AccountId, Arc<Installation>>,
    /// What is known of its cards.
    pub keeps: Keeps,
}

impl LoadedPlugin {
    /// Whether it makes cards for a view.
    pub fn serves_view(&self, view: &str) -> bool {
        let views = &self.manifest.views;
        self.program.serves_cards()
            && (views.is_empty() || views.iter().any(|served| served == view))
    }

    /// Whether an event is to be delivered to it.
    pub fn takes(&self, event: &Event) -> bool {
        self.program.serves_events() && event.is_one_of(&self.manifest.events)
    }
}

/// What became of the newest version of a plugin that serves an earlier one.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The version that did not load; none when its bytes are those that serve, or were not read.
    pub generation: Option<Generation>,
    /// Why.
    pub problem: Problem,
}

/// A file that is not served, and why.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The file's name.
    pub file: String,
    /// Why.
    pub problem: Problem,
}

/// All plugins at one moment.
#[derive(Debug, Default)]
pub struct Snapshot {
    plugins: Vec<Arc<LoadedPlugin>>,
    by_id: HashMap<PluginId, usize>,
    refused: Vec<Refused>,
    disabled: Vec<PluginId>,
    pending: HashMap<PluginId, Pending>,
}

impl Snapshot {
    /// Puts plugins into the operator's order, ties by id.
    pub fn new(
        mut plugins: Vec<Arc<LoadedPlugin>>,
        refused: Vec<Refused>,
        disabled: Vec<PluginId>,
    ) -> Self {
        plugins.sort_by(|a, b| (a.order, &a.id).cmp(&(b.order, &b.id)));
        let by_id = plugins
            .iter()
            .enumerate()
            .map(|(index, plugin)| (plugin.id.clone(), index))
            .collect();
        Self {
            plugins,
            by_id,
            refused,
            disabled,
            pending: HashMap::new(),
        }
    }

    /// With what is wrong with the newest versions of plugins that serve an earlier one.
    #[must_use]
    pub fn with_pending(self, pending: HashMap<PluginId, Pending>) -> Self {
        Self { pending, ..self }
    }

    /// All plugins, in the operator's order.
    pub fn plugins(&self) -> &[Arc<LoadedPlugin>] {
        &self.plugins
    }

    /// One plugin, and its place.
    pub fn plugin(&self, id: &PluginId) -> Option<(usize, &Arc<LoadedPlugin>)> {
        let index = *self.by_id.get(id)?;
        self.plugins.get(index).map(|plugin| (index, plugin))
    }

    /// Files that are not served.
    pub fn refused(&self) -> &[Refused] {
        &self.refused
    }

    /// Why a plugin that is served is not served in its newest version; none when it is.
    pub fn pending(&self, id: &PluginId) -> Option<&Pending> {
        self.pending.get(id)
    }

    /// Plugins that their grants switch off.
    pub fn disabled(&self) -> &[PluginId] {
        &self.disabled
    }
}

/// The one door to the plugins for hot code. The control path publishes whole snapshots behind it.
#[derive(Clone, Debug, Default)]
pub struct View(Arc<ArcSwap<Snapshot>>);

impl View {
    /// The snapshot of this moment; hold it to the end of the call.
    pub fn current(&self) -> Arc<Snapshot> {
        self.0.load_full()
    }

    /// Publishes a snapshot. Calls that run keep the one they began with.
    pub fn publish(&self, snapshot: Snapshot) {
        self.0.store(Arc::new(snapshot));
    }
}
