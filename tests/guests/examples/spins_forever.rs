//! Computes without end, as long as it is asked to.
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("spins_forever", "1.0.0")
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let mut sum = context.view.len() as u64;
        while std::hint::black_box(sum) != 0 {
            sum = sum.wrapping_mul(6_364_136_223_846_793_005) | 1;
        }
        Ok(None)
    }
}

sidepane_sdk::export!(Guest: card);
