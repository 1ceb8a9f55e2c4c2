//! Where buttons are pressed: ImBox has no place for them, so its answer leads to the pane.
//!
//! The link says who is looked at, as `/pane` reads it, and carries no credential: whoever follows it
//! needs what opens the pane.

use super::super::page::escape;
use crate::model::card::{Button, Card, Content, Element};
use crate::model::context::Context;
use crate::model::outcome::{Answer, Pane};
use std::borrow::Cow;
use std::sync::Arc;
use url::form_urlencoded::Serializer;

/// The pane, with a link to it in the place of buttons where browsers reach the host.
pub(super) fn linked<'a>(
    pane: &'a Pane,
    context: &Context,
    public_url: Option<&str>,
) -> Cow<'a, Pane> {
    let (Some(base), true) = (public_url, pane.cards().any(Card::has_buttons)) else {
        return Cow::Borrowed(pane);
    };
    let address = address(base, context);
    let mut pane = pane.clone();
    for outcome in &mut pane.outcomes {
        let Answer::Card(card) = &mut outcome.answer else {
            continue;
        };
        let blocks = &mut Arc::make_mut(card).blocks;
        for element in blocks.iter_mut().flat_map(|block| &mut block.data) {
            if let Element::Actions(buttons) = element {
                *element = Element::Content(Content::Html(link(&address, buttons)));
            }
        }
    }
    Cow::Owned(pane)
}

/// The pane's address for the same contact.
fn address(base: &str, context: &Context) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("view", &context.view);
    let told = [
        ("email", &context.email),
        ("phone", &context.phone),
        ("external_id", &context.external_id),
        ("ticket_id", &context.ticket_id),
        ("contact_id", &context.contact_id),
        ("conversation_id", &context.conversation_id),
        ("call_id", &context.call_id),
    ];
    for (name, value) in told {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    if context.contact_linked {
        query.append_pair("contact_linked", "true");
    }
    format!("{}/pane?{}", base.trim_end_matches('/'), query.finish())
}

/// A link with the names of what can be pressed there.
fn link(address: &str, buttons: &[Button]) -> String {
    let names: Vec<String> = buttons.iter().map(|button| escape(&button.label)).collect();
    format!(
        "<p><a href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer\">{}</a></p>",
        escape(address),
        names.join(" · ")
    )
}
