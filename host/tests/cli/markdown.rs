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

/// The commands of a block, without comments; in a `console` block those behind `$ ` alone.
pub(crate) fn commands(block: &Block) -> Vec<String> {
    let console = block.language == "console";
    let mut commands = Vec::new();
    let mut lines = block.text.lines();
    while let Some(line) = lines.next() {
        let line = match console {
            true => line.strip_prefix("$ "),
            false => Some(line),
        };
        let Some(line) = line.and_then(|line| line.split(" #").next()) else {
            continue;
        };
        let mut command = line.trim().to_owned();
        // A quoted text goes on over lines, as a shell reads it.
        while !command.matches('\'').count().is_multiple_of(2)
            && let Some(more) = lines.next()
        {
            command += "\n";
            command += more;
        }
        if !command.is_empty() && !command.starts_with('#') {
            commands.push(command);
        }
    }
    commands
}
