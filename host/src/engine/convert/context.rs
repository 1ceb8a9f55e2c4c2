//! The context, on its way into a plugin.

use crate::model::context::Context;
use sidepane_bindings::imports::context as wit;

/// The context as the plugin gets it.
pub(in crate::engine) fn context_to_wit(context: &Context) -> wit::Context {
    wit::Context {
        surface: context.surface.to_owned(),
        view: context.view.clone(),
        account: context.account.as_str().to_owned(),
        request_id: context.request_id.as_str().to_owned(),
        email: context.email.clone(),
        phone: context.phone.clone(),
        external_id: context.external_id.clone(),
        contact_name: context.contact_name.clone(),
        contact_linked: context.contact_linked,
        ticket_id: context.ticket_id.clone(),
        contact_id: context.contact_id.clone(),
        conversation_id: context.conversation_id.clone(),
        call_id: context.call_id.clone(),
        visitor: wit::Visitor {
            ip: context.visitor.ip.clone(),
            page_url: context.visitor.page_url.clone(),
        },
        agent: context.agent.as_ref().map(|agent| wit::Agent {
            id: agent.id.clone(),
            name: agent.name.clone(),
            email: agent.email.clone(),
        }),
        locale: context.locale.clone(),
        time_zone: context.time_zone.clone(),
        attributes: context.attributes.clone(),
        params: context.params.clone(),
        extra: context.extra.clone(),
    }
}
