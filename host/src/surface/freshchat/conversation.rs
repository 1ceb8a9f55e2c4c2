//! The conversation object, with the names that its associations give.

use super::super::json::Json;
use crate::model::event::{Conversation, Entity};

/// Reads a conversation; none when it has no id to know it by.
pub(super) fn read(object: &Json, associations: &Json) -> Option<Conversation> {
    let vendor_status = object.text("status");
    let labels = ["label_category", "label_subcategory"]
        .iter()
        .filter_map(|label| match associations.at(label)? {
            Json::Text(label) => Some(label.clone()),
            label => label.text("name"),
        });
    Some(Conversation {
        id: object.id("conversation_id")?,
        status: vendor_status.as_deref().and_then(status).map(Into::into),
        vendor_status,
        channel: entity(object.id("channel_id"), associations.group("channel")),
        group: entity(object.id("assigned_group_id"), associations.group("group")),
        agent: entity(object.id("assigned_agent_id"), associations.group("agent")),
        labels: labels.collect(),
        attributes: object.group("properties").named_values(),
    })
}

/// The conversation around a message that tells no more of it than ids. A status there is the
/// message's own.
pub(super) fn around(message: &Json) -> Option<Conversation> {
    Some(Conversation {
        id: message.id("conversation_id")?,
        channel: entity(message.id("channel_id"), &Json::Null),
        ..Conversation::default()
    })
}

/// The contract's word for a status. Freshchat's `new` and `assigned` differ in who has it, which
/// `agent` and `group` say.
fn status(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        "new" | "assigned" | "open" | "reopened" => Some("open"),
        "pending" | "snoozed" => Some("pending"),
        word if word.starts_with("waiting") => Some("pending"),
        "resolved" | "closed" => Some("resolved"),
        _ => None,
    }
}

/// What the conversation names by an id, called what its association calls it. An association of
/// another id is that of somebody else, and none at all leaves the id alone.
fn entity(id: Option<String>, association: &Json) -> Option<Entity> {
    let known = association.id("id");
    let id = id.or_else(|| known.clone())?;
    let first = association.text("first_name");
    let named = [first, association.text("last_name")];
    let person: Vec<String> = named.into_iter().flatten().collect();
    let name = association
        .text("name")
        .or_else(|| (!person.is_empty()).then(|| person.join(" ")));
    Some(Entity {
        name: name.filter(|_| known.as_ref() == Some(&id)),
        id,
    })
}
