//! SQLite beside the model: the same operations in random order come to the same.

use crate::kit::{Folder, LEASE, NOW, QUOTAS, account, attempt, event, failed, plugin};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError};
use sidepane::model::delivery::{Claim, DeliveryId, DeliveryState, Ending};
use sidepane::model::event::Event;
use sidepane::model::id::{InstallationId, PluginId};
use sidepane::model::store::{StoreChanges, StoreWrite};
use sidepane::model::time::Millis;
use sidepane::storage::memory::MemoryStorage;
use sidepane::storage::{Filter, Person, Retention, Storage};
use std::collections::BTreeMap;
use std::time::Duration;

/// What is done. Small numbers stand for names, so that operations meet.
#[derive(Clone, Debug)]
enum Step {
    Accept(u8, u8, bool, u8),
    Claim(u8, usize),
    Finish(u8, u8, Write),
    Release(u8),
    Commit(u8, Write),
    Replay(u8, u8, usize),
    Forget(u8),
    Sweep(bool),
    Wait(u16),
    Jump(i8),
}

/// A write to the store.
#[derive(Clone, Debug)]
struct Write {
    key: u8,
    value: u8,
    expires: u8,
    read: bool,
}

fn write() -> impl Strategy<Value = Write> {
    (0..4_u8, any::<u8>(), any::<u8>(), any::<bool>()).prop_map(|(key, value, expires, read)| {
        Write {
            key,
            value,
            expires,
            read,
        }
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..12_u8, 0..4_u8, any::<bool>(), 0..4_u8)
            .prop_map(|(id, key, eu, plugins)| Step::Accept(id, key, eu, plugins)),
        6 => (0..2_u8, 0..4_usize).prop_map(|(plugin, most)| Step::Claim(plugin, most)),
        8 => (any::<u8>(), 0..4_u8, write())
            .prop_map(|(which, ending, write)| Step::Finish(which, ending, write)),
        1 => any::<u8>().prop_map(Step::Release),
        3 => (0..2_u8, write()).prop_map(|(plugin, write)| Step::Commit(plugin, write)),
        1 => (0..3_u8, 0..6_u8, 0..3_usize)
            .prop_map(|(plugin, state, most)| Step::Replay(plugin, state, most)),
        1 => (0..4_u8).prop_map(Step::Forget),
        1 => any::<bool>().prop_map(Step::Sweep),
        4 => (0..100_u16).prop_map(Step::Wait),
        1 => (-2..8_i8).prop_map(Step::Jump),
    ]
}

const PLUGINS: [&str; 2] = ["one", "two"];

/// One of the two, with what it gave out.
struct Side {
    storage: Box<dyn Storage>,
    /// Every claim there was, in order; the finished ones too, since late holders come back.
    claims: Vec<Claim>,
    /// Names differ from side to side; these are the numbers they were first seen under.
    names: BTreeMap<DeliveryId, usize>,
    /// Versions differ too.
    versions: BTreeMap<u64, usize>,
}

impl Side {
    fn new(storage: Box<dyn Storage>) -> Self {
        Self {
            storage,
            claims: Vec::new(),
            names: BTreeMap::new(),
            versions: BTreeMap::new(),
        }
    }

    fn name(&mut self, id: &DeliveryId) -> usize {
        let next = self.names.len();
        *self.names.entry(id.clone()).or_insert(next)
    }

    async fn changes(&self, of: &InstallationId, write: &Write, now: Millis) -> StoreChanges {
        let mut changes = StoreChanges::default();
        let key = format!("contact-{}", write.key);
        if write.read {
            let stored = self.storage.value(of, &key, now).await.expect("read");
            let version = stored.map_or(0, |stored| stored.version);
            changes.reads.insert(key.clone(), version);
        } else if write.value.is_multiple_of(7) {
            changes.reads.insert(key.clone(), 0);
        }
        let expires = now.after(Duration::from_secs(write.expires.into()));
        let written = match write.value % 5 {
            0 => StoreWrite::Remove,
            _ => StoreWrite::Set {
                value: "v".repeat(usize::from(write.value) * 8),
                expires: (write.expires > 100).then_some(expires),
            },
        };
        changes.writes.insert(key, written);
        changes
    }

    /// Does the step and tells what came of it, without the side's own names.
    async fn go(&mut self, step: &Step, now: Millis) -> String {
        match step {
            Step::Accept(id, key, eu, plugins) => {
                let mut event = event(&format!("e{id}"), &key.to_string());
                if *eu {
                    event.account = account("eu");
                }
                let wanted = PLUGINS.iter().enumerate();
                let wanted = wanted.filter(|(n, _)| plugins & (1 << n) != 0);
                let wanted = wanted.map(|(_, name)| plugin(name)).collect();
                self.accept(event, wanted, now).await
            }
            Step::Claim(which, most) => self.claim(*which, *most, now).await,
            Step::Finish(which, ending, write) => self.finish(*which, *ending, write, now).await,
            Step::Release(which) => match self.recent(*which, 3) {
                Some(claim) => format!("{:?}", self.storage.release(&claim).await),
                None => String::new(),
            },
            Step::Commit(which, write) => {
                let of = of(*which, "default");
                let changes = self.changes(&of, write, now).await;
                format!("{:?}", self.storage.commit(&of, changes, now).await)
            }
            Step::Replay(which, state, most) => {
                let filter = Filter {
                    plugin: PLUGINS.get(usize::from(*which)).map(|name| plugin(name)),
                    state: DeliveryState::ALL.get(usize::from(*state)).copied(),
                    most: *most,
                    ..Filter::default()
                };
                format!("{:?}", self.storage.replay(filter, now).await)
            }
            Step::Forget(key) => {
                let person = Person {
                    account: account("default"),
                    marks: vec![format!("contact-{key}")],
                };
                format!("{:?}", self.storage.forget(person).await)
            }
            Step::Sweep(stale) => {
                let day = Duration::from_secs(86_400);
                let keep = Retention {
                    duplicates: day,
                    delivered: day / 2,
                    dead: day * 3,
                    stale: stale.then_some(day / 24),
                };
                format!("{:?}", self.storage.sweep(keep, now).await)
            }
            Step::Wait(_) | Step::Jump(_) => String::new(),
        }
    }

    async fn accept(&mut self, event: Event, wanted: Vec<PluginId>, now: Millis) -> String {
        let receipt = self.storage.accept(event, wanted, now).await;
        let told = receipt.map(|receipt| {
            let deliveries = receipt.deliveries.iter();
            let told: Vec<_> = deliveries
                .map(|d| (self.name(&d.id), d.plugin.clone(), d.state))
                .collect();
            (receipt.duplicate, told)
        });
        format!("{told:?}")
    }

    async fn claim(&mut self, which: u8, most: usize, now: Millis) -> String {
        let plugin = plugin(PLUGINS[usize::from(which)]);
        let claims = self.storage.claim(plugin, most, now, LEASE).await;
        let claims = claims.expect("claimed");
        let mut told = Vec::new();
        for claim in claims.held {
            let name = self.name(&claim.delivery);
            let (of, event) = (claim.installation.clone(), claim.event.id.clone());
            told.push((name, of, event, claim.attempt, claim.since));
            self.claims.push(claim);
        }
        format!("{told:?} next {:?}", claims.next)
    }

    /// One of the latest claims, whether it is still held or not.
    fn recent(&self, which: u8, of: usize) -> Option<Claim> {
        let back = usize::from(which) % of + 1;
        let at = self.claims.len().checked_sub(back)?;
        self.claims.get(at).cloned()
    }

    async fn finish(&mut self, which: u8, ending: u8, write: &Write, now: Millis) -> String {
        let Some(claim) = self.recent(which, 6) else {
            return String::new();
        };
        let changes = self.changes(&claim.installation, write, now).await;
        let wait = Duration::from_secs(u64::from(write.value) * 3);
        let ending = match ending {
            0 => Ending::Dead,
            1 => Ending::Retry(now.after(wait)),
            _ => Ending::Delivered,
        };
        let attempt = match ending {
            Ending::Delivered => attempt(&claim, now),
            Ending::Retry(_) | Ending::Dead => failed(&claim, now, "call.trap"),
        };
        let done = self.storage.finish(&claim, attempt, ending, changes, now);
        format!("{:?}", done.await)
    }

    /// Everything that can be seen from outside.
    async fn seen(&mut self, now: Millis) -> String {
        let mut told = Vec::new();
        let all = Filter {
            most: 1000,
            ..Filter::default()
        };
        for delivery in self.storage.deliveries(all).await.expect("listed") {
            let detail = self.storage.delivery(&delivery.id).await;
            let mut detail = detail.expect("read").expect("there");
            assert_eq!(detail.delivery, delivery, "the same from both doors");
            let name = self.name(&delivery.id);
            detail.delivery.id = DeliveryId("".into());
            told.push(format!("{name} {detail:?}"));
        }
        for which in [0, 1] {
            let of = of(which, "default");
            for key in self
                .storage
                .keys(&of, "", None, 99, now)
                .await
                .expect("listed")
            {
                let stored = self.storage.value(&of, &key, now).await.expect("read");
                let stored = stored.expect("it was listed");
                let next = self.versions.len();
                let version = *self.versions.entry(stored.version).or_insert(next);
                told.push(format!(
                    "{of:?} {key} {} {version} {:?}",
                    stored.value.len(),
                    stored.expires
                ));
            }
        }
        // A plugin of which nothing is left may be told of, or not.
        let mut backlog = self.storage.backlog().await.expect("counted");
        backlog.retain(|plugin| plugin.counts != [0; 6]);
        told.push(format!("{backlog:?}"));
        told.join("\n")
    }
}

fn of(which: u8, name: &str) -> InstallationId {
    InstallationId {
        plugin: plugin(PLUGINS[usize::from(which)]),
        account: account(name),
    }
}

async fn compare(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let folder = Folder::new();
    let mut model = Side::new(Box::new(MemoryStorage::new(QUOTAS)));
    let mut sqlite = Side::new(Box::new(folder.open()));
    let mut now = NOW;
    for (number, step) in steps.iter().enumerate() {
        match step {
            Step::Wait(seconds) => now = now.after(Duration::from_secs((*seconds).into())),
            Step::Jump(days) => now = Millis(now.0 + i64::from(*days) * 86_400_000),
            _ => {}
        }
        let (expected, found) = (model.go(step, now).await, sqlite.go(step, now).await);
        prop_assert_eq!(expected, found, "step {} {:?}", number, step);
        let (expected, found) = (model.seen(now).await, sqlite.seen(now).await);
        prop_assert_eq!(expected, found, "after step {} {:?}", number, step);
    }
    Ok(())
}

#[test]
fn sqlite_does_what_the_model_does() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let config = Config {
        cases: 24,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    proptest!(config, |(steps in proptest::collection::vec(step(), 1..60))| {
        runtime.block_on(compare(steps))?;
    });
}
