//! What a plugin can reach through the host: the input and output behind its imports. Decisions are
//! made in [`crate::policy`]; here they are only carried out.

pub mod http;
pub mod secret;
