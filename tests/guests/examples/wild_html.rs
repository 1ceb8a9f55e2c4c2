//! Tries to bring a script into the pane.
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("wild_html", "1.0.0")
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let html = format!(
            "<p onclick=\"x()\">Hi {}<script>alert(1)</script><svg onload=x()></svg></p>",
            context.view
        );
        Ok(Some(
            Card::new().block(sidepane_sdk::Block::new("Wild").html(html)),
        ))
    }
}

sidepane_sdk::export!(Guest: card);
