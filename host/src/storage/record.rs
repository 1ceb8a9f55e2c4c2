//! How events and attempts are written down: the stored form of `model`'s types, as JSON.
//!
//! A form never loses a field. What a later version adds is optional, so that older rows are read.

use super::StorageError;
use crate::model::delivery::AttemptError;
use crate::model::event::{
    Actor, ActorKind, Attachment, Change, ChangeKind, Contact, Conversation, Direction, Entity,
    Event, Message, MessageKind, OtherPart, Part,
};
use crate::model::id::AccountId;
use crate::model::time::Millis;
use crate::model::usage::{Usage, Used};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The JSON of an event, all but the desk's own, which is kept beside it as it came.
pub(super) fn of_event(event: &Event) -> String {
    write(&event.form())
}

/// The event of its JSON and the desk's own.
pub(super) fn event(json: &str, raw: String) -> Result<Event, StorageError> {
    let mut event = Event::of(read(json)?);
    event.raw = raw;
    Ok(event)
}

/// The JSON of what a try used.
pub(super) fn of_usage(usage: &Usage) -> String {
    let each = usage
        .each()
        .map(|(name, used)| (name, (used.used, used.limit)));
    write(&BTreeMap::from(each))
}

/// What a try used, by its JSON. A measure that was not taken then is 0 of 0.
pub(super) fn usage(json: &str) -> Result<Usage, StorageError> {
    let each: BTreeMap<String, (u64, u64)> = read(json)?;
    let of = |name: &str| {
        let (used, limit) = each.get(name).copied().unwrap_or_default();
        Used { used, limit }
    };
    Ok(Usage {
        fuel: of("fuel"),
        setup_fuel: of("setup_fuel"),
        time_ms: of("time_ms"),
        memory_bytes: of("memory_bytes"),
        host_calls: of("host_calls"),
        http_requests: of("http_requests"),
        http_bytes: of("http_bytes"),
        store_ops: of("store_ops"),
        store_bytes: of("store_bytes"),
        log_bytes: of("log_bytes"),
        output_bytes: of("output_bytes"),
        blocks: of("blocks"),
    })
}

/// The JSON of what went wrong.
pub(super) fn of_error(error: &AttemptError) -> String {
    write(&error.form())
}

/// What went wrong, by its JSON.
pub(super) fn error(json: &str) -> Result<AttemptError, StorageError> {
    Ok(AttemptError::of(read(json)?))
}

fn write(form: &impl Serialize) -> String {
    // Forms hold texts, numbers and lists alone; nothing of that fails to be written.
    serde_json::to_string(form).unwrap_or_default()
}

fn read<T: DeserializeOwned>(json: &str) -> Result<T, StorageError> {
    serde_json::from_str(json)
        .map_err(|error| StorageError::Failed(format!("a stored record cannot be read: {error}")))
}

/// What has a stored form.
trait Kept: Sized {
    type Form: Serialize + DeserializeOwned;

    fn form(&self) -> Self::Form;
    fn of(form: Self::Form) -> Self;
}

impl<T: Kept> Kept for Option<T> {
    type Form = Option<T::Form>;

    fn form(&self) -> Self::Form {
        self.as_ref().map(T::form)
    }
    fn of(form: Self::Form) -> Self {
        form.map(T::of)
    }
}

impl<T: Kept> Kept for Vec<T> {
    type Form = Vec<T::Form>;

    fn form(&self) -> Self::Form {
        self.iter().map(T::form).collect()
    }
    fn of(form: Self::Form) -> Self {
        form.into_iter().map(T::of).collect()
    }
}

macro_rules! as_they_are {
    ($($kind:ty),*) => {$(
        impl Kept for $kind {
            type Form = Self;

            fn form(&self) -> Self {
                self.clone()
            }
            fn of(form: Self) -> Self {
                form
            }
        }
    )*};
}
as_they_are!(String, bool, (String, String));

impl Kept for Millis {
    type Form = i64;

    fn form(&self) -> i64 {
        self.0
    }
    fn of(form: i64) -> Self {
        Self(form)
    }
}

impl Kept for AccountId {
    type Form = String;

    fn form(&self) -> String {
        self.to_string()
    }
    fn of(form: String) -> Self {
        // It was one when it was written.
        Self::parse(&form).unwrap_or_default()
    }
}

macro_rules! records {
    ($($kind:ident as $form:ident { $($field:ident: $of:ty),* $(; $fresh:ident)? })*) => {$(
        #[derive(Serialize, Deserialize)]
        struct $form {
            $($field: <$of as Kept>::Form,)*
        }

        impl Kept for $kind {
            type Form = $form;

            fn form(&self) -> $form {
                $form { $($field: self.$field.form(),)* }
            }
            fn of(form: $form) -> Self {
                Self {
                    $($field: <$of as Kept>::of(form.$field),)*
                    $($fresh: Default::default(),)?
                }
            }
        }
    )*};
}
records! {
    Event as EventForm {
        id: String, source: String, event_type: String, vendor_type: Option<String>, time: Millis,
        account: AccountId, region: Option<String>, actor: Option<Actor>, contact: Option<Contact>,
        conversation: Option<Conversation>, message: Option<Message>, changes: Vec<Change>,
        extra: Vec<(String, String)>; raw
    }
    Actor as ActorForm {
        kind: ActorKind, id: Option<String>, name: Option<String>, email: Option<String>,
        phone: Option<String>, cause: Option<String>
    }
    Contact as ContactForm {
        id: Option<String>, external_id: Option<String>, name: Option<String>,
        email: Option<String>, phone: Option<String>, attributes: Vec<(String, String)>
    }
    Conversation as ConversationForm {
        id: String, status: Option<String>, vendor_status: Option<String>,
        channel: Option<Entity>, group: Option<Entity>, agent: Option<Entity>,
        labels: Vec<String>, attributes: Vec<(String, String)>
    }
    Entity as EntityForm { id: String, name: Option<String> }
    Message as MessageForm {
        id: Option<String>, kind: MessageKind, direction: Direction, text: String, parts: Vec<Part>
    }
    Attachment as AttachmentForm {
        kind: String, url: String, name: Option<String>, content_type: Option<String>
    }
    OtherPart as OtherPartForm { kind: String, text: String, json: String }
    Change as ChangeForm {
        kind: ChangeKind, field: String, from: Option<String>, to: Option<String>, disputed: bool
    }
    AttemptError as AttemptErrorForm { code: String, message: String, detail: String }
}

macro_rules! words {
    ($($kind:ident as $form:ident { $($case:ident),* })*) => {$(
        #[derive(Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum $form {
            $($case,)*
        }

        impl Kept for $kind {
            type Form = $form;

            fn form(&self) -> $form {
                match self {
                    $(Self::$case => $form::$case,)*
                }
            }
            fn of(form: $form) -> Self {
                match form {
                    $($form::$case => Self::$case,)*
                }
            }
        }
    )*};
}
words! {
    ActorKind as ActorKindForm { User, Agent, Bot, System, Other }
    MessageKind as MessageKindForm { Public, Private, System, Other }
    Direction as DirectionForm { Incoming, Outgoing, Other }
    ChangeKind as ChangeKindForm { Model, System, Misc, Other }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PartForm {
    Text(String),
    Attachment(AttachmentForm),
    Other(OtherPartForm),
}

impl Kept for Part {
    type Form = PartForm;

    fn form(&self) -> PartForm {
        match self {
            Self::Text(text) => PartForm::Text(text.clone()),
            Self::Attachment(attachment) => PartForm::Attachment(attachment.form()),
            Self::Other(part) => PartForm::Other(part.form()),
        }
    }
    fn of(form: PartForm) -> Self {
        match form {
            PartForm::Text(text) => Self::Text(text),
            PartForm::Attachment(attachment) => Self::Attachment(Attachment::of(attachment)),
            PartForm::Other(part) => Self::Other(OtherPart::of(part)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(name: &str) -> Vec<(String, String)> {
        vec![(name.into(), "{\"a\": [1]}".into())]
    }

    fn whole() -> Event {
        let entity = |id: &str| {
            Some(Entity {
                id: id.into(),
                name: Some("Ä".into()),
            })
        };
        Event {
            id: "e-1".into(),
            source: "freshchat".into(),
            event_type: "message.created".into(),
            vendor_type: Some("onMessageCreate".into()),
            time: Millis(1_700_000_000_123),
            account: AccountId::parse("eu").expect("an account"),
            region: Some("EU".into()),
            actor: Some(Actor {
                kind: ActorKind::Bot,
                id: Some("a".into()),
                name: None,
                email: Some("b@example.com".into()),
                phone: None,
                cause: Some("flow".into()),
            }),
            contact: Some(Contact {
                id: Some("c".into()),
                attributes: pairs("city"),
                ..Contact::default()
            }),
            conversation: Some(Conversation {
                id: "v".into(),
                status: Some("open".into()),
                channel: entity("1"),
                group: None,
                agent: entity("2"),
                labels: vec!["x".into()],
                ..Conversation::default()
            }),
            message: Some(Message {
                id: None,
                kind: MessageKind::Private,
                direction: Direction::Incoming,
                text: "hi\n\"there\"\u{0}".into(),
                parts: vec![
                    Part::Text("hi".into()),
                    Part::Attachment(Attachment {
                        kind: "image".into(),
                        url: "https://x.example/".into(),
                        name: None,
                        content_type: Some("image/png".into()),
                    }),
                    Part::Other(OtherPart {
                        kind: "reply".into(),
                        text: String::new(),
                        json: "{}".into(),
                    }),
                ],
            }),
            changes: vec![Change {
                kind: ChangeKind::Misc,
                field: "status".into(),
                from: None,
                to: Some("1".into()),
                disputed: true,
            }],
            raw: "{ \"kept\" : 1.0 }".into(),
            extra: pairs("version"),
        }
    }

    #[test]
    fn an_event_is_read_as_it_was_written() {
        let before = whole();
        let after = event(&of_event(&before), before.raw.clone()).expect("a record");
        assert_eq!(after, before);
        let nothing = Event {
            vendor_type: None,
            region: None,
            actor: None,
            contact: None,
            conversation: None,
            message: None,
            changes: Vec::new(),
            extra: Vec::new(),
            ..whole()
        };
        let after = event(&of_event(&nothing), nothing.raw.clone()).expect("a record");
        assert_eq!(after, nothing);
    }

    #[test]
    fn a_row_of_an_earlier_version_lacks_what_came_later() {
        let mut json: serde_json::Value =
            serde_json::from_str(&of_event(&whole())).expect("an object");
        for optional in ["vendor_type", "region", "actor", "contact", "message"] {
            json.as_object_mut().expect("an object").remove(optional);
        }
        let read = event(&json.to_string(), String::new()).expect("a record");
        assert_eq!((read.region, read.actor, read.message), (None, None, None));
        assert!(event("{", String::new()).is_err());
    }

    #[test]
    fn usage_and_errors_are_read_as_they_were_written() {
        let used = Usage {
            fuel: Used {
                used: 7,
                limit: u64::MAX,
            },
            blocks: Used { used: 1, limit: 2 },
            ..Usage::default()
        };
        assert_eq!(usage(&of_usage(&used)).expect("a record"), used);
        let earlier = usage("{\"fuel\":[7,9],\"gone\":[1,2]}").expect("a record");
        assert_eq!(earlier.fuel, Used { used: 7, limit: 9 });
        let failed = AttemptError {
            code: "call.trap".into(),
            message: "It crashed.".into(),
            detail: String::new(),
        };
        assert_eq!(error(&of_error(&failed)).expect("a record"), failed);
    }
}
