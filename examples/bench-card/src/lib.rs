//! A card of fixed work, to measure the host with: a list of 8, a table of 20 rows, html, and an
//! accordion with a table of 5 rows, all computed from the e-mail address.
//!
//! The same computation runs in two places: as a plugin in the sandbox, and natively by [`json`],
//! which a plain server can answer with. What lies between the two is the price of the sandbox.
//!
//! The parameter `silent` has the card computed and not answered, `cache` has it kept for so many
//! seconds.

mod answer;
mod profile;

pub use answer::json;
pub use profile::{HEADERS, LINK_TEXT, Profile};
// Named here for `profile`, which programs without the SDK compile too: tests/bench/peers.
use sidepane_sdk::html::escape;
use sidepane_sdk::{Accordion, Block, Card, CardPlugin, Context, Error, Manifest, Plugin, Table};

/// The plugin.
#[derive(Debug)]
pub struct BenchCard;

impl Plugin for BenchCard {
    fn manifest() -> Manifest {
        Manifest::new("Bench card", env!("CARGO_PKG_VERSION"))
    }
}

impl CardPlugin for BenchCard {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let silent = context.param("silent").is_some();
        let cache_s = context.param("cache").and_then(|text| text.parse().ok());
        let profile = Profile::of(context.email, context.view, context.ticket_id);
        let customer = Block::new("Customer").icon("person").list(profile.facts());
        let orders = Block::new("Orders")
            .icon("receipt_long")
            .table(table(&profile, 20));
        let notes = Block::new("Notes").icon("sticky_note").html(profile.note());
        let history = Accordion::new("History").table(table(&profile, 5));
        let history = Block::new("History").icon("history").accordion(history);
        let mut card = Card::new()
            .contact_link(profile.link(), LINK_TEXT)
            .block(customer)
            .block(orders)
            .block(notes)
            .block(history);
        card.cache_s = cache_s;
        // Computed as ever, so that what answering takes can be told from it.
        Ok((!std::hint::black_box(silent)).then_some(card))
    }
}

sidepane_sdk::export!(BenchCard: card);

fn table(profile: &Profile, rows: u32) -> Table {
    Table::new(HEADERS).rows(profile.orders(rows))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use sidepane_sdk::card::{AccordionElement, Element};
    use sidepane_sdk::testing::{FakeHost, context};

    use super::*;

    fn texts(table: &Table) -> Vec<Vec<&str>> {
        table
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.text.as_str()).collect())
            .collect()
    }

    #[test]
    fn the_card_and_the_json_say_the_same() {
        let context = Context {
            email: Some("kim@example.com".into()),
            ..context()
        };
        let card = FakeHost::new().render::<BenchCard>(context).card();
        let json = json(
            Some("kim@example.com".into()),
            "ticket".into(),
            Some("7".into()),
        )
        .unwrap();
        let json: Value = serde_json::from_str(&json).unwrap();
        let text = |path: &str| {
            json.pointer(path)
                .and_then(Value::as_str)
                .unwrap()
                .to_owned()
        };

        assert_eq!(card.contact_link.unwrap().url, text("/contact_link/url"));
        assert_eq!(json["blocks"].as_array().unwrap().len(), card.blocks.len());
        let [Element::List(facts)] = &card.blocks[0].data[..] else {
            panic!("no list")
        };
        assert_eq!(facts.len(), 8);
        for (at, fact) in facts.iter().enumerate() {
            assert_eq!(fact.text, text(&format!("/blocks/0/data/0/rows/{at}/text")));
        }
        let [Element::Table(orders)] = &card.blocks[1].data[..] else {
            panic!("no table")
        };
        assert_eq!(orders.rows.len(), 20);
        for (row, cells) in texts(orders).iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                assert_eq!(
                    *cell,
                    text(&format!("/blocks/1/data/0/rows/{row}/{column}/text"))
                );
            }
        }
        let [Element::Html(note)] = &card.blocks[2].data[..] else {
            panic!("no html")
        };
        assert_eq!(*note, text("/blocks/2/data/0/html"));
        let [Element::Accordion(history)] = &card.blocks[3].data[..] else {
            panic!("no fold")
        };
        let [AccordionElement::Table(last)] = &history.data[..] else {
            panic!("no table")
        };
        assert_eq!(texts(last), texts(orders)[..5]);
    }
}
