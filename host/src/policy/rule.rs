//! One rule of a manifest, one rule of a grant.

use super::method::{MethodError, Methods};
use super::pattern::{PatternError, UrlPattern};
use crate::model::manifest::WantedHost;
use std::path::PathBuf;

/// The longest name of a secret, in bytes.
const MAX_SECRET_NAME_BYTES: usize = 64;

/// One address that a manifest asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedRule {
    /// Where.
    pub pattern: UrlPattern,
    /// With which methods.
    pub methods: Methods,
    /// Secrets that may be sent there.
    pub secrets: Vec<String>,
}

/// One `[[http.allow]]` of a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedRule {
    /// Where.
    pub pattern: UrlPattern,
    /// With which methods.
    pub methods: Methods,
    /// Secrets that may be sent there, in headers only.
    pub secrets: Vec<String>,
    /// Whether private addresses are opened, see [`super::address`].
    pub private_network: bool,
    /// Certificates to trust beside the system's, as PEM.
    pub ca_file: Option<PathBuf>,
}

/// Why a manifest's or grant's rule is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Its URL.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// One of its methods.
    #[error(transparent)]
    Method(#[from] MethodError),
    /// The name of one of its secrets.
    #[error("the secret's name {0:?} is not 1 to 64 of a-z, 0-9 and _")]
    SecretName(String),
}

impl WantedRule {
    /// Reads one of a manifest's hosts.
    ///
    /// # Errors
    /// [`RuleError`] says what is wrong and what to write instead.
    pub fn parse(host: &WantedHost) -> Result<Self, RuleError> {
        Ok(Self {
            pattern: UrlPattern::parse_wanted(&host.url)?,
            methods: Methods::parse(&host.methods)?,
            secrets: parse_secrets(&host.secrets)?,
        })
    }
}

impl AllowedRule {
    /// Reads the URL, methods (none mean `GET`) and secrets of one `[[http.allow]]`; the rest is
    /// as it is by default: public addresses and the system's certificates.
    ///
    /// # Errors
    /// [`RuleError`] says what is wrong and what to write instead.
    pub fn parse<T: AsRef<str>>(
        url: &str,
        methods: &[T],
        secrets: &[String],
    ) -> Result<Self, RuleError> {
        Ok(Self {
            pattern: UrlPattern::parse_granted(url)?,
            methods: Methods::parse(methods)?,
            secrets: parse_secrets(secrets)?,
            private_network: false,
            ca_file: None,
        })
    }

    /// The rule as a grant writes it.
    pub fn to_toml(&self) -> String {
        let text = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let list = |items: Vec<&str>| {
            let items: Vec<_> = items.into_iter().map(text).collect();
            format!("[{}]", items.join(", "))
        };
        let mut lines = format!(
            "[[http.allow]]\nurl = {}\nmethods = {}",
            text(&self.pattern.to_string()),
            list(self.methods.iter().collect()),
        );
        if !self.secrets.is_empty() {
            let secrets = self.secrets.iter().map(String::as_str).collect();
            lines += &format!("\nsecrets = {}", list(secrets));
        }
        if self.private_network {
            lines += "\nprivate_network = true";
        }
        if let Some(file) = &self.ca_file {
            lines += &format!("\nca_file = {}", text(&file.to_string_lossy()));
        }
        lines
    }

    /// What this rule and one of the manifest's have in common.
    pub fn meet(&self, wanted: &WantedRule) -> Option<Self> {
        Some(Self {
            pattern: self.pattern.meet(&wanted.pattern)?,
            methods: self.methods.meet(&wanted.methods)?,
            secrets: self
                .secrets
                .iter()
                .filter(|secret| wanted.secrets.contains(secret))
                .cloned()
                .collect(),
            private_network: self.private_network,
            ca_file: self.ca_file.clone(),
        })
    }
}

fn parse_secrets(names: &[String]) -> Result<Vec<String>, RuleError> {
    let fits = |name: &str| {
        (1..=MAX_SECRET_NAME_BYTES).contains(&name.len())
            && name
                .bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
    };
    match names.iter().find(|name| !fits(name)) {
        Some(name) => Err(RuleError::SecretName(name.chars().take(80).collect())),
        None => Ok(names.to_vec()),
    }
}
