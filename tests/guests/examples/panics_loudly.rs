//! Panics with ten megabytes of terminal codes.
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("panics_loudly", "1.0.0")
    }
}

impl CardPlugin for Guest {
    fn render(_context: Context) -> Result<Option<Card>, Error> {
        panic!("{}", "\u{1b}[2JBOOM\r\n".repeat(1 << 20))
    }
}

sidepane_sdk::export!(Guest: card);
