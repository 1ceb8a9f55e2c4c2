//! Writes a megabyte of lines.
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("floods_log", "1.0.0")
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        for line in 0..10_000 {
            println!("{line:>90} {}", context.view);
        }
        sidepane_sdk::info!("never seen");
        Ok(None)
    }
}

sidepane_sdk::export!(Guest: card);
