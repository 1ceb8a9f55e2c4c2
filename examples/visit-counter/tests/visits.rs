//! The plugin against a store that a fake host keeps.

use sidepane_sdk::event::{Contact, Event};
use sidepane_sdk::testing::{FakeHost, context, message_created};
use sidepane_sdk::{Block, Context};
use visit_counter::VisitCounter;

/// A conversation of Ada's begins at this moment.
fn begins(time: &str) -> Event {
    Event {
        event_type: "conversation.created".into(),
        time: time.into(),
        ..message_created("Hello")
    }
}

#[test]
fn conversations_are_counted_and_the_count_is_shown() {
    let mut host = FakeHost::new();
    let before = host.render::<VisitCounter>(context());
    assert_eq!(before.answer, Ok(None), "nobody was here yet");
    for time in ["2026-01-05T09:30:00.000Z", "2026-03-07T10:00:00.000Z"] {
        let run = host.handle::<VisitCounter>(begins(time));
        assert_eq!(run.answer, Ok(()));
    }
    let expected = Block::new("Visits").icon("history").list([
        ("Conversations", "2"),
        ("First", "2026-01-05"),
        ("Latest", "2026-03-07"),
    ]);
    let card = host.render::<VisitCounter>(context()).card();
    let shown = |card: sidepane_sdk::Card| assert_eq!(card.blocks, std::slice::from_ref(&expected));
    shown(card);
    let by_id = Context {
        email: None,
        contact_id: Some("u1".into()),
        ..context()
    };
    shown(host.render::<VisitCounter>(by_id).card());
    let somebody_else = Context {
        email: Some("alan@example.com".into()),
        ..context()
    };
    let nothing = host.render::<VisitCounter>(somebody_else);
    assert_eq!(nothing.answer, Ok(None));
}

#[test]
fn an_address_is_the_same_in_any_case() {
    let mut host = FakeHost::new();
    let event = begins("2026-01-05T09:30:00.000Z");
    let contact = event.contact.clone().map(|contact| Contact {
        email: Some("Ada@Example.com".into()),
        ..contact
    });
    let run = host.handle::<VisitCounter>(Event { contact, ..event });
    assert_eq!(run.answer, Ok(()));
    assert!(
        host.render::<VisitCounter>(context())
            .answer
            .is_ok_and(|card| card.is_some())
    );
}

#[test]
fn a_conversation_with_nobody_counts_for_nobody() {
    let mut host = FakeHost::new();
    let long = Contact {
        id: Some("i".repeat(300)),
        external_id: None,
        name: None,
        email: None,
        phone: None,
        attributes: Vec::new(),
    };
    for contact in [None, Some(long)] {
        let event = begins("2026-01-05T09:30:00.000Z");
        let run = host.handle::<VisitCounter>(Event { contact, ..event });
        assert_eq!(run.answer, Ok(()));
    }
    assert!(host.store().is_empty());
}
