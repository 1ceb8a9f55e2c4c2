//! The card as a plugin for Extism: JSON in, JSON out, as its plugins do.

use card::Asked;
use extism_pdk::{FnResult, Json, plugin_fn};

/// Answers one question.
#[plugin_fn]
pub fn context(Json(asked): Json<Asked>) -> FnResult<String> {
    Ok(asked.card()?)
}
