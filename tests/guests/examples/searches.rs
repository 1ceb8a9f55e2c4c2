//! Looks for a text everywhere it can reach: settings, environment, arguments, files, what a server
//! answered, what failed, and at last its whole memory. The text comes written backwards, so that it
//! stands nowhere because it was asked for.
use sidepane_sdk::{
    Block, Card, CardPlugin, Context, Error, Field, Manifest, Plugin, Row, http, info, manifest,
    settings,
};
use std::collections::HashMap;
use std::io::Read as _;

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("Searcher", "1.0.0")
            .setting(Field::text("shop", "Something that it may know."))
            .secret("api_key", "What it looks for.")
            .host(manifest::Host::new("http://*", "To have it sent.").secret("api_key"))
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let needle = context
            .param("backwards")
            .ok_or("no parameter `backwards`")?;
        let mut places: Vec<(&str, String)> = Vec::new();
        let known: HashMap<String, String> = settings::load()?;
        places.push(("settings", format!("{known:?}")));
        let outside = std::env::vars().map(|(name, value)| format!("{name}={value}"));
        places.push(("environment", outside.chain(std::env::args()).collect()));
        let mut input = String::new();
        let _ = std::io::stdin().read_to_string(&mut input);
        places.push(("input", input));
        for file in ["/proc/self/environ", "/proc/self/cmdline", "/", "."] {
            places.push(("files", std::fs::read_to_string(file).unwrap_or_default()));
        }
        for (label, url) in [("answer", "url"), ("failure", "wrong")] {
            let url = context.param(url).ok_or("an address is missing")?;
            let request = match context.param("format") {
                Some("bearer") => http::get(url).bearer("api_key"),
                Some("user") => http::get(url).basic_user("api_key", "X"),
                Some("password") => http::get(url).basic_password("bot", "api_key"),
                _ => http::get(url).secret_header("x-api-key", "api_key"),
            };
            let told = match request.send() {
                Ok(answer) => format!("{:?} {}", answer.headers(), answer.text()),
                Err(error) => format!("{error} {error:?}"),
            };
            info!("{told}");
            places.push((label, told));
        }
        let mut rows: Vec<Row> = places
            .iter()
            .map(|(label, text)| Row::new(*label, said(holds(text.bytes(), needle))))
            .collect();
        rows.push(Row::new("memory", said(holds(memory(), needle))));
        Ok(Some(Card::new().block(Block::new("Search").list(rows))))
    }
}

fn said(found: bool) -> &'static str {
    if found { "found" } else { "nothing" }
}

/// Whether the text stands there, compared from its end on.
fn holds(mut bytes: impl Iterator<Item = u8>, backwards: &str) -> bool {
    let needle: Vec<u8> = backwards.bytes().collect();
    let length = needle.len();
    // The last bytes seen, the newest first: they never stand in memory in the order looked for.
    let mut last = vec![0; length];
    bytes.any(|byte| {
        last.copy_within(..length - 1, 1);
        last[0] = byte;
        last == needle
    })
}

/// Every byte of the linear memory but the first few, which no reference may point to.
fn memory() -> impl Iterator<Item = u8> {
    #[cfg(target_family = "wasm")]
    let pages = core::arch::wasm32::memory_size::<0>();
    #[cfg(not(target_family = "wasm"))]
    let pages = 0;
    // SAFETY: the memory is as long as it says, it only grows, and bytes have no invalid values.
    (8..pages << 16).map(|address| unsafe { std::ptr::read_volatile(address as *const u8) })
}

sidepane_sdk::export!(Guest: card);
