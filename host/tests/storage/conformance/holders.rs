//! Holding deliveries: leases, fences, holders that are gone.

use super::Subject;
use crate::kit::{
    LEASE, NOW, accept, at, attempt, change, claims, delivered, event, finish, ids, installation,
    plugin,
};
use sidepane::model::delivery::{DeliveryState, Ending};
use sidepane::model::time::Millis;
use sidepane::storage::{Filter, StorageError};
use std::task::Poll;
use std::time::Duration;

const DAY: u64 = 86_400;

pub(super) async fn a_released_delivery_was_never_claimed(subject: Subject) {
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

pub(super) async fn only_who_holds_it_finishes_it(subject: Subject) {
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

pub(super) async fn a_holder_that_is_gone_twice_was_killed_by_the_payload(subject: Subject) {
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

pub(super) async fn a_failure_in_between_clears_the_suspicion(subject: Subject) {
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

pub(super) async fn clocks_that_jump_lose_nothing(subject: Subject) {
    let storage = &*subject.storage;
    for now in [at(DAY), NOW, Millis(5), at(40 * 365 * DAY), NOW] {
        let id = format!("e{}", now.0);
        let first = !accept(storage, event(&id, &id), &["one"], now)
            .await
            .duplicate;
        assert!(first || now == NOW);
        for held in claims(storage, "one", 9, now).await.held {
            finish(
                storage,
                &held,
                Ending::Retry(now.after(Duration::from_secs(DAY))),
                now,
            )
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

pub(super) async fn an_unheard_claim_is_given_back(subject: Subject) {
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
