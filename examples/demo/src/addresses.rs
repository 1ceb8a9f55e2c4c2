//! What there is to open: an address for each of the desks that the host serves.

use crate::crm;
use std::net::SocketAddr;

/// A door of the demo, and how to come to it.
#[derive(Clone, Debug)]
pub struct Address {
    /// Whose door it is.
    pub desk: &'static str,
    /// Where it is.
    pub url: String,
    /// What is sent there, from the repository's root; without it, it is opened.
    pub body: Option<&'static str>,
    /// Whether it is a page, for a browser.
    pub page: bool,
}

/// One address for each desk, of a host that answers at `traffic`.
pub fn of(traffic: SocketAddr) -> Vec<Address> {
    let asked = |desk, path: &str| Address {
        desk,
        url: format!("http://{traffic}{path}"),
        body: None,
        page: false,
    };
    let shown = |desk, name: &str| Address {
        desk,
        url: format!("http://{}/desks/{name}", crm::ADDRESS),
        body: None,
        page: true,
    };
    let event = "examples/freshchat-relay/server/test_data/onMessageCreate.json";
    vec![
        asked(
            "ImBox",
            "/imbox?view=ticket&email=ada@example.com&ticketId=7",
        ),
        asked("SnapEngage", "/snapengage?email=ada@example.com&caseId=c-1"),
        shown("Front", "front"),
        shown("Chatwoot", "chatwoot"),
        shown("Freshchat", "freshchat"),
        Address {
            body: Some(event),
            ..asked("its events", "/freshchat/events")
        },
    ]
}
