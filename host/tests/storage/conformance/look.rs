//! Listings, one delivery in full, the backlog.

use super::Subject;
use crate::kit::{
    NOW, accept, account, at, claims, delivered, event, failed, finish, installation, plugin,
};
use sidepane::model::delivery::{DeliveryId, DeliveryState, Ending};
use sidepane::model::store::StoreChanges;
use sidepane::storage::{Filter, Storage};

/// Six events for two plugins, one a second; the first delivery is dead. The ids of the first
/// plugin's.
async fn twelve(storage: &dyn Storage) -> Vec<DeliveryId> {
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
    first
}

async fn list(storage: &dyn Storage, filter: Filter) -> Vec<String> {
    let found = storage.deliveries(filter).await.expect("listed");
    let told = found
        .iter()
        .map(|d| format!("{} {}", d.installation.plugin, d.event_id));
    told.collect()
}

fn of_one() -> Filter {
    Filter {
        plugin: Some(plugin("one")),
        ..Filter::default()
    }
}

pub(super) async fn listings_filter(subject: Subject) {
    let storage = &*subject.storage;
    twelve(storage).await;
    let cases: [(Filter, &[&str]); 7] = [
        (
            of_one(),
            &["one e5", "one e4", "one e3", "one e2", "one e1", "one e0"],
        ),
        (
            Filter {
                plugin: Some(plugin("none")),
                ..Filter::default()
            },
            &[],
        ),
        (
            Filter {
                account: Some(account("eu")),
                ..of_one()
            },
            &["one e5"],
        ),
        (
            Filter {
                state: Some(DeliveryState::Dead),
                ..Filter::default()
            },
            &["one e0"],
        ),
        (
            Filter {
                key: Some("freshchat:conversation:a".to_owned()),
                ..of_one()
            },
            &["one e4", "one e2", "one e0"],
        ),
        (
            Filter {
                from: Some(at(1)),
                until: Some(at(3)),
                ..of_one()
            },
            &["one e2", "one e1"],
        ),
        (
            Filter {
                account: Some(account("eu")),
                from: Some(at(5)),
                ..Filter::default()
            },
            &["two e5", "one e5"],
        ),
    ];
    for (filter, expected) in cases {
        assert_eq!(list(storage, filter.clone()).await, expected, "{filter:?}");
    }
}

pub(super) async fn listings_page(subject: Subject) {
    let storage = &*subject.storage;
    let first = twelve(storage).await;
    let all = list(storage, Filter::default()).await;
    assert_eq!(
        (all.len(), &all[..2]),
        (12, &["two e5".to_owned(), "one e5".to_owned()][..])
    );
    let page = Filter {
        most: 2,
        ..of_one()
    };
    assert_eq!(list(storage, page.clone()).await, ["one e5", "one e4"]);
    let after = Some(first[4].clone());
    assert_eq!(
        list(storage, Filter { after, ..page }).await,
        ["one e3", "one e2"]
    );
    let these = vec![first[3].clone(), first[1].clone()];
    let these = Filter {
        ids: these,
        ..Filter::default()
    };
    assert_eq!(list(storage, these).await, ["one e3", "one e1"]);
    let foreign = DeliveryId("01ARZ3NDEKTSV4RRFFQ69G5FAV".into());
    let one = Filter {
        ids: vec![foreign.clone()],
        ..Filter::default()
    };
    assert!(list(storage, one).await.is_empty());
    assert_eq!(storage.delivery(&foreign).await, Ok(None));
}

pub(super) async fn a_delivery_in_full_has_its_tries_and_its_event(subject: Subject) {
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

pub(super) async fn the_backlog_counts_every_state(subject: Subject) {
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
