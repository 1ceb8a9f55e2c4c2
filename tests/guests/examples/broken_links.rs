//! Links to where no agent should go.
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("broken_links", "1.0.0")
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        use sidepane_sdk::{Block, Row};
        let rows = [
            Row::new("good", context.view).link("https://shop.example/1"),
            Row::new("bad", "click").link("javascript:alert(1)"),
        ];
        Ok(Some(
            Card::new()
                .contact_link("https://user:pw@shop.example/", "In")
                .block(Block::new("Links").list(rows)),
        ))
    }
}

sidepane_sdk::export!(Guest: card);
