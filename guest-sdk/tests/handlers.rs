//! Which function gets which event, natively.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::panic::catch_unwind;

use sidepane_sdk::event::{
    Actor, ActorKind, Contact, ConversationUpdated, Event, Handled, Message, MessageCreated,
    MessageDirection, MessageKind,
};
use sidepane_sdk::testing::{FakeHost, event, message_created, updated};
use sidepane_sdk::{EventError, EventPlugin, Handlers, Manifest, Plugin, info};

/// Tells in the log which function an event came to.
struct Tells;

impl Plugin for Tells {
    fn manifest() -> Manifest {
        Manifest::new("Tells", "1.0.0")
    }
}

impl EventPlugin for Tells {
    fn handlers() -> Handlers {
        Handlers::new()
            .message_created(on_message)
            .conversation_updated(on_update)
            .conversation_created(|created| tell(format!("created {}", created.conversation.id)))
            .contact_created(|created| tell(format!("new {:?}", created.contact.id)))
            .contact_updated(|updated| tell(format!("{} changes", updated.changes.len())))
            .on("freshchat:onMessageCreate", |_| tell("freshchat's".into()))
            .on_each(["agent.activity", "case.closed"], |event| {
                tell(format!("one of two: {}", event.event_type))
            })
            .otherwise(|event| tell(format!("the rest: {}", event.event_type)))
    }
}

fn tell(line: String) -> Handled {
    info!("{line}");
    Ok(())
}

fn on_message(message: MessageCreated) -> Handled {
    info!(
        "{} from contact: {}",
        message.message.text,
        message.is_from_contact()
    );
    Ok(())
}

fn on_update(update: ConversationUpdated) -> Handled {
    let (changes, id) = (&update.changes, &update.conversation.id);
    info!(
        "{id} assigned {} resolved {}",
        changes.assigned(),
        changes.resolved()
    );
    Ok(())
}

/// The one line that the event left in the log.
fn told(event: Event) -> String {
    let run = FakeHost::new().handle::<Tells>(event);
    assert_eq!(run.answer, Ok(()));
    assert_eq!(run.log.len(), 1);
    run.log[0].clone()
}

#[test]
fn an_event_goes_to_the_function_that_names_it_best() {
    let freshchats = |event: Event| Event {
        source: "freshchat".into(),
        vendor_type: Some("onMessageCreate".into()),
        ..event
    };
    for (event, line) in [
        (message_created("Hi"), "info: Hi from contact: true"),
        (freshchats(message_created("Hi")), "info: freshchat's"),
        (
            updated([("status", Some("new"), Some("resolved"))]),
            "info: c1 assigned false resolved true",
        ),
        (
            updated([("assigned_agent_id", None, Some("7"))]),
            "info: c1 assigned true resolved false",
        ),
        (
            Event {
                event_type: "conversation.created".into(),
                ..updated([])
            },
            "info: created c1",
        ),
        (about_ada("contact.created"), "info: new Some(\"u1\")"),
        (about_ada("contact.updated"), "info: 0 changes"),
        (event("agent.activity"), "info: one of two: agent.activity"),
        (event("case.closed"), "info: one of two: case.closed"),
        (event("case.opened"), "info: the rest: case.opened"),
    ] {
        assert_eq!(told(event), line);
    }
}

fn about_ada(event_type: &str) -> Event {
    let contact: Option<Contact> = message_created("").contact;
    Event {
        contact,
        ..event(event_type)
    }
}

#[test]
fn only_what_a_contact_wrote_for_the_desk_is_from_a_contact() {
    let with = |actor: ActorKind, kind: MessageKind, direction: MessageDirection| {
        let event = message_created("x");
        Event {
            actor: event.actor.map(|of| Actor { kind: actor, ..of }),
            message: event.message.map(|of| Message {
                kind,
                direction,
                ..of
            }),
            ..message_created("x")
        }
    };
    use MessageDirection::{Incoming, Outgoing};
    use MessageKind::{Private, Public, System};
    for (event, from_contact) in [
        (with(ActorKind::User, Public, Incoming), true),
        (with(ActorKind::Agent, Public, Outgoing), false),
        (
            with(ActorKind::Agent, Private, MessageDirection::Other),
            false,
        ),
        (with(ActorKind::Bot, Public, Incoming), false),
        (with(ActorKind::Bot, Public, Outgoing), false),
        (
            with(ActorKind::System, System, MessageDirection::Other),
            false,
        ),
        (with(ActorKind::User, Private, Incoming), false),
    ] {
        let line = format!("info: x from contact: {from_contact}");
        assert_eq!(told(event), line);
    }
    let unnamed = Event {
        actor: None,
        ..message_created("x")
    };
    assert_eq!(told(unnamed), "info: x from contact: true");
}

#[test]
fn an_event_without_its_part_is_given_up() {
    for (event_type, part) in [
        ("message.created", "message"),
        ("conversation.created", "conversation"),
        ("conversation.updated", "conversation"),
        ("contact.created", "contact"),
        ("contact.updated", "contact"),
    ] {
        let error = FakeHost::new().handle::<Tells>(event(event_type)).error();
        let why = format!("the event has no {part}");
        assert_eq!(error, EventError::give_up(why));
    }
}

#[test]
fn what_nobody_asked_for_is_given_up_and_never_lost() {
    let handlers = Handlers::new().on("message.created", |_| Ok(()));
    assert!(!handlers.takes(&event("contact.created")));
    let answer = handlers.handle(event("contact.created"));
    assert!(matches!(answer, Err(EventError::GiveUp(_))), "{answer:?}");
}

#[test]
fn one_type_has_one_function() {
    let names = |handlers: Handlers| handlers.types().collect::<Vec<_>>();
    let two = || Handlers::new().on_each(["a.b", "c.d"], |_| Ok(()));
    assert_eq!(names(two().otherwise(|_| Ok(()))), ["a.b", "c.d", "*"]);
    for twice in [
        catch_unwind(|| names(two().on("c.d", |_| Ok(())))),
        catch_unwind(|| names(Handlers::new().on_each(["a.b", "a.b"], |_| Ok(())))),
    ] {
        let panic = twice.expect_err("a panic");
        let message = panic.downcast_ref::<String>().expect("a text");
        assert!(message.ends_with("has a handler already"), "{message}");
    }
}
