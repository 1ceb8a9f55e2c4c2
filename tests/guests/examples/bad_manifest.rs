//! Its manifest asks for an address that is none.
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin, manifest};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("Bad", "1.0.0").host(manifest::Host::new("ftp://files.example/", "Why not?"))
    }
}

impl CardPlugin for Guest {
    fn render(_context: Context) -> Result<Option<Card>, Error> {
        Ok(None)
    }
}

sidepane_sdk::export!(Guest: card);
