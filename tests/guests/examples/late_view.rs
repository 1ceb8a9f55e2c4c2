//! Serves the view `call` alone, and one of its own.
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("late_view", "1.0.0")
            .view("call")
            .view("warehouse")
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        Ok(Some(Card::new().contact_name(context.view)))
    }
}

sidepane_sdk::export!(Guest: card);
