//! The words of `wit/` for plugins in other languages: the files stand in `host/templates`, go into
//! every project that `sidepane new` makes, and are what this test makes of `wit/`.
//! `SIDEPANE_BLESS=1 cargo test -p e2e --test types` writes them anew.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod python;
mod typescript;
mod words;

use std::path::Path;
use words::Words;

#[test]
fn the_libraries_have_the_words_of_the_contract() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let words = Words::of(&root.join("wit"));
    for (path, text) in [
        (
            "host/templates/script/sidepane/wit.d.ts",
            typescript::text(&words),
        ),
        (
            "host/templates/python/sidepane/words.py",
            python::text(&words),
        ),
    ] {
        let file = root.join(path);
        if std::env::var_os("SIDEPANE_BLESS").is_some() {
            std::fs::write(&file, text).expect("the file is written");
            continue;
        }
        let stands = std::fs::read_to_string(&file).unwrap_or_default();
        let differing = stands.lines().zip(text.lines()).find(|(a, b)| a != b);
        assert!(
            stands == text,
            "{path} is not what wit/ makes of it; first at {differing:?}. \
             `SIDEPANE_BLESS=1 cargo test -p e2e --test types` writes it"
        );
    }
}
