//! Takes every event and does nothing.
use sidepane_sdk::{EventPlugin, Handlers, Manifest, Plugin};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("Acknowledges", "1.0.0")
    }
}

impl EventPlugin for Guest {
    fn handlers() -> Handlers {
        Handlers::new().otherwise(|_| Ok(()))
    }
}

sidepane_sdk::export!(Guest: event);
