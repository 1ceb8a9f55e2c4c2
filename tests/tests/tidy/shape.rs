//! How long files and functions are, and whether a file says what it is.

use crate::source::{Source, is_ident_byte, item_end};
use std::path::Path;

/// The most lines of one file without its tests.
const MAX_FILE: usize = 400;

/// The most lines of code in the body of one function, comments and blank lines not counted.
const MAX_FN: usize = 60;

/// Files that are longer, and how long they are. The list only shrinks: who shortens a file takes
/// it off, and nothing is added.
const EXCEPTIONS: &[(&str, usize)] = &[];

/// What is too long in `source`.
pub(crate) fn too_long(source: &Source) -> Vec<String> {
    let mut wrong = Vec::new();
    let lines = source.product_lines();
    let allowed = EXCEPTIONS
        .iter()
        .find(|(path, _)| *path == source.path)
        .map_or(MAX_FILE, |(_, lines)| *lines);
    if lines > allowed {
        let path = &source.path;
        wrong.push(format!("{path}: {lines} lines, {allowed} are the most"));
    }
    for (name, line, length) in functions(&source.product) {
        if length > MAX_FN {
            let path = &source.path;
            wrong.push(format!(
                "{path}:{line}: `{name}` has {length} lines, {MAX_FN} are the most"
            ));
        }
    }
    wrong
}

/// A file whose first line does not say what it is.
pub(crate) fn unnamed(source: &Source) -> Option<String> {
    let said = source.text.starts_with("//! ");
    (!said).then(|| format!("{}:1: begins without `//! ` and what it is", source.path))
}

/// Exceptions that are no longer needed, or that allow more than the file has.
pub(crate) fn stale_exceptions(root: &Path) -> Vec<String> {
    let stale = |(path, allowed): &(&str, usize)| {
        let lines = std::fs::read_to_string(root.join(path))
            .map_or(0, |text| Source::new(path, &text).product_lines());
        (lines < *allowed).then(|| format!("{path}: has {lines} lines, its exception {allowed}"))
    };
    EXCEPTIONS.iter().filter_map(stale).collect()
}

/// Every function with a body: its name, its line, its lines of code.
fn functions(code: &str) -> Vec<(String, usize, usize)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let inside_name = code[..at].bytes().next_back().is_some_and(is_ident_byte);
        let after = &code[at + 3..];
        let name: String = after
            .bytes()
            .take_while(|&byte| is_ident_byte(byte))
            .map(char::from)
            .collect();
        if inside_name || name.is_empty() {
            continue;
        }
        let item = &after[..item_end(after.as_bytes())];
        if item.ends_with('}') {
            let length = body(item)
                .lines()
                .filter(|line| !line.trim().is_empty())
                .count();
            found.push((name, code[..at].matches('\n').count() + 1, length));
        }
    }
    found
}

/// What stands between the lines of the outer braces.
fn body(item: &str) -> &str {
    let mut depth = 0_usize;
    let open = item.bytes().position(|byte| {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            _ => {}
        }
        byte == b'{' && depth == 0
    });
    let inside = &item[open.map_or(0, |open| open + 1)..item.len() - 1];
    inside.trim_matches(|char: char| char != '\n' && char.is_whitespace())
}

#[test]
fn a_function_is_as_long_as_its_code() {
    let code = "struct S;\nfn a(\n    x: u8,\n) {\n\n    1;\n    2;\n}\ntrait T { fn b(&self);\nfn c(x: [u8; 2]) -> u8 { 2 } }\n";
    assert_eq!(functions(code), [("a".into(), 2, 2), ("c".into(), 10, 1)]);
}

#[test]
fn what_is_too_long_or_unnamed_is_found() {
    let long = format!("//! x\nfn long() {{\n{}}}\n", "    1;\n".repeat(61));
    let wrong = too_long(&Source::new("host/src/x.rs", &long));
    assert_eq!(
        wrong,
        ["host/src/x.rs:2: `long` has 61 lines, 60 are the most"]
    );
    let file = "const A: u8 = 1;\n".repeat(401);
    let source = Source::new("host/src/x.rs", &file);
    assert_eq!(
        too_long(&source),
        ["host/src/x.rs: 401 lines, 400 are the most"]
    );
    assert!(unnamed(&source).is_some());
    let tested = format!(
        "//! x\n#[cfg(test)]\nmod tests {{\n{}}}\n",
        "fn f() {}\n".repeat(500)
    );
    let source = Source::new("host/src/x.rs", &tested);
    assert_eq!((too_long(&source), unnamed(&source)), (Vec::new(), None));
}
