//! Asking a plugin for its card.

use super::Engine;
use super::blame::blame;
use super::convert::card::{Checked, card_from_wit};
use super::convert::context::context_to_wit;
use super::invoke::{Callee, Invocation};
use super::slot::Slot;
use super::trap;
use crate::capability::calls::HostCalls;
use crate::model::context::Context;
use crate::model::http::HttpError;
use crate::model::problem::{Code, Problem};
use crate::model::store::StoreChanges;
use sidepane_bindings::imports::card::PluginError;
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
        let Some(card) = callee.program.card.as_ref() else {
            return Invocation::never(Problem::new(
                Code::LoadMissingExport,
                "The plugin makes no cards.",
            ));
        };
        let (answer, mut usage) = self
            .call(&slot, callee, &calls, async |store, instance| {
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
        usage.output_bytes.limit = callee.limits.card.card_bytes as u64;
        usage.blocks.limit = callee.limits.card.blocks as u64;
        if let Ok(Some(checked)) = &answer {
            usage.output_bytes.used = checked.bytes as u64;
            usage.blocks.used = checked.card.blocks.len() as u64;
        }
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

/// The plugin's own error. Where a request failed before it, that is what went wrong.
fn plugin_error(error: PluginError, http: Option<HttpError>) -> Problem {
    let message = error
        .agent_message
        .filter(|text| !text.trim().is_empty())
        .map(|text| {
            let end = text.floor_char_boundary(text.len().min(1 << 10));
            text.get(..end).unwrap_or_default().to_owned()
        })
        .unwrap_or_default();
    let mut problem =
        Problem::new(Code::CallPluginError, message).detail(trap::bounded(&error.log_message));
    problem.retryable = error.retryable;
    blame(problem, http)
}
