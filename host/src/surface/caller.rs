//! Who asks: what the credential of a door says.

use crate::model::context::{Agent, Context};
use crate::model::id::AccountId;
use crate::model::problem::{Code, Problem};

/// Whose request it is and what it may do. Only a door's `verify` makes one of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The tenant.
    pub account: AccountId,
    /// Who sits at the page, where a session vouches for it.
    pub agent: Option<Agent>,
    /// The desk whose page it is; none for a program.
    pub page: Option<&'static str>,
    /// Whether buttons may be pressed.
    pub acts: bool,
}

impl Caller {
    /// A program with a credential of its own: it may do all that the account may.
    pub fn program(account: AccountId) -> Self {
        Self {
            account,
            agent: None,
            page: None,
            acts: true,
        }
    }

    /// Writes into a context what is vouched for, over what the request claims.
    pub(super) fn sign(&self, context: &mut Context) {
        if let Some(page) = self.page {
            context.surface = page;
        }
        if self.agent.is_some() {
            context.agent.clone_from(&self.agent);
        }
    }

    /// # Errors
    /// `auth.scope` for a caller that may only look.
    pub(super) fn may_act(&self) -> Result<(), Problem> {
        match self.acts {
            true => Ok(()),
            false => Err(Problem::new(
                Code::AuthScope,
                "This session may show cards and press no buttons.",
            )
            .hint("{\"scopes\": [\"context\", \"actions\"]}")),
        }
    }
}
