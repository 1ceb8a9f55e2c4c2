//! Writes the whole event into the log.
use sidepane_sdk::{EventPlugin, Handlers, Manifest, Plugin, info};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("Echo", "1.0.0")
    }
}

impl EventPlugin for Guest {
    fn handlers() -> Handlers {
        Handlers::new().otherwise(|event| {
            info!("{event:?}");
            Ok(())
        })
    }
}

sidepane_sdk::export!(Guest: event);
