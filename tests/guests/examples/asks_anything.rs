//! Asks whatever the parameters say, headers and all, and tells everything that came back.
use sidepane_sdk::http::{self, Request, Response};
use sidepane_sdk::{Block, Card, CardPlugin, Context, Error, Manifest, Plugin, Row, manifest};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        let methods = ["GET", "POST", "HEAD", "OPTIONS"];
        let host = |url| {
            manifest::Host::new(url, "To ask what the test says.")
                .methods(methods)
                .secret("api_key")
        };
        Manifest::new("Asker", "1.0.0")
            .secret("api_key", "The key of the server it asks.")
            .host(host("http://*"))
            .host(host("https://*"))
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let times = number(context.param("times").unwrap_or("1"))?;
        let request = request(&context)?;
        let mut answers = http::send_each(std::iter::repeat_n(request, times));
        let first = answers.swap_remove(0)?;
        for answer in answers {
            answer?;
        }
        Ok(Some(
            Card::new().block(Block::new("Answer").list(rows(&first))),
        ))
    }
}

/// The request of the parameters: `url`, `method`, `body`, `timeout`, `secret` (the header that
/// carries it), `header…`, each a name, a colon and a value, and `more` headers of no meaning.
fn request(context: &Context) -> Result<Request, Error> {
    let url = context.param("url").ok_or("no parameter `url`")?;
    let mut request = http::request(context.param("method").unwrap_or("GET"), url);
    if let Some(header) = context.param("secret") {
        request = request.secret_header(header, "api_key");
    }
    if let Some(body) = context.param("body") {
        request = request.text("text/plain", body);
    }
    if let Some(timeout) = context.param("timeout") {
        request = request.timeout_ms(number(timeout)? as u32);
    }
    for more in 0..number(context.param("more").unwrap_or("0"))? {
        request = request.header(format!("x-{more}"), "1");
    }
    let headers = context.params.iter();
    for (_, line) in headers.filter(|(name, _)| name.starts_with("header")) {
        let (name, value) = line.split_once(':').ok_or("a header without a colon")?;
        request = request.header(name, value);
    }
    Ok(request)
}

fn rows(answer: &Response) -> Vec<Row> {
    let short = |text: &str| text.chars().take(1_000).collect::<String>();
    let mut rows = vec![
        Row::new("status", answer.status().to_string()),
        Row::new("bytes", answer.bytes().len().to_string()),
        Row::new("body", short(&answer.text())),
    ];
    let headers = answer.headers().iter();
    rows.extend(headers.map(|(name, value)| Row::new(short(name), short(value))));
    rows
}

fn number(text: &str) -> Result<usize, Error> {
    text.parse()
        .map_err(|_| Error::new("a parameter is no number"))
}

sidepane_sdk::export!(Guest: card);
