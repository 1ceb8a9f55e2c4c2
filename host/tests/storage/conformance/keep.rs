//! Replay, retention, and forgetting somebody.

use super::Subject;
use crate::kit::{
    NOW, accept, account, at, change, claims, delivered, event, finish, ids, installation, plugin,
};
use sidepane::model::delivery::{DeliveryState, Ending};
use sidepane::model::store::StoreWrite;
use sidepane::storage::{Filter, Person, Retention, StorageError};
use std::time::Duration;

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

pub(super) async fn a_replay_begins_a_series_at_the_end_of_its_row(subject: Subject) {
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
    let found = storage.deliveries(one).await.expect("listed");
    let detail = storage.delivery(&found[2].id).await;
    let detail = detail.expect("read").expect("there");
    let numbers = detail.attempts.iter().map(|attempt| attempt.number);
    assert_eq!(numbers.collect::<Vec<_>>(), [1, 1], "of both series");
    assert_eq!(
        (detail.delivery.accepted, detail.delivery.error),
        (NOW, None)
    );
}

pub(super) async fn a_replay_takes_what_the_filter_finds(subject: Subject) {
    let storage = &*subject.storage;
    for id in ["e1", "e2", "e3"] {
        accept(storage, event(id, "a"), &["one"], NOW).await;
        let held = claims(storage, "one", 1, NOW).await.held.remove(0);
        delivered(storage, &held, NOW).await;
    }
    let replay = |filter| storage.replay(filter, at(200));
    let all = Filter::default;
    let dead = Filter {
        state: Some(DeliveryState::Dead),
        ..all()
    };
    assert_eq!(replay(dead).await, Ok(0));
    assert_eq!(
        replay(Filter {
            plugin: Some(plugin("two")),
            ..all()
        })
        .await,
        Ok(0)
    );
    assert_eq!(
        replay(Filter { most: 2, ..all() }).await,
        Ok(2),
        "the first accepted ones"
    );
    assert_eq!(ids(&claims(storage, "one", 9, at(200)).await), ["e1"]);
    let waiting = Filter {
        state: Some(DeliveryState::Queued),
        ..all()
    };
    assert_eq!(replay(waiting).await, Ok(0));
    assert_eq!(replay(all()).await, Ok(1), "e3; the others wait or run");
}

pub(super) async fn two_replays_at_once_replay_once(subject: Subject) {
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

pub(super) async fn a_sweep_lets_go_by_age(subject: Subject) {
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

pub(super) async fn a_sweep_drops_what_waited_too_long(subject: Subject) {
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

pub(super) async fn somebody_is_forgotten(subject: Subject) {
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
