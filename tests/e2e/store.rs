//! Values of plugins, through the doors: what a card wrote is there for the next one, or not at all.

use e2e::event::event;
use e2e::handler::Handler;
use e2e::host::Setup;
use e2e::upstream::Upstream;
use http::Response;
use http_body_util::Full;
use serde_json::Value;
use sidepane::model::id::InstallationId;
use sidepane::model::store::{StoreChanges, StoreWrite};
use sidepane::model::time::Millis;
use sidepane::storage::Storage;
use sidepane::storage::memory::MemoryStorage;
use sidepane::{AccountId, PluginId};
use std::sync::Arc;

const NOW: Millis = Millis(1_764_000_000_000);

fn of(plugin: &str) -> InstallationId {
    InstallationId {
        plugin: PluginId::parse(plugin).expect("an id"),
        account: AccountId::default(),
    }
}

async fn value(storage: &MemoryStorage, plugin: &str, key: &str) -> Option<String> {
    let of = of(plugin);
    let stored = storage.value(&of, key, NOW).await.expect("an answer");
    stored.map(|stored| stored.value)
}

fn set(key: &str, value: &str) -> StoreChanges {
    let write = StoreWrite::Set {
        value: value.to_owned(),
        expires: None,
    };
    StoreChanges {
        writes: [(key.to_owned(), write)].into(),
        ..StoreChanges::default()
    }
}

/// A row of the only list of the first block.
fn row<'a>(card: &'a Value, label: &str) -> Option<&'a str> {
    let rows = card["card"]["blocks"][0]["data"][0]["rows"].as_array()?;
    let row = rows.iter().find(|row| row["label"] == label)?;
    row["text"].as_str()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_card_wrote_is_there_for_the_next_one() {
    let storage = Arc::new(MemoryStorage::default());
    let setup = Setup::new().storage(storage.clone());
    let host = setup.guest("counts_slowly", "").start().await;
    for count in ["1", "2", "3"] {
        let card = host.card("").await;
        assert_eq!(row(&card, "n"), Some(count), "{card}");
        let used = &card["usage"]["store_ops"];
        assert_eq!((&used["used"], &used["limit"]), (&2.into(), &1000.into()));
        assert_eq!(card["usage"]["store_bytes"]["used"], 2);
    }
    assert_eq!(
        value(&storage, "counts-slowly", "n").await.as_deref(),
        Some("3")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_that_fails_writes_nothing() {
    let storage = Arc::new(MemoryStorage::default());
    let setup = Setup::new().storage(storage.clone());
    let host = setup.guest("writes_then_fails", "").start().await;
    let card = host.card("").await;
    assert_eq!(card["error"]["code"], "call.plugin_error", "{card}");
    assert_eq!(card["usage"]["store_ops"]["used"], 1);
    assert_eq!(value(&storage, "writes-then-fails", "written").await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_whose_value_another_changed_is_none_and_writes_nothing() {
    let storage = Arc::new(MemoryStorage::default());
    // While the card waits for its request, somebody else writes what it has read.
    let meanwhile = Arc::clone(&storage);
    let upstream = Upstream::start(move |_| {
        let of = of("counts-slowly");
        let committed =
            futures_util::FutureExt::now_or_never(meanwhile.commit(&of, set("n", "40"), NOW));
        committed.expect("no wait").expect("nobody else writes");
        Response::new(Full::from("done"))
    })
    .await;
    let grant = format!(
        "[[http.allow]]\nurl = \"http://{}/\"\nprivate_network = true",
        upstream.address
    );
    let setup = Setup::new().storage(storage.clone());
    let host = setup.guest("counts_slowly", &grant).start().await;
    let query = format!("&url=http%3A%2F%2F{}%2F", upstream.address);
    let card = host.card(&query).await;
    assert_eq!(upstream.connections(), 1, "{card}");
    assert_eq!(card["error"]["code"], "store.conflict", "{card}");
    assert_eq!(
        (&card["status"], &card["card"]),
        (&"error".into(), &Value::Null)
    );
    assert_eq!(
        value(&storage, "counts-slowly", "n").await.as_deref(),
        Some("40")
    );
    assert_eq!(row(&host.card("").await, "n"), Some("41"), "asked again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_key_reaches_what_is_anothers_and_no_length_is_too_much() {
    let storage = Arc::new(MemoryStorage::default());
    let counter = Handler::with("counts_events", "", storage.clone()).await;
    let counted = counter.call(&event("message.created"), 1).await;
    counter.keep(counted).await.expect("nobody else writes");
    let setup = Setup::new().storage(storage.clone());
    let host = setup.guest("pries_keys", "").start().await;
    let card = host.card("").await;
    let rows = card["card"]["blocks"][0]["data"][0]["rows"].as_array();
    let rows = rows.unwrap_or_else(|| panic!("rows in {card}"));
    let reads = rows.iter().filter(|row| {
        let label = row["label"].as_str().unwrap_or_default();
        label.starts_with("read ")
    });
    assert_eq!(reads.clone().count(), 8);
    for read in reads {
        assert_eq!(read["text"], "Ok(None)", "{read}");
    }
    for (label, text) in [
        ("empty key", "Err(Other(\"a key has at least one byte\"))"),
        ("long key", "Err(TooLarge(256))"),
        ("huge key", "Err(TooLarge(256))"),
        ("wide value", "Err(TooLarge(65536))"),
        ("all keys", "Ok([])"),
        (
            "room",
            "Some(Quota(\"a call writes at most 1048576 bytes of keys and values\"))",
        ),
        (
            "operations",
            "Some(Quota(\"a call has 1000 operations of the store\"))",
        ),
    ] {
        assert_eq!(row(&card, label), Some(text), "{label}");
    }
    let used = &card["usage"]["store_ops"];
    assert_eq!(used["used"], used["limit"]);
    assert_eq!(
        value(&storage, "counts-events", "message.created")
            .await
            .as_deref(),
        Some("1")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_storage_and_while_loading_there_are_no_values() {
    let host = Setup::new().guest("counts_slowly", "").start().await;
    let card = host.card("").await;
    assert_eq!(card["error"]["code"], "call.plugin_error", "{card}");
    assert!(
        format!("{:?}", host.host.plugins()).contains("counts-slowly"),
        "it is served all the same"
    );
    let storage = Arc::new(MemoryStorage::default());
    let setup = Setup::new().storage(storage.clone());
    let host = setup.guest("stores_while_loading", "").start().await;
    let about = host.about("stores-while-loading").await;
    let manifest = about.to_string();
    assert!(manifest.contains("Refused"), "{manifest}");
    assert!(
        manifest.contains("while the plugin is loaded"),
        "{manifest}"
    );
    assert_eq!(
        value(&storage, "stores-while-loading", "loaded").await,
        None
    );
}
