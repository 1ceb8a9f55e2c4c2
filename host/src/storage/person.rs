//! Whether something is about a person who is to be forgotten.

use super::Person;
use crate::model::event::Event;

impl Person {
    /// Whether an event is theirs: they are its contact or acted in it, or one of their addresses or
    /// numbers stands anywhere in it. A bare id counts only where ids of people stand, since `7` is
    /// somebody else's order in the next event.
    pub fn is_in(&self, event: &Event) -> bool {
        let contact = event.contact.iter().flat_map(|contact| {
            [
                &contact.id,
                &contact.external_id,
                &contact.email,
                &contact.phone,
            ]
        });
        let actor = event
            .actor
            .iter()
            .flat_map(|actor| [&actor.id, &actor.email, &actor.phone]);
        let named = contact.chain(actor).flatten().any(|known| {
            self.marks
                .iter()
                .any(|mark| mark.eq_ignore_ascii_case(known))
        });
        let mut telling = self.marks.iter().filter(|mark| mark.contains(['@', '+']));
        named || telling.any(|mark| contains(&event.raw, mark) || in_texts(event, mark))
    }

    /// Whether one of the marks stands in a text as a whole: not as a part of a longer number, word
    /// or address.
    pub fn is_named_in(&self, text: &str) -> bool {
        self.marks.iter().any(|mark| contains(text, mark))
    }
}

fn in_texts(event: &Event, mark: &str) -> bool {
    let message = event.message.iter().map(|message| message.text.as_str());
    let pairs = event.extra.iter();
    let pairs = pairs.chain(event.contact.iter().flat_map(|contact| &contact.attributes));
    let pairs = pairs.chain(event.conversation.iter().flat_map(|talk| &talk.attributes));
    let changes = event
        .changes
        .iter()
        .flat_map(|change| [&change.from, &change.to]);
    message
        .chain(pairs.map(|(_, text)| text.as_str()))
        .chain(changes.flatten().map(String::as_str))
        .any(|text| contains(text, mark))
}

/// Whether `mark` stands in `text` with no letter or digit at either side of it.
fn contains(text: &str, mark: &str) -> bool {
    let (text, mark) = (text.to_ascii_lowercase(), mark.to_ascii_lowercase());
    !mark.is_empty()
        && text.match_indices(&mark).any(|(at, found)| {
            let before = text.get(..at).and_then(|text| text.chars().next_back());
            let after = text
                .get(at + found.len()..)
                .and_then(|text| text.chars().next());
            let inside = |beside: Option<char>| beside.is_some_and(char::is_alphanumeric);
            !inside(before) && !inside(after)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Contact;
    use crate::model::id::AccountId;
    use crate::model::time::Millis;

    fn person(marks: &[&str]) -> Person {
        Person {
            account: AccountId::default(),
            marks: marks.iter().map(|mark| (*mark).to_owned()).collect(),
        }
    }

    #[test]
    fn a_mark_counts_as_a_whole() {
        let cases = [
            ("contact:42:visits", "42", true),
            ("42", "42", true),
            ("contact:420", "42", false),
            ("x42", "42", false),
            ("{\"mail\":\"Ada@Example.com\"}", "ada@example.com", true),
            ("nada@example.com", "ada@example.com", false),
            ("ada@example.community", "ada@example.com", false),
            ("420 and 42", "42", true),
            ("äda", "da", false),
            ("anything", "", false),
        ];
        for (text, mark, named) in cases {
            assert_eq!(person(&[mark]).is_named_in(text), named, "{mark} in {text}");
        }
    }

    #[test]
    fn an_event_is_its_contacts_and_an_address_is_found_anywhere() {
        let event = Event {
            id: "7".into(),
            source: "chatwoot".into(),
            event_type: "message.created".into(),
            vendor_type: None,
            time: Millis(0),
            account: AccountId::default(),
            region: None,
            actor: None,
            contact: Some(Contact {
                id: Some("12".into()),
                phone: Some("+46 70".into()),
                ..Contact::default()
            }),
            conversation: None,
            message: None,
            changes: Vec::new(),
            raw: "{\"order\":7,\"cc\":\"bob@example.com\"}".into(),
            extra: Vec::new(),
        };
        for (mark, theirs) in [
            ("12", true),
            ("+46 70", true),
            ("bob@example.com", true),
            ("BOB@example.com", true),
            ("7", false),
            ("ob@example.com", false),
        ] {
            assert_eq!(person(&[mark]).is_in(&event), theirs, "{mark}");
        }
    }
}
