//! What every test of storage needs: events, claims, folders.

use sidepane::model::delivery::{Attempt, AttemptError, Claim, Ending, Receipt};
use sidepane::model::event::{Contact, Conversation, Event};
use sidepane::model::id::{AccountId, InstallationId, PluginId};
use sidepane::model::store::{StoreChanges, StoreWrite};
use sidepane::model::time::Millis;
use sidepane::storage::quota::Quotas;
use sidepane::storage::sqlite::{SqliteSettings, SqliteStorage};
use sidepane::storage::{Claims, Storage, StorageError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a claim is held in tests that do not say.
pub(crate) const LEASE: Duration = Duration::from_secs(60);

/// When most tests begin.
pub(crate) const NOW: Millis = Millis(1_780_000_000_000);

/// A moment so many seconds after `NOW`.
pub(crate) fn at(seconds: u64) -> Millis {
    NOW.after(Duration::from_secs(seconds))
}

pub(crate) fn plugin(name: &str) -> PluginId {
    PluginId::parse(name).expect("a plugin's name")
}

pub(crate) fn account(name: &str) -> AccountId {
    AccountId::parse(name).expect("an account's name")
}

pub(crate) fn installation(name: &str) -> InstallationId {
    InstallationId {
        plugin: plugin(name),
        account: AccountId::default(),
    }
}

/// An event of the account `default`, in the conversation `key`.
pub(crate) fn event(id: &str, key: &str) -> Event {
    Event {
        id: id.into(),
        source: "freshchat".into(),
        event_type: "message.created".into(),
        vendor_type: Some("onMessageCreate".into()),
        time: NOW,
        account: AccountId::default(),
        region: None,
        actor: None,
        contact: Some(Contact {
            id: Some(format!("contact-{key}")),
            ..Contact::default()
        }),
        conversation: Some(Conversation {
            id: key.into(),
            ..Conversation::default()
        }),
        message: None,
        changes: Vec::new(),
        raw: format!("{{\"event\":\"{id}\"}}"),
        extra: vec![("version".into(), "1".into())],
    }
}

/// Takes an event for these plugins.
pub(crate) async fn accept(
    storage: &dyn Storage,
    event: Event,
    plugins: &[&str],
    now: Millis,
) -> Receipt {
    let subscribers = plugins.iter().map(|name| plugin(name)).collect();
    storage
        .accept(event, subscribers, now)
        .await
        .expect("accepted")
}

/// What a plugin may hold now.
pub(crate) async fn claims(storage: &dyn Storage, name: &str, most: usize, now: Millis) -> Claims {
    storage
        .claim(plugin(name), most, now, LEASE)
        .await
        .expect("claimed")
}

/// The ids of the events that are held.
pub(crate) fn ids(claims: &Claims) -> Vec<String> {
    let held = claims.held.iter();
    held.map(|claim| claim.event.id.clone()).collect()
}

pub(crate) fn attempt(claim: &Claim, now: Millis) -> Attempt {
    Attempt {
        number: claim.attempt,
        began: now,
        took_ms: 3,
        generation: None,
        error: None,
        usage: None,
    }
}

pub(crate) fn failed(claim: &Claim, now: Millis, code: &str) -> Attempt {
    Attempt {
        error: Some(AttemptError {
            code: code.into(),
            message: "It failed.".into(),
            detail: String::new(),
        }),
        ..attempt(claim, now)
    }
}

/// Finishes without values.
pub(crate) async fn finish(
    storage: &dyn Storage,
    claim: &Claim,
    ending: Ending,
    now: Millis,
) -> Result<(), StorageError> {
    let attempt = match ending {
        Ending::Delivered => attempt(claim, now),
        Ending::Retry(_) | Ending::Dead => failed(claim, now, "call.trap"),
    };
    storage
        .finish(claim, attempt, ending, StoreChanges::default(), now)
        .await
}

pub(crate) async fn delivered(storage: &dyn Storage, claim: &Claim, now: Millis) {
    finish(storage, claim, Ending::Delivered, now)
        .await
        .expect("finished");
}

/// One write, after having read the key at this version.
pub(crate) fn change(key: &str, read: Option<u64>, value: Option<&str>) -> StoreChanges {
    let mut changes = StoreChanges::default();
    if let Some(version) = read {
        changes.reads.insert(key.into(), version);
    }
    let write = match value {
        Some(value) => StoreWrite::Set {
            value: value.into(),
            expires: None,
        },
        None => StoreWrite::Remove,
    };
    changes.writes.insert(key.into(), write);
    changes
}

/// A folder of its own, gone with the value.
#[derive(Debug)]
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let name = format!("storage-{}", ulid::Ulid::generate());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    pub(crate) fn open(&self) -> SqliteStorage {
        SqliteStorage::open(&self.0, small()).expect("opened")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Quotas that tests reach.
pub(crate) const QUOTAS: Quotas = Quotas {
    waiting_deliveries: 50,
    waiting_bytes: 1 << 20,
    value_keys: 20,
    value_bytes: 4096,
};

/// A database with these quotas.
pub(crate) fn small() -> SqliteSettings {
    SqliteSettings {
        quotas: QUOTAS,
        ballast_bytes: 64 << 10,
        recent_events: 3,
        ..SqliteSettings::default()
    }
}
