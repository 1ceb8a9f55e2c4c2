//! What the operator set, read into the plugin's own struct.
//!
//! ```
//! use sidepane_sdk::{Error, settings};
//!
//! #[derive(serde::Deserialize)]
//! struct Settings {
//!     shop: String,
//!     limit: usize,
//!     #[serde(default)]
//!     show_notes: bool,
//!     labels: Option<Vec<String>>,
//! }
//!
//! fn shop() -> Result<String, Error> {
//!     let settings: Settings = settings::load()?;
//!     Ok(settings.shop)
//! }
//! ```
//!
//! Names are those of the manifest's fields. Each value arrives as text, written as its kind says,
//! and is read as the type it goes into: a checkbox into `bool`, a number into any number, a select
//! into `String` or an enum, a multi-select into a `Vec`. A setting without value and default is
//! absent: use `Option` or `#[serde(default)]`. So is one that is empty where the type cannot be.

use std::fmt;

use serde::de::DeserializeOwned;

use crate::host;
use crate::texts::{self, Unfit};

/// Reads all settings into a struct.
///
/// # Errors
///
/// A setting is missing, or its text is not of the type it goes into; the error names it.
pub fn load<T: DeserializeOwned>() -> Result<T, SettingsError> {
    texts::read(host::settings()).map_err(SettingsError)
}

/// The text of one setting, in the form of its field's kind.
pub fn text(name: &str) -> Option<String> {
    host::setting(name)
}

/// A setting that is missing or of another type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError(Unfit);

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "settings do not fit the plugin: {}", self.0)
    }
}

impl std::error::Error for SettingsError {}
