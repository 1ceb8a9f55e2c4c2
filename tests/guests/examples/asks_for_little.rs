//! Asks for one path with GET, and requests whatever the parameters say.
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin, http, manifest};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("Modest", "1.0.0")
            .secret("api_key", "A key that it may send nowhere.")
            .host(manifest::Host::new(
                "http://*/v1/",
                "To read what lies there.",
            ))
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let url = context.param("url").ok_or("no parameter `url`")?;
        let request = match context.param("way") {
            Some("post") => http::post(url),
            Some("secret") => http::get(url).bearer("api_key"),
            _ => http::get(url),
        };
        let status = request.send()?.status();
        Ok(Some(Card::new().contact_name(status.to_string())))
    }
}

sidepane_sdk::export!(Guest: card);
