//! Names events in its manifest and has nothing that takes them.
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest {
            events: vec!["message.created".into(), "onUserCreate".into()],
            ..Manifest::new("Names", "1.0.0")
        }
    }
}

impl CardPlugin for Guest {
    fn render(_: Context) -> Result<Option<Card>, Error> {
        Ok(None)
    }
}

sidepane_sdk::export!(Guest: card);
