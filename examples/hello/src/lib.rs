//! The smallest plugin: it greets the contact and shows what the desk said. No HTTP, no settings.

use sidepane_sdk::{Block, Card, CardPlugin, Context, Error, Manifest, Plugin, Row};

struct Hello;

impl Plugin for Hello {
    fn manifest() -> Manifest {
        Manifest::new("Hello", env!("CARGO_PKG_VERSION"))
    }
}

impl CardPlugin for Hello {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let Some(who) = who(&context) else {
            return Ok(None);
        };
        let rows = [
            Some(Row::new("Greeting", format!("Hello, {who}!"))),
            Row::maybe("E-mail", context.email),
            Some(Row::new("View", context.view)),
            Row::maybe("Ticket", context.ticket_id),
        ];
        let block = Block::new("Hello")
            .icon("waving_hand")
            .list(rows.into_iter().flatten());
        Ok(Some(Card::new().block(block)))
    }
}

sidepane_sdk::export!(Hello: card);

/// The best of what identifies the contact.
fn who(context: &Context) -> Option<&str> {
    let known = [
        &context.contact_name,
        &context.email,
        &context.phone,
        &context.external_id,
    ];
    known.into_iter().flatten().map(String::as_str).next()
}

#[cfg(test)]
mod tests {
    use sidepane_sdk::testing::{FakeHost, context};

    use super::*;

    #[test]
    fn a_contact_is_greeted_by_the_best_name_there_is() {
        let named = Context {
            contact_name: Some("Ada".into()),
            ..context()
        };
        let caller = Context {
            view: "call".into(),
            email: None,
            phone: Some("+44 20 7946 0000".into()),
            ticket_id: None,
            ..context()
        };
        for (context, rows) in [
            (
                named,
                vec![
                    ("Greeting", "Hello, Ada!"),
                    ("E-mail", "ada@example.com"),
                    ("View", "ticket"),
                    ("Ticket", "7"),
                ],
            ),
            (
                caller,
                vec![("Greeting", "Hello, +44 20 7946 0000!"), ("View", "call")],
            ),
        ] {
            let expected = Block::new("Hello").icon("waving_hand").list(rows);
            let card = FakeHost::new().render::<Hello>(context).card();
            assert_eq!(card, Card::new().block(expected));
        }
    }

    #[test]
    fn nobody_in_particular_is_not_greeted() {
        let nobody = Context {
            email: None,
            ..context()
        };
        assert_eq!(FakeHost::new().render::<Hello>(nobody).answer, Ok(None));
    }
}
