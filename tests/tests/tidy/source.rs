//! A source file with everything blanked out that is no code: comments, texts, tests.

/// One file, cut down to what is compiled into the product.
pub(crate) struct Source {
    /// From the root of the repository.
    pub(crate) path: String,
    /// As it stands on disk.
    pub(crate) text: String,
    /// Same length and same lines; comments and texts are blanks.
    pub(crate) code: String,
    /// As `code`, and without what stands under `#[cfg(test)]`.
    pub(crate) product: String,
}

impl Source {
    /// Takes a file's text apart.
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let code = without_texts(text);
        let product = without_tests(&code);
        Self {
            path: path.into(),
            text: text.into(),
            code,
            product,
        }
    }

    /// How many lines are left of the product, comments and blank ones included.
    pub(crate) fn product_lines(&self) -> usize {
        let tests = self.code.lines().zip(self.product.lines());
        let hidden = tests.filter(|(code, product)| code != product).count();
        self.text.lines().count() - hidden
    }

    /// Files that this one declares for tests only: `#[cfg(test)] mod name;`.
    pub(crate) fn test_files(&self) -> Vec<String> {
        let (folder, file) = self.path.rsplit_once('/').unwrap_or(("", &self.path));
        let stem = file.trim_end_matches(".rs");
        let mut found = Vec::new();
        for (at, _) in self.code.match_indices(TEST) {
            let item = self.code[at + TEST.len()..].trim_start();
            let (item, written) = match item.strip_prefix("#[path = ") {
                Some(rest) => {
                    let from = self.code.len() - rest.len();
                    let name = self.text[from..].split('"').nth(1).unwrap_or_default();
                    (
                        rest.split_once(']').map_or("", |(_, item)| item),
                        Some(name),
                    )
                }
                None => (item, None),
            };
            let Some(name) = declared(item) else {
                continue;
            };
            match written {
                Some(path) => found.push(format!("{folder}/{path}")),
                None if matches!(stem, "mod" | "lib" | "main") => {
                    found.push(format!("{folder}/{name}.rs"));
                }
                None => found.push(format!("{folder}/{stem}/{name}.rs")),
            }
        }
        found
    }
}

const TEST: &str = "#[cfg(test)]";

/// The name in `mod name;`, with or without a visibility in front.
fn declared(item: &str) -> Option<&str> {
    let (front, _) = item.split_once(';')?;
    let (_, name) = front.rsplit_once("mod ")?;
    (is_ident(name) && !front.contains('{')).then_some(name)
}

fn is_ident(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_ident_byte)
}

/// Whether `byte` can stand in a name.
pub(crate) fn is_ident_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Blanks comments and the insides of texts. Lines and lengths stay.
fn without_texts(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let fresh = at == 0 || !is_ident_byte(bytes[at - 1]);
        let (keep, end) = match rest {
            [b'/', b'/', ..] => (0, line_end(rest)),
            [b'/', b'*', ..] => (0, comment_end(rest)),
            [b'"', ..] => (1, text_end(rest, 1)),
            [b'b', b'"', ..] if fresh => (2, text_end(rest, 2)),
            [b'r', ..] | [b'b', b'r', ..] if fresh => match raw_end(rest) {
                Some(end) => (1, end),
                None => (1, 1),
            },
            [b'\'', ..] => (1, char_end(rest)),
            _ => (1, 1),
        };
        for byte in &mut out[at + keep.min(end)..at + end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at += end;
    }
    String::from_utf8(out).expect("blanks are ASCII and whole texts were blanked")
}

fn line_end(rest: &[u8]) -> usize {
    rest.iter()
        .position(|&byte| byte == b'\n')
        .unwrap_or(rest.len())
}

fn comment_end(rest: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn text_end(rest: &[u8], mut at: usize) -> usize {
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

fn raw_end(rest: &[u8]) -> Option<usize> {
    let from = rest.iter().position(|&byte| byte == b'r')? + 1;
    let hashes = rest[from..]
        .iter()
        .take_while(|&&byte| byte == b'#')
        .count();
    if rest.get(from + hashes) != Some(&b'"') {
        return None;
    }
    let close: Vec<u8> = std::iter::once(b'"').chain(vec![b'#'; hashes]).collect();
    let body = from + hashes + 1;
    let found = rest[body..]
        .windows(close.len())
        .position(|window| window == close);
    Some(found.map_or(rest.len(), |found| body + found + close.len()))
}

/// The end of a character, or of the mark alone when it begins a lifetime.
fn char_end(rest: &[u8]) -> usize {
    match rest {
        [_, b'\\', _, tail @ ..] => {
            let more = tail.iter().position(|&byte| byte == b'\'');
            more.map_or(rest.len(), |more| 3 + more + 1)
        }
        _ => {
            let text = std::str::from_utf8(&rest[1..rest.len().min(6)]);
            let valid = match &text {
                Ok(text) => text,
                Err(error) => std::str::from_utf8(&rest[1..=error.valid_up_to()]).unwrap_or(""),
            };
            let width = valid.chars().next().map_or(1, char::len_utf8);
            match rest.get(1 + width) {
                Some(b'\'') => width + 2,
                _ => 1,
            }
        }
    }
}

/// Blanks each item under `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    let mut out = code.as_bytes().to_vec();
    for (from, _) in code.match_indices(TEST) {
        let to = from + item_end(&code.as_bytes()[from..]);
        for byte in &mut out[from..to] {
            if *byte != b'\n' {
                *byte = b'#';
            }
        }
    }
    let text = String::from_utf8(out).expect("still UTF-8: what is left of a text is ASCII");
    text.replace('#', " ")
}

/// The end of an item that begins with attributes: its `;` or its closing brace.
pub(crate) fn item_end(bytes: &[u8]) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 && *byte == b'}' {
                    return at + 1;
                }
            }
            b';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    bytes.len()
}

#[test]
fn comments_texts_and_tests_are_no_code() {
    let text = r##"//! crate::a
/* crate::b /* crate::c */ */ use crate::d; // crate::e
fn f<'a>(x: &'a str) -> char { let _ = "crate::g \" crate::h"; let _ = r#"crate::i " "#; '"' }
const Q: char = '\''; use crate::j;
#[cfg(test)]
mod tests { use crate::k; fn g() { "}" } }
use crate::l;
#[cfg(test)] use crate::m;
"##;
    let source = Source::new("host/src/x.rs", text);
    let named: Vec<&str> = source
        .product
        .match_indices("crate::")
        .map(|(at, _)| &source.product[at + 7..at + 8])
        .collect();
    assert_eq!(named, ["d", "j", "l"]);
    assert_eq!(source.product.lines().count(), text.lines().count());
    assert_eq!(source.product_lines(), 5);
}

#[test]
fn files_for_tests_are_found() {
    let text = "#[cfg(test)]\nmod cases;\n#[cfg(test)]\n#[path = \"other.rs\"]\npub(crate) mod tests;\nmod real;";
    let found = Source::new("host/src/a/mod.rs", text).test_files();
    assert_eq!(found, ["host/src/a/cases.rs", "host/src/a/other.rs"]);
    let found = Source::new("host/src/a/b.rs", text).test_files();
    assert_eq!(found, ["host/src/a/b/cases.rs", "host/src/a/other.rs"]);
}
