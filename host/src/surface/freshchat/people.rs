//! Who acted, and whom it is about.

use super::super::json::Json;
use crate::model::event::{Actor, ActorKind, Contact};

/// An actor object. What made the desk act is called `sub_entity` in some events and `sub_type` in
/// others.
pub(super) fn actor(actor: &Json) -> Option<Actor> {
    actor.is_said().then(|| Actor {
        kind: actor
            .text("type")
            .map_or(ActorKind::Other, |word| kind(&word)),
        id: actor.id("id"),
        name: name(actor),
        email: actor.text("email"),
        phone: actor.text("phone"),
        cause: actor.text("sub_entity").or_else(|| actor.text("sub_type")),
    })
}

/// The actor of whom an object tells no more than `actor_type` and `actor_id`.
pub(super) fn actor_of(object: &Json) -> Option<Actor> {
    let word = object.text("actor_type")?;
    Some(Actor {
        kind: kind(&word),
        id: object.id("actor_id"),
        name: None,
        email: None,
        phone: None,
        cause: None,
    })
}

/// The user object of a contact. `properties` become attributes.
pub(super) fn contact(user: &Json) -> Option<Contact> {
    user.is_said().then(|| Contact {
        id: user.id("id"),
        external_id: user.text("reference_id"),
        name: name(user),
        email: user.text("email"),
        phone: user.text("phone"),
        attributes: user.group("properties").named_values(),
    })
}

/// A contact of whom nothing but the id is told.
pub(super) fn contact_of(id: Option<String>) -> Option<Contact> {
    id.map(|id| Contact {
        id: Some(id),
        ..Contact::default()
    })
}

fn kind(word: &str) -> ActorKind {
    match word.to_ascii_lowercase().as_str() {
        "user" => ActorKind::User,
        "agent" => ActorKind::Agent,
        "bot" => ActorKind::Bot,
        "system" => ActorKind::System,
        _ => ActorKind::Other,
    }
}

fn name(person: &Json) -> Option<String> {
    let names = [person.text("first_name"), person.text("last_name")];
    let names: Vec<String> = names.into_iter().flatten().collect();
    let whole = names.join(" ");
    (!whole.trim().is_empty()).then(|| whole.trim().to_owned())
}
