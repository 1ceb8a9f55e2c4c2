//! Fenced blocks of a document.

use std::path::{Path, PathBuf};

/// One fenced block.
pub(crate) struct Block {
    /// The word behind the fence, empty where there is none.
    pub(crate) language: String,
    /// Its lines.
    pub(crate) text: String,
}

/// A path from the root of the repository.
pub(crate) fn at_root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// A document's text.
pub(crate) fn read(path: &str) -> String {
    std::fs::read_to_string(at_root(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All fenced blocks, in order.
pub(crate) fn blocks(document: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for line in document.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(language), None) => {
                open = Some(Block {
                    language: language.trim().to_owned(),
                    text: String::new(),
                });
            }
            (None, Some(block)) => block.text += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    found
}

/// The commands of a block, without comments; in a `console` block those behind `$ ` alone. A line
/// that ends with a backslash goes on with the next one.
pub(crate) fn commands(block: &Block) -> Vec<String> {
    let console = block.language == "console";
    let whole: Vec<&str> = block.text.split("\\\n").map(str::trim).collect();
    whole
        .join(" ")
        .lines()
        .filter_map(|line| match console {
            true => line.strip_prefix("$ "),
            false => Some(line),
        })
        .map(|line| {
            line.split(" #")
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned()
        })
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}
