//! Sends a request with as many headers as the parameter `headers` says.
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin, http, manifest};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("floods_headers", "1.0.0").host(manifest::Host::new(
            "http://*",
            "To ask what the test says.",
        ))
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let url = context.param("url").ok_or("no parameter `url`")?;
        let count = context.param("headers").unwrap_or("40000");
        let count: u32 = count.parse().map_err(|_| "no number")?;
        let request = (0..count).fold(http::get(url), |request, n| {
            request.header(format!("x-{n}"), "1")
        });
        request.send()?;
        Ok(None)
    }
}

sidepane_sdk::export!(Guest: card);
