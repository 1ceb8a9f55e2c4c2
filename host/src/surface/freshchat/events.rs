//! `POST /freshchat/events`: product events as Freshworks' platform hands them to an app.
//!
//! The platform signs nothing, so the app that forwards them carries a token. The settings of the
//! app's installation, which are in every event, are dropped before anything else is done.

use super::super::describe::{Operation, Schemas};
use super::super::json::Json;
use super::super::native::described;
use super::super::strict::wrong;
use super::super::{
    EventSurface, Inbound, Reply, Route, Surface, answer, bearer, body, identity, moment,
};
use super::{SOURCE, changes, conversation, message, people};
use crate::model::delivery::Receipt;
use crate::model::event::*;
use crate::model::id::{AccountId, RequestId};
use crate::model::problem::{Code, Problem};
use crate::model::time::Millis;
use crate::surface::keys::Keys;
use http::Method;

/// The door for product events.
#[derive(Clone, Copy, Debug)]
pub struct Events;

const DOOR: &str = "/freshchat/events";

/// What an installation is set up with, API keys among it. `iparam` is what the platform's own
/// sample calls it, `app_settings` what its third version does.
const SETTINGS: &[&str] = &["iparams", "iparam", "app_settings"];

/// The members of the envelope that have no field of their own.
const KEPT: &[&str] = &["domain", "version", "account_id"];

impl Surface for Events {
    fn name(&self) -> &'static str {
        SOURCE
    }

    fn routes(&self) -> &'static [Route] {
        &[Route {
            path: DOOR,
            methods: &[Method::POST],
        }]
    }

    fn describe(&self, _: &Route, _: &Method, schemas: &mut Schemas) -> Operation {
        described::accepts(
            Operation::new("Takes a product event of Freshchat"),
            schemas,
        )
        .credential("token")
        .body("application/json", described::of_a_desk())
    }
}

impl EventSurface for Events {
    /// By a bearer token. It is not taken from the address, which proxies write into their logs.
    fn verify(&self, inbound: &Inbound<'_>, keys: &Keys, _: Millis) -> Result<AccountId, Problem> {
        let account = bearer::account(inbound.headers, keys, DOOR, |account| {
            &account.freshchat_tokens
        })?;
        let mut of_account = keys.accounts.iter().filter(|keys| keys.account == account);
        if let Some(only) = of_account.find_map(|keys| keys.freshchat_account.as_deref()) {
            same_account(only, inbound.body)?;
        }
        Ok(account)
    }

    fn parse(
        &self,
        inbound: &Inbound<'_>,
        account: AccountId,
        now: Millis,
    ) -> Result<Event, Problem> {
        let envelope = body::event_json(inbound.headers, inbound.body)?.without(SETTINGS);
        read(&envelope, account, now)
    }

    fn accepted(&self, receipt: &Receipt, _: &RequestId) -> Reply {
        answer::receipt(receipt)
    }
}

/// An event may repeat the account that its token stands for, in the desk's own name, and nothing
/// else. What is wrong with a body that cannot be read is said when it is parsed.
fn same_account(only: &str, body: &[u8]) -> Result<(), Problem> {
    let named = Json::read(body).ok().and_then(|it| it.text("account_id"));
    match named {
        Some(named) if named != only => Err(Problem::new(
            Code::AuthAccountMismatch,
            "The event names another account than its token's.",
        )
        .field("account_id")),
        _ => Ok(()),
    }
}

/// What an event is about.
#[derive(Clone, Copy)]
enum Subject {
    Conversation,
    Message,
    User,
    /// An agent, or the app itself.
    None,
}

/// The desk's events, ours, and what each is about.
const TYPES: &[(&str, &str, Subject)] = &[
    (
        "onConversationCreate",
        "conversation.created",
        Subject::Conversation,
    ),
    (
        "onConversationUpdate",
        "conversation.updated",
        Subject::Conversation,
    ),
    ("onMessageCreate", "message.created", Subject::Message),
    ("onUserCreate", "contact.created", Subject::User),
    ("onUserUpdate", "contact.updated", Subject::User),
    ("onAgentActivityCreate", "agent.activity", Subject::None),
    ("onAppInstall", "app.installed", Subject::None),
    ("afterAppUpdate", "app.updated", Subject::None),
    ("onAppUninstall", "app.uninstalled", Subject::None),
];

fn read(envelope: &Json, account: AccountId, now: Millis) -> Result<Event, Problem> {
    if !matches!(envelope, Json::Object(_)) {
        let what = format!("`body` is {}; it must be an object.", envelope.kind());
        return Err(Problem::new(Code::RequestInvalidField, what).field("body"));
    }
    let vendor_type = envelope.id("event");
    let vendor_type =
        vendor_type.ok_or_else(|| wrong("event", "it must be there: the name of the event"))?;
    let time = moment::read("timestamp", envelope.group("timestamp"))?;
    let known = TYPES.iter().find(|(name, _, _)| *name == vendor_type);
    // An event that is newer than this table is kept for those who ask for it by its own name.
    let (_, event_type, subject) = known
        .copied()
        .unwrap_or(("", "vendor.event", Subject::None));
    let extra = KEPT
        .iter()
        .filter_map(|name| Some(((*name).into(), envelope.text(name)?)));
    let event = Event {
        id: String::new(),
        source: SOURCE.into(),
        event_type: event_type.into(),
        vendor_type: Some(vendor_type),
        time: time.unwrap_or(now),
        account,
        region: envelope.text("region"),
        actor: people::actor(envelope.group("data").group("actor")),
        contact: None,
        conversation: None,
        message: None,
        changes: Vec::new(),
        raw: envelope.clone().into_text(),
        extra: extra.collect(),
    };
    let mut event = of_subject(event, envelope.group("data"), subject)?;
    event.id = id(&event, envelope, time);
    Ok(event)
}

fn of_subject(mut event: Event, data: &Json, subject: Subject) -> Result<Event, Problem> {
    let associations = data.group("associations");
    let user = associations.group("user");
    match subject {
        Subject::Conversation => {
            let object = data.group("conversation");
            event.conversation = Some(must(
                conversation::read(object, associations),
                "conversation",
            )?);
            event.contact = people::contact(user).or(people::contact_of(object.id("user_id")));
            event.changes = changes::read(data, object);
        }
        Subject::Message => {
            // It has the shape of a conversation, with the message inside.
            let object = data.group("message");
            let inner = object.group("messages").items().first();
            let found = match inner {
                Some(_) => conversation::read(object, associations),
                None => conversation::around(object),
            };
            event.conversation = Some(must(found, "message")?);
            let inner = inner.unwrap_or(object);
            event.contact = people::contact(user).or(people::contact_of(object.id("user_id")));
            event.actor = event.actor.or(people::actor_of(inner));
            let writer = event
                .contact
                .as_ref()
                .and_then(|contact| contact.id.as_deref());
            event.message = Some(message::read(inner, event.actor.as_ref(), writer));
        }
        Subject::User => {
            let object = data.group("user");
            let contact = people::contact(object);
            event.contact = Some(contact.ok_or_else(|| {
                wrong(
                    "data.user",
                    "it must be there: the contact that it is about",
                )
            })?);
            event.changes = changes::read(data, object);
        }
        Subject::None => {}
    }
    Ok(event)
}

/// Other products of the vendor have events of the same names and another shape, in which the
/// conversation has no such id.
fn must(conversation: Option<Conversation>, object: &str) -> Result<Conversation, Problem> {
    conversation.ok_or_else(|| {
        wrong(
            &format!("data.{object}.conversation_id"),
            "it must be there, 256 bytes at most",
        )
        .hint("this address takes Freshchat's events; those of Freshdesk have another shape")
    })
}

/// The envelope has no id. What happened to what, and when, tells one event from another; without
/// them the whole body does.
fn id(event: &Event, envelope: &Json, time: Option<Millis>) -> String {
    let data = envelope.group("data");
    let contact = event
        .contact
        .as_ref()
        .and_then(|contact| contact.id.as_deref());
    let conversation = event
        .conversation
        .as_ref()
        .map(|conversation| conversation.id.as_str());
    let message = event
        .message
        .as_ref()
        .and_then(|message| message.id.as_deref());
    let agent = data.group("agent_activity").id("org_agent_id");
    let objects = [conversation, message, contact, agent.as_deref()];
    let Some(time) = time.filter(|_| objects.iter().any(Option::is_some)) else {
        return identity::of_body(&event.account, event.raw.as_bytes());
    };
    // Two changes of one conversation may share a millisecond.
    let changes = data.group("changes").told().unwrap_or_default();
    let account = envelope.text("account_id").unwrap_or_default();
    let time = time.to_string();
    let mut parts = vec![event.account.as_str(), &account];
    parts.extend(event.vendor_type.as_deref());
    parts.extend([time.as_str(), &changes]);
    parts.extend(objects.map(Option::unwrap_or_default));
    identity::digest(parts.into_iter().map(str::as_bytes))
}
