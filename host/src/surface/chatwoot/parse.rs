//! The flat envelope: the object's own fields, and `event` among them.

use super::{conversation, message};
use crate::model::event::*;
use crate::model::id::AccountId;
use crate::model::problem::{Code, Problem};
use crate::model::time::Millis;
use crate::surface::json::Json;
use crate::surface::lenient::NOTHING;
use crate::surface::moment;
use crate::surface::strict::wrong;

/// What stands before an event's name when a rule sent it. Its payload is the conversation, also
/// where the name is a message's.
const RULE: &str = "automation_event.";

/// What a payload is.
#[derive(Clone, Copy)]
enum Shape {
    Conversation,
    Message,
    Contact,
    /// The widget was opened: a contact, perhaps a conversation.
    Widget,
    /// Somebody types in a conversation.
    Typing,
    None,
}

/// The desk's events, ours, and the shape of each.
const TYPES: &[(&str, &str, Shape)] = &[
    (
        "conversation_created",
        "conversation.created",
        Shape::Conversation,
    ),
    (
        "conversation_updated",
        "conversation.updated",
        Shape::Conversation,
    ),
    (
        "conversation_status_changed",
        "conversation.updated",
        Shape::Conversation,
    ),
    (
        "conversation_opened",
        "conversation.updated",
        Shape::Conversation,
    ),
    (
        "conversation_resolved",
        "conversation.updated",
        Shape::Conversation,
    ),
    ("message_created", "message.created", Shape::Message),
    ("message_updated", "message.updated", Shape::Message),
    ("contact_created", "contact.created", Shape::Contact),
    ("contact_updated", "contact.updated", Shape::Contact),
    ("webwidget_triggered", "widget.opened", Shape::Widget),
    ("conversation_typing_on", "typing.started", Shape::Typing),
    ("conversation_typing_off", "typing.stopped", Shape::Typing),
    ("inbox_created", "inbox.created", Shape::None),
    ("inbox_updated", "inbox.updated", Shape::None),
];

/// Reads a payload. `sent` is when it was sent, for those that say no moment of their own.
///
/// # Errors
/// `request.invalid_field` with the field at fault.
pub(super) fn event(
    whole: &Json,
    id: String,
    account: AccountId,
    sent: Millis,
) -> Result<Event, Problem> {
    if !matches!(whole, Json::Object(_)) {
        let what = format!("`body` is {}; it must be an object.", whole.kind());
        return Err(Problem::new(Code::RequestInvalidField, what).field("body"));
    }
    let vendor_type = whole.id("event");
    let vendor_type =
        vendor_type.ok_or_else(|| wrong("event", "it must be there: the name of the event"))?;
    let by_rule = vendor_type.strip_prefix(RULE);
    let name = by_rule.unwrap_or(&vendor_type);
    let known = TYPES.iter().find(|(known, _, _)| *known == name);
    let (event_type, shape) = match (known, by_rule) {
        (Some((_, event_type, _)), Some(_)) => (*event_type, Shape::Conversation),
        (Some((_, event_type, shape)), None) => (*event_type, *shape),
        // An event that is newer than this table is kept for those who ask for it by its own name.
        (None, _) => ("vendor.event", Shape::None),
    };
    let extra = [
        ("account_id", whole.group("account").text("id")),
        (
            "channel",
            whole
                .text("channel")
                .or_else(|| whole.group("conversation").text("channel")),
        ),
    ];
    let mut event = Event {
        id,
        source: "chatwoot".into(),
        event_type: event_type.into(),
        time: sent,
        account,
        region: None,
        actor: None,
        contact: None,
        conversation: None,
        message: None,
        changes: conversation::changes(whole),
        raw: whole.json(),
        extra: extra
            .into_iter()
            .filter_map(|(name, value)| Some((name.into(), value?)))
            .collect(),
        vendor_type: None,
    };
    fill(&mut event, whole, shape)?;
    let of_message = by_rule.is_some() && event.event_type.starts_with("message.");
    if let Some(last) = whole
        .group("messages")
        .items()
        .first()
        .filter(|_| of_message)
    {
        event.message = Some(message::read(last));
        event.actor = Some(message::actor(last));
    }
    event.vendor_type = Some(vendor_type);
    Ok(event)
}

fn fill(event: &mut Event, whole: &Json, shape: Shape) -> Result<(), Problem> {
    let inbox = whole.group("inbox");
    let inner = whole.group("conversation");
    let moment_of = |field: &str, from: &Json| moment::read(field, from.group(field));
    match shape {
        Shape::Conversation => {
            event.conversation = Some(must("id", conversation::read(whole, inbox))?);
            event.contact = conversation::contact(whole.group("meta").group("sender"));
            let field = match event.event_type.as_str() {
                "conversation.created" => "created_at",
                _ => "updated_at",
            };
            event.time = moment_of(field, whole)?.unwrap_or(event.time);
        }
        Shape::Message => {
            event.conversation = Some(must("conversation.id", conversation::read(inner, inbox))?);
            event.actor = Some(message::actor(whole));
            let by_contact = event
                .actor
                .as_ref()
                .is_some_and(|it| it.kind == ActorKind::User);
            let sender = whole.group("sender");
            let written = conversation::contact(sender).filter(|_| by_contact);
            let of_conversation = || conversation::contact(inner.group("meta").group("sender"));
            event.contact = written.or_else(of_conversation);
            event.message = Some(message::read(whole));
            if event.event_type == "message.created" {
                event.time = moment_of("created_at", whole)?.unwrap_or(event.time);
            }
        }
        Shape::Contact => {
            event.contact = Some(must(
                "id",
                conversation::contact(whole).filter(|it| it.id.is_some()),
            )?);
            let listed = whole.group("changed_attributes").items().iter();
            let changed = listed.filter_map(|item| item.at("updated_at")).next();
            let changed = changed.map_or(NOTHING, |values| values.group("current_value"));
            event.time = moment::read("changed_attributes", changed)?.unwrap_or(event.time);
        }
        Shape::Widget => {
            event.contact = conversation::contact(whole.group("contact"));
            event.conversation = conversation::read(whole.group("current_conversation"), inbox);
        }
        Shape::Typing => {
            event.conversation = Some(must("conversation.id", conversation::read(inner, inbox))?);
            event.contact = conversation::contact(inner.group("meta").group("sender"));
            let user = whole.at("user");
            event.actor = user.map(|user| message::person(user, None, ActorKind::Other));
        }
        Shape::None => {}
    }
    Ok(())
}

fn must<T>(field: &str, read: Option<T>) -> Result<T, Problem> {
    read.ok_or_else(|| wrong(field, "it must be there, 256 bytes at most"))
}
