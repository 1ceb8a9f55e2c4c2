//! ImBox's request: the context from the query alone, what its administrator added as params.

use super::super::json::Json;
use super::super::{Inbound, Question, bounds, query};
use crate::model::context::Context;
use crate::model::id::{AccountId, PluginId, RequestId};
use crate::model::problem::{Code, Problem};
use http::Method;

/// The views that ImBox has.
pub(super) const VIEWS: [&str; 4] = ["chat", "ticket", "call", "contact"];

/// What ImBox may send beside the view, for `/openapi.json`.
pub(super) const NAMES: [&str; 7] = [
    "email",
    "phoneNumber",
    "externalId",
    "ticketId",
    "contactId",
    "channelId",
    "callId",
];

/// Reads what is asked.
///
/// The body never tells who the contact is: it is a text that somebody once typed into ImBox Admin.
///
/// # Errors
/// `request.*` with the field at fault.
pub(super) fn question(
    inbound: &Inbound<'_>,
    account: AccountId,
    request_id: RequestId,
) -> Result<Question, Problem> {
    let mut question = Question {
        context: Context::empty("imbox", account, request_id),
        plugins: Vec::new(),
        anew: false,
    };
    if let Some(plugin) = inbound.plugin {
        ask(&mut question.plugins, plugin)?;
    }
    read_query(&mut question, inbound)?;
    let context = &mut question.context;
    context.contact_linked = context.contact_id.is_some();
    if inbound.method == Method::POST && !inbound.body.trim_ascii().is_empty() {
        read_body(context, inbound.body)?;
    }
    Ok(question)
}

fn read_query(question: &mut Question, inbound: &Inbound<'_>) -> Result<(), Problem> {
    let mut view = None;
    let mut seen = Vec::new();
    for pair in query::pairs(inbound.query) {
        let (name, value) = pair?;
        let context = &mut question.context;
        let slot = match name.as_str() {
            "view" => &mut view,
            "email" => &mut context.email,
            "phoneNumber" => &mut context.phone,
            "externalId" => &mut context.external_id,
            "ticketId" => &mut context.ticket_id,
            "contactId" => &mut context.contact_id,
            "channelId" => &mut context.conversation_id,
            "callId" => &mut context.call_id,
            // A path that names the plugin has said it; then this is a word like any other.
            "plugin" if inbound.plugin.is_none() => {
                ask(&mut question.plugins, &value)?;
                continue;
            }
            _ => {
                bounds::pair(&mut context.params, "params", name, value)?;
                continue;
            }
        };
        *slot = bounds::text(&name, value)?;
        if seen.contains(&name) {
            return Err(wrong(
                &name,
                "it is given twice; look at the static query in ImBox Admin",
            ));
        }
        seen.push(name);
    }
    question.context.view = known_view(view)?;
    Ok(())
}

fn known_view(view: Option<String>) -> Result<String, Problem> {
    match view {
        Some(view) if VIEWS.contains(&view.as_str()) => Ok(view),
        Some(_) => Err(Problem::new(
            Code::RequestUnknownView,
            "ImBox's views are chat, ticket, call and contact.",
        )
        .field("view")),
        None => Err(wrong(
            "view",
            "it must be there: chat, ticket, call or contact",
        )),
    }
}

/// Adds a plugin to those that are asked; an empty name asks all, as if it were not there.
fn ask(plugins: &mut Vec<PluginId>, name: &str) -> Result<(), Problem> {
    if name.is_empty() {
        return Ok(());
    }
    let id = PluginId::parse(name).ok_or_else(|| {
        Problem::new(
            Code::RequestUnknownPlugin,
            "A plugin's name is made of a-z, 0-9 and `-`; none is served under this one.",
        )
        .field("plugin")
    })?;
    if !plugins.contains(&id) {
        let count = plugins.len().saturating_add(1);
        bounds::within("plugin", "plugins", count, bounds::MAX_PAIRS)?;
        plugins.push(id);
    }
    Ok(())
}

/// Every member becomes a param, behind those of the query.
fn read_body(context: &mut Context, body: &[u8]) -> Result<(), Problem> {
    let members = Json::read(body)?.into_object().map_err(|kind| {
        Problem::new(
            Code::RequestMalformed,
            format!("The body is {kind}; ImBox's static body must be a JSON object."),
        )
    })?;
    for (name, value) in members {
        bounds::pair(&mut context.params, "params", name, value.into_text())?;
    }
    Ok(())
}

fn wrong(field: &str, why: &str) -> Problem {
    Problem::new(
        Code::RequestInvalidField,
        format!("`{field}` cannot be taken: {why}."),
    )
    .field(field)
}
