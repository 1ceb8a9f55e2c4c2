//! Plugins' values.

use super::Subject;
use crate::kit::{
    NOW, accept, account, at, attempt, change, claims, event, failed, finish, installation,
};
use sidepane::model::delivery::{DeliveryState, Ending};
use sidepane::model::store::{StoreChanges, StoreWrite};
use sidepane::storage::{Filter, StorageError};

pub(super) async fn writes_are_there_when_their_delivery_is(subject: Subject) {
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

pub(super) async fn a_value_that_changed_is_a_conflict(subject: Subject) {
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

pub(super) async fn versions_are_never_used_twice(subject: Subject) {
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

pub(super) async fn values_expire(subject: Subject) {
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

pub(super) async fn keys_are_listed_by_their_bytes(subject: Subject) {
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

pub(super) async fn installations_do_not_see_each_other(subject: Subject) {
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

pub(super) async fn quotas_of_values_are_each_installations_own(subject: Subject) {
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
