//! Shows its setting `shop` and sends its secret to the address in the parameter `url`.
use sidepane_sdk::{
    Block, Card, CardPlugin, Context, Error, Field, Manifest, Plugin, Row, http, manifest, settings,
};
use std::collections::HashMap;

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("Shop", "1.0.0")
            .setting(Field::text("shop", "Which shop it asks."))
            .secret("api_key", "The key of the shop.")
            .host(manifest::Host::new("http://*", "To ask the shop.").secret("api_key"))
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let mut settings: HashMap<String, String> = settings::load()?;
        let shop = settings.remove("shop").ok_or("no setting `shop`")?;
        let mut rows = vec![Row::new("shop", shop)];
        if let Some(url) = context.param("url") {
            let answer = http::get(url)
                .secret_header("x-api-key", "api_key")
                .send()?;
            rows.push(Row::new("status", answer.status().to_string()));
        }
        Ok(Some(Card::new().block(Block::new("Shop").list(rows))))
    }
}

sidepane_sdk::export!(Guest: card);
