//! Reads a number, asks the address in the parameter `url`, and writes the number plus one.
use sidepane_sdk::{
    Block, Card, CardPlugin, Context, Error, Manifest, Plugin, Row, http, manifest::Host, store,
};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("Slow", "1.0.0").host(Host::new("http://*", "To ask what the test says."))
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let before = store::get("n")?.unwrap_or_else(|| "0".to_owned());
        if let Some(url) = context.param("url") {
            http::get(url).send()?;
        }
        let after = before.parse::<u64>().unwrap_or(0) + 1;
        store::set("n", &after.to_string())?;
        let rows = [Row::new("n", after.to_string())];
        Ok(Some(Card::new().block(Block::new("Slow").list(rows))))
    }
}

sidepane_sdk::export!(Guest: card);
