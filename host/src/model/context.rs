//! Who an agent is looking at.

use super::id::{AccountId, RequestId};
use std::sync::Arc;

/// Names with their texts, in the order received.
pub type Pairs = Vec<(String, String)>;

/// One request for contact information; fields as in `wit/context.wit`.
///
/// An absent value is `None`; an empty text never stands for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Context {
    /// The door it came through: `native`, `imbox`, ….
    pub surface: &'static str,
    /// What the agent has open.
    pub view: String,
    /// Decided by the credential of the door.
    pub account: AccountId,
    /// The same in the answer and in the log.
    pub request_id: RequestId,
    /// The contact's or the requester's address.
    pub email: Option<String>,
    /// The contact's or the caller's number, as the desk writes it.
    pub phone: Option<String>,
    /// The contact's id in the company's own systems.
    pub external_id: Option<String>,
    /// The name the desk shows.
    pub contact_name: Option<String>,
    /// True when the desk linked the conversation to a contact of its own; otherwise `email`,
    /// `phone` and `external_id` are a visitor's claim.
    pub contact_linked: bool,
    /// The desk's id of the ticket.
    pub ticket_id: Option<String>,
    /// The desk's id of the contact.
    pub contact_id: Option<String>,
    /// The desk's id of the conversation.
    pub conversation_id: Option<String>,
    /// The desk's id of the call.
    pub call_id: Option<String>,
    /// The visitor's connection.
    pub visitor: Visitor,
    /// Who is looking.
    pub agent: Option<Agent>,
    /// BCP 47.
    pub locale: Option<String>,
    /// IANA.
    pub time_zone: Option<String>,
    /// What the company's site stored about the visitor.
    pub attributes: Pairs,
    /// The static query or body of the integration.
    pub params: Pairs,
    /// What later desks tell, by name.
    pub extra: Pairs,
}

/// A context by words, for programs: `Context::of_view("ticket").email("ada@example.com")`. What is
/// not known is left out.
impl Context {
    /// What an agent has open, in the account `default`, asked by this very process. A request
    /// without a name of its own gets one from the host.
    pub fn of_view(view: impl Into<String>) -> Self {
        Self {
            view: view.into(),
            ..Self::empty("native", AccountId::default(), RequestId::new(""))
        }
    }

    /// For this account.
    #[must_use]
    pub fn account(self, account: AccountId) -> Self {
        Self { account, ..self }
    }

    /// Under this name, in the answer and in the log.
    #[must_use]
    pub fn request_id(self, id: impl Into<Arc<str>>) -> Self {
        let request_id = RequestId::new(id);
        Self { request_id, ..self }
    }

    /// The contact's address.
    #[must_use]
    pub fn email(self, email: impl Into<String>) -> Self {
        let email = Some(email.into());
        Self { email, ..self }
    }

    /// The contact's number.
    #[must_use]
    pub fn phone(self, phone: impl Into<String>) -> Self {
        let phone = Some(phone.into());
        Self { phone, ..self }
    }

    /// The contact's id in the company's own systems.
    #[must_use]
    pub fn external_id(self, id: impl Into<String>) -> Self {
        let external_id = Some(id.into());
        Self {
            external_id,
            ..self
        }
    }

    /// The contact's name.
    #[must_use]
    pub fn contact_name(self, name: impl Into<String>) -> Self {
        let contact_name = Some(name.into());
        Self {
            contact_name,
            ..self
        }
    }

    /// Says that the contact is known to be who the address, number and id say. Without it they are
    /// a visitor's claim.
    #[must_use]
    pub fn linked(self) -> Self {
        Self {
            contact_linked: true,
            ..self
        }
    }

    /// The ticket.
    #[must_use]
    pub fn ticket_id(self, id: impl Into<String>) -> Self {
        let ticket_id = Some(id.into());
        Self { ticket_id, ..self }
    }

    /// The conversation.
    #[must_use]
    pub fn conversation_id(self, id: impl Into<String>) -> Self {
        let conversation_id = Some(id.into());
        Self {
            conversation_id,
            ..self
        }
    }

    /// One more thing that is known about the visitor.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.attributes.push((name.into(), text.into()));
        self
    }

    /// One more static value of the integration.
    #[must_use]
    pub fn param(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.params.push((name.into(), text.into()));
        self
    }
}

impl Context {
    /// Its single texts, in an order that stays: who and what it is about, then the visitor, then the
    /// agent. Not among them: surface, view, account, the request's name, and whether it is linked.
    pub fn texts(&self) -> [Option<&str>; 15] {
        let Self {
            surface: _,
            view: _,
            account: _,
            request_id: _,
            email,
            phone,
            external_id,
            contact_name,
            contact_linked: _,
            ticket_id,
            contact_id,
            conversation_id,
            call_id,
            visitor: Visitor { ip, page_url },
            agent,
            locale,
            time_zone,
            attributes: _,
            params: _,
            extra: _,
        } = self;
        let of_agent =
            |of: fn(&Agent) -> &Option<String>| agent.as_ref().and_then(|it| of(it).as_deref());
        [
            email.as_deref(),
            phone.as_deref(),
            external_id.as_deref(),
            contact_name.as_deref(),
            ticket_id.as_deref(),
            contact_id.as_deref(),
            conversation_id.as_deref(),
            call_id.as_deref(),
            ip.as_deref(),
            page_url.as_deref(),
            locale.as_deref(),
            time_zone.as_deref(),
            of_agent(|agent| &agent.id),
            of_agent(|agent| &agent.name),
            of_agent(|agent| &agent.email),
        ]
    }

    /// Its names with their texts.
    pub fn pairs(&self) -> [&Pairs; 3] {
        [&self.attributes, &self.params, &self.extra]
    }
}

impl Context {
    /// A context in which nothing is known but where it came from.
    pub fn empty(surface: &'static str, account: AccountId, request_id: RequestId) -> Self {
        Self {
            surface,
            view: String::new(),
            account,
            request_id,
            email: None,
            phone: None,
            external_id: None,
            contact_name: None,
            contact_linked: false,
            ticket_id: None,
            contact_id: None,
            conversation_id: None,
            call_id: None,
            visitor: Visitor::default(),
            agent: None,
            locale: None,
            time_zone: None,
            attributes: Pairs::new(),
            params: Pairs::new(),
            extra: Pairs::new(),
        }
    }
}

/// A visitor's connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Visitor {
    /// IPv4 or IPv6 in text form.
    pub ip: Option<String>,
    /// The page the visitor is on.
    pub page_url: Option<String>,
}

/// The person at the desk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Agent {
    /// The desk's id.
    pub id: Option<String>,
    /// The name colleagues see.
    pub name: Option<String>,
    /// The agent's own address.
    pub email: Option<String>,
}
