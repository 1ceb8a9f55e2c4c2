//! An event as `/v1/events` takes it: what was read at any door can be told there again.

use crate::model::context::Pairs;
use crate::model::event::{Change, Conversation, Entity, Event, Message, Part};
use serde_json::{Map, Value, json};

/// An event in the form that `/v1/events` takes. What is absent is left out.
pub fn form(event: &Event) -> Map<String, Value> {
    let actor = event.actor.as_ref().map(|actor| {
        object([
            ("kind", word(&actor.kind)),
            ("id", text(&actor.id)),
            ("name", text(&actor.name)),
            ("email", text(&actor.email)),
            ("phone", text(&actor.phone)),
            ("cause", text(&actor.cause)),
        ])
    });
    let contact = event.contact.as_ref().map(|contact| {
        object([
            ("id", text(&contact.id)),
            ("external_id", text(&contact.external_id)),
            ("name", text(&contact.name)),
            ("email", text(&contact.email)),
            ("phone", text(&contact.phone)),
            ("attributes", pairs(&contact.attributes)),
        ])
    });
    let time = event.time.to_string();
    members([
        ("id", Some(json!(event.id))),
        ("source", Some(json!(event.source))),
        ("type", Some(json!(event.event_type))),
        ("vendor_type", text(&event.vendor_type)),
        ("time", Some(json!(time))),
        ("account", Some(json!(event.account.as_str()))),
        ("region", text(&event.region)),
        ("actor", actor),
        ("contact", contact),
        (
            "conversation",
            event.conversation.as_ref().map(conversation),
        ),
        ("message", event.message.as_ref().map(message)),
        ("changes", list(event.changes.iter().map(change))),
        ("extra", pairs(&event.extra)),
        ("raw", Some(json!(event.raw))),
    ])
}

fn conversation(conversation: &Conversation) -> Value {
    let entity = |entity: &Option<Entity>| {
        let entity = entity.as_ref()?;
        let fields = [("id", Some(json!(entity.id))), ("name", text(&entity.name))];
        Some(object(fields))
    };
    object([
        ("id", Some(json!(conversation.id))),
        ("status", text(&conversation.status)),
        ("vendor_status", text(&conversation.vendor_status)),
        ("channel", entity(&conversation.channel)),
        ("group", entity(&conversation.group)),
        ("agent", entity(&conversation.agent)),
        (
            "labels",
            list(conversation.labels.iter().map(|label| json!(label))),
        ),
        ("attributes", pairs(&conversation.attributes)),
    ])
}

fn message(message: &Message) -> Value {
    let parts = message.parts.iter().map(|part| match part {
        Part::Text(text) => json!({"type": "text", "text": text}),
        Part::Attachment(it) => object([
            ("type", Some(json!("attachment"))),
            ("kind", Some(json!(it.kind))),
            ("url", Some(json!(it.url))),
            ("name", text(&it.name)),
            ("content_type", text(&it.content_type)),
        ]),
        Part::Other(it) => {
            json!({"type": "other", "kind": it.kind, "text": it.text, "json": it.json})
        }
    });
    object([
        ("id", text(&message.id)),
        ("kind", word(&message.kind)),
        ("direction", word(&message.direction)),
        ("text", Some(json!(message.text))),
        ("parts", list(parts)),
    ])
}

fn change(change: &Change) -> Value {
    object([
        ("kind", word(&change.kind)),
        ("field", Some(json!(change.field))),
        ("from", text(&change.from)),
        ("to", text(&change.to)),
        ("disputed", change.disputed.then(|| json!(true))),
    ])
}

fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    Value::Object(members(fields))
}

fn members<const N: usize>(fields: [(&str, Option<Value>); N]) -> Map<String, Value> {
    let said = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    said.collect()
}

fn text(text: &Option<String>) -> Option<Value> {
    text.as_ref().map(|text| json!(text))
}

fn list(items: impl Iterator<Item = Value>) -> Option<Value> {
    let items: Vec<Value> = items.collect();
    (!items.is_empty()).then_some(Value::Array(items))
}

fn pairs(pairs: &Pairs) -> Option<Value> {
    let members = pairs
        .iter()
        .map(|(name, value)| (name.clone(), json!(value)));
    (!pairs.is_empty()).then(|| Value::Object(members.collect()))
}

/// A kind as its word: the variants are named as the form has them.
fn word(kind: &impl std::fmt::Debug) -> Option<Value> {
    Some(json!(format!("{kind:?}").to_lowercase()))
}
