//! The work itself: made-up facts about a customer, always the same for the same address.

use crate::escape;

/// What stands above the columns of orders.
pub const HEADERS: [&str; 5] = ["Order", "Date", "Total", "Status", "Items"];

/// The words of the contact's link.
pub const LINK_TEXT: &str = "Open in CRM";

/// A customer who does not exist.
#[derive(Clone, Debug)]
pub struct Profile {
    email: String,
    view: String,
    ticket: String,
    /// FNV-1a of the address; everything else follows from it.
    hash: u32,
}

impl Profile {
    /// The customer with this address, seen in this view on this ticket.
    pub fn of(email: Option<String>, view: String, ticket: Option<String>) -> Self {
        let email = email.unwrap_or_else(|| "unknown".into());
        let ticket = ticket.unwrap_or_default();
        let hash = fnv1a(email.as_bytes());
        Self {
            email,
            view,
            ticket,
            hash,
        }
    }

    /// Where they would be found.
    pub fn link(&self) -> String {
        format!("https://crm.example.com/c/{:08x}", self.hash)
    }

    /// Eight labels with their values.
    pub fn facts(&self) -> [(&'static str, String); 8] {
        let plan = match self.hash % 3 {
            0 => "free",
            1 => "pro",
            _ => "estate",
        };
        [
            ("Email", self.email.clone()),
            ("View", self.view.clone()),
            ("Ticket", self.ticket.clone()),
            ("Plan", plan.to_owned()),
            ("Since", format!("20{:02}", self.hash % 26)),
            ("Orders", "20".to_owned()),
            ("Score", (self.hash % 100).to_string()),
            ("Owner", "support".to_owned()),
        ]
    }

    /// So many orders, the first ones always the same.
    pub fn orders(&self, count: u32) -> Vec<[String; 5]> {
        let mut draw = self.hash;
        (0..count)
            .map(|index| {
                draw = draw.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                order(index, draw)
            })
            .collect()
    }

    /// A paragraph with the address in it, and ten without.
    pub fn note(&self) -> String {
        let mut note = format!("<p>Notes for <b>{}</b></p>", escape(&self.email));
        for _ in 0..10 {
            note.push_str("<p>lorem ipsum dolor sit amet</p>");
        }
        note
    }
}

fn order(index: u32, draw: u32) -> [String; 5] {
    let status = match draw % 3 {
        0 => "paid",
        1 => "shipped",
        _ => "returned",
    };
    let cents = draw % 100_000;
    [
        format!("#{}", 10_000 + index),
        format!("2026-{:02}-{:02}", 1 + draw % 12, 1 + (draw >> 8) % 28),
        format!("{}.{:02}", cents / 100, cents % 100),
        status.to_owned(),
        (1 + (draw >> 4) % 9).to_string(),
    ]
}

fn fnv1a(bytes: &[u8]) -> u32 {
    let mut hash = 0x811c_9dc5;
    for byte in bytes {
        hash = (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_always_gives_the_same_customer() {
        let jane = Profile::of(
            Some("jane@example.com".into()),
            "ticket".into(),
            Some("7".into()),
        );
        assert_eq!(jane.hash, fnv1a(b"jane@example.com"));
        assert_eq!(fnv1a(b""), 0x811c_9dc5);
        assert_eq!(fnv1a(b"foobar"), 0xbf9c_f968, "a published vector");
        assert_eq!(jane.orders(5), jane.orders(20)[..5]);
        assert_eq!(jane.orders(20)[19][0], "#10019");
        assert!(
            jane.note()
                .starts_with("<p>Notes for <b>jane@example.com</b></p><p>lorem")
        );
    }
}
