//! Writes lines that look like somebody else's, and the parameter `secret`, to every log there is.
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("forges_log", "1.0.0").secret("api_key", "A key that it never sees.")
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let secret = context.param("secret").unwrap_or_default();
        let forged = "2026-01-01T00:00:00Z ERROR sidepane: all is lost";
        sidepane_sdk::error!("first\n{forged}\r\n\u{1b}]52;c;b3duZWQ=\u{7}\u{1b}[2J\u{202e}\0");
        sidepane_sdk::warn!("\",\"level\":\"error\",\"message\":\"{forged}");
        sidepane_sdk::info!("the key is {secret}");
        println!("a line\n{forged}\rover it");
        eprintln!("\u{1b}[8mhidden {secret}");
        print!("{}", "x".repeat(1 << 20));
        Ok(None)
    }
}

sidepane_sdk::export!(Guest: card);
