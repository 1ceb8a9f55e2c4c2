//! Writes to the store and answers with an error, as a card and as a handler.
use sidepane_sdk::{
    Card, CardPlugin, Context, Error, EventError, EventPlugin, Handlers, Manifest, Plugin, store,
};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("Fails", "1.0.0")
    }
}

impl CardPlugin for Guest {
    fn render(_: Context) -> Result<Option<Card>, Error> {
        store::set("written", "yes")?;
        Err(Error::new("after writing"))
    }
}

impl EventPlugin for Guest {
    fn handlers() -> Handlers {
        Handlers::new().otherwise(|_| {
            store::set("written", "yes")?;
            Err(EventError::failed("after writing"))
        })
    }
}

sidepane_sdk::export!(Guest: card, event);
