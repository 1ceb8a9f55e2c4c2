//! What the fields of a context are called in JSON and in a query.

/// Fields that hold one text, under the names they have in JSON and, dotted, in a query.
pub(super) const NAMES: &[&str] = &[
    "view",
    "account",
    "email",
    "phone",
    "external_id",
    "contact_name",
    "ticket_id",
    "contact_id",
    "conversation_id",
    "call_id",
    "locale",
    "time_zone",
    "visitor.ip",
    "visitor.page_url",
    "agent.id",
    "agent.name",
    "agent.email",
];

/// ImBox's names in a query, and ours.
pub(super) const ALIASES: &[(&str, &str)] = &[
    ("phoneNumber", "phone"),
    ("externalId", "external_id"),
    ("ticketId", "ticket_id"),
    ("contactId", "contact_id"),
    ("channelId", "conversation_id"),
    ("callId", "call_id"),
];
