//! Shows a button that its manifest does not name.
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("unlisted_button", "1.0.0")
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let button = sidepane_sdk::Button::new("delete-all", context.view);
        Ok(Some(
            Card::new().block(sidepane_sdk::Block::new("Do").actions([button])),
        ))
    }
}

sidepane_sdk::export!(Guest: card);
