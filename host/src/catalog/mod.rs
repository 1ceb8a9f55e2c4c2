//! Which plugins there are: the folder, the grants, the loaded versions, and the snapshot that
//! calls run against.
//!
//! Control path. Hot code takes `View::current` once and holds the snapshot to the end of its call.

mod folder;
mod given;
mod grant;
mod load;
mod manifest;
mod snapshot;

pub use folder::{Candidate, Folder};
pub use given::Given;
pub use grant::{Grant, GrantPart};
pub use load::{Loader, Permission};
pub use snapshot::{LoadedPlugin, Refused, Snapshot, View};
