//! The forms of what `/v1` takes, for `/openapi.json` alone: requests are read by `parse`, `event` and
//! `strict`, which say of every wrong field what is wrong with it.
//!
//! `surface/openapi_tests.rs` holds the two together: what is recorded and taken fits its form, every
//! field of a form is taken by its reader, and no other is.
#![expect(
    dead_code,
    reason = "nobody makes one; their shape is all that is used"
)]

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Names with any values; what is no text is handed on as JSON.
type Pairs = BTreeMap<String, Value>;

/// Who the agent is looking at.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::surface) struct ContextForm {
    /// What is open before the agent: chat, ticket, call, contact, or a desk's own word.
    #[schemars(regex(pattern = r"^[a-z0-9_-]{1,32}$"))]
    view: String,
    /// May repeat the account of the credential.
    account: Option<String>,
    #[schemars(length(max = 4096))]
    email: Option<String>,
    #[schemars(length(max = 4096))]
    phone: Option<String>,
    /// The contact's id in the company's own systems.
    #[schemars(length(max = 4096))]
    external_id: Option<String>,
    #[schemars(length(max = 4096))]
    contact_name: Option<String>,
    /// Whether the desk has linked the contact; otherwise address, number and id are a claim.
    contact_linked: Option<bool>,
    #[schemars(length(max = 4096))]
    ticket_id: Option<String>,
    #[schemars(length(max = 4096))]
    contact_id: Option<String>,
    #[schemars(length(max = 4096))]
    conversation_id: Option<String>,
    #[schemars(length(max = 4096))]
    call_id: Option<String>,
    /// BCP 47.
    #[schemars(length(max = 4096))]
    locale: Option<String>,
    /// IANA.
    #[schemars(length(max = 4096))]
    time_zone: Option<String>,
    visitor: Option<VisitorForm>,
    agent: Option<AgentForm>,
    /// What the company's site stored about the visitor.
    #[schemars(extend("maxProperties" = 64))]
    attributes: Option<Pairs>,
    /// Static values of the integration.
    #[schemars(extend("maxProperties" = 64))]
    params: Option<Pairs>,
    /// The plugins to ask; without it all.
    plugins: Option<Vec<PluginForm>>,
}

/// A plugin's id.
#[derive(Deserialize, JsonSchema)]
#[serde(transparent)]
pub(in crate::surface) struct PluginForm(#[schemars(regex(pattern = r"^[a-z0-9-]{1,64}$"))] String);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct VisitorForm {
    /// IPv4 or IPv6.
    #[schemars(extend("anyOf" = [{"format": "ipv4"}, {"format": "ipv6"}, {"maxLength": 0}, {"type": "null"}]))]
    ip: Option<String>,
    #[schemars(length(max = 4096))]
    page_url: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AgentForm {
    #[schemars(length(max = 4096))]
    id: Option<String>,
    #[schemars(length(max = 4096))]
    name: Option<String>,
    #[schemars(length(max = 4096))]
    email: Option<String>,
}

/// A button that was pressed.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PressForm {
    /// The button's, as it came.
    token: String,
    /// The context that was asked about.
    context: ContextForm,
    /// What was filled in, by the field's name.
    fields: Option<Pairs>,
}

/// What a session is to say.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionForm {
    agent: Option<AgentForm>,
    scopes: Option<Vec<ScopeForm>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum ScopeForm {
    Context,
    Actions,
}

/// What happened.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["type"]}, {"required": ["event_type"]}]))]
pub struct EventForm {
    /// Tells repetitions from news.
    #[schemars(length(max = 256))]
    id: Option<String>,
    #[schemars(length(max = 256))]
    source: Option<String>,
    /// `message.created` and so on.
    #[serde(rename = "type")]
    #[schemars(regex(pattern = r"^[A-Za-z0-9._-]{0,128}$"))]
    event_type: Option<String>,
    /// The contract's name for `type`.
    #[serde(rename = "event_type")]
    #[schemars(regex(pattern = r"^[A-Za-z0-9._-]{0,128}$"))]
    same_as_type: Option<String>,
    #[schemars(length(max = 4096))]
    vendor_type: Option<String>,
    /// RFC 3339, with its offset.
    #[schemars(extend("anyOf" = [{"format": "date-time"}, {"maxLength": 0}, {"type": "null"}]))]
    time: Option<String>,
    /// May repeat the account of the credential.
    account: Option<String>,
    #[schemars(length(max = 4096))]
    region: Option<String>,
    actor: Option<ActorForm>,
    contact: Option<ContactForm>,
    conversation: Option<ConversationForm>,
    message: Option<MessageForm>,
    #[schemars(length(max = 256))]
    changes: Option<Vec<ChangeForm>>,
    #[schemars(extend("maxProperties" = 64))]
    extra: Option<Pairs>,
    /// Any JSON, or a text that holds JSON.
    raw: Option<Value>,
}

/// A CloudEvent of which `data` has the other fields.
#[derive(Deserialize, JsonSchema)]
pub(super) struct CloudEventForm {
    #[schemars(extend("const" = "1.0"))]
    specversion: String,
    #[schemars(length(min = 1, max = 256))]
    id: String,
    #[schemars(length(min = 1, max = 256))]
    source: String,
    #[serde(rename = "type")]
    #[schemars(regex(pattern = r"^[A-Za-z0-9._-]{1,128}$"))]
    event_type: String,
    #[schemars(extend("anyOf" = [{"format": "date-time"}, {"maxLength": 0}, {"type": "null"}]))]
    time: Option<String>,
    #[schemars(length(max = 4096))]
    datacontenttype: Option<String>,
    data: Option<Value>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ActorForm {
    kind: Option<ActorKindForm>,
    #[schemars(length(max = 4096))]
    id: Option<String>,
    #[schemars(length(max = 4096))]
    name: Option<String>,
    #[schemars(length(max = 4096))]
    email: Option<String>,
    #[schemars(length(max = 4096))]
    phone: Option<String>,
    #[schemars(length(max = 4096))]
    cause: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum ActorKindForm {
    User,
    Agent,
    Bot,
    System,
    Other,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ContactForm {
    #[schemars(length(max = 4096))]
    id: Option<String>,
    #[schemars(length(max = 4096))]
    external_id: Option<String>,
    #[schemars(length(max = 4096))]
    name: Option<String>,
    #[schemars(length(max = 4096))]
    email: Option<String>,
    #[schemars(length(max = 4096))]
    phone: Option<String>,
    #[schemars(extend("maxProperties" = 64))]
    attributes: Option<Pairs>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ConversationForm {
    #[schemars(length(min = 1, max = 256))]
    id: String,
    #[schemars(length(max = 4096))]
    status: Option<String>,
    #[schemars(length(max = 4096))]
    vendor_status: Option<String>,
    channel: Option<EntityForm>,
    group: Option<EntityForm>,
    agent: Option<EntityForm>,
    #[schemars(length(max = 256))]
    labels: Option<Vec<String>>,
    #[schemars(extend("maxProperties" = 64))]
    attributes: Option<Pairs>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EntityForm {
    #[schemars(length(min = 1, max = 256))]
    id: String,
    #[schemars(length(max = 4096))]
    name: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MessageForm {
    #[schemars(length(max = 4096))]
    id: Option<String>,
    kind: Option<MessageKindForm>,
    direction: Option<DirectionForm>,
    /// Without it, the texts of the parts.
    text: Option<String>,
    #[schemars(length(max = 256))]
    parts: Option<Vec<PartForm>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum MessageKindForm {
    Public,
    Private,
    System,
    Other,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum DirectionForm {
    Incoming,
    Outgoing,
    Other,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
enum PartForm {
    Text {
        text: Option<String>,
    },
    Attachment {
        #[schemars(length(max = 4096))]
        kind: Option<String>,
        #[schemars(length(min = 1, max = 4096))]
        url: String,
        #[schemars(length(max = 4096))]
        name: Option<String>,
        #[schemars(length(max = 4096))]
        content_type: Option<String>,
    },
    Other {
        #[schemars(length(min = 1, max = 4096))]
        kind: String,
        text: Option<String>,
        json: Option<Value>,
    },
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ChangeForm {
    kind: Option<ChangeKindForm>,
    #[schemars(length(min = 1, max = 4096))]
    field: String,
    from: Option<Value>,
    /// The contract's name for `from`.
    old_value: Option<Value>,
    to: Option<Value>,
    /// The contract's name for `to`.
    new_value: Option<Value>,
    disputed: Option<bool>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum ChangeKindForm {
    Model,
    System,
    Misc,
    Other,
}
