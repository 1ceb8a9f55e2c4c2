//! The normal form of an event as JSON, in snake_case.
//!
//! Where `wit/event.wit` has to avoid a word that languages keep to themselves (`event-type`,
//! `old-value`, `new-value`), the plain word is the name here (`type`, `from`, `to`), as in
//! CloudEvents; the contract's own is taken too.

use super::super::identity;
use super::super::json::Json;
use super::super::strict::{Strict, wrong};
use crate::model::event::*;
use crate::model::id::AccountId;
use crate::model::problem::{Code, Problem};
use crate::model::time::Millis;

/// The longest type, in bytes.
const MAX_TYPE: usize = 128;

/// What a form leaves open, and what stands there then.
pub(super) struct Defaults {
    /// Whose event it is.
    pub(super) account: AccountId,
    /// When no time is given.
    pub(super) now: Millis,
    /// When no id is given.
    pub(super) id: String,
    /// When no raw form is given.
    pub(super) raw: String,
}

/// Reads a whole event; `form` is its object.
///
/// # Errors
/// `request.invalid_field` with the field at fault; `auth.account_mismatch`.
pub(super) fn read(mut form: Strict, defaults: Defaults) -> Result<Event, Problem> {
    let id = form.text("id")?.unwrap_or(defaults.id.clone());
    let source = form.text("source")?.unwrap_or_else(|| "native".into());
    form.alias("event_type", "type")?;
    let event_type = form.text("type")?;
    let event_type = event_type.ok_or_else(|| wrong("type", "it must be there: what happened"))?;
    let time = match form.text("time")? {
        Some(text) => moment("time", &text)?,
        None => defaults.now,
    };
    let event = named(
        Named {
            id,
            source,
            event_type,
            time,
        },
        defaults,
    )?;
    let event = fill(event, &mut form)?;
    form.finish()?;
    Ok(event)
}

/// What names an event, before the rest of it is read.
pub(super) struct Named {
    pub(super) id: String,
    pub(super) source: String,
    pub(super) event_type: String,
    pub(super) time: Millis,
}

/// An event that has its names and nothing else.
///
/// # Errors
/// `request.invalid_field` when a name is none.
pub(super) fn named(names: Named, defaults: Defaults) -> Result<Event, Problem> {
    for (field, text) in [("id", &names.id), ("source", &names.source)] {
        if !identity::is_id(text) {
            return Err(wrong(
                field,
                &format!("it is 1 to {} visible bytes", identity::MAX_ID),
            ));
        }
    }
    let spelt = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if names.event_type.len() > MAX_TYPE || !names.event_type.bytes().all(spelt) {
        return Err(wrong(
            "type",
            "it is 1 to 128 letters, digits, `.`, `_` and `-`, such as `message.created`",
        ));
    }
    Ok(Event {
        id: names.id,
        source: names.source,
        event_type: names.event_type,
        vendor_type: None,
        time: names.time,
        account: defaults.account,
        region: None,
        actor: None,
        contact: None,
        conversation: None,
        message: None,
        changes: Vec::new(),
        raw: defaults.raw,
        extra: Vec::new(),
    })
}

/// Reads all but the names into `event`, and leaves in `form` what it does not know.
///
/// # Errors
/// `request.invalid_field` with the field at fault; `auth.account_mismatch`.
pub(super) fn fill(mut event: Event, form: &mut Strict) -> Result<Event, Problem> {
    match form.text("account")? {
        Some(named) if named != event.account.as_str() => {
            return Err(Problem::new(
                Code::AuthAccountMismatch,
                "The request names another account than its credential.",
            )
            .field("account"));
        }
        _ => {}
    }
    event.vendor_type = form.text("vendor_type")?;
    event.region = form.text("region")?;
    event.actor = form.object("actor")?.map(actor).transpose()?;
    event.contact = form.object("contact")?.map(contact).transpose()?;
    event.conversation = form.object("conversation")?.map(conversation).transpose()?;
    event.message = form.object("message")?.map(message).transpose()?;
    for (path, item) in form.list("changes")? {
        event.changes.push(change(Strict::of(&path, item)?)?);
    }
    event.extra.extend(form.pairs("extra")?);
    if let Some(raw) = json(form, "raw")? {
        event.raw = raw;
    }
    Ok(event)
}

/// The JSON at `name`, as it is or inside a text.
fn json(form: &mut Strict, name: &str) -> Result<Option<String>, Problem> {
    match form.take(name) {
        Some(Json::Text(text)) => match Json::read(text.as_bytes()) {
            Ok(_) => Ok(Some(text)),
            Err(_) => Err(wrong(
                &form.member(name),
                "it is neither JSON nor a text that holds JSON",
            )),
        },
        value => Ok(value.map(Json::into_text)),
    }
}

/// A moment in RFC 3339.
///
/// # Errors
/// `request.invalid_field`.
pub(super) fn moment(field: &str, text: &str) -> Result<Millis, Problem> {
    Millis::parse(text).ok_or_else(|| {
        wrong(
            field,
            "it must be RFC 3339 with its offset, such as 2026-11-22T14:25:08Z",
        )
    })
}

fn actor(mut form: Strict) -> Result<Actor, Problem> {
    const KINDS: &[(&str, ActorKind)] = &[
        ("user", ActorKind::User),
        ("agent", ActorKind::Agent),
        ("bot", ActorKind::Bot),
        ("system", ActorKind::System),
        ("other", ActorKind::Other),
    ];
    let actor = Actor {
        kind: form.one_of("kind", KINDS)?.unwrap_or(ActorKind::Other),
        id: form.text("id")?,
        name: form.text("name")?,
        email: form.text("email")?,
        phone: form.text("phone")?,
        cause: form.text("cause")?,
    };
    form.finish()?;
    Ok(actor)
}

fn contact(mut form: Strict) -> Result<Contact, Problem> {
    let contact = Contact {
        id: form.text("id")?,
        external_id: form.text("external_id")?,
        name: form.text("name")?,
        email: form.text("email")?,
        phone: form.text("phone")?,
        attributes: form.pairs("attributes")?,
    };
    form.finish()?;
    Ok(contact)
}

fn conversation(mut form: Strict) -> Result<Conversation, Problem> {
    let mut labels = Vec::new();
    for (path, item) in form.list("labels")? {
        match item {
            Json::Text(label) => labels.push(label),
            _ => return Err(wrong(&path, "it must be a text")),
        }
    }
    let conversation = Conversation {
        id: id_of(&mut form)?,
        status: form.text("status")?,
        vendor_status: form.text("vendor_status")?,
        channel: form.object("channel")?.map(entity).transpose()?,
        group: form.object("group")?.map(entity).transpose()?,
        agent: form.object("agent")?.map(entity).transpose()?,
        labels,
        attributes: form.pairs("attributes")?,
    };
    form.finish()?;
    Ok(conversation)
}

fn entity(mut form: Strict) -> Result<Entity, Problem> {
    let entity = Entity {
        id: id_of(&mut form)?,
        name: form.text("name")?,
    };
    form.finish()?;
    Ok(entity)
}

fn id_of(form: &mut Strict) -> Result<String, Problem> {
    let field = form.member("id");
    let id = form.text("id")?.filter(|id| identity::is_id(id));
    id.ok_or_else(|| wrong(&field, "an id of 1 to 256 visible bytes must be there"))
}

fn message(mut form: Strict) -> Result<Message, Problem> {
    const KINDS: &[(&str, MessageKind)] = &[
        ("public", MessageKind::Public),
        ("private", MessageKind::Private),
        ("system", MessageKind::System),
        ("other", MessageKind::Other),
    ];
    const DIRECTIONS: &[(&str, Direction)] = &[
        ("incoming", Direction::Incoming),
        ("outgoing", Direction::Outgoing),
        ("other", Direction::Other),
    ];
    let mut parts = Vec::new();
    for (path, item) in form.list("parts")? {
        parts.push(part(Strict::of(&path, item)?)?);
    }
    let message = Message {
        id: form.text("id")?,
        kind: form.one_of("kind", KINDS)?.unwrap_or(MessageKind::Public),
        direction: form
            .one_of("direction", DIRECTIONS)?
            .unwrap_or(Direction::Other),
        text: form.words("text")?.unwrap_or_else(|| text_of(&parts)),
        parts,
    };
    form.finish()?;
    Ok(message)
}

/// All parts of text, with `\n` between them.
pub(in super::super) fn text_of(parts: &[Part]) -> String {
    let texts: Vec<&str> = parts
        .iter()
        .filter_map(|part| match part {
            Part::Text(text) => Some(text.as_str()),
            Part::Attachment(_) | Part::Other(_) => None,
        })
        .collect();
    texts.join("\n")
}

fn part(mut form: Strict) -> Result<Part, Problem> {
    #[derive(Clone, Copy)]
    enum Kind {
        Text,
        Attachment,
        Other,
    }
    const KINDS: &[(&str, Kind)] = &[
        ("text", Kind::Text),
        ("attachment", Kind::Attachment),
        ("other", Kind::Other),
    ];
    let missing = |form: &Strict, name: &str| wrong(&form.member(name), "it must be there");
    let part = match form.one_of("type", KINDS)? {
        Some(Kind::Text) => Part::Text(form.words("text")?.unwrap_or_default()),
        Some(Kind::Attachment) => Part::Attachment(Attachment {
            kind: form.text("kind")?.unwrap_or_else(|| "file".into()),
            url: form.text("url")?.ok_or_else(|| missing(&form, "url"))?,
            name: form.text("name")?,
            content_type: form.text("content_type")?,
        }),
        Some(Kind::Other) => Part::Other(OtherPart {
            kind: form.text("kind")?.ok_or_else(|| missing(&form, "kind"))?,
            text: form.words("text")?.unwrap_or_default(),
            json: form
                .take("json")
                .map_or_else(|| "null".into(), Json::into_text),
        }),
        None => return Err(missing(&form, "type")),
    };
    form.finish()?;
    Ok(part)
}

fn change(mut form: Strict) -> Result<Change, Problem> {
    const KINDS: &[(&str, ChangeKind)] = &[
        ("model", ChangeKind::Model),
        ("system", ChangeKind::System),
        ("misc", ChangeKind::Misc),
        ("other", ChangeKind::Other),
    ];
    form.alias("old_value", "from")?;
    form.alias("new_value", "to")?;
    let field = form.text("field")?;
    let field = field.ok_or_else(|| wrong(&form.member("field"), "it must be there"))?;
    let change = Change {
        kind: form.one_of("kind", KINDS)?.unwrap_or(ChangeKind::Model),
        field,
        from: form.take("from").map(Json::into_text),
        to: form.take("to").map(Json::into_text),
        disputed: form.flag("disputed")?,
    };
    form.finish()?;
    Ok(change)
}
