//! What cleaning took out of markup, in the words of whoever wrote it.
//!
//! For authors alone: it reads tags as they are spelt, which is not always as a browser reads them,
//! and nothing is decided by it.

use std::collections::BTreeMap;

/// The most kinds of things that are named; the rest is counted.
const NAMED: usize = 8;

/// The elements and attributes that stand in `before` more often than in `after`, such as
/// `<script>, onclick, 2 × style`. None when nothing of that kind went.
pub(super) fn removed(before: &str, after: &str) -> Option<String> {
    let left = count(after);
    let gone: Vec<String> = count(before)
        .into_iter()
        .filter_map(|(name, times)| {
            let gone = times.saturating_sub(left.get(&name).copied().unwrap_or(0));
            match gone {
                0 => None,
                1 => Some(name),
                _ => Some(format!("{gone} × {name}")),
            }
        })
        .collect();
    let more = gone.len().saturating_sub(NAMED);
    let named = gone.get(..NAMED).unwrap_or(&gone).join(", ");
    match (gone.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(named),
        (false, more) => Some(format!("{named} and {more} other kinds")),
    }
}

/// How often each element, as `<name>`, and each attribute stands in `html`.
fn count(html: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let mut add = |name: String| {
        let times = counts.entry(name).or_insert(0_usize);
        *times = times.saturating_add(1);
    };
    for after in html.split('<').skip(1) {
        if after.starts_with("!--") {
            add("<!-- -->".to_owned());
            continue;
        }
        let length = after.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let (name, rest) = after.split_at(length);
        if name.is_empty() {
            continue;
        }
        add(format!("<{}>", name.to_ascii_lowercase()));
        for attribute in attributes(rest) {
            add(attribute);
        }
    }
    counts
}

/// The names of a tag's attributes; `rest` is what follows its name.
fn attributes(mut rest: &str) -> Vec<String> {
    let mut names = Vec::new();
    loop {
        rest = rest.trim_start_matches(|char: char| char.is_whitespace() || char == '/');
        let ends = |char: char| char.is_whitespace() || matches!(char, '=' | '>' | '/');
        let (name, after) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
        if name.is_empty() {
            return names;
        }
        names.push(name.chars().take(32).collect::<String>().to_lowercase());
        rest = match after.trim_start().strip_prefix('=') {
            Some(value) => after_value(value.trim_start()),
            None => after,
        };
    }
}

/// What follows an attribute's value.
fn after_value(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(quoted) = value.strip_prefix(quote) {
            return quoted.split_once(quote).map_or("", |(_, after)| after);
        }
    }
    let end = value.find(|char: char| char.is_whitespace() || char == '>');
    value.get(end.unwrap_or(value.len())..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::{clean, removed};

    #[test]
    fn authors_read_what_was_taken_out() {
        let cases = [
            ("<p>fine</p>", None),
            ("a & b > c", None),
            ("<p class=x style='color:red'>a</p>", Some("class, style")),
            (
                "<script>alert(1)</script><b onclick=x>b</b>",
                Some("<script>, onclick"),
            ),
            ("<img src=a><IMG SRC='b'>", Some("2 × <img>, 2 × src")),
            ("<a href=javascript:x>a</a>", Some("href")),
            ("<!-- todo --><p>a</p>", Some("<!-- -->")),
            (
                "<p data-a data-b = \"x > y\" >a</p>",
                Some("data-a, data-b"),
            ),
            (
                "<p a b c d e f g h i j>a</p>",
                Some("a, b, c, d, e, f, g, h and 2 other kinds"),
            ),
        ];
        for (html, want) in cases {
            assert_eq!(removed(html, &clean(html)).as_deref(), want, "{html}");
        }
    }
}
