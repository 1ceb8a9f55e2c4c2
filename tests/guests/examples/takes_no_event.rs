//! Exports a handler and has a function for no event.
use sidepane_sdk::{EventPlugin, Handlers, Manifest, Plugin};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("Deaf", "1.0.0")
    }
}

impl EventPlugin for Guest {
    fn handlers() -> Handlers {
        Handlers::new()
    }
}

sidepane_sdk::export!(Guest: event);
