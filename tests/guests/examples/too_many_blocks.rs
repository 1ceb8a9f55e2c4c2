//! Answers with more blocks than a card may have.
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("too_many_blocks", "1.0.0")
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let block = |index: usize| sidepane_sdk::Block::new(format!("{} {index}", context.view));
        Ok(Some((0..100).map(block).fold(Card::new(), Card::block)))
    }
}

sidepane_sdk::export!(Guest: card);
