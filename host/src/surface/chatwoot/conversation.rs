//! The conversation and the people of it, as Chatwoot's payloads have them.

use crate::model::event::{Change, ChangeKind, Contact, Conversation, Entity};
use crate::surface::json::Json;
use crate::surface::lenient::NOTHING;

/// Reads a conversation. `inbox` is what the payload says of the inbox beside it.
pub(super) fn read(object: &Json, inbox: &Json) -> Option<Conversation> {
    let vendor_status = object.text("status");
    let labels = object.group("labels").items().iter();
    let meta = object.group("meta");
    Some(Conversation {
        id: object.id("id")?,
        status: vendor_status.as_deref().and_then(status).map(Into::into),
        vendor_status,
        channel: channel(object, inbox),
        group: entity(meta.group("team")),
        agent: entity(meta.group("assignee")),
        labels: labels.filter_map(Json::told).collect(),
        attributes: object.group("custom_attributes").named_values(),
    })
}

/// Reads a contact: the whole payload, or the sender of something.
pub(super) fn contact(object: &Json) -> Option<Contact> {
    object.is_said().then(|| Contact {
        id: object.id("id"),
        external_id: object.text("identifier"),
        name: object.text("name"),
        email: object.text("email"),
        phone: object.text("phone_number"),
        attributes: object.group("custom_attributes").named_values(),
    })
}

/// Reads what changed: a list of objects, each with one field and its two values; or null, also
/// where something did change.
pub(super) fn changes(object: &Json) -> Vec<Change> {
    let listed = object.group("changed_attributes");
    let object = object.index();
    let fields = listed.items().iter().flat_map(Json::members);
    fields
        .chain(listed.members())
        .map(|(field, values)| {
            let to = values.group("current_value");
            Change {
                kind: ChangeKind::Model,
                field: field.clone(),
                from: values.group("previous_value").told(),
                to: to.told(),
                disputed: disputed(field, to, object.get(field.as_str()).unwrap_or(&NOTHING)),
            }
        })
        .collect()
}

/// The attributes are those of the database: `id` is another one there, and moments are written
/// otherwise. What is of the same kind in both is compared.
fn disputed(field: &str, to: &Json, now: &Json) -> bool {
    field != "id" && now.is_said() && now.kind() == to.kind() && !now.same(to)
}

/// The contract's word for a status. A snoozed conversation waits like a pending one.
fn status(word: &str) -> Option<&'static str> {
    match word {
        "open" => Some("open"),
        "pending" | "snoozed" => Some("pending"),
        "resolved" => Some("resolved"),
        _ => None,
    }
}

fn channel(object: &Json, inbox: &Json) -> Option<Entity> {
    let own = object.id("inbox_id");
    let beside = entity(inbox);
    match (own, beside) {
        (Some(id), Some(beside)) if beside.id == id => Some(beside),
        (Some(id), _) => Some(Entity { id, name: None }),
        (None, beside) => beside,
    }
}

fn entity(object: &Json) -> Option<Entity> {
    Some(Entity {
        id: object.id("id")?,
        name: object.text("name"),
    })
}
