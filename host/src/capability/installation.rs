//! One plugin for one account: its settings, its secrets, the addresses it may call.

use super::secret::Secrets;
use crate::policy::egress::EgressPolicy;

/// Everything that differs between two accounts of one plugin.
#[derive(Debug)]
pub struct Installation {
    /// Settings in the manifest's order, defaults filled in.
    pub settings: Vec<(String, String)>,
    /// Values that only the host sees.
    pub secrets: Secrets,
    /// What may be called: manifest ∩ grant.
    pub egress: EgressPolicy,
}
