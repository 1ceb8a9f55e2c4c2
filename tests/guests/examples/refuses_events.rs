//! Refuses an event in the way that its message says.
use sidepane_sdk::event::{Handled, MessageCreated};
use sidepane_sdk::{EventError, EventPlugin, Handlers, Manifest, Plugin, http, manifest::Host};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("Refuses", "1.0.0").host(Host::new("https://shop.example/", "It is closed."))
    }
}

impl EventPlugin for Guest {
    fn handlers() -> Handlers {
        Handlers::new().message_created(on_message)
    }
}

fn on_message(message: MessageCreated) -> Handled {
    match message.message.text.as_str() {
        "later" => Err(EventError::retry_after(30, "the shop is closed")),
        "never" => Err(EventError::give_up("the shop is gone")),
        "long" => Err(EventError::give_up("x".repeat(100_000))),
        "denied" => {
            http::get("https://shop.example/").send()?;
            Ok(())
        }
        text => Err(EventError::failed(text)),
    }
}

sidepane_sdk::export!(Guest: event);
