//! Answers with 64 MiB of text.
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("too_much_text", "1.0.0")
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let text = context.view.repeat((64 << 20) / context.view.len());
        Ok(Some(Card::new().contact_name(text)))
    }
}

sidepane_sdk::export!(Guest: card);
