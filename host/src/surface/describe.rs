//! What a door takes and answers, in the words of OpenAPI 3.1.
//!
//! The forms of answers come from the very types that are written, the forms of requests from types
//! that stand beside their reader; tests hold both against every recorded request and reply.

use http::Method;
use schemars::JsonSchema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

/// Where forms stand in a document.
const FORMS: &str = "/components/schemas";

/// The forms that a document names, collected while its addresses are described.
#[derive(Debug)]
pub struct Schemas {
    taken: SchemaGenerator,
    answered: SchemaGenerator,
}

impl Schemas {
    /// No forms yet.
    pub fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = FORMS.into();
            settings.meta_schema = None;
        });
        Self {
            taken: settings.clone().for_deserialize().into_generator(),
            answered: settings.for_serialize().into_generator(),
        }
    }

    /// The form of what a request has.
    pub fn taken<T: JsonSchema>(&mut self) -> Value {
        self.taken.subschema_for::<T>().to_value()
    }

    /// The form of what an answer has.
    pub fn answered<T: JsonSchema>(&mut self) -> Value {
        self.answered.subschema_for::<T>().to_value()
    }

    /// All forms by name.
    pub fn into_forms(mut self) -> Map<String, Value> {
        let mut forms = self.answered.take_definitions(true);
        forms.extend(self.taken.take_definitions(true));
        forms
    }
}

impl Default for Schemas {
    fn default() -> Self {
        Self::new()
    }
}

/// One method of one address.
#[derive(Clone, Debug, Default)]
pub struct Operation {
    summary: String,
    parameters: Vec<Value>,
    body: Map<String, Value>,
    body_required: bool,
    replies: Map<String, Value>,
    credentials: Vec<&'static str>,
}

impl Operation {
    /// An address that does this, in one sentence.
    pub fn new(summary: impl Into<String>) -> Self {
        Self {
            summary: summary.into(),
            ..Self::default()
        }
    }

    /// Asks for a credential, one of `CREDENTIALS`, where the account has some.
    #[must_use]
    pub fn credential(mut self, name: &'static str) -> Self {
        self.credentials.push(name);
        self
    }

    /// Takes a value in the query.
    #[must_use]
    pub fn query(self, name: &str, schema: Value, what: &str) -> Self {
        self.parameter(name, "query", schema, what, false)
    }

    /// Wants a value in the query.
    #[must_use]
    pub fn must_query(self, name: &str, schema: Value, what: &str) -> Self {
        self.parameter(name, "query", schema, what, true)
    }

    /// Takes any other names in the query, each with a text.
    #[must_use]
    pub fn query_of_ones_own(self, name: &str, what: &str) -> Self {
        self.parameter(name, "query", json!({"type": "object"}), what, false)
    }

    /// Takes a value in the path.
    #[must_use]
    pub fn in_path(self, name: &str, schema: Value, what: &str) -> Self {
        self.parameter(name, "path", schema, what, true)
    }

    fn parameter(
        mut self,
        name: &str,
        place: &str,
        schema: Value,
        what: &str,
        required: bool,
    ) -> Self {
        self.parameters.push(json!({
            "name": name, "in": place, "required": required, "description": what, "schema": schema,
        }));
        self
    }

    /// Takes a body of this media type; another call adds another one.
    #[must_use]
    pub fn body(mut self, media: &str, schema: Value) -> Self {
        self.body.insert(media.into(), json!({ "schema": schema }));
        self.body_required = true;
        self
    }

    /// Takes bodies, and does without.
    #[must_use]
    pub fn body_is_optional(mut self) -> Self {
        self.body_required = false;
        self
    }

    /// Answers with a body of this media type.
    #[must_use]
    pub fn reply(mut self, status: u16, what: &str, media: &str, schema: Value) -> Self {
        let reply = self
            .replies
            .entry(status.to_string())
            .or_insert_with(|| json!({"description": what}));
        if let Some(reply) = reply.as_object_mut() {
            let content = reply.entry("content").or_insert_with(|| json!({}));
            set(content, media, json!({ "schema": schema }));
        }
        self
    }

    /// Answers with a status and nothing that is worth a form.
    #[must_use]
    pub fn bare_reply(mut self, status: u16, what: &str) -> Self {
        self.replies
            .insert(status.to_string(), json!({ "description": what }));
        self
    }

    /// Refuses with these statuses, in our own JSON.
    #[must_use]
    pub fn refuses(mut self, statuses: &[u16]) -> Self {
        for status in statuses {
            let refusal = json!({ "$ref": format!("#/components/responses/{status}") });
            self.replies.insert(status.to_string(), refusal);
        }
        self
    }

    /// Refuses with these statuses, in a text.
    #[must_use]
    pub fn refuses_in(self, media: &str, statuses: &[u16]) -> Self {
        statuses.iter().fold(self, |it, status| {
            it.reply(*status, meaning(*status), media, json!({"type": "string"}))
        })
    }

    fn written(mut self, id: String, path: &str) -> Value {
        let names = path
            .split('{')
            .skip(1)
            .filter_map(|part| part.split_once('}'));
        for (name, _) in names {
            let known = |known: &Value| known["name"] == name && known["in"] == "path";
            if !self.parameters.iter().any(known) {
                self = self.in_path(name, json!({"type": "string"}), "");
            }
        }
        if self.replies.is_empty() {
            self.replies.insert(
                "default".into(),
                json!({"description": "What the desk is shown."}),
            );
        }
        for status in [414, 431] {
            // Said before anybody looks at what is asked.
            self = self.bare_reply(status, meaning(status));
        }
        let mut written = json!({
            "operationId": id,
            "summary": self.summary,
            "parameters": self.parameters,
            "responses": self.replies,
        });
        if !self.body.is_empty() {
            let body = json!({"required": self.body_required, "content": self.body});
            set(&mut written, "requestBody", body);
        }
        if !self.credentials.is_empty() {
            // An open door asks for none of them.
            let each = self.credentials.iter().map(|name| json!({ *name: [] }));
            set(&mut written, "security", each.chain([json!({})]).collect());
        }
        written
    }
}

/// Adds a member to an object.
pub(super) fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

/// The statuses of refusals, for people.
pub fn meaning(status: u16) -> &'static str {
    match status {
        400 => "What is asked cannot be read, or has a value that cannot be; `field` says which.",
        401 => "The request carries no credential of this door.",
        403 => "The credential does not reach so far.",
        404 => "There is no such thing.",
        405 => "This address does not answer this method.",
        406 => "The asker takes no form that this address answers in.",
        408 => "The request did not arrive in time.",
        409 => "It was done already, with something else filled in.",
        413 => "The request is too large.",
        414 => "The address is too long to be read.",
        415 => "The body is of another media type than this address takes.",
        422 => "The files on the disk are at fault.",
        429 => "Too much waits already; ask again after `Retry-After`.",
        431 => "The headers are too long to be read.",
        500 => "The host failed.",
        503 => "Not now; ask again.",
        507 => "The disk is full.",
        _ => "",
    }
}

/// All statuses of refusals that a document may name.
const REFUSALS: &[u16] = &[
    400, 401, 403, 404, 405, 406, 408, 409, 413, 415, 422, 429, 500, 503, 507,
];

/// How requests show whose they are.
fn credentials() -> Value {
    let header = |name: &str, what: &str| json!({"type": "apiKey", "in": "header", "name": name, "description": what});
    json!({
        "token": {"type": "http", "scheme": "bearer", "description": "A token of the account, or a page's session."},
        "static_header": header("Authorization", "The header that was set at the desk."),
        "key_in_address": {"type": "apiKey", "in": "query", "name": "key"},
        "auth_secret_in_address": {"type": "apiKey", "in": "query", "name": "auth_secret"},
        "token_in_address": {"type": "apiKey", "in": "query", "name": "token"},
        "webhook": header("webhook-signature", "After Standard Webhooks, with webhook-id and webhook-timestamp."),
        "freshchat": header("X-Freshchat-Signature", "RSA over the body."),
        "chatwoot": header("X-Chatwoot-Signature", "HMAC over time and body."),
        "intercom": header("X-Body-Signature", "HMAC over the body."),
    })
}

/// A whole document. `refusal` is the form of every refusal in JSON.
pub fn document(
    title: &str,
    described: Vec<(&str, Method, Operation)>,
    refusal: &Value,
    schemas: Schemas,
) -> Value {
    let mut paths = Map::new();
    for (path, method, operation) in described {
        let method = method.as_str().to_ascii_lowercase();
        let id = format!("{method}{}", path.replace(['/', '{', '}', '.', '-'], "_"));
        // A path may be anything in axum's words, and in OpenAPI's it is the same.
        let of_path = paths.entry(path).or_insert_with(|| json!({}));
        set(of_path, &method, operation.written(id, path));
    }
    let refusals = REFUSALS.iter().map(|status| {
        let refusal = json!({
            "description": meaning(*status),
            "content": {"application/json": {"schema": refusal}},
        });
        (status.to_string(), refusal)
    });
    json!({
        "openapi": "3.1.0",
        "info": {"title": title, "version": env!("CARGO_PKG_VERSION"), "license": {"name": "Apache-2.0 OR MIT"}},
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas.into_forms(),
            "responses": refusals.collect::<Map<_, _>>(),
            "securitySchemes": credentials(),
        },
    })
}
