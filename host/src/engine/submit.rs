//! Handing a press to a plugin.

use super::Engine;
use super::blame::plugin_error;
use super::convert::action::{Submitted, press_to_wit, result_from_wit};
use super::invoke::{Callee, Invocation};
use super::render::measure;
use super::slot::Slot;
use crate::capability::calls::HostCalls;
use crate::model::action::{Press, Pressed};
use crate::model::problem::{Code, Problem};
use crate::model::store::StoreChanges;
use std::sync::Arc;

impl Engine {
    /// Hands a press to a plugin: done, or not to be accepted as it was filled in. A problem is a
    /// call that failed, the plugin's own error among them.
    pub async fn submit(
        &self,
        slot: Slot,
        callee: Callee<'_>,
        calls: Arc<dyn HostCalls>,
        press: &Press,
    ) -> Invocation<Submitted> {
        let linked = match callee.program.linked().await {
            Ok(linked) => linked,
            Err(problem) => return Invocation::never(problem),
        };
        let Some(action) = linked.action.as_ref() else {
            return Invocation::never(Problem::new(
                Code::LoadMissingExport,
                "The plugin carries out no actions.",
            ));
        };
        let (answer, mut usage) = self
            .call(&slot, callee, linked, &calls, async |store, instance| {
                let guest = action.load(&mut *store, instance)?;
                let press = press_to_wit(press);
                guest.call_submit(&mut *store, &press).await
            })
            .await;
        let answer = match answer {
            Ok(Ok(result)) => result_from_wit(result, &callee.limits.card, callee.actions),
            Ok(Err(error)) => Err(plugin_error(error, calls.http_failure())),
            Err(problem) => Err(problem),
        };
        let card = answer.as_ref().ok().and_then(|one| one.card.as_ref());
        let checked = card.and_then(|card| card.as_ref().ok());
        measure(&mut usage, &callee.limits.card, checked);
        // A plugin that does not accept what was filled in must have changed nothing.
        let changes = match &answer {
            Ok(Submitted {
                result: Pressed::Done { .. },
                ..
            }) => calls.store().take_changes(),
            _ => StoreChanges::default(),
        };
        Invocation {
            answer,
            usage,
            changes,
        }
    }
}
