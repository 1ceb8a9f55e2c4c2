//! Accepting, and whose turn it is.

use super::Subject;
use crate::kit::{NOW, accept, account, at, claims, delivered, event, finish, ids, plugin};
use sidepane::model::delivery::{DeliveryState, Ending};
use sidepane::model::time::Millis;
use sidepane::storage::{FARTHEST_RETRY, Filter, Health, StorageError};

pub(super) async fn an_event_is_taken_once(subject: Subject) {
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

pub(super) async fn an_event_that_nobody_takes_is_known_too(subject: Subject) {
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

pub(super) async fn one_id_is_many_where_account_or_source_differ(subject: Subject) {
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

pub(super) async fn a_key_goes_one_after_the_other(subject: Subject) {
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

pub(super) async fn keys_do_not_wait_for_each_other(subject: Subject) {
    let storage = &*subject.storage;
    for (id, key) in [("e1", "a"), ("e2", "b"), ("e3", "a"), ("e4", "c")] {
        accept(storage, event(id, key), &["one"], NOW).await;
    }
    assert_eq!(ids(&claims(storage, "one", 2, NOW).await), ["e1", "e2"]);
    assert_eq!(ids(&claims(storage, "one", 10, NOW).await), ["e4"]);
}

pub(super) async fn a_retry_waits_and_holds_its_key_alone(subject: Subject) {
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

pub(super) async fn a_retry_is_never_beyond_the_horizon(subject: Subject) {
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

pub(super) async fn a_dead_letter_lets_its_key_go_on(subject: Subject) {
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

pub(super) async fn quotas_of_deliveries_are_each_plugins_own(subject: Subject) {
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

pub(super) async fn whoever_waits_is_stirred(subject: Subject) {
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

pub(super) async fn one_event_a_hundred_times_at_once_is_one(subject: Subject) {
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

pub(super) async fn what_a_plugin_takes_is_written_down(subject: Subject) {
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
