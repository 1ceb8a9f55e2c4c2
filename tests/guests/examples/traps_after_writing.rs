//! Writes to the store and crashes.
use sidepane_sdk::{EventPlugin, Handlers, Manifest, Plugin, store};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("Crashes", "1.0.0")
    }
}

impl EventPlugin for Guest {
    fn handlers() -> Handlers {
        Handlers::new().otherwise(|_| {
            store::set("written", "yes")?;
            panic!("after writing")
        })
    }
}

sidepane_sdk::export!(Guest: event);
