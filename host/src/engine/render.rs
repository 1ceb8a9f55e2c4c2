//! Asking a plugin for its card.

use super::Engine;
use super::blame::plugin_error;
use super::convert::card::{Checked, card_from_wit};
use super::convert::context::context_to_wit;
use super::invoke::{Callee, Invocation};
use super::slot::Slot;
use crate::capability::calls::HostCalls;
use crate::model::context::Context;
use crate::model::problem::{Code, Problem};
use crate::model::store::StoreChanges;
use crate::model::usage::Usage;
use crate::policy::limits::CardLimits;
use std::sync::Arc;

impl Engine {
    /// Asks a plugin for its card; `None` is its answer that it knows nothing.
    pub async fn render(
        &self,
        slot: Slot,
        callee: Callee<'_>,
        calls: Arc<dyn HostCalls>,
        context: &Context,
    ) -> Invocation<Option<Checked>> {
        let linked = match callee.program.linked().await {
            Ok(linked) => linked,
            Err(problem) => return Invocation::never(problem),
        };
        let Some(card) = linked.card.as_ref() else {
            return Invocation::never(Problem::new(
                Code::LoadMissingExport,
                "The plugin makes no cards.",
            ));
        };
        let (answer, mut usage) = self
            .call(&slot, callee, linked, &calls, async |store, instance| {
                let guest = card.load(&mut *store, instance)?;
                let context = context_to_wit(context);
                guest.call_render(&mut *store, &context).await
            })
            .await;
        let answer = match answer {
            Ok(Ok(Some(card))) => {
                card_from_wit(card, &callee.limits.card, callee.actions).map(Some)
            }
            Ok(Ok(None)) => Ok(None),
            Ok(Err(error)) => Err(plugin_error(error, calls.http_failure())),
            Err(problem) => Err(problem),
        };
        let checked = answer.as_ref().ok().and_then(Option::as_ref);
        measure(&mut usage, &callee.limits.card, checked);
        let changes = match &answer {
            Ok(_) => calls.store().take_changes(),
            Err(_) => StoreChanges::default(),
        };
        Invocation {
            answer,
            usage,
            changes,
        }
    }
}

/// Writes down what the card used of its bounds.
pub(super) fn measure(usage: &mut Usage, limits: &CardLimits, checked: Option<&Checked>) {
    usage.output_bytes.limit = limits.card_bytes as u64;
    usage.blocks.limit = limits.blocks as u64;
    if let Some(checked) = checked {
        usage.output_bytes.used = checked.bytes as u64;
        usage.blocks.used = checked.card.blocks.len() as u64;
    }
}
