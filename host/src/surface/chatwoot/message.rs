//! A message and who sent it. Its type is a word in a payload of its own and a number inside a
//! conversation.

use crate::model::event::*;
use crate::surface::json::Json;
use crate::surface::native::event::text_of;

/// What Chatwoot calls the types of messages, and the numbers of the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    Incoming,
    Outgoing,
    Activity,
    Template,
    Other,
}

/// Reads a message.
pub(super) fn read(message: &Json) -> Message {
    let kind = match of_type(message) {
        _ if message.flag("private") => MessageKind::Private,
        Type::Incoming | Type::Outgoing => MessageKind::Public,
        Type::Activity | Type::Template => MessageKind::System,
        Type::Other => MessageKind::Other,
    };
    let direction = match (kind, of_type(message)) {
        (MessageKind::Public, Type::Incoming) => Direction::Incoming,
        (MessageKind::Public, Type::Outgoing) => Direction::Outgoing,
        _ => Direction::Other,
    };
    let parts = parts(message);
    Message {
        id: message.id("id"),
        kind,
        direction,
        text: text_of(&parts),
        parts,
    }
}

/// Who sent it. A sender that does not say what it is follows from the type: contacts come in,
/// people of the desk go out, and what nobody sent is the desk's own.
pub(super) fn actor(message: &Json) -> Actor {
    let sender = message.group("sender");
    let guess = match of_type(message) {
        Type::Incoming => ActorKind::User,
        Type::Activity | Type::Template => ActorKind::System,
        Type::Outgoing if sender.is_said() => ActorKind::Agent,
        Type::Outgoing => ActorKind::System,
        Type::Other => ActorKind::Other,
    };
    let rule = message.group("content_attributes").at("automation_rule_id");
    Actor {
        id: sender.id("id").or_else(|| message.id("sender_id")),
        cause: rule.map(|_| "automation_rule".into()),
        ..person(sender, message.text("sender_type"), guess)
    }
}

/// Somebody who says what they are, else is what `said` says, else what `guess` is.
pub(super) fn person(person: &Json, said: Option<String>, guess: ActorKind) -> Actor {
    let said = person.text("type").or(said);
    Actor {
        kind: match said.as_deref() {
            Some("contact" | "Contact") => ActorKind::User,
            Some("user" | "User") => ActorKind::Agent,
            Some("agent_bot" | "AgentBot" | "captain_assistant" | "Captain::Assistant") => {
                ActorKind::Bot
            }
            _ => guess,
        },
        id: person.id("id"),
        name: person.text("name"),
        email: person.text("email"),
        phone: person.text("phone_number"),
        cause: None,
    }
}

fn of_type(message: &Json) -> Type {
    match message.text("message_type").as_deref() {
        Some("incoming" | "0") => Type::Incoming,
        Some("outgoing" | "1") => Type::Outgoing,
        Some("activity" | "2") => Type::Activity,
        Some("template" | "3") => Type::Template,
        _ => Type::Other,
    }
}

/// The words, then what kind of form they are, then the files.
fn parts(message: &Json) -> Vec<Part> {
    let mut parts: Vec<Part> = message
        .text("content")
        .map(Part::Text)
        .into_iter()
        .collect();
    let form = message.text("content_type").filter(|kind| kind != "text");
    if let Some(kind) = form {
        let attributes = message.group("content_attributes");
        parts.push(Part::Other(OtherPart {
            kind,
            text: attributes.seen_words(),
            json: attributes.json(),
        }));
    }
    for file in message.group("attachments").items() {
        let kind = file.text("file_type").unwrap_or_else(|| "file".into());
        parts.push(match file.text("data_url") {
            Some(url) => Part::Attachment(Attachment {
                kind,
                url,
                name: file.text("fallback_title"),
                content_type: None,
            }),
            None => Part::Other(OtherPart {
                kind,
                text: file.text("fallback_title").unwrap_or_default(),
                json: file.json(),
            }),
        });
    }
    parts
}
