//! Plugins that a program brings itself, as bytes: they stand beside those of the folder.

use super::folder::Candidate;
use crate::model::id::PluginId;

/// A plugin as bytes, with the text of its grant.
#[derive(Clone)]
pub struct Given {
    /// Its id.
    pub plugin: PluginId,
    /// The component.
    pub bytes: Vec<u8>,
    /// As `<id>.toml` would have it; without one the plugin may do nothing outside.
    pub grant: Option<String>,
}

impl Given {
    /// The same as a file of the folder would be.
    pub(super) fn candidate(&self) -> Candidate {
        Candidate {
            file: format!("{}.wasm", self.plugin),
            plugin: Some(self.plugin.clone()),
            bytes: Ok(self.bytes.clone()),
            grant: Ok(self.grant.clone()),
        }
    }
}

impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Given")
            .field("plugin", &self.plugin)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}
