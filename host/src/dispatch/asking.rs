//! One question on its way to its plugins: answered with a kept card, together with somebody else's,
//! or by a call.

use super::cache::{Asked, Cache, Key};
use super::call;
use super::flight::Joined;
use crate::capability::live::World;
use crate::catalog::LoadedPlugin;
use crate::engine::Engine;
use crate::model::context::Context;
use crate::model::outcome::Outcome;
use std::sync::{Arc, OnceLock};

/// What is asked, and of whose engine, world and memory.
pub(super) struct Asking {
    engine: Engine,
    world: Arc<World>,
    cache: Arc<Cache>,
    context: Context,
    /// Only cards made for this very question will do.
    anew: bool,
    /// Made when the first plugin is asked that may let cards be kept: most do not.
    asked: OnceLock<Asked>,
}

impl Asking {
    /// A question.
    pub(super) fn new(
        engine: &Engine,
        world: &Arc<World>,
        cache: &Arc<Cache>,
        context: &Context,
        anew: bool,
    ) -> Self {
        Self {
            engine: engine.clone(),
            world: Arc::clone(world),
            cache: Arc::clone(cache),
            context: context.clone(),
            anew,
            asked: OnceLock::new(),
        }
    }

    /// Asks one plugin. Whatever happens becomes an outcome.
    pub(super) async fn ask(&self, plugin: &LoadedPlugin) -> Outcome {
        // As it was before the call: what a button changes meanwhile, the card may not know of.
        let keeps = &plugin.keeps;
        let presses = keeps.presses();
        let key = || Key {
            load: keeps.load,
            presses,
            context: self.asked.get_or_init(|| Asked::new(&self.context)).clone(),
        };
        if self.anew || !self.cache.serves(keeps) {
            let outcome = self.call(plugin).await;
            return self.cache.settle(keeps, key, outcome);
        }
        let key = key();
        loop {
            if let Some(outcome) = self.cache.fresh(&key) {
                return outcome;
            }
            let waits = match self.cache.join(&key) {
                Joined::First(flight) => {
                    let outcome = self.call(plugin).await;
                    let outcome = self.cache.settle(keeps, || key.clone(), outcome);
                    flight.land(outcome.clone());
                    return outcome;
                }
                Joined::Second(waits) => waits,
            };
            // Whoever asked went away, and somebody has to ask again.
            let Some(outcome) = waits.answer().await else {
                continue;
            };
            if let Some(outcome) = self.cache.share(outcome) {
                return outcome;
            }
            let outcome = self.call(plugin).await;
            return self.cache.settle(keeps, || key, outcome);
        }
    }

    async fn call(&self, plugin: &LoadedPlugin) -> Outcome {
        call::call(&self.engine, &self.world, plugin, &self.context).await
    }
}
