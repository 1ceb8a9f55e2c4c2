//! Cases of the network: a plugin that asks, a server that plays a trick, what both must see.

use crate::case::{self, Answer, Built, Case};
use crate::ground::{Ground, SECRET};
use anyhow::ensure;
use e2e::client::encoded;
use e2e::trick::Trick;
use futures_util::future::BoxFuture;
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::OnceCell;

/// Starts a case's server; it stands until the end of the suite.
pub(crate) type Server = Box<dyn Fn() -> BoxFuture<'static, Trick> + Send + Sync>;

/// What beside the code has to hold.
type Check = Box<dyn Fn(&Seen) -> anyhow::Result<()> + Send + Sync>;

/// One case in the making: what the guest `asks_anything` asks, of which server, under which grant.
pub(crate) struct Asking {
    id: &'static str,
    what: &'static str,
    server: Server,
    built: Built,
    url: &'static str,
    query: &'static str,
    rule: &'static str,
    authority: Option<String>,
    check: Check,
}

/// What came of asking.
pub(crate) struct Seen {
    /// The whole card.
    pub(crate) card: Value,
    /// Connections that came to it for this question.
    pub(crate) connections: usize,
}

impl Asking {
    /// A plugin that asks a server for `/v1/x`, which its grant allows with the secret `api_key`.
    pub(crate) fn of<F>(
        id: &'static str,
        what: &'static str,
        server: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Trick> + Send + 'static,
    {
        Self {
            id,
            what,
            server: Box::new(move || Box::pin(server())),
            built: Built::Upstream,
            url: "http://{address}/v1/x",
            query: "",
            rule: "url = \"http://{address}/v1\"\nprivate_network = true\nsecrets = [\"api_key\"]\n",
            authority: None,
            check: Box::new(|seen| {
                ensure!(seen.connections <= 1, "{} connections", seen.connections);
                Ok(())
            }),
        }
    }

    /// A plugin that asks a server which answers in one way.
    pub(crate) fn says(id: &'static str, what: &'static str, answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::of(id, what, move || Trick::says(answer.clone()))
    }

    /// A plugin whose request must not leave, by this rule: the server only counts who comes.
    pub(crate) fn refused(id: &'static str, what: &'static str, rule: &'static str) -> Self {
        let plain = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";
        let mut asking = Self::says(id, what, plain).held(move |seen| {
            ensure!(seen.connections == 0, "{} connections", seen.connections);
            ensure!(seen.field() == rule, "by the rule {}", seen.field());
            Ok(())
        });
        asking.built = Built::Rust;
        asking
    }

    /// Another address; `{address}` is the server's, `{port}` its port.
    pub(crate) fn url(mut self, url: &'static str) -> Self {
        self.url = url;
        self
    }

    /// More parameters of the guest.
    pub(crate) fn with(mut self, query: &'static str) -> Self {
        self.query = query;
        self
    }

    /// Another rule of the grant than the usual one.
    pub(crate) fn rule(mut self, rule: &'static str) -> Self {
        self.rule = rule;
        self
    }

    /// Has the grant trust an authority, given in PEM.
    pub(crate) fn authority(mut self, pem: String) -> Self {
        self.authority = Some(pem);
        self
    }

    /// What beside the code has to hold.
    pub(crate) fn held(
        mut self,
        check: impl Fn(&Seen) -> anyhow::Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.check = Box::new(check);
        self
    }

    /// The case, with its code.
    pub(crate) fn gets(self, expect: &'static str) -> Case {
        let (asking, server) = (Arc::new(self), Arc::<OnceCell<Trick>>::default());
        let (id, what, built) = (asking.id, asking.what, asking.built);
        Case::new(id, what, built, expect, move |ground| {
            let (asking, server) = (Arc::clone(&asking), Arc::clone(&server));
            async move {
                let server = server.get_or_init(|| (asking.server)()).await;
                asking.ask(&ground, server).await
            }
        })
    }

    async fn ask(&self, ground: &Ground, server: &Trick) -> anyhow::Result<Answer> {
        ground.host.put("ground-key.txt", SECRET);
        let rule = self.filled(server, self.rule);
        let mut grant =
            format!("[secrets]\napi_key = {{ file = \"ground-key.txt\" }}\n[[http.allow]]\n{rule}");
        if let Some(pem) = &self.authority {
            let file = format!("{}.pem", server.address.port());
            ground.host.put(&file, pem);
            let file = ground.host.folder().join(file);
            grant += &format!("ca_file = {:?}\n", file.display().to_string());
        }
        let key = format!("{} {}", self.id, self.what);
        let plugin = ground
            .plugin(&key, || case::read("asks_anything"), &grant)
            .await?;
        let before = server.connections();
        let url = encoded(&self.filled(server, self.url));
        let query = format!("&url={url}{}", self.filled(server, self.query));
        let card = case::card(&ground.host, &plugin, &query).await?;
        let answer = Answer::of_card(&card)?;
        ensure!(server.is_left().await, "a connection is still open");
        let connections = server.connections() - before;
        (self.check)(&Seen { card, connections })?;
        Ok(answer)
    }

    fn filled(&self, server: &Trick, text: &str) -> String {
        text.replace("{address}", &server.address.to_string())
            .replace("{port}", &server.address.port().to_string())
    }
}

impl Seen {
    /// A row of the guest's card: `status`, `bytes`, `body`, or a header's name.
    pub(crate) fn row(&self, label: &str) -> &str {
        let rows = self.card["card"]["blocks"][0]["data"][0]["rows"].as_array();
        let mut rows = rows.into_iter().flatten();
        let row = rows.find(|row| row["label"] == label);
        row.and_then(|row| row["text"].as_str()).unwrap_or_default()
    }

    /// The `field` of the error: the rule of a refusal, the phase of a timeout.
    pub(crate) fn field(&self) -> &str {
        self.card["error"]["field"].as_str().unwrap_or_default()
    }
}
