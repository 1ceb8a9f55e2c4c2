//! Writes to the store while it is loaded, and calls itself by what came of it.
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin, store};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        match store::set("loaded", "yes") {
            Ok(()) => Manifest::new("Written", "1.0.0"),
            Err(error) => Manifest::new("Refused", error.to_string()),
        }
    }
}

impl CardPlugin for Guest {
    fn render(_: Context) -> Result<Option<Card>, Error> {
        Ok(None)
    }
}

sidepane_sdk::export!(Guest: card);
