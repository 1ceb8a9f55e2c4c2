//! A context as `/v1/context` takes it, for pages that ask with it again.

use crate::model::context::{Agent, Context, Pairs, Visitor};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

/// The fields that say something.
#[derive(Serialize)]
pub(in crate::surface) struct ContextView<'a> {
    view: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_name: Option<&'a str>,
    contact_linked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    visitor: Option<VisitorView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<AgentView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_zone: Option<&'a str>,
    #[serde(skip_serializing_if = "PairsView::is_empty")]
    attributes: PairsView<'a>,
    #[serde(skip_serializing_if = "PairsView::is_empty")]
    params: PairsView<'a>,
}

#[derive(Serialize)]
struct VisitorView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page_url: Option<&'a str>,
}

#[derive(Serialize)]
struct AgentView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
}

impl<'a> ContextView<'a> {
    pub(in crate::surface) fn new(context: &'a Context) -> Self {
        let visitor = (context.visitor != Visitor::default()).then_some(VisitorView {
            ip: context.visitor.ip.as_deref(),
            page_url: context.visitor.page_url.as_deref(),
        });
        Self {
            view: &context.view,
            email: context.email.as_deref(),
            phone: context.phone.as_deref(),
            external_id: context.external_id.as_deref(),
            contact_name: context.contact_name.as_deref(),
            contact_linked: context.contact_linked,
            ticket_id: context.ticket_id.as_deref(),
            contact_id: context.contact_id.as_deref(),
            conversation_id: context.conversation_id.as_deref(),
            call_id: context.call_id.as_deref(),
            visitor,
            agent: context.agent.as_ref().map(AgentView::new),
            locale: context.locale.as_deref(),
            time_zone: context.time_zone.as_deref(),
            attributes: PairsView(&context.attributes),
            params: PairsView(&context.params),
        }
    }
}

impl<'a> AgentView<'a> {
    fn new(agent: &'a Agent) -> Self {
        Self {
            id: agent.id.as_deref(),
            name: agent.name.as_deref(),
            email: agent.email.as_deref(),
        }
    }
}

/// Names and values as an object.
struct PairsView<'a>(&'a Pairs);

impl PairsView<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for PairsView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
