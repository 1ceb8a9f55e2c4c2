//! `sidepane.toml`: where to listen, where things lie, the default limits, the accounts with the
//! credentials of their doors.

use super::cache;
use super::compile;
use super::events;
use super::limits;
use super::secret::SecretSource;
use crate::fields::{self, Errors, Fields};
use crate::model::id::AccountId;
use crate::model::problem::{Code, Problem};
use crate::policy::cache::CachePolicy;
use crate::policy::compile::CompileBudget;
use crate::policy::delivery::DeliveryPolicy;
use crate::policy::limits::Limits;
use crate::surface::keys::{AccountKeys, Key, Keys, RsaKey};
use http::header::HeaderName;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Everything an operator can set; the defaults are those of `sidepane.default.toml`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The traffic listener.
    pub listen: SocketAddr,
    /// The admin listener.
    pub admin: SocketAddr,
    /// The folder of plugins and grants.
    pub plugins: PathBuf,
    /// The folder of our own: events, plugins' values, compiled artefacts.
    pub data: PathBuf,
    /// Where browsers reach the traffic listener; none leaves out what needs links to it.
    pub public_url: Option<String>,
    /// Calls at one time, over all plugins.
    pub calls: u32,
    /// The budget of a call that no grant changes.
    pub limits: Limits,
    /// The budget of compiling one plugin.
    pub compile: CompileBudget,
    /// Which cards are kept to be answered again.
    pub cards: CachePolicy,
    /// How events are delivered and how long what is kept.
    pub events: DeliveryPolicy,
    /// The accounts with their credentials; at least one.
    pub keys: Keys,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7117)),
            admin: SocketAddr::from(([127, 0, 0, 1], 7118)),
            plugins: "plugins".into(),
            data: "data".into(),
            public_url: None,
            calls: 1_000,
            limits: Limits::default(),
            compile: CompileBudget::default(),
            cards: CachePolicy::default(),
            events: DeliveryPolicy::default(),
            keys: Keys {
                accounts: vec![AccountKeys::default()],
                public: false,
                seals: None,
            },
        }
    }
}

impl Settings {
    /// Reads a file's text. `base` is the folder that relative paths of secrets begin at.
    ///
    /// # Errors
    /// `config.invalid` with every error of the file and its line.
    pub fn parse(file: &str, text: &str, base: &Path) -> Result<Self, Problem> {
        fields::read(file, text, Code::ConfigInvalid, |root, errors| {
            let mut settings = Self::default();
            set(&mut settings.listen, root.take("listen", errors));
            set(&mut settings.admin, root.take("admin", errors));
            set(&mut settings.plugins, root.take("plugins", errors));
            set(&mut settings.data, root.take("data", errors));
            settings.public_url = public_url(root, errors);
            limits::Table {
                fields: root,
                errors,
            }
            .set(&mut settings.calls, "calls", 1..=14_000, 1);
            if let Some(mut default) = root.table("default", errors) {
                if let Some(mut table) = default.table("limits", errors) {
                    limits::overlay(&mut table, &mut settings.limits, errors);
                }
                default.finish(errors);
            }
            if let Some(mut table) = root.table("compile", errors) {
                compile::overlay(&mut table, &mut settings.compile, errors);
            }
            if let Some(mut table) = root.table("cache", errors) {
                cache::overlay(&mut table, &mut settings.cards, errors);
            }
            if let Some(mut table) = root.table("events", errors) {
                events::overlay(&mut table, &mut settings.events, errors);
            }
            if let Some(table) = root.table("accounts", errors) {
                settings.keys.accounts = accounts(table, base, errors);
            }
            settings
        })
    }

    /// Refuses to listen to the world without knowing whom.
    ///
    /// # Errors
    /// `config.invalid` that names the listener and what to write.
    pub fn check_listeners(&self) -> Result<(), Problem> {
        let guarded = self
            .keys
            .accounts
            .iter()
            .all(|keys| !keys.api_tokens.is_empty() && !keys.imbox.is_empty());
        if !self.listen.ip().is_loopback() && !guarded {
            return Err(Problem::new(
                Code::ConfigInvalid,
                format!(
                    "{} is not a loopback address, and a door stands open: every account needs \
                     credentials for `/v1` and for `/imbox` before others can reach them.",
                    self.listen
                ),
            )
            .field("listen")
            .hint(
                "[accounts.default]\napi_tokens = [{ env = \"SIDEPANE_TOKEN\" }]\nimbox = [{ \
                 header = \"authorization\", value = { env = \"SIDEPANE_IMBOX\" } }]",
            ));
        }
        if !self.admin.ip().is_loopback() {
            return Err(Problem::new(
                Code::ConfigInvalid,
                format!(
                    "{} is not a loopback address, and the admin listener has no credentials of \
                     its own: keep it on loopback and reach it by a tunnel.",
                    self.admin
                ),
            )
            .field("admin"));
        }
        Ok(())
    }
}

impl Settings {
    /// The credentials as the traffic listener needs them: beyond loopback a door for which nobody
    /// has a credential is shut. So who has no Chatwoot need not think of its door.
    pub fn door_keys(&self) -> Keys {
        Keys {
            public: !self.listen.ip().is_loopback(),
            ..self.keys.clone()
        }
    }
}

fn public_url(root: &mut Fields<'_>, errors: &mut Errors<'_>) -> Option<String> {
    let (url, at) = root.take_at::<String>("public_url", errors)?;
    match url::Url::parse(&url) {
        Ok(parsed) if matches!(parsed.scheme(), "http" | "https") && parsed.has_host() => Some(url),
        _ => {
            errors.add(at, "public_url is absolute: https://panes.example.com/");
            None
        }
    }
}

fn accounts(table: Fields<'_>, base: &Path, errors: &mut Errors<'_>) -> Vec<AccountKeys> {
    let at = table.at();
    let mut accounts = Vec::new();
    for (name, mut fields) in table.rest_tables(errors) {
        let Some(account) = AccountId::parse(&name) else {
            errors.add(
                fields.at(),
                format!("accounts.{name}: an account's name is [A-Za-z0-9_.-]{{1,64}}"),
            );
            fields.finish(errors);
            continue;
        };
        accounts.push(AccountKeys {
            account,
            api_tokens: tokens(&mut fields, "api_tokens", base, errors),
            pane_keys: tokens(&mut fields, "pane_keys", base, errors),
            pane_origins: origins(&mut fields, "pane_origins", errors),
            imbox: headers(&mut fields, base, errors),
            snapengage_tokens: tokens(&mut fields, "snapengage_tokens", base, errors),
            front_secrets: tokens(&mut fields, "front_secrets", base, errors),
            front_origins: origins(&mut fields, "front_origins", errors),
            chatwoot_tokens: tokens(&mut fields, "chatwoot_tokens", base, errors),
            chatwoot_origins: origins(&mut fields, "chatwoot_origins", errors),
            webhook_secrets: secrets(&mut fields, "webhook_secrets", base, errors, |text| {
                Key::of_webhook_secret(text).map_err(String::from)
            }),
            freshchat_tokens: tokens(&mut fields, "freshchat_tokens", base, errors),
            freshchat_account: fields.take("freshchat_account", errors),
            freshchat_keys: secrets(&mut fields, "freshchat_keys", base, errors, RsaKey::parse),
            chatwoot_secrets: tokens(&mut fields, "chatwoot_secrets", base, errors),
            mcp_tokens: tokens(&mut fields, "mcp_tokens", base, errors),
            intercom_secrets: tokens(&mut fields, "intercom_secrets", base, errors),
        });
        fields.finish(errors);
    }
    if accounts.is_empty() {
        errors.add(
            at,
            "[accounts] names no account; leave it out for one account `default`",
        );
    }
    accounts
}

/// The origins of the list `name`, each as a browser writes it: it compares letter by letter.
fn origins(fields: &mut Fields<'_>, name: &str, errors: &mut Errors<'_>) -> Vec<String> {
    let Some((origins, at)) = fields.take_at::<Vec<String>>(name, errors) else {
        return Vec::new();
    };
    for origin in &origins {
        let url = url::Url::parse(origin).ok();
        let written = url.map(|url| url.origin().ascii_serialization());
        if written.as_deref() != Some(origin) {
            let like = written.filter(|written| written != "null");
            let like = like.unwrap_or_else(|| "https://desk.example.com".into());
            errors.add(
                at,
                format!("{origin:?} is not written as a browser writes an origin: {like}"),
            );
        }
    }
    origins
}

fn tokens(fields: &mut Fields<'_>, name: &str, base: &Path, errors: &mut Errors<'_>) -> Vec<Key> {
    secrets(fields, name, base, errors, |text| Ok(Key::new(text)))
}

/// All secrets of the list `name`, each as what `read` makes of it.
fn secrets<T>(
    fields: &mut Fields<'_>,
    name: &str,
    base: &Path,
    errors: &mut Errors<'_>,
    read: impl Fn(&str) -> Result<T, String>,
) -> Vec<T> {
    let sources = fields.tables(name, errors).unwrap_or_default();
    sources
        .into_iter()
        .filter_map(|mut source| secret(&mut source, base, errors, &read))
        .collect()
}

fn headers(
    fields: &mut Fields<'_>,
    base: &Path,
    errors: &mut Errors<'_>,
) -> Vec<(HeaderName, Key)> {
    let entries = fields.tables("imbox", errors).unwrap_or_default();
    let mut headers = Vec::new();
    for mut entry in entries {
        let name = entry.take_at::<String>("header", errors);
        let value = entry
            .table("value", errors)
            .and_then(|mut source| secret(&mut source, base, errors, |text| Ok(Key::new(text))));
        match (name, value) {
            (Some((name, at)), Some(key)) => match name.parse() {
                Ok(name) => headers.push((name, key)),
                Err(_) => errors.add(at, format!("{name:?} is no name of a header")),
            },
            _ => errors.add(
                entry.at(),
                "a header credential is { header = \"authorization\", value = { env = \"NAME\" } }",
            ),
        }
        entry.finish(errors);
    }
    headers
}

fn secret<T>(
    source: &mut Fields<'_>,
    base: &Path,
    errors: &mut Errors<'_>,
    read: impl Fn(&str) -> Result<T, String>,
) -> Option<T> {
    let at = source.at();
    let from = SecretSource::read(source, errors)?;
    let made = from
        .value(base)
        .and_then(|value| read(&value).map_err(|why| format!("{from} {why}")));
    match made {
        Ok(secret) => Some(secret),
        Err(why) => {
            errors.add(at, why);
            None
        }
    }
}

fn set<T>(setting: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *setting = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Settings, Problem> {
        Settings::parse("sidepane.toml", text, Path::new("/"))
    }

    #[test]
    fn an_empty_file_is_the_defaults() {
        let settings = parse("").expect("defaults");
        assert_eq!(settings.listen.to_string(), "127.0.0.1:7117");
        assert_eq!(settings.limits, Limits::default());
        assert_eq!(settings.keys.accounts.len(), 1);
        assert!(settings.check_listeners().is_ok());
    }

    #[test]
    fn the_documented_defaults_are_the_codes() {
        let text = include_str!("../../../sidepane.default.toml");
        let (documented, code) = (
            parse(text).expect("a file without errors"),
            Settings::default(),
        );
        assert_eq!(format!("{documented:?}"), format!("{code:?}"));
        // Lowering every number has to change the settings: a key that nobody reads would not.
        let mut section = "";
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if line.starts_with('[') {
                section = line;
            }
            let Some((key, value)) = line.split_once(" = ") else {
                continue;
            };
            let Ok(number) = value.split(' ').next().unwrap_or_default().parse::<u64>() else {
                continue;
            };
            let other = if number == 0 { 1 } else { number / 2 };
            let changed = format!("{section}\n{key} = {other}");
            let changed = parse(&changed).unwrap_or_else(|problem| panic!("{problem}"));
            assert_ne!(
                format!("{changed:?}"),
                format!("{code:?}"),
                "{section} {key} is read"
            );
        }
    }

    #[test]
    fn every_error_is_named() {
        let problem = parse(
            "listen = \"nowhere\"\npublic_url = \"panes\"\n[default.limits]\nmemory_mib = 9999\n\
             [accounts.\"a b\"]\n[accounts.eu]\napi_tokens = [{ env = \"SIDEPANE_NOT_SET\" }]\n\
             webhook_secrets = [{ file = \"/dev/null\" }]\nfreshchat_tokens = \"x\"\n\
             chatwoot_secrets = [{ value = \"x\" }]\nfreshchat_account = 441\n\
             chatwoot_token = []\n",
        )
        .expect_err("errors");
        for part in [
            "sidepane.toml:1: listen",
            "sidepane.toml:2: public_url",
            "sidepane.toml:4: default.limits.memory_mib is 9999, and may be 1 to 1024",
            "accounts.a b",
            "sidepane.toml:7: the environment variable SIDEPANE_NOT_SET is not set",
            "sidepane.toml:8: the file /dev/null is empty",
            "sidepane.toml:9: accounts.eu.freshchat_tokens is written as",
            "sidepane.toml:10: accounts.eu.chatwoot_secrets[0] says where the secret stands",
            "sidepane.toml:11: accounts.eu.freshchat_account: ",
            "sidepane.toml:12: accounts.eu.chatwoot_token is no key",
        ] {
            assert!(
                problem.detail.contains(part),
                "{part} in\n{}",
                problem.detail
            );
        }
    }

    #[test]
    fn every_door_has_credentials_and_each_is_looked_at() {
        let fixtures = Path::new(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../tests/fixtures/freshchat-webhook"
        ));
        let read = |text: &str| Settings::parse("sidepane.toml", text, fixtures);
        let keys = "[accounts.eu]\nfreshchat_keys = [{ file = \"old.pem\" }, { file = \"new.pem\" }]\n\
                    freshchat_tokens = [{ file = \"old.pem\" }]\nchatwoot_secrets = [{ file = \
                    \"new.pem\" }]\nfreshchat_account = \"441\"\n";
        let settings = read(keys).expect("a file without errors");
        let account = &settings.keys.accounts[0];
        assert_eq!(account.freshchat_keys.len(), 2);
        assert_ne!(account.freshchat_keys[0], account.freshchat_keys[1]);
        assert_eq!(
            (
                account.freshchat_tokens.len(),
                account.chatwoot_secrets.len()
            ),
            (1, 1)
        );
        assert_eq!(account.freshchat_account.as_deref(), Some("441"));
        // No key and no secret is shown, only which file holds none.
        for (key, why) in [
            (
                "freshchat_keys",
                "the file message-2022.http is no key in PEM",
            ),
            ("webhook_secrets", "the file message-2022.http is no secret"),
        ] {
            let text = format!("[accounts.eu]\n{key} = [{{ file = \"message-2022.http\" }}]\n");
            let problem = read(&text).expect_err("no key");
            assert!(problem.detail.contains(why), "{}", problem.detail);
        }
    }

    #[test]
    fn the_documented_credentials_are_keys_of_the_file() {
        let text = include_str!("../../../sidepane.default.toml");
        let (_, accounts) = text.split_once("# [accounts.default]").expect("accounts");
        let accounts: String = accounts
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
            .filter(|line| line.contains(" = "))
            .flat_map(|line| [line, "\n"])
            .collect();
        let problem = parse(&format!("[accounts.default]\n{accounts}")).expect_err("no values");
        // Each is read, and none has a value here.
        for name in [
            "SIDEPANE_TOKEN is not set",
            "SIDEPANE_IMBOX is not set",
            "SIDEPANE_WEBHOOK is not set",
            "SIDEPANE_FRESHCHAT is not set",
            "freshchat.pem cannot be read",
            "SIDEPANE_CHATWOOT is not set",
            "SIDEPANE_MCP is not set",
            "SIDEPANE_INTERCOM is not set",
        ] {
            assert!(problem.detail.contains(name), "{name}: {}", problem.detail);
        }
        assert!(!problem.detail.contains("is no key"), "{}", problem.detail);
    }

    #[test]
    fn doors_without_credentials_are_shut_beyond_loopback() {
        let settings = parse("").expect("defaults");
        assert!(!settings.door_keys().public);
        let open = parse("listen = \"0.0.0.0:7117\"").expect("a file without errors");
        assert!(open.door_keys().public);
    }

    #[test]
    fn the_world_is_not_listened_to_without_credentials() {
        let open = parse("listen = \"0.0.0.0:7117\"").expect("a file without errors");
        let problem = open.check_listeners().expect_err("an open door");
        assert_eq!(problem.code, Code::ConfigInvalid);
        assert!(problem.hint.expect("a hint").contains("api_tokens"));
        let admin = parse("admin = \"0.0.0.0:7118\"").expect("a file without errors");
        assert_eq!(
            admin.check_listeners().expect_err("admin").field.as_deref(),
            Some("admin")
        );
    }
}
