//! Answers with an error of its own.
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("fails", "1.0.0")
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        Err(Error::new(format!("the {} is out of order", context.view))
            .tell("Ask the night shift.")
            .retryable(true))
    }
}

sidepane_sdk::export!(Guest: card);
