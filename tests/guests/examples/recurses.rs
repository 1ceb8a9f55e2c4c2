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
            let here = std::hint::black_box([level; 64]);
            deeper(level + 1) + here[level as usize % 64]
        }
        Ok(Some(Card::new().contact_name(deeper(context.view.len() as u64).to_string())))
    }
}

sidepane_sdk::export!(Guest: card);
