//! Counts the events of each type, and shows the counts in a card.
use sidepane_sdk::{
    Block, Card, CardPlugin, Context, Error, EventPlugin, Handlers, Manifest, Plugin, Row, store,
};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("Counts", "1.0.0")
    }
}

impl EventPlugin for Guest {
    fn handlers() -> Handlers {
        Handlers::new().otherwise(|event| {
            store::increment(&event.event_type, 1)?;
            Ok(())
        })
    }
}

impl CardPlugin for Guest {
    fn render(_: Context) -> Result<Option<Card>, Error> {
        let mut rows = Vec::new();
        for key in store::list_keys("", None, 100)? {
            let count = store::get(&key)?.unwrap_or_default();
            rows.push(Row::new(key, count));
        }
        Ok(Some(Card::new().block(Block::new("Counts").list(rows))))
    }
}

sidepane_sdk::export!(Guest: card, event);
