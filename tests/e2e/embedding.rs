//! The host inside a program: plugins from bytes, and secrets, names, transport, clock and log of
//! the program's own, with the egress policy in front of them.

use e2e::guests;
use e2e::host::{Lines, engine};
use http::Response;
use sidepane::model::card::{Content, Element};
use sidepane::{
    AccountId, Answer, Clock, Code, Context, Host, HostBuilder, HttpError, Outbound, Pane,
    PluginId, Received, Resolve, Resolving, Transport, Vault, Waiting,
};
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

fn builder() -> HostBuilder {
    Host::builder().engine(engine())
}

fn bytes(wasm: &Path) -> Vec<u8> {
    std::fs::read(wasm).expect("a compiled guest")
}

fn ada() -> Context {
    Context::of_view("ticket").email("ada@example.com")
}

/// The text of a row of the only card's first list.
fn row(pane: &Pane, label: &str) -> Option<String> {
    let card = pane.cards().next()?;
    let Some(Element::Content(Content::List(rows))) = card.blocks.first()?.data.first() else {
        return None;
    };
    let row = rows.iter().find(|row| row.label == label)?;
    Some(row.text.clone())
}

/// The code of the only outcome, which failed.
fn failure(pane: &Pane) -> Option<Code> {
    match &pane.outcomes.first()?.answer {
        Answer::Failed(problem) => Some(problem.code),
        _ => None,
    }
}

/// One secret for each plugin and account.
struct OwnSecrets;

impl Vault for OwnSecrets {
    fn value(
        &self,
        plugin: &PluginId,
        account: &AccountId,
        name: &str,
    ) -> Result<Option<String>, String> {
        match account.as_str() {
            "locked" => Err("the vault is shut".to_owned()),
            _ => Ok(Some(format!("{plugin}/{account}/{name}"))),
        }
    }
}

/// Every name is this address.
struct OneAddress(IpAddr);

impl Resolve for OneAddress {
    fn resolve<'a>(&'a self, _name: &'a str) -> Resolving<'a> {
        Box::pin(std::future::ready(Ok(vec![self.0])))
    }
}

/// Answers itself, and remembers what it was to carry.
#[derive(Clone, Default)]
struct Carrier {
    carried: Arc<Mutex<Vec<String>>>,
    body: Vec<u8>,
}

impl Carrier {
    fn carried(&self) -> Vec<String> {
        let carried = self.carried.lock().unwrap_or_else(PoisonError::into_inner);
        carried.clone()
    }
}

impl Transport for Carrier {
    fn exchange<'a>(&'a self, outbound: Outbound<'a>) -> Waiting<'a, Result<Received, HttpError>> {
        let request = outbound.request();
        let key = request.headers().get("x-api-key");
        let key = key.map_or("", |key| key.to_str().unwrap_or("?"));
        let line = format!("{} {} {key}", outbound.permit().authority(), request.uri());
        let mut carried = self.carried.lock().unwrap_or_else(PoisonError::into_inner);
        carried.push(line);
        let answer = Response::new(self.body.clone());
        Box::pin(std::future::ready(Ok(answer.into())))
    }
}

const GRANT: &str = "[settings]\nshop = \"acme\"\n[[http.allow]]\nurl = \
                     \"http://shop.example/v1/\"\nsecrets = [\"api_key\"]\n";

fn shop(transport: &Carrier, address: [u8; 4]) -> HostBuilder {
    builder()
        .plugin_with_grant("shop", bytes(&guests::guest("tells_shop")), GRANT)
        .secrets(OwnSecrets)
        .resolver(OneAddress(address.into()))
        .transport(transport.clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plugins_are_bytes_and_answer_in_the_program_itself() {
    let lines = Lines::default();
    let host = builder()
        .plugin("hello", bytes(&guests::plugin("hello")))
        .plugin("text", b"no plugin at all".to_vec())
        .log(lines)
        .start()
        .await
        .expect("a host");
    let pane = host.context(ada()).await.expect("a pane");
    assert_eq!(row(&pane, "E-mail").as_deref(), Some("ada@example.com"));
    assert!(!pane.request_id.as_str().is_empty(), "the host named it");
    let named = host
        .context(ada().request_id("mine"))
        .await
        .expect("a pane");
    assert_eq!(named.request_id.as_str(), "mine");

    let plugins = host.plugins();
    assert_eq!(plugins.plugins().len(), 1);
    let refused = plugins.refused().first().expect("a refused plugin");
    assert_eq!(
        (refused.file.as_str(), refused.problem.code),
        ("text.wasm", Code::LoadNotWasm)
    );

    let unknown = AccountId::parse("elsewhere").expect("a name");
    for (context, code) in [
        (Context::of_view("kitchen"), Code::RequestUnknownView),
        (ada().account(unknown), Code::RequestInvalidField),
    ] {
        let problem = host.context(context).await.expect_err("no answer");
        assert_eq!(problem.code, code, "{problem}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_and_bytes_stand_side_by_side() {
    let folder = std::env::temp_dir().join(format!("sidepane-embed-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    for (id, guest) in [("counts", "counts"), ("hello", "counts")] {
        std::fs::write(
            folder.join(format!("{id}.wasm")),
            bytes(&guests::guest(guest)),
        )
        .expect("a file");
    }
    let host = builder()
        .folder(&folder)
        .plugin("hello", bytes(&guests::plugin("hello")))
        .start()
        .await
        .expect("a host");
    std::fs::remove_dir_all(&folder).expect("the folder again");
    let plugins = host.plugins();
    let served: Vec<_> = plugins
        .plugins()
        .iter()
        .map(|plugin| plugin.manifest.name.as_str())
        .collect();
    assert_eq!(served, ["counts", "Hello"], "the program's own goes first");
    assert_eq!(plugins.refused()[0].file, "hello.wasm");
    assert_eq!(plugins.refused()[0].problem.code, Code::LoadBadPath);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_the_parts_is_said_at_once() {
    let wrong = builder()
        .plugin("Not An Id", Vec::new())
        .plugin("twice", Vec::new())
        .plugin("twice", Vec::new())
        .account("a b");
    let problem = wrong.start().await.expect_err("errors");
    assert_eq!(problem.code, Code::ConfigInvalid);
    for part in ["\"Not An Id\"", "\"twice\" is given twice", "\"a b\""] {
        assert!(problem.detail.contains(part), "{part} in {problem}");
    }
    let nowhere = builder().folder("/nowhere/at/all").start().await;
    assert_eq!(nowhere.expect_err("no folder").code, Code::ConfigInvalid);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn own_secrets_and_transport_carry_what_is_allowed_and_nothing_else() {
    let carrier = Carrier {
        body: b"all is well".to_vec(),
        ..Carrier::default()
    };
    let host = shop(&carrier, [1, 1, 1, 1])
        .account("eu")
        .account("us")
        .start()
        .await
        .expect("a host");
    for account in ["eu", "us"] {
        let of = |path: &str| {
            let account = AccountId::parse(account).expect("a name");
            ada()
                .account(account)
                .param("url", format!("http://shop.example{path}"))
        };
        let pane = host.context(of("/v1/orders?of=ada")).await.expect("a pane");
        assert_eq!(row(&pane, "status").as_deref(), Some("200"), "{pane:?}");
        let refused = host.context(of("/v2/")).await.expect("a pane");
        assert_eq!(failure(&refused), Some(Code::HttpDenied));
    }
    let carried = carrier.carried();
    assert_eq!(carried.len(), 2, "{carried:?}");
    for (line, account) in carried.iter().zip(["eu", "us"]) {
        assert!(line.starts_with("shop.example"), "{line}");
        assert!(
            line.ends_with(&format!("/v1/orders?of=ada shop/{account}/api_key")),
            "{line}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn addresses_and_sizes_are_judged_before_and_after_an_own_transport() {
    for (address, bytes, code, requests) in [
        // A name that leads into the house, and to the clouds' metadata.
        ([127, 0, 0, 1], 1, Code::HttpDenied, 0),
        ([10, 0, 0, 1], 1, Code::HttpDenied, 0),
        ([169, 254, 169, 254], 1, Code::HttpDenied, 0),
        // More than an answer may have.
        ([1, 1, 1, 1], 3 << 20, Code::HttpTooLarge, 1),
    ] {
        let carrier = Carrier {
            body: vec![b'x'; bytes],
            ..Carrier::default()
        };
        let host = shop(&carrier, address).start().await.expect("a host");
        let asked = ada().param("url", "http://shop.example/v1/");
        let pane = host.context(asked).await.expect("a pane");
        assert_eq!(failure(&pane), Some(code), "{address:?}: {pane:?}");
        assert_eq!(carrier.carried().len(), requests, "{address:?}");
    }
}

/// Never answers.
struct Silence;

impl Transport for Silence {
    fn exchange<'a>(&'a self, _: Outbound<'a>) -> Waiting<'a, Result<Received, HttpError>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transport_that_never_answers_ends_with_the_call() {
    let grant = format!("{GRANT}[limits]\ndeadline_ms = 200\n");
    let host = builder()
        .plugin_with_grant("shop", bytes(&guests::guest("tells_shop")), grant)
        .secrets(OwnSecrets)
        .resolver(OneAddress([1, 1, 1, 1].into()))
        .transport(Silence)
        .start()
        .await
        .expect("a host");
    let asked = ada().param("url", "http://shop.example/v1/");
    let pane = host.context(asked).await.expect("a pane");
    let code = failure(&pane).expect("a failure");
    assert!(
        [Code::HttpTimeout, Code::CallDeadlineExceeded].contains(&code),
        "{code}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vault_that_is_shut_keeps_the_plugin_out() {
    let host = shop(&Carrier::default(), [1, 1, 1, 1])
        .account("locked")
        .start()
        .await
        .expect("a host");
    let plugins = host.plugins();
    let problem = &plugins.refused()[0].problem;
    assert_eq!(problem.code, Code::GrantSecretMissing);
    assert_eq!(problem.detail, "the vault is shut");
}

/// Stands still.
struct Noon;

impl Clock for Noon {
    fn wall(&self) -> Duration {
        Duration::from_secs(43_200)
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_reads_the_programs_clock() {
    let host = builder()
        .plugin("looks-around", bytes(&guests::guest("looks_around")))
        .clock(Noon)
        .start()
        .await
        .expect("a host");
    let pane = host.context(ada()).await.expect("a pane");
    assert_eq!(row(&pane, "seconds").as_deref(), Some("43200"));
}
