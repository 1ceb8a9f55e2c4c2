//! L21: what stands in a manifest or a grant and cannot be.

use crate::case::{Built, Case, read};

/// The cases.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::loading(
            "L21",
            "a manifest that asks for an address that is none",
            Built::Rust,
            || read("bad_manifest"),
            "manifest.invalid",
        )
        .slow()
        .otherwise(
            "a manifest is a typed value that a function returns, not a text: what breaks readers of \
             JSON has nothing to break here, and is tried on the grant, which is TOML",
        ),
    ];
    let grants: [(&str, String); 14] = [
        ("every host is allowed", allow("https://*/")),
        (
            "every host of a top domain is allowed",
            allow("https://*.com/"),
        ),
        (
            "a host is given as a pattern",
            allow("https://shop-[0-9]+.example.com/"),
        ),
        (
            "a star stands inside a name",
            allow("https://shop*.example.com/"),
        ),
        ("an address without a host", allow("https:///v1/")),
        ("an empty address", allow("")),
        ("another scheme", allow("file:///etc/")),
        (
            "a name and a password in the address",
            allow("https://a:b@shop.example.com/"),
        ),
        ("the same key twice", "order = 1\norder = 2\n".into()),
        ("a number that no number is", "order = 1e400\n".into()),
        (
            "a mark in front of the text",
            "\u{feff}\u{feff}order = 1\n".into(),
        ),
        (
            "100,000 lists inside each other",
            format!("order = {}", "[".repeat(100_000)),
        ),
        (
            "a thousand tables inside each other",
            format!("[{}]\n", vec!["a"; 1_000].join(".")),
        ),
        ("a key that nobody knows", "colour = \"red\"\n".into()),
    ];
    cases.extend(grants.map(|(what, grant)| {
        Case::new("L21", what, Built::Files, "grant.invalid", move |ground| {
            let grant = grant.clone();
            async move {
                let plugin = ground.name(what).await;
                ground.load(&plugin, read("counts"), &grant).await
            }
        })
    }));
    cases
}

fn allow(url: &str) -> String {
    format!("[[http.allow]]\nurl = \"{url}\"\n")
}
