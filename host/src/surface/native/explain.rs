//! The list `explain` of an answer of `/v1/context`.

use super::super::answer::ErrorView;
use super::render::{Digest, UsedView};
use crate::model::explain::Explained;
use schemars::JsonSchema;

#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "Explained")]
pub(super) struct ExplainedView<'a> {
    plugin: &'a str,
    title: Option<&'a str>,
    status: &'static str,
    asked: bool,
    generation: Option<Digest<'a>>,
    permission: &'a [String],
    time_ms: Option<UsedView>,
    /// How old a kept answer is; none while nothing is kept.
    cache: Option<u64>,
    error: Option<ErrorView<'a>>,
    /// The clause for the log. Elsewhere no asker reads it; here the asker is the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    next: &'a str,
}

impl<'a> ExplainedView<'a> {
    pub(super) fn new(explained: &'a Explained) -> Self {
        let problem = explained.problem.as_ref();
        Self {
            plugin: &explained.plugin,
            title: explained.title.as_deref(),
            status: explained.fate.as_str(),
            asked: explained.fate.was_asked(),
            generation: explained.generation.as_ref().map(Digest),
            permission: &explained.permission,
            time_ms: explained.time_ms.map(UsedView::new),
            cache: None,
            error: problem.map(ErrorView::of_card),
            detail: problem
                .map(|problem| problem.detail.as_str())
                .filter(|detail| !detail.is_empty()),
            next: &explained.next,
        }
    }
}
