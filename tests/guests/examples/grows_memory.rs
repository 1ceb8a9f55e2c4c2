//! Takes memory until there is none.
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("grows_memory", "1.0.0")
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let mut held = vec![context.view.into_bytes()];
        loop {
            held.push(vec![1; 1 << 20]);
            std::hint::black_box(&held);
        }
    }
}

sidepane_sdk::export!(Guest: card);
