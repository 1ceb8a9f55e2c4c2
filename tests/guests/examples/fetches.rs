//! Asks the address in the parameter `url` with its secret, and tells what came back.
use sidepane_sdk::{
    Block, Card, CardPlugin, Context, Error, Manifest, Plugin, Row, http, manifest,
};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("Fetcher", "1.0.0")
            .secret("api_key", "The key of the server it asks.")
            .host(
                manifest::Host::new("http://*", "To ask what the test says.")
                    .methods(["GET", "POST"])
                    .secret("api_key"),
            )
            .host(manifest::Host::new("https://*", "To ask what the test says.").secret("api_key"))
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let url = context.param("url").ok_or("no parameter `url`")?;
        let format = context.param("format").unwrap_or("none");
        let request = http::get(url);
        let request = match format {
            "raw" => request.secret_header("x-api-key", "api_key"),
            "bearer" => request.bearer("api_key"),
            "basic-user" => request.basic_user("api_key", "X"),
            "basic-password" => request.basic_password("bot", "api_key"),
            _ => request,
        };
        let answer = request.send()?;
        let rows = [
            Row::new("status", answer.status().to_string()),
            Row::new(
                "body",
                answer.text().chars().take(1_000).collect::<String>(),
            ),
        ];
        Ok(Some(Card::new().block(Block::new("Answer").list(rows))))
    }
}

sidepane_sdk::export!(Guest: card);
