//! The ground that all cases share: one host with a good plugin on it, and what is put beside it.

use crate::case::{self, Answer};
use anyhow::{Context, ensure};
use e2e::client;
use e2e::host::{Setup, TestHost};
use std::collections::{HashMap, HashSet};
use tokio::sync::Mutex;

/// The good plugin that is asked all the time.
pub(crate) const CANARY: &str = "canary";

/// A value that must never come back: a grant may name it as a secret, `{ file = "secret.txt" }`.
pub(crate) const SECRET: &str = "sk-ground-5ee1b0c4f2";

/// The host under attack.
#[derive(Debug)]
pub(crate) struct Ground {
    /// The host. A case that needs other settings starts one of its own with `Setup`; the canary
    /// lives here all the same.
    pub(crate) host: TestHost,
    names: Mutex<HashMap<String, usize>>,
    loaded: Mutex<HashSet<String>>,
}

impl Ground {
    /// Starts the host with the canary alone.
    pub(crate) async fn start() -> Self {
        let canary = e2e::guests::guest("counts");
        let setup = Setup::new()
            // As long as the oracle waits: what is late on a busy machine is not yet wrong.
            .plugin(CANARY, &canary, "[limits]\ndeadline_ms = 10000")
            .file("secret.txt", SECRET);
        Self {
            host: setup.start().await,
            names: Mutex::default(),
            loaded: Mutex::default(),
        }
    }

    /// The plugin made of `bytes` under a name of its own, loaded the first time it is asked for.
    /// `key` tells plugins apart; a case's `what` is one.
    ///
    /// # Errors
    /// When it does not load; for cases of loading there is [`Ground::load`].
    pub(crate) async fn plugin(
        &self,
        key: &str,
        bytes: impl FnOnce() -> Vec<u8>,
        grant: &str,
    ) -> anyhow::Result<String> {
        let plugin = self.name(key).await;
        let mut loaded = self.loaded.lock().await;
        if !loaded.contains(&plugin) {
            let answer = self.load(&plugin, bytes(), grant).await?;
            ensure!(answer.is("loaded"), "{key}: not loaded: {}", answer.text);
            loaded.insert(plugin.clone());
        }
        Ok(plugin)
    }

    /// A plugin's name for a key: the same for the same key.
    pub(crate) async fn name(&self, key: &str) -> String {
        let mut names = self.names.lock().await;
        let next = names.len();
        let number = *names.entry(key.to_owned()).or_insert(next);
        format!("hostile-{number}")
    }

    /// Puts a plugin and its grant into the folder and has the host read them; `loaded`, or the
    /// code of the refusal. An empty grant is no grant file.
    pub(crate) async fn load(
        &self,
        plugin: &str,
        bytes: impl AsRef<[u8]>,
        grant: &str,
    ) -> anyhow::Result<Answer> {
        if !grant.is_empty() {
            self.host.put(&format!("{plugin}.toml"), grant);
        }
        self.host.put(&format!("{plugin}.wasm"), bytes);
        self.reload(plugin).await
    }

    /// Has the host read a plugin's files again: `loaded`, `removed`, `disabled`, or a code.
    pub(crate) async fn reload(&self, plugin: &str) -> anyhow::Result<Answer> {
        let path = format!("/plugins/{plugin}/reload");
        let reply = client::post(self.host.admin, &path, "").await;
        let mut answer = Answer::of_reply(&reply)?;
        if reply.status.is_success() {
            let state = reply.json()["state"]
                .as_str()
                .context("a state")?
                .to_owned();
            answer.code = match state.as_str() {
                "serving" => "loaded".into(),
                _ => state,
            };
        }
        Ok(answer)
    }

    /// Takes a plugin's files away.
    pub(crate) async fn remove(&self, plugin: &str) -> anyhow::Result<()> {
        for ending in ["wasm", "toml"] {
            let file = self.host.folder().join(format!("{plugin}.{ending}"));
            match std::fs::remove_file(file) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error.into());
                }
                _ => {}
            }
        }
        // One that never served is unknown by now, and that is as good.
        self.reload(plugin).await.map(drop)
    }

    /// Asks one plugin for a card, with more of a query (`&email=…`).
    pub(crate) async fn ask(&self, plugin: &str, query: &str) -> anyhow::Result<Answer> {
        Answer::of_card(&case::card(&self.host, plugin, query).await?)
    }
}
