//! What a plugin can reach through the host: the input and output behind its imports. Decisions
//! are made in [`crate::policy`]; here they are only carried out. No wasmtime: the engine only
//! passes calls on.

pub mod calls;
pub mod clock;
mod failure;
pub mod http;
pub mod installation;
pub mod live;
pub mod log;
pub mod recording;
mod redact;
pub mod replay;
mod scrub;
pub mod secret;
pub mod session;
mod spelling;
pub mod store;
