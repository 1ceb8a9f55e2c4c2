//! Calls the host without end.
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("floods_host", "1.0.0")
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        loop {
            std::hint::black_box(sidepane_sdk::settings::text(&context.view));
        }
    }
}

sidepane_sdk::export!(Guest: card);
