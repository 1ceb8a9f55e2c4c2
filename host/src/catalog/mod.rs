//! Which plugins there are: the folder, the grants, the loaded versions, and the snapshot that
//! calls run against.
//!
//! Control path. Hot code takes `View::current` once and holds the snapshot to the end of its call.

mod attempt;
mod folder;
mod given;
mod grant;
mod keep;
mod keeps;
mod load;
mod manifest;
mod open;
mod programs;
mod snapshot;
mod stamp;
mod tracked;
mod watch;

pub use folder::{Folder, PLUGIN_BYTES};
pub use given::Given;
pub use grant::{Grant, GrantPart};
pub use keep::{Catalog, Reloaded};
pub use keeps::Keeps;
pub use load::{Loader, Permission};
pub use open::Opened;
pub use snapshot::{LoadedPlugin, Pending, Refused, Snapshot, View};
