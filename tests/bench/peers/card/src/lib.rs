//! The card of `examples/bench-card` without the SDK: the very files that the plugin is made of, so
//! that what the peers compute cannot drift away from it.

#[path = "../../../../../examples/bench-card/src/answer.rs"]
mod answer;
#[path = "../../../../../guest-sdk/src/html.rs"]
pub mod html;
#[path = "../../../../../examples/bench-card/src/profile.rs"]
pub mod profile;

// Named here for `profile`.
use html::escape;
use serde::{Deserialize, Serialize};

/// What is asked, by the names that stand in the query.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    /// Where the agent looks from.
    pub view: String,
    /// Whose card it is.
    pub email: Option<String>,
    /// The ticket that is open.
    pub ticket_id: Option<String>,
}

impl Asked {
    /// The card as JSON.
    ///
    /// # Errors
    ///
    /// The JSON cannot be written; it consists of texts, so that does not happen.
    pub fn card(self) -> Result<String, serde_json::Error> {
        answer::json(self.email, self.view, self.ticket_id)
    }
}
