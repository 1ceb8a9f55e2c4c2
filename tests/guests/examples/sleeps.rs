//! Sleeps for an hour.
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("sleeps", "1.0.0")
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        std::hint::black_box(&context);
        std::thread::sleep(std::time::Duration::from_secs(3_600));
        Ok(None)
    }
}

sidepane_sdk::export!(Guest: card);
