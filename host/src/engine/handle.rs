//! Giving a plugin an event.

use super::Engine;
use super::blame::blame;
use super::convert::event::{event_to_wit, refusal_from_wit};
use super::invoke::{Callee, Invocation};
use super::slot::Slot;
use crate::capability::calls::HostCalls;
use crate::model::event::Event;
use crate::model::problem::{Code, Problem};
use crate::model::refusal::{Refusal, Wish};
use crate::model::store::StoreChanges;
use std::sync::Arc;

impl Engine {
    /// Gives a plugin an event, for the `attempt`th time. `Ok(Ok(()))` acknowledges it; a refusal is
    /// the plugin's own answer, a problem the host's word on a call that did not come to an end.
    pub async fn handle(
        &self,
        slot: Slot,
        callee: Callee<'_>,
        calls: Arc<dyn HostCalls>,
        event: &Event,
        attempt: u32,
    ) -> Invocation<Result<(), Refusal>> {
        let linked = match callee.program.linked().await {
            Ok(linked) => linked,
            Err(problem) => return Invocation::never(problem),
        };
        let Some(handler) = linked.event.as_ref() else {
            return Invocation::never(Problem::new(
                Code::LoadMissingExport,
                "The plugin takes no events.",
            ));
        };
        let (answer, usage) = self
            .call(&slot, callee, linked, &calls, async |store, instance| {
                let guest = handler.load(&mut *store, instance)?;
                let event = event_to_wit(event, attempt);
                guest.call_handle(&mut *store, &event).await
            })
            .await;
        let answer = answer.map(|handled| {
            handled.map_err(|error| {
                let mut refusal = refusal_from_wit(error);
                // A plugin that says what it wants was asked; one that just fails was most likely
                // let down.
                if refusal.wish == Wish::Retry {
                    refusal.problem = blame(refusal.problem, calls.http_failure());
                }
                refusal
            })
        });
        let changes = match &answer {
            Ok(Ok(())) => calls.store().take_changes(),
            _ => StoreChanges::default(),
        };
        Invocation {
            answer,
            usage,
            changes,
        }
    }
}
