//! From a question to outcomes: which plugins, a place for each, the call, the pane.
//!
//! Hot path. One `Arc<Snapshot>` is taken at the beginning and held to the end, so that a reload
//! never changes a question under way. Plugins run side by side in the asker's own task: when the
//! asker goes away, everything they hold is free at once.

mod act;
mod asking;
mod cache;
mod call;
mod explain;
mod flight;
mod once;
mod route;
mod weight;

pub use explain::mend;

use crate::capability::live::World;
use crate::catalog::{LoadedPlugin, Snapshot, View};
use crate::engine::Engine;
use crate::model::action::{Acted, Press};
use crate::model::context::Context;
use crate::model::figures::CacheFigures;
use crate::model::outcome::{Outcome, Pane, Placed};
use crate::model::problem::Problem;
use crate::policy::cache::CachePolicy;
use crate::surface::{Asked, Question};
use asking::Asking;
use cache::Cache;
use futures_util::stream::{FuturesUnordered, Stream, StreamExt};
use once::Once;
use std::sync::Arc;

/// Asks plugins.
#[derive(Clone, Debug)]
pub struct Dispatch {
    engine: Engine,
    view: View,
    world: Arc<World>,
    once: Arc<Once>,
    cache: Arc<Cache>,
}

impl Dispatch {
    /// A dispatcher over an engine, the published plugins and the world they run in.
    pub fn new(engine: Engine, view: View, world: Arc<World>, kept: CachePolicy) -> Self {
        Self {
            engine,
            view,
            world,
            once: Arc::default(),
            cache: Arc::new(Cache::new(kept)),
        }
    }

    /// Asks the plugins and hands on each outcome as it comes; first who is asked, in the order of
    /// the pane.
    ///
    /// # Errors
    /// `request.unknown_plugin` and `request.unknown_view`; nothing was asked then.
    pub fn ask(
        &self,
        question: &Question,
    ) -> Result<(Vec<Asked>, impl Stream<Item = Placed> + Send + use<>), Problem> {
        let plugins = route::asked(&self.view.current(), question)?;
        let asked = plugins.iter().map(|plugin| Asked {
            plugin: plugin.id.clone(),
            title: plugin.manifest.name.clone(),
        });
        Ok((asked.collect(), self.ask_of(plugins, question)))
    }

    fn ask_of(
        &self,
        plugins: Vec<Arc<LoadedPlugin>>,
        question: &Question,
    ) -> impl Stream<Item = Placed> + Send + use<> {
        let Question { context, anew, .. } = question;
        let asking = Asking::new(&self.engine, &self.world, &self.cache, context, *anew);
        let asking = Arc::new(asking);
        plugins
            .into_iter()
            .enumerate()
            .map(|(order, plugin)| {
                let asking = Arc::clone(&asking);
                async move {
                    let outcome = asking.ask(&plugin).await;
                    Placed { order, outcome }
                }
            })
            .collect::<FuturesUnordered<_>>()
    }

    /// Asks the plugins and waits for all of them.
    ///
    /// # Errors
    /// As `ask`. A plugin that fails is an outcome, not an error.
    pub async fn pane(&self, question: &Question) -> Result<Pane, Problem> {
        self.pane_of(&self.view.current(), question).await
    }

    /// As `pane`, and says of every plugin of the folder why its card is there or is not.
    ///
    /// # Errors
    /// As `ask`.
    pub async fn explain(&self, question: &Question) -> Result<Pane, Problem> {
        let snapshot = self.view.current();
        // Whoever asks why wants to see it happen.
        let question = Question {
            anew: true,
            ..question.clone()
        };
        let mut pane = self.pane_of(&snapshot, &question).await?;
        pane.explained = Some(explain::explain(&snapshot, &question, &pane.outcomes));
        Ok(pane)
    }

    async fn pane_of(&self, snapshot: &Snapshot, question: &Question) -> Result<Pane, Problem> {
        let plugins = route::asked(snapshot, question)?;
        let mut placed: Vec<Placed> = self.ask_of(plugins, question).collect().await;
        placed.sort_by_key(|placed| placed.order);
        Ok(Pane {
            request_id: question.context.request_id.clone(),
            outcomes: placed.into_iter().map(|placed| placed.outcome).collect(),
            explained: None,
        })
    }

    /// Has a plugin carry out a press. However often a press comes, it takes effect once: see
    /// [`Press::key`].
    ///
    /// # Errors
    /// `request.unknown_plugin` and `request.unknown_action` when there is nobody to do it,
    /// `request.action_used` when it was done with something else filled in, `call.busy` when too
    /// much was done of late. A plugin that fails is a result, not an error.
    pub async fn act(&self, press: &Press) -> Result<Acted, Problem> {
        let plugin = act::plugin(&self.view.current(), press)?;
        let (engine, world) = (&self.engine, &self.world);
        let asking = Asking::new(engine, world, &self.cache, &press.context, true);
        self.once
            .run(press, async |turn| {
                act::act(engine, world, &asking, &plugin, press, turn).await
            })
            .await
    }

    /// Has every card made anew.
    pub fn clear_kept(&self) {
        self.cache.clear();
    }

    /// What is kept of cards, and how often that saved a call.
    pub fn kept(&self) -> CacheFigures {
        self.cache.figures()
    }

    /// The published plugins.
    pub fn view(&self) -> &View {
        &self.view
    }
}

/// Asks one plugin, in whatever world the asker made for it; no card of before will do, and this one is
/// not kept. Whatever happens becomes an outcome.
pub async fn ask_alone(
    engine: &Engine,
    world: &World,
    plugin: &LoadedPlugin,
    context: &Context,
) -> Outcome {
    call::call(engine, world, plugin, context).await
}
