//! What Intercom tells of the conversation that is open, the same at both addresses.

use super::super::json::Json;
use super::super::{Caller, Inbound, Question, bounds};
use super::NAME;
use crate::model::context::{Agent, Context};
use crate::model::id::RequestId;
use crate::model::problem::{Code, Problem};

/// A request, read.
pub(super) struct Sent {
    /// Who the teammate is looking at.
    pub(super) context: Context,
    /// What was pressed; nothing at first.
    pub(super) component: Option<String>,
    /// What stands in the canvas's inputs.
    pub(super) inputs: Vec<(String, Json)>,
}

/// Reads what is asked.
///
/// # Errors
/// `request.malformed`, `request.invalid_field`.
pub(super) fn question(
    inbound: &Inbound<'_>,
    caller: &Caller,
    request_id: RequestId,
) -> Result<Question, Problem> {
    let Sent { context, .. } = sent(inbound.body, caller, request_id)?;
    Ok(Question {
        context,
        plugins: Vec::new(),
        anew: false,
    })
}

/// Reads a request of either kind. Names that are not known say nothing, as at every desk.
///
/// # Errors
/// As `question`.
pub(super) fn sent(body: &[u8], caller: &Caller, request_id: RequestId) -> Result<Sent, Problem> {
    let whole = Json::read(body)?;
    if !matches!(whole, Json::Object(_)) {
        let what = format!("The body is {}; Intercom sends an object.", whole.kind());
        return Err(Problem::new(Code::RequestMalformed, what).field("body"));
    }
    // Older apps are sent the contact as a customer.
    let contact = ["contact", "customer", "user"]
        .into_iter()
        .find_map(|name| whole.at(name));
    let contact = contact.unwrap_or(super::super::lenient::NOTHING);
    let conversation = whole.group("conversation").text("id");
    let conversation = conversation.or_else(|| whole.group("context").text("conversation_id"));
    let mut context = Context::empty(NAME, caller.account.clone(), request_id);
    context.view = match conversation {
        Some(_) => "chat".into(),
        None => "contact".into(),
    };
    let text = |name: &str, value: Option<String>| match value {
        Some(value) => bounds::text(name, value),
        None => Ok(None),
    };
    context.email = text("contact.email", contact.text("email"))?;
    context.phone = text("contact.phone", contact.text("phone"))?;
    context.external_id = text("contact.external_id", contact.text("external_id"))?;
    context.contact_name = text("contact.name", contact.text("name"))?;
    context.contact_id = text("contact.id", contact.text("id"))?;
    context.conversation_id = text("conversation.id", conversation)?;
    context.contact_linked = contact.text("role").as_deref() == Some("user");
    for (name, value) in contact.group("custom_attributes").named_values() {
        bounds::pair(
            &mut context.attributes,
            "contact.custom_attributes",
            name,
            value,
        )?;
    }
    let admin = whole.group("admin");
    let agent = Agent {
        id: text("admin.id", admin.text("id"))?,
        name: text("admin.name", admin.text("name"))?,
        email: text("admin.email", admin.text("email"))?,
    };
    context.agent = (agent != Agent::default()).then_some(agent);
    for name in ["workspace_id", "workspace_region"] {
        if let Some(value) = text(name, whole.text(name))? {
            context.extra.push((name.into(), value));
        }
    }
    Ok(Sent {
        context,
        component: whole.text("component_id"),
        inputs: whole.group("input_values").members().to_vec(),
    })
}
