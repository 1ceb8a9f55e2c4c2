//! A secret is never written into a file of ours: a file says where it stands.

use crate::fields::{Errors, Fields};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Larger files are no secrets.
const SECRET_BYTES: usize = 64 << 10;

/// Where a secret's value stands: `{ env = "NAME" }` or `{ file = "PATH" }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// An environment variable.
    Env(String),
    /// A file; line feeds at its end do not count.
    File(PathBuf),
}

impl SecretSource {
    /// Takes a source apart.
    pub(crate) fn read(fields: &mut Fields<'_>, errors: &mut Errors<'_>) -> Option<Self> {
        let at = fields.at();
        let env = fields.take::<String>("env", errors);
        let file = fields.take::<PathBuf>("file", errors);
        let name = fields.name("");
        fields.finish(errors);
        match (env, file) {
            (Some(env), None) => Some(Self::Env(env)),
            (None, Some(file)) => Some(Self::File(file)),
            _ => {
                let name = name.trim_end_matches('.');
                errors.add(
                    at,
                    format!("{name} says where the secret stands: {{ env = \"NAME\" }} or {{ file = \"PATH\" }}"),
                );
                None
            }
        }
    }

    /// Reads the value. Files are named from `base` where they are not absolute.
    ///
    /// # Errors
    /// A clause that says what is missing, never a part of the value.
    pub fn value(&self, base: &Path) -> Result<Zeroizing<String>, String> {
        let value = match self {
            Self::Env(name) => from_env(name)?,
            Self::File(path) => from_file(&base.join(path))?,
        };
        match value.is_empty() {
            true => Err(format!("{self} is empty")),
            false => Ok(value),
        }
    }
}

impl std::fmt::Display for SecretSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Env(name) => write!(f, "the environment variable {name}"),
            Self::File(path) => write!(f, "the file {}", path.display()),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment: a grant or sidepane.toml named the variable"
)]
fn from_env(name: &str) -> Result<Zeroizing<String>, String> {
    match std::env::var(name) {
        Ok(value) => Ok(Zeroizing::new(value)),
        Err(std::env::VarError::NotPresent) => {
            Err(format!("the environment variable {name} is not set"))
        }
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(format!("the environment variable {name} is not UTF-8"))
        }
    }
}

fn from_file(path: &Path) -> Result<Zeroizing<String>, String> {
    let shown = path.display();
    // A buffer that grew would leave copies of the secret behind; this one never has to.
    let mut bytes = Zeroizing::new(Vec::with_capacity(SECRET_BYTES + 64));
    File::open(path)
        .and_then(|file| file.take(SECRET_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| format!("the file {shown} cannot be read: {error}"))?;
    if bytes.len() > SECRET_BYTES {
        return Err(format!(
            "the file {shown} is larger than {SECRET_BYTES} bytes"
        ));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| format!("the file {shown} is not UTF-8"))?;
    Ok(Zeroizing::new(
        text.trim_end_matches(['\n', '\r']).to_owned(),
    ))
}
