//! Answers with every kind of element there is.
use sidepane_sdk::card::{Element, OtherElement};
use sidepane_sdk::{
    Accordion, Block, Button, Card, CardPlugin, Confirm, Context, Error, Field, Manifest, Plugin,
    Row, Table,
};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("Everything", "1.0.0").action("refund", "Pays an order back.")
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let rows = || {
            [Row::new(
                "E-mail",
                context.email.clone().unwrap_or_default(),
            )]
        };
        let table = || Table::new(["Order", "Value"]).row(["1001", "42.00 EUR"]);
        let refund = Button::new("refund", "Refund")
            .danger()
            .value("1001")
            .confirm(Confirm::new("Refund 42 EUR?", "Refund"))
            .field(Field::text("reason", "Reason").required());
        let later = OtherElement {
            kind: "chart".into(),
            text: "42 orders a year".into(),
            json: "{\"points\":[1,2]}".into(),
        };
        let fold = Accordion::new("Order 1001")
            .open()
            .list(rows())
            .table(table());
        let block = Block::new("All")
            .icon("receipt_long")
            .list(rows())
            .table(table())
            .html("<p>Gold since 2024</p>")
            .accordion(fold)
            .actions([refund])
            .element(Element::Other(later));
        Ok(Some(
            Card::new()
                .contact_name("Ada Lovelace")
                .contact_link("https://crm.example/42", "Open in CRM")
                .cache_s(30)
                .block(block),
        ))
    }
}

sidepane_sdk::export!(Guest: card);
