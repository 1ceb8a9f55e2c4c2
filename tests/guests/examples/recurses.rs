//! Calls itself without end.
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("recurses", "1.0.0")
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        fn deeper(level: u64) -> u64 {
            // Small frames in the guest's own memory: it is the machine's stack that ends first.
            deeper(std::hint::black_box(level + 1)) + level
        }
        Ok(Some(Card::new().contact_name(
            deeper(context.view.len() as u64).to_string(),
        )))
    }
}

sidepane_sdk::export!(Guest: card);
