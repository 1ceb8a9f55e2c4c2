//! A message and its parts, in all shapes Freshchat has given them.

use super::super::json::Json;
use super::super::native::event::text_of;
use crate::model::event::*;

/// Reads a message. `author` is who acted, for the messages that do not say who wrote them;
/// `user` is the contact's id.
pub(super) fn read(message: &Json, author: Option<&Actor>, user: Option<&str>) -> Message {
    let mut parts = Vec::new();
    for part in message.group("message_parts").items() {
        add(&mut parts, part);
    }
    for part in message.group("msg_parts").items() {
        add_old(&mut parts, part);
    }
    let kind = kind(message);
    Message {
        id: message.id("id"),
        kind,
        direction: match kind {
            MessageKind::Public => direction(message, author, user),
            MessageKind::Private | MessageKind::System | MessageKind::Other => Direction::Other,
        },
        text: text_of(&parts),
        parts,
    }
}

/// Newer webhooks leave out the type, and flag notes of bots instead.
fn kind(message: &Json) -> MessageKind {
    let system = message.text("message_source").as_deref() == Some("system");
    match message.text("message_type").as_deref() {
        Some("private") => MessageKind::Private,
        Some("system") => MessageKind::System,
        _ if message.flag("botsPrivateNote") => MessageKind::Private,
        _ if system => MessageKind::System,
        Some("normal") | None => MessageKind::Public,
        Some(_) => MessageKind::Other,
    }
}

fn direction(message: &Json, author: Option<&Actor>, user: Option<&str>) -> Direction {
    let said = super::people::actor_of(message);
    match said.as_ref().or(author).map(|author| author.kind) {
        Some(ActorKind::User) => Direction::Incoming,
        Some(ActorKind::Agent | ActorKind::Bot | ActorKind::System) => Direction::Outgoing,
        // Nobody is named: the contact's own id still tells.
        Some(ActorKind::Other) | None => match message.id("actor_id") {
            Some(id) if user == Some(&id) => Direction::Incoming,
            _ => Direction::Other,
        },
    }
}

/// One part: fifteen members, of which one is not null.
fn add(parts: &mut Vec<Part>, part: &Json) {
    for (name, value) in part.members() {
        if value.is_said() {
            add_as(parts, name, value);
        }
    }
}

/// A part as webhooks of 2018 had it: `{part_type, properties}`.
fn add_old(parts: &mut Vec<Part>, part: &Json) {
    let Some(kind) = part.text("part_type") else {
        return add(parts, part);
    };
    let kind = kind.to_ascii_lowercase();
    let name = kind.strip_suffix("_part").unwrap_or(&kind);
    add_as(parts, name, part.group("properties"));
}

fn add_as(parts: &mut Vec<Part>, name: &str, value: &Json) {
    let attachment = |kind: &str| {
        let url = value.text("url")?;
        Some(Part::Attachment(Attachment {
            kind: kind.into(),
            url,
            name: value.text("name").or_else(|| value.text("label")),
            content_type: value.text("content_type"),
        }))
    };
    let known = match (name, value) {
        ("collection", value) => {
            // Written as a list in one place of the documentation, as `sub_parts` in another.
            let listed = value.items().iter();
            listed
                .chain(value.group("sub_parts").items())
                .for_each(|part| add(parts, part));
            return;
        }
        ("text", Json::Text(text)) => Some(Part::Text(text.clone())),
        ("text", value) => value.text("content").map(Part::Text),
        ("image" | "video" | "audio" | "file", _) => attachment(name),
        ("url_button", _) => attachment("link"),
        _ => None,
    };
    parts.push(known.unwrap_or_else(|| {
        Part::Other(OtherPart {
            kind: name.into(),
            text: value.seen_words(),
            json: value.json(),
        })
    }));
}
