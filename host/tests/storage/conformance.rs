//! The promises of `Storage`, one test each, for every implementation.

use crate::kit::{
    Folder, LEASE, NOW, QUOTAS, accept, account, at, attempt, change, claims, delivered, event,
    failed, finish, ids, installation, plugin,
};
use sidepane::model::delivery::{DeliveryState, Ending};
use sidepane::model::store::{StoreChanges, StoreWrite};
use sidepane::model::time::Millis;
use sidepane::storage::{FARTHEST_RETRY, Filter, Health, Person, Retention, Storage, StorageError};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

/// A storage to be tested, with what it stands on.
struct Subject {
    storage: Arc<dyn Storage>,
    _folder: Option<Folder>,
}

/// Every promise under its name, for each implementation.
macro_rules! promises {
    ($($name:ident)*) => {
        mod sqlite {
            $(
                #[tokio::test]
                async fn $name() {
                    let folder = super::Folder::new();
                    let storage = std::sync::Arc::new(folder.open());
                    super::$name(super::Subject { storage, _folder: Some(folder) }).await;
                }
            )*
        }

        mod memory {
            $(
                #[tokio::test]
                async fn $name() {
                    let storage = sidepane::storage::memory::MemoryStorage::new(super::QUOTAS);
                    let storage = std::sync::Arc::new(storage);
                    super::$name(super::Subject { storage, _folder: None }).await;
                }
            )*
        }
    };
}
promises! {
    an_event_is_taken_once
    an_event_that_nobody_takes_is_known_too
    one_id_is_many_where_account_or_source_differ
    a_key_goes_one_after_the_other
    keys_do_not_wait_for_each_other
    a_retry_waits_and_holds_its_key_alone
    a_retry_is_never_beyond_the_horizon
    a_dead_letter_lets_its_key_go_on
    a_released_delivery_was_never_claimed
    only_who_holds_it_finishes_it
    a_holder_that_is_gone_twice_was_killed_by_the_payload
    a_failure_in_between_clears_the_suspicion
    writes_are_there_when_their_delivery_is
    a_value_that_changed_is_a_conflict
    versions_are_never_used_twice
    values_expire
    keys_are_listed_by_their_bytes
    installations_do_not_see_each_other
    quotas_of_deliveries_are_each_plugins_own
    quotas_of_values_are_each_installations_own
    listings_filter_and_page
    a_delivery_in_full_has_its_tries_and_its_event
    a_replay_begins_a_series_at_the_end_of_its_row
    two_replays_at_once_replay_once
    a_sweep_lets_go_by_age
    a_sweep_drops_what_waited_too_long
    somebody_is_forgotten
    the_backlog_counts_every_state
    whoever_waits_is_stirred
    clocks_that_jump_lose_nothing
    one_event_a_hundred_times_at_once_is_one
    an_unheard_claim_is_given_back
    what_a_plugin_takes_is_written_down
}

async fn an_event_is_taken_once(subject: Subject) {
    let storage = &*subject.storage;
    let first = accept(storage, event("e1", "a"), &["one", "two"], NOW).await;
    assert!(!first.duplicate);
    assert_eq!(first.event_id, "e1");
    let plugins: Vec<&str> = first.deliveries.iter().map(|q| q.plugin.as_str()).collect();
    assert_eq!(plugins, ["one", "two"]);
    let held = claims(storage, "one", 10, NOW).await;
    assert_eq!(ids(&held), ["e1"]);
    assert_eq!(*held.held[0].event, event("e1", "a"));
    delivered(storage, &held.held[0], NOW).await;
    let again = accept(storage, event("e1", "a"), &["one", "two", "three"], at(5)).await;
    assert!(again.duplicate);
    let states: Vec<_> = again
        .deliveries
        .iter()
        .map(|q| (q.id.clone(), q.state))
        .collect();
    assert_eq!(
        states,
        [
            (first.deliveries[0].id.clone(), DeliveryState::Delivered),
            (first.deliveries[1].id.clone(), DeliveryState::Queued),
        ]
    );
    assert!(ids(&claims(storage, "three", 10, at(5)).await).is_empty());
}

async fn an_event_that_nobody_takes_is_known_too(subject: Subject) {
    let storage = &*subject.storage;
    assert!(
        accept(storage, event("e", "a"), &[], NOW)
            .await
            .deliveries
            .is_empty()
    );
    let again = accept(storage, event("e", "a"), &["one"], NOW).await;
    assert!(again.duplicate && again.deliveries.is_empty());
}

async fn one_id_is_many_where_account_or_source_differ(subject: Subject) {
    let storage = &*subject.storage;
    let mut others = [event("e", "a"), event("e", "a"), event("e", "a")];
    others[1].account = account("eu");
    others[2].source = "chatwoot".into();
    for other in others.clone() {
        assert!(!accept(storage, other, &["one"], NOW).await.duplicate);
    }
    let held = claims(storage, "one", 10, NOW).await;
    let accounts: Vec<&str> = held
        .held
        .iter()
        .map(|c| c.installation.account.as_str())
        .collect();
    assert_eq!(
        accounts,
        ["default", "eu", "default"],
        "one key in two accounts is two keys"
    );
}

async fn a_key_goes_one_after_the_other(subject: Subject) {
    let storage = &*subject.storage;
    for id in ["e1", "e2", "e3"] {
        accept(storage, event(id, "a"), &["one", "two"], NOW).await;
    }
    for id in ["e1", "e2", "e3"] {
        let held = claims(storage, "one", 10, NOW).await;
        assert_eq!(ids(&held), [id]);
        assert_eq!(held.held[0].attempt, 1);
        assert!(
            claims(storage, "one", 10, NOW).await.held.is_empty(),
            "it is held"
        );
        delivered(storage, &held.held[0], NOW).await;
    }
    assert!(claims(storage, "one", 10, NOW).await.held.is_empty());
    assert_eq!(ids(&claims(storage, "two", 10, NOW).await), ["e1"]);
}

async fn keys_do_not_wait_for_each_other(subject: Subject) {
    let storage = &*subject.storage;
    for (id, key) in [("e1", "a"), ("e2", "b"), ("e3", "a"), ("e4", "c")] {
        accept(storage, event(id, key), &["one"], NOW).await;
    }
    assert_eq!(ids(&claims(storage, "one", 2, NOW).await), ["e1", "e2"]);
    assert_eq!(ids(&claims(storage, "one", 10, NOW).await), ["e4"]);
}

async fn a_retry_waits_and_holds_its_key_alone(subject: Subject) {
    let storage = &*subject.storage;
    for (id, key) in [("e1", "a"), ("e2", "a"), ("e3", "b")] {
        accept(storage, event(id, key), &["one"], NOW).await;
    }
    let held = claims(storage, "one", 10, NOW).await;
    assert_eq!(ids(&held), ["e1", "e3"]);
    finish(storage, &held.held[0], Ending::Retry(at(30)), NOW)
        .await
        .expect("finished");
    delivered(storage, &held.held[1], NOW).await;
    let none = claims(storage, "one", 10, at(29)).await;
    assert!(none.held.is_empty());
    assert_eq!(none.next, Some(at(30)));
    let again = claims(storage, "one", 10, at(30)).await;
    assert_eq!(ids(&again), ["e1"]);
    assert_eq!((again.held[0].attempt, again.next), (2, None));
    assert!(again.held[0].fence > held.held[0].fence);
    delivered(storage, &again.held[0], at(31)).await;
    assert_eq!(ids(&claims(storage, "one", 10, at(31)).await), ["e2"]);
}

async fn a_retry_is_never_beyond_the_horizon(subject: Subject) {
    let storage = &*subject.storage;
    accept(storage, event("e1", "a"), &["one"], NOW).await;
    let held = claims(storage, "one", 1, NOW).await;
    finish(storage, &held.held[0], Ending::Retry(Millis::MAX), NOW)
        .await
        .expect("finished");
    let next = claims(storage, "one", 1, NOW).await.next;
    assert_eq!(next, Some(NOW.after(FARTHEST_RETRY)));
    assert_eq!(
        ids(&claims(storage, "one", 1, NOW.after(FARTHEST_RETRY)).await),
        ["e1"]
    );
}

async fn a_dead_letter_lets_its_key_go_on(subject: Subject) {
    let storage = &*subject.storage;
    for id in ["e1", "e2"] {
        accept(storage, event(id, "a"), &["one"], NOW).await;
    }
    let held = claims(storage, "one", 10, NOW).await;
    finish(storage, &held.held[0], Ending::Dead, NOW)
        .await
        .expect("finished");
    assert_eq!(ids(&claims(storage, "one", 10, NOW).await), ["e2"]);
    let dead = Filter {
        state: Some(DeliveryState::Dead),
        ..Filter::default()
    };
    let dead = storage.deliveries(dead).await.expect("listed");
    assert_eq!(dead.len(), 1);
    assert_eq!(
        dead[0].error.as_ref().map(|error| error.code.as_str()),
        Some("call.trap")
    );
    assert_eq!((dead[0].attempts, dead[0].due), (1, None));
}

async fn a_released_delivery_was_never_claimed(subject: Subject) {
    let storage = &*subject.storage;
    for id in ["e1", "e2"] {
        accept(storage, event(id, "a"), &["one"], NOW).await;
    }
    for _ in 0..5 {
        let held = claims(storage, "one", 10, NOW).await;
        assert_eq!(
            (ids(&held), held.held[0].attempt),
            (vec!["e1".to_owned()], 1)
        );
        storage.release(&held.held[0]).await.expect("released");
        assert_eq!(
            storage.release(&held.held[0]).await,
            Err(StorageError::Lost)
        );
    }
    let all = storage.deliveries(Filter::default()).await.expect("listed");
    assert!(
        all.iter()
            .all(|d| (d.state, d.attempts) == (DeliveryState::Queued, 0))
    );
}

async fn only_who_holds_it_finishes_it(subject: Subject) {
    let storage = &*subject.storage;
    accept(storage, event("e1", "a"), &["one"], NOW).await;
    let first = claims(storage, "one", 1, NOW).await.held.remove(0);
    let changes = change("k", None, Some("late"));
    assert!(claims(storage, "one", 1, at(59)).await.held.is_empty());
    let second = claims(storage, "one", 1, at(60)).await.held.remove(0);
    assert_eq!(second.attempt, 2, "the lapsed try counts");
    for ending in [Ending::Delivered, Ending::Retry(at(70)), Ending::Dead] {
        let late = attempt(&first, at(60));
        let refused = storage
            .finish(&first, late, ending, changes.clone(), at(61))
            .await;
        assert_eq!(refused, Err(StorageError::Lost));
    }
    assert_eq!(storage.release(&first).await, Err(StorageError::Lost));
    delivered(storage, &second, at(61)).await;
    assert_eq!(
        finish(storage, &second, Ending::Delivered, at(61)).await,
        Err(StorageError::Lost)
    );
    let of = installation("one");
    assert_eq!(storage.value(&of, "k", at(61)).await.expect("read"), None);
}

async fn a_holder_that_is_gone_twice_was_killed_by_the_payload(subject: Subject) {
    let storage = &*subject.storage;
    for id in ["e1", "e2"] {
        accept(storage, event(id, "a"), &["one"], NOW).await;
    }
    assert_eq!(ids(&claims(storage, "one", 1, NOW).await), ["e1"]);
    assert_eq!(ids(&claims(storage, "one", 1, at(60)).await), ["e1"]);
    assert_eq!(
        ids(&claims(storage, "one", 1, at(120)).await),
        ["e2"],
        "e1 is set aside"
    );
    let dead = Filter {
        state: Some(DeliveryState::Dead),
        ..Filter::default()
    };
    let dead = storage.deliveries(dead).await.expect("listed");
    assert_eq!(
        dead[0].error.as_ref().expect("an error").code,
        "event.poison"
    );
    let detail = storage
        .delivery(&dead[0].id)
        .await
        .expect("read")
        .expect("there");
    let codes: Vec<&str> = detail
        .attempts
        .iter()
        .filter_map(|attempt| attempt.error.as_ref())
        .map(|error| error.code.as_str())
        .collect();
    assert_eq!(codes, ["event.interrupted", "event.poison"]);
    assert_eq!(
        (detail.attempts[0].began, detail.attempts[1].began),
        (NOW, at(60))
    );
}

async fn a_failure_in_between_clears_the_suspicion(subject: Subject) {
    let storage = &*subject.storage;
    accept(storage, event("e1", "a"), &["one"], NOW).await;
    claims(storage, "one", 1, NOW).await;
    let second = claims(storage, "one", 1, at(60)).await;
    finish(storage, &second.held[0], Ending::Retry(at(61)), at(60))
        .await
        .expect("finished");
    claims(storage, "one", 1, at(61)).await;
    let fourth = claims(storage, "one", 1, at(121)).await;
    assert_eq!(fourth.held[0].attempt, 4, "not set aside");
}

async fn writes_are_there_when_their_delivery_is(subject: Subject) {
    let (storage, of) = (&*subject.storage, installation("one"));
    accept(storage, event("e1", "a"), &["one"], NOW).await;
    for (second, ending) in [(0, Ending::Retry(at(1))), (1, Ending::Retry(at(2)))] {
        let held = claims(storage, "one", 1, at(second)).await.held.remove(0);
        let (attempt, changes) = (
            failed(&held, NOW, "call.trap"),
            change("k", Some(0), Some("v")),
        );
        storage
            .finish(&held, attempt, ending, changes, at(second))
            .await
            .expect("finished");
        assert_eq!(storage.value(&of, "k", NOW).await.expect("read"), None);
    }
    let held = claims(storage, "one", 1, at(2)).await.held.remove(0);
    let changes = change("k", Some(0), Some("v"));
    let done = storage.finish(
        &held,
        attempt(&held, NOW),
        Ending::Delivered,
        changes,
        at(2),
    );
    done.await.expect("finished");
    let stored = storage
        .value(&of, "k", NOW)
        .await
        .expect("read")
        .expect("there");
    assert_eq!((stored.value.as_str(), stored.expires), ("v", None));
}

async fn a_value_that_changed_is_a_conflict(subject: Subject) {
    let (storage, of) = (&*subject.storage, installation("one"));
    accept(storage, event("e1", "a"), &["one"], NOW).await;
    let held = claims(storage, "one", 1, NOW).await.held.remove(0);
    storage
        .commit(&of, change("k", Some(0), Some("theirs")), NOW)
        .await
        .expect("committed");
    let conflict = Err(StorageError::Conflict("k".into()));
    let ours = change("k", Some(0), Some("ours"));
    let done = storage.finish(
        &held,
        attempt(&held, NOW),
        Ending::Delivered,
        ours.clone(),
        NOW,
    );
    assert_eq!(done.await, conflict);
    assert_eq!(storage.commit(&of, ours, NOW).await, conflict);
    // It is still held, by the same one, and nothing was counted.
    let version = storage
        .value(&of, "k", NOW)
        .await
        .expect("read")
        .expect("there")
        .version;
    let changes = change("k", Some(version), Some("ours"));
    let done = storage.finish(&held, attempt(&held, NOW), Ending::Delivered, changes, NOW);
    done.await.expect("finished");
    let all = storage.deliveries(Filter::default()).await.expect("listed");
    assert_eq!(
        (all[0].state, all[0].attempts),
        (DeliveryState::Delivered, 1)
    );
    // Reads without writes commit nothing, and cannot come too late.
    let mut reads = change("k", Some(1), None);
    reads.writes.clear();
    assert_eq!(storage.commit(&of, reads, NOW).await, Ok(()));
}

async fn versions_are_never_used_twice(subject: Subject) {
    let (storage, of) = (&*subject.storage, installation("one"));
    let mut seen = Vec::new();
    for round in 0..4 {
        let value = format!("v{round}");
        storage
            .commit(&of, change("k", None, Some(&value)), NOW)
            .await
            .expect("committed");
        seen.push(
            storage
                .value(&of, "k", NOW)
                .await
                .expect("read")
                .expect("there")
                .version,
        );
        storage
            .commit(&of, change("k", None, None), NOW)
            .await
            .expect("removed");
        assert_eq!(storage.value(&of, "k", NOW).await.expect("read"), None);
        let stale = change("k", seen.last().copied(), Some("stale"));
        assert!(matches!(
            storage.commit(&of, stale, NOW).await,
            Err(StorageError::Conflict(_))
        ));
    }
    assert!(seen.iter().all(|version| *version > 0));
    assert!(seen.windows(2).all(|two| two[0] < two[1]), "{seen:?}");
}

async fn values_expire(subject: Subject) {
    let (storage, of) = (&*subject.storage, installation("one"));
    let mut changes = StoreChanges::default();
    let set = |expires| StoreWrite::Set {
        value: "v".into(),
        expires,
    };
    changes.writes.insert("brief".into(), set(Some(at(10))));
    changes.writes.insert("long".into(), set(None));
    storage.commit(&of, changes, NOW).await.expect("committed");
    let keys = |now| storage.keys(&of, "", None, 10, now);
    assert_eq!(keys(at(9)).await.expect("listed"), ["brief", "long"]);
    let stored = storage
        .value(&of, "brief", at(9))
        .await
        .expect("read")
        .expect("there");
    assert_eq!(stored.expires, Some(at(10)));
    assert_eq!(keys(at(10)).await.expect("listed"), ["long"]);
    assert_eq!(
        storage.value(&of, "brief", at(10)).await.expect("read"),
        None
    );
    // An expired one is as good as none.
    storage
        .commit(&of, change("brief", Some(0), Some("w")), at(10))
        .await
        .expect("committed");
}

async fn keys_are_listed_by_their_bytes(subject: Subject) {
    let (storage, of) = (&*subject.storage, installation("one"));
    for key in ["b", "a:2", "a:1", "a:10", "A", "ä", "a:%", "a:_"] {
        storage
            .commit(&of, change(key, None, Some("v")), NOW)
            .await
            .expect("committed");
    }
    let keys = |prefix, after, most| storage.keys(&of, prefix, after, most, NOW);
    assert_eq!(
        keys("", None, 20).await.expect("listed"),
        ["A", "a:%", "a:1", "a:10", "a:2", "a:_", "b", "ä"]
    );
    assert_eq!(
        keys("a:1", None, 20).await.expect("listed"),
        ["a:1", "a:10"]
    );
    assert_eq!(
        keys("a:", Some("a:1"), 2).await.expect("listed"),
        ["a:10", "a:2"]
    );
    assert_eq!(
        keys("a:_", None, 20).await.expect("listed"),
        ["a:_"],
        "no wildcard"
    );
    assert_eq!(keys("a:", Some("b"), 20).await.expect("listed"), [""; 0]);
    assert_eq!(keys("ä", Some("A"), 20).await.expect("listed"), ["ä"]);
}

async fn installations_do_not_see_each_other(subject: Subject) {
    let (storage, one) = (&*subject.storage, installation("one"));
    let mut eu = one.clone();
    eu.account = account("eu");
    storage
        .commit(&one, change("k", None, Some("secret")), NOW)
        .await
        .expect("committed");
    for other in [eu, installation("two")] {
        for key in ["k", "../one/k", "one/default/k", "%", "k\u{0}"] {
            assert_eq!(
                storage.value(&other, key, NOW).await.expect("read"),
                None,
                "{key}"
            );
        }
        assert!(
            storage
                .keys(&other, "", None, 9, NOW)
                .await
                .expect("listed")
                .is_empty()
        );
        storage
            .commit(&other, change("k", Some(0), Some("mine")), NOW)
            .await
            .expect("committed");
    }
    let mine = storage
        .value(&one, "k", NOW)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(mine.value, "secret");
}

async fn quotas_of_deliveries_are_each_plugins_own(subject: Subject) {
    let storage = &*subject.storage;
    for n in 0..50 {
        accept(storage, event(&format!("e{n}"), "a"), &["one"], NOW).await;
    }
    let too_many = |id: &str, names: &[&str]| {
        let names = names.iter().map(|name| plugin(name)).collect();
        storage.accept(event(id, "a"), names, NOW)
    };
    let refused = too_many("over", &["two", "one"])
        .await
        .expect_err("one has its share");
    assert!(
        matches!(
            refused,
            StorageError::Quota {
                used: 50,
                limit: 50,
                ..
            }
        ),
        "{refused:?}"
    );
    assert!(
        claims(storage, "two", 1, NOW).await.held.is_empty(),
        "nothing was taken"
    );
    assert!(
        !accept(storage, event("over", "a"), &["two"], NOW)
            .await
            .duplicate
    );
    assert!(
        accept(storage, event("e1", "a"), &["one"], NOW)
            .await
            .duplicate,
        "known all the same"
    );
    let held = claims(storage, "one", 1, NOW).await.held.remove(0);
    assert!(
        too_many("more", &["one"]).await.is_err(),
        "what is held still waits"
    );
    delivered(storage, &held, NOW).await;
    assert!(too_many("more", &["one"]).await.is_ok());
    let mut large = event("large", "b");
    large.raw = "x".repeat(1 << 20);
    let refused = storage.accept(large, vec![plugin("two")], NOW).await;
    assert!(
        matches!(
            refused,
            Err(StorageError::Quota {
                limit: 1_048_576,
                ..
            })
        ),
        "{refused:?}"
    );
}

async fn quotas_of_values_are_each_installations_own(subject: Subject) {
    let (storage, of) = (&*subject.storage, installation("one"));
    for n in 0..20 {
        let key = format!("k{n}");
        let mut changes = change(&key, None, Some("v"));
        if n == 0 {
            let set = StoreWrite::Set {
                value: "v".into(),
                expires: Some(at(10)),
            };
            changes.writes.insert(key, set);
        }
        storage.commit(&of, changes, NOW).await.expect("committed");
    }
    let more = || change("more", None, Some("v"));
    let refused = storage
        .commit(&of, more(), NOW)
        .await
        .expect_err("twenty are enough");
    assert!(
        matches!(
            refused,
            StorageError::Quota {
                used: 21,
                limit: 20,
                ..
            }
        ),
        "{refused:?}"
    );
    assert_eq!(storage.value(&of, "more", NOW).await.expect("read"), None);
    storage
        .commit(&installation("two"), more(), NOW)
        .await
        .expect("another's share");
    storage
        .commit(&of, change("k1", None, Some("w")), NOW)
        .await
        .expect("no new key");
    storage
        .commit(&of, more(), at(10))
        .await
        .expect("what has expired takes no room");
    // With a delivery it is the same, and the delivery is still held.
    accept(storage, event("e1", "a"), &["one"], at(10)).await;
    let held = claims(storage, "one", 1, at(10)).await.held.remove(0);
    let large = change("k2", None, Some(&"x".repeat(5000)));
    let done = storage.finish(&held, attempt(&held, NOW), Ending::Delivered, large, at(10));
    let refused = done.await.expect_err("too many bytes");
    assert!(
        matches!(refused, StorageError::Quota { limit: 4096, .. }),
        "{refused:?}"
    );
    finish(storage, &held, Ending::Dead, at(10))
        .await
        .expect("still held");
    storage
        .commit(&of, change("k3", None, None), at(10))
        .await
        .expect("less is always taken");
}

async fn listings_filter_and_page(subject: Subject) {
    let storage = &*subject.storage;
    let mut first = Vec::new();
    for n in 0..6_u64 {
        let mut event = event(&format!("e{n}"), if n % 2 == 0 { "a" } else { "b" });
        if n == 5 {
            event.account = account("eu");
        }
        let receipt = accept(storage, event, &["one", "two"], at(n)).await;
        first.push(receipt.deliveries[0].id.clone());
    }
    let held = claims(storage, "one", 1, at(9)).await.held.remove(0);
    finish(storage, &held, Ending::Dead, at(9))
        .await
        .expect("finished");
    let list = |filter: Filter| async {
        let found = storage.deliveries(filter).await.expect("listed");
        let told = found
            .iter()
            .map(|d| format!("{} {}", d.installation.plugin, d.event_id));
        told.collect::<Vec<_>>()
    };
    let all = Filter::default;
    assert_eq!(list(all()).await.len(), 12);
    assert_eq!(list(all()).await[..2], ["two e5", "one e5"]);
    let one = Filter {
        plugin: Some(plugin("one")),
        ..all()
    };
    assert_eq!(
        list(one.clone()).await,
        ["one e5", "one e4", "one e3", "one e2", "one e1", "one e0"]
    );
    assert!(
        list(Filter {
            plugin: Some(plugin("none")),
            ..all()
        })
        .await
        .is_empty()
    );
    assert_eq!(
        list(Filter {
            account: Some(account("eu")),
            ..one.clone()
        })
        .await,
        ["one e5"]
    );
    let dead = Filter {
        state: Some(DeliveryState::Dead),
        ..all()
    };
    assert_eq!(list(dead).await, ["one e0"]);
    let key = Some("freshchat:conversation:a".to_owned());
    assert_eq!(
        list(Filter { key, ..one.clone() }).await,
        ["one e4", "one e2", "one e0"]
    );
    let between = Filter {
        from: Some(at(1)),
        until: Some(at(3)),
        ..one.clone()
    };
    assert_eq!(list(between).await, ["one e2", "one e1"]);
    let page = Filter {
        most: 2,
        ..one.clone()
    };
    assert_eq!(list(page.clone()).await, ["one e5", "one e4"]);
    let after = Some(first[4].clone());
    assert_eq!(list(Filter { after, ..page }).await, ["one e3", "one e2"]);
    let these = vec![first[3].clone(), first[1].clone()];
    assert_eq!(
        list(Filter {
            ids: these,
            ..all()
        })
        .await,
        ["one e3", "one e1"]
    );
    let foreign = sidepane::model::delivery::DeliveryId("01ARZ3NDEKTSV4RRFFQ69G5FAV".into());
    assert!(
        list(Filter {
            ids: vec![foreign.clone()],
            ..all()
        })
        .await
        .is_empty()
    );
    assert_eq!(storage.delivery(&foreign).await, Ok(None));
}

async fn a_delivery_in_full_has_its_tries_and_its_event(subject: Subject) {
    let storage = &*subject.storage;
    let receipt = accept(storage, event("e1", "a"), &["one"], NOW).await;
    let held = claims(storage, "one", 1, at(1)).await.held.remove(0);
    let mut first = failed(&held, at(1), "call.trap");
    first.generation = Some(sidepane::model::id::Generation([7; 32]));
    first.usage = Some(sidepane::model::usage::Usage::default());
    let retry = Ending::Retry(at(20));
    storage
        .finish(&held, first.clone(), retry, StoreChanges::default(), at(2))
        .await
        .expect("finished");
    let id = &receipt.deliveries[0].id;
    let detail = storage.delivery(id).await.expect("read").expect("there");
    assert_eq!(detail.event, event("e1", "a"));
    assert_eq!(detail.attempts, [first.clone()]);
    let delivery = detail.delivery;
    assert_eq!(delivery.id, *id);
    assert_eq!(delivery.installation, installation("one"));
    assert_eq!(delivery.state, DeliveryState::Retrying);
    assert_eq!((delivery.accepted, delivery.due), (NOW, Some(at(20))));
    assert_eq!(delivery.key, "freshchat:conversation:a");
    assert_eq!(
        (delivery.source.as_str(), delivery.event_type.as_str()),
        ("freshchat", "message.created")
    );
    assert_eq!(delivery.error, first.error);
}

async fn a_replay_begins_a_series_at_the_end_of_its_row(subject: Subject) {
    let storage = &*subject.storage;
    for id in ["e1", "e2", "e3"] {
        accept(storage, event(id, "a"), &["one"], NOW).await;
    }
    let held = claims(storage, "one", 1, NOW).await.held.remove(0);
    finish(storage, &held, Ending::Dead, NOW)
        .await
        .expect("finished");
    let one = Filter {
        plugin: Some(plugin("one")),
        ..Filter::default()
    };
    assert_eq!(
        storage.replay(one.clone(), at(100)).await,
        Ok(1),
        "those that wait are left alone"
    );
    for (id, since) in [("e2", NOW), ("e3", NOW), ("e1", at(100))] {
        let held = claims(storage, "one", 9, at(100)).await;
        assert_eq!(ids(&held), [id]);
        assert_eq!((held.held[0].attempt, held.held[0].since), (1, since));
        delivered(storage, &held.held[0], at(100)).await;
    }
    let found = storage.deliveries(one.clone()).await.expect("listed");
    let detail = storage
        .delivery(&found[2].id)
        .await
        .expect("read")
        .expect("there");
    let numbers: Vec<u32> = detail
        .attempts
        .iter()
        .map(|attempt| attempt.number)
        .collect();
    assert_eq!(numbers, [1, 1], "of both series");
    assert_eq!(
        (detail.delivery.accepted, detail.delivery.error),
        (NOW, None)
    );
    assert_eq!(
        storage
            .replay(
                Filter {
                    most: 2,
                    ..one.clone()
                },
                at(200)
            )
            .await,
        Ok(2)
    );
    assert_eq!(ids(&claims(storage, "one", 9, at(200)).await), ["e1"]);
    assert_eq!(
        storage
            .replay(
                Filter {
                    state: Some(DeliveryState::Queued),
                    ..one
                },
                NOW
            )
            .await,
        Ok(0)
    );
}

async fn two_replays_at_once_replay_once(subject: Subject) {
    let storage = &*subject.storage;
    for n in 0..20 {
        accept(
            storage,
            event(&format!("e{n}"), &format!("{n}")),
            &["one"],
            NOW,
        )
        .await;
    }
    for held in claims(storage, "one", 20, NOW).await.held {
        finish(storage, &held, Ending::Dead, NOW)
            .await
            .expect("finished");
    }
    let (one, two) = tokio::join!(
        storage.replay(Filter::default(), at(1)),
        storage.replay(Filter::default(), at(1))
    );
    assert_eq!(one.expect("replayed") + two.expect("replayed"), 20);
    assert_eq!(claims(storage, "one", 100, at(1)).await.held.len(), 20);
}

const DAY: u64 = 86_400;

fn days(count: u64) -> Duration {
    Duration::from_secs(count * DAY)
}

fn retention() -> Retention {
    Retention {
        duplicates: days(3),
        delivered: days(7),
        dead: days(30),
        stale: None,
    }
}

async fn a_sweep_lets_go_by_age(subject: Subject) {
    let storage = &*subject.storage;
    accept(storage, event("alone", "z"), &[], NOW).await;
    for id in ["done", "dead", "waits", "both"] {
        accept(storage, event(id, id), &["one"], NOW).await;
    }
    accept(storage, event("two", "two"), &["one", "two"], NOW).await;
    for held in claims(storage, "one", 9, NOW).await.held {
        let ending = match held.event.id.as_str() {
            "dead" => Ending::Dead,
            "waits" => Ending::Retry(at(1)),
            _ => Ending::Delivered,
        };
        finish(storage, &held, ending, NOW).await.expect("finished");
    }
    let known = async |id: &str, now| {
        // The sweep takes back what this look adds.
        accept(storage, event(id, id), &[], now).await.duplicate
    };
    let mut brief = change("k", None, None);
    let set = StoreWrite::Set {
        value: "v".into(),
        expires: Some(at(5)),
    };
    brief.writes.insert("k".into(), set);
    storage
        .commit(&installation("one"), brief, NOW)
        .await
        .expect("committed");
    let sweep = |now| storage.sweep(retention(), now);
    let swept = sweep(at(3 * DAY - 1)).await.expect("swept");
    assert_eq!((swept.events, swept.values, swept.dropped), (0, 1, 0));
    assert!(known("alone", at(3 * DAY - 1)).await);
    assert_eq!(
        sweep(at(3 * DAY)).await.expect("swept").events,
        1,
        "the one that nobody took"
    );
    assert_eq!(
        sweep(at(7 * DAY)).await.expect("swept").events,
        2,
        "done and both; two waits"
    );
    assert!(known("dead", at(7 * DAY)).await && known("two", at(7 * DAY)).await);
    assert!(!known("done", at(7 * DAY)).await, "as good as new");
    let swept = sweep(at(30 * DAY)).await.expect("swept");
    assert_eq!(swept.events, 2, "the dead letter, and the one that was new");
    let left = storage.deliveries(Filter::default()).await.expect("listed");
    let left: Vec<_> = left
        .iter()
        .map(|d| (d.event_id.as_str(), d.installation.plugin.as_str()))
        .collect();
    assert_eq!(
        left,
        [("two", "two"), ("waits", "one")],
        "what waits, waits"
    );
}

async fn a_sweep_drops_what_waited_too_long(subject: Subject) {
    let storage = &*subject.storage;
    for (second, id, key) in [
        (0, "e1", "a"),
        (10, "e2", "a"),
        (20, "e3", "a"),
        (0, "f1", "b"),
        (0, "g1", "c"),
    ] {
        accept(storage, event(id, key), &["one"], at(second)).await;
    }
    let mut held = claims(storage, "one", 3, at(30)).await.held;
    assert_eq!(held.len(), 3);
    let (f1, g1) = (held.remove(1), held.remove(1));
    finish(storage, &g1, Ending::Retry(at(9000)), at(30))
        .await
        .expect("finished");
    delivered(storage, &f1, at(30)).await;
    let keep = Retention {
        stale: Some(Duration::from_secs(100)),
        ..retention()
    };
    let swept = storage.sweep(keep, at(115)).await.expect("swept");
    assert_eq!(swept.dropped, 2, "e2 and g1; e1 is held, e3 is young");
    delivered(storage, &held[0], at(116)).await;
    assert_eq!(ids(&claims(storage, "one", 9, at(116)).await), ["e3"]);
    let dropped = Filter {
        state: Some(DeliveryState::Dropped),
        ..Filter::default()
    };
    let dropped = storage.deliveries(dropped).await.expect("listed");
    let dropped: Vec<&str> = dropped.iter().map(|d| d.event_id.as_str()).collect();
    assert_eq!(dropped, ["g1", "e2"]);
}

async fn somebody_is_forgotten(subject: Subject) {
    let storage = &*subject.storage;
    for (id, key) in [("e1", "ada"), ("e2", "ada"), ("e3", "bob"), ("e4", "ada")] {
        accept(storage, event(id, key), &["one", "two"], NOW).await;
    }
    let mut elsewhere = event("e5", "ada");
    elsewhere.account = account("eu");
    accept(storage, elsewhere, &["one"], NOW).await;
    let mut mentioned = event("e6", "carl");
    mentioned.raw = "{\"text\":\"write to ada@example.com\"}".into();
    accept(storage, mentioned, &["two"], NOW).await;
    let of = installation("one");
    for (key, value) in [
        ("visits:contact-ada", "1"),
        ("last", "ada@example.com"),
        ("visits:contact-adam", "1"),
    ] {
        storage
            .commit(&of, change(key, None, Some(value)), NOW)
            .await
            .expect("committed");
    }
    let held = claims(storage, "one", 9, NOW).await.held;
    assert_eq!(held[0].event.id, "e1");
    let person = Person {
        account: sidepane::AccountId::default(),
        marks: vec!["contact-ada".into(), "ada@example.com".into()],
    };
    let forgotten = storage.forget(person.clone()).await.expect("forgotten");
    assert_eq!(
        (forgotten.events, forgotten.deliveries, forgotten.values),
        (4, 7, 2)
    );
    assert_eq!(
        finish(storage, &held[0], Ending::Delivered, NOW).await,
        Err(StorageError::Lost)
    );
    let left = storage.deliveries(Filter::default()).await.expect("listed");
    let left: Vec<&str> = left.iter().map(|d| d.event_id.as_str()).collect();
    assert_eq!(left, ["e5", "e3", "e3"]);
    assert_eq!(
        storage.keys(&of, "", None, 9, NOW).await.expect("listed"),
        ["visits:contact-adam"]
    );
    assert_eq!(storage.forget(person).await.expect("forgotten").events, 0);
    let counted: u64 = storage
        .backlog()
        .await
        .expect("counted")
        .iter()
        .flat_map(|b| b.counts)
        .sum();
    assert_eq!(counted, 3);
    // The row goes on behind those that are gone.
    accept(storage, event("e7", "ada"), &["one"], NOW).await;
    assert_eq!(ids(&claims(storage, "one", 9, NOW).await), ["e7"]);
}

async fn the_backlog_counts_every_state(subject: Subject) {
    let storage = &*subject.storage;
    assert_eq!(storage.backlog().await.expect("counted"), []);
    for n in 0..6_u64 {
        accept(
            storage,
            event(&format!("e{n}"), &format!("{n}")),
            &["one"],
            at(n),
        )
        .await;
    }
    accept(storage, event("f", "f"), &["two"], at(9)).await;
    let held = claims(storage, "one", 4, at(10)).await.held;
    delivered(storage, &held[0], at(10)).await;
    finish(storage, &held[1], Ending::Dead, at(10))
        .await
        .expect("finished");
    finish(storage, &held[2], Ending::Retry(at(99)), at(10))
        .await
        .expect("finished");
    let backlog = storage.backlog().await.expect("counted");
    let told: Vec<_> = backlog
        .iter()
        .map(|b| (b.plugin.as_str(), b.counts, b.oldest))
        .collect();
    assert_eq!(
        told,
        [
            ("one", [2, 1, 1, 1, 1, 0], Some(at(2))),
            ("two", [1, 0, 0, 0, 0, 0], Some(at(9))),
        ]
    );
    delivered(
        storage,
        &claims(storage, "two", 1, at(10)).await.held[0],
        at(10),
    )
    .await;
    assert_eq!(storage.backlog().await.expect("counted")[1].oldest, None);
}

async fn whoever_waits_is_stirred(subject: Subject) {
    let storage = &*subject.storage;
    let mut stirred = storage.stirred();
    let mut heard = move || {
        let changed = stirred.has_changed().expect("open");
        stirred.mark_unchanged();
        changed
    };
    assert!(!heard());
    for id in ["e1", "e2"] {
        accept(storage, event(id, "a"), &["one"], NOW).await;
    }
    assert!(heard(), "accepted");
    let held = claims(storage, "one", 1, NOW).await.held.remove(0);
    assert!(!heard(), "claiming makes nothing due");
    storage.release(&held).await.expect("released");
    assert!(heard(), "released");
    let held = claims(storage, "one", 1, NOW).await.held.remove(0);
    finish(storage, &held, Ending::Retry(at(5)), NOW)
        .await
        .expect("finished");
    assert!(heard(), "there is a time to wait for");
    let held = claims(storage, "one", 1, at(5)).await.held.remove(0);
    delivered(storage, &held, at(5)).await;
    assert!(heard(), "the next of its key has its turn");
    let held = claims(storage, "one", 1, at(5)).await.held.remove(0);
    delivered(storage, &held, at(5)).await;
    assert_eq!(storage.replay(Filter::default(), at(6)).await, Ok(2));
    assert!(heard(), "replayed");
    assert_eq!(storage.health(), Health::Good);
}

async fn clocks_that_jump_lose_nothing(subject: Subject) {
    let storage = &*subject.storage;
    for now in [at(DAY), NOW, Millis(5), at(40 * 365 * DAY), NOW] {
        let id = format!("e{}", now.0);
        let first = !accept(storage, event(&id, &id), &["one"], now)
            .await
            .duplicate;
        assert!(first || now == NOW);
        for held in claims(storage, "one", 9, now).await.held {
            finish(storage, &held, Ending::Retry(now.after(days(1))), now)
                .await
                .expect("finished");
        }
    }
    // Whatever a clock wrote, one that was set back by years finds it all at once, and one that
    // goes right at the latest within the horizon.
    let found = claims(storage, "one", 9, Millis(5)).await.held;
    assert_eq!(found.len(), 4);
    // A lease neither ends nor lasts because the clock was set.
    for now in [at(DAY), NOW, Millis(0), at(2 * DAY)] {
        assert!(
            claims(storage, "one", 9, now).await.held.is_empty(),
            "at {now}"
        );
    }
    for held in &found[1..] {
        delivered(storage, held, NOW).await;
    }
    let later = at(2 * DAY).after(LEASE);
    assert_eq!(
        claims(storage, "one", 9, later).await.held.len(),
        1,
        "it is over by itself"
    );
}

async fn one_event_a_hundred_times_at_once_is_one(subject: Subject) {
    let storage = &subject.storage;
    let all = (0..100).map(|_| storage.accept(event("e", "a"), vec![plugin("one")], NOW));
    let receipts = futures_util::future::try_join_all(all)
        .await
        .expect("accepted");
    assert_eq!(
        receipts.iter().filter(|receipt| !receipt.duplicate).count(),
        1
    );
    assert!(
        receipts
            .iter()
            .all(|receipt| receipt.deliveries == receipts[0].deliveries)
    );
    assert_eq!(
        storage
            .deliveries(Filter::default())
            .await
            .expect("listed")
            .len(),
        1
    );
}

async fn an_unheard_claim_is_given_back(subject: Subject) {
    let storage = &*subject.storage;
    accept(storage, event("e", "a"), &["one"], NOW).await;
    for _ in 0..3 {
        // Asked once, and waited for no longer. What comes at once is heard.
        let mut unheard = storage.claim(plugin("one"), 1, NOW, LEASE);
        if let Poll::Ready(heard) = futures_util::poll!(&mut unheard) {
            for held in heard.expect("claimed").held {
                storage.release(&held).await.expect("released");
            }
        }
    }
    for _ in 0..100 {
        let held = claims(storage, "one", 1, NOW).await.held;
        if let [held] = held.as_slice() {
            assert_eq!(held.attempt, 1);
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the delivery is held by nobody, and not given back");
}

async fn what_a_plugin_takes_is_written_down(subject: Subject) {
    let storage = &*subject.storage;
    let takes = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    let write = async |name: &str, events: &[&str]| {
        let written = storage.subscribe(plugin(name), takes(events)).await;
        written.expect("written down");
    };
    write("one", &["message.created", "freshchat:onUserCreate"]).await;
    write("two", &["*"]).await;
    write("one", &["message.created"]).await;
    let mut all = storage.subscriptions().await.expect("read");
    all.sort();
    let want = [
        (plugin("one"), takes(&["message.created"])),
        (plugin("two"), takes(&["*"])),
    ];
    assert_eq!(all, want);
    write("two", &[]).await;
    let left = storage.subscriptions().await.expect("read");
    assert_eq!(left, want[..1]);
}
