//! Reading requests as old scripts have them: object literals of JavaScript, JSON among them.
//!
//! Beside JSON's own this takes names without quotation marks, texts in single ones, comments,
//! commas at the end, texts put together with `+`, `btoa(…)` and `JSON.stringify(…)`. Nothing is
//! run: what is not one of these is an error with its line.

use crate::template::has_secret;
use serde_json::{Map, Number, Value};

/// Stands in front of what was inside `btoa(…)` where a secret is part of it: the host alone can
/// encode that. No text that is typed has it.
pub(crate) const ENCODED: char = '\u{1}';

/// How deep values may stand in each other.
const DEPTH: u32 = 16;

/// Reads one value; after it nothing may follow but a `;`.
///
/// # Errors
///
/// The text is another, with the line.
pub(crate) fn read(text: &str) -> Result<Value, String> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0).map_err(|why| reader.placed(&why))?;
    reader.skip().map_err(|why| reader.placed(&why))?;
    reader.take(';');
    reader.skip().map_err(|why| reader.placed(&why))?;
    if reader.peek().is_some() {
        return Err(reader.placed("there is more behind the end"));
    }
    Ok(value)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    /// A value, with everything that is joined to it by `+`.
    fn value(&mut self, depth: u32) -> Result<Value, String> {
        if depth > DEPTH {
            return Err(format!("more than {DEPTH} levels stand in each other"));
        }
        let mut value = self.term(depth)?;
        loop {
            self.skip()?;
            if !self.take('+') {
                return Ok(value);
            }
            let more = self.term(depth)?;
            value = match (&value, &more) {
                (Value::String(one), Value::String(other)) => {
                    Value::String(format!("{one}{other}"))
                }
                _ => return Err("`+` joins texts and nothing else".into()),
            };
        }
    }

    fn term(&mut self, depth: u32) -> Result<Value, String> {
        self.skip()?;
        match self.peek() {
            Some('{') => self.object(depth),
            Some('[') => self.list(depth),
            Some('"' | '\'' | '`') => self.quoted().map(Value::String),
            Some('(') => self.in_parentheses(depth),
            Some('-' | '0'..='9') => self.number(),
            Some(_) => self.word(depth),
            None => Err("a value is missing".into()),
        }
    }

    fn object(&mut self, depth: u32) -> Result<Value, String> {
        self.expect('{')?;
        let mut members = Map::new();
        loop {
            self.skip()?;
            if self.take('}') {
                return Ok(Value::Object(members));
            }
            let name = match self.peek() {
                Some('"' | '\'') => self.quoted()?,
                _ => self.name()?.to_owned(),
            };
            self.skip()?;
            self.expect(':')?;
            let value = self.value(depth + 1)?;
            if members.contains_key(&name) {
                return Err(format!("`{name}` stands here twice"));
            }
            members.insert(name, value);
            self.between('}')?;
        }
    }

    fn list(&mut self, depth: u32) -> Result<Value, String> {
        self.expect('[')?;
        let mut items = Vec::new();
        loop {
            self.skip()?;
            if self.take(']') {
                return Ok(Value::Array(items));
            }
            items.push(self.value(depth + 1)?);
            self.between(']')?;
        }
    }

    /// A comma, or the end that is not taken yet.
    fn between(&mut self, end: char) -> Result<(), String> {
        self.skip()?;
        match self.take(',') || self.peek() == Some(end) {
            true => Ok(()),
            false => Err(format!("`,` or `{end}` is missing")),
        }
    }

    fn in_parentheses(&mut self, depth: u32) -> Result<Value, String> {
        self.skip()?;
        self.expect('(')?;
        let value = self.value(depth + 1)?;
        self.skip()?;
        self.expect(')')?;
        Ok(value)
    }

    /// `true`, `null`, or one of the two functions that scripts prepare requests with.
    fn word(&mut self, depth: u32) -> Result<Value, String> {
        match self.name()? {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            "null" | "undefined" => Ok(Value::Null),
            "btoa" => match self.in_parentheses(depth)? {
                Value::String(text) => encoded(&text).map(Value::String),
                _ => Err("`btoa` takes a text".into()),
            },
            "JSON.stringify" => Ok(Value::String(self.in_parentheses(depth)?.to_string())),
            other => Err(format!(
                "`{other}` is code, and nothing is run here; write the value itself"
            )),
        }
    }

    fn name(&mut self) -> Result<&'a str, String> {
        let rest = self.rest();
        let is_part = |char: char| char.is_alphanumeric() || matches!(char, '_' | '$' | '.');
        let length = rest.find(|char| !is_part(char)).unwrap_or(rest.len());
        let name = rest.get(..length).unwrap_or_default();
        if name.is_empty() {
            let found = self
                .peek()
                .map_or("the end".into(), |char| format!("`{char}`"));
            return Err(format!("a name or a value is missing before {found}"));
        }
        self.at += length;
        Ok(name)
    }

    fn number(&mut self) -> Result<Value, String> {
        let rest = self.rest();
        let is_part = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '+' | '.');
        let length = rest.find(|char| !is_part(char)).unwrap_or(rest.len());
        let text = rest.get(..length).unwrap_or_default();
        self.at += length;
        let number: Result<Number, _> = serde_json::from_str(text);
        number
            .map(Value::Number)
            .map_err(|_| format!("`{text}` is no number"))
    }

    fn quoted(&mut self) -> Result<String, String> {
        let Some(mark) = self.next() else {
            return Err("a text is missing".into());
        };
        let mut text = String::new();
        loop {
            match self.next() {
                Some(char) if char == mark => return Ok(text),
                Some('\\') => self.escape(&mut text)?,
                Some('\n') if mark != '`' => return Err("the text has no end on this line".into()),
                Some('$') if mark == '`' && self.peek() == Some('{') => {
                    return Err("`${…}` is code, and nothing is run here".into());
                }
                Some(ENCODED) | None => return Err("the text has no end".into()),
                Some(char) => text.push(char),
            }
        }
    }

    fn escape(&mut self, text: &mut String) -> Result<(), String> {
        let plain = match self.next() {
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('u') => return self.unicode(text),
            // A line that goes on.
            Some('\n') => return Ok(()),
            Some(char) if !char.is_ascii_alphanumeric() => char,
            _ => return Err("there is no such escape in a text".into()),
        };
        text.push(plain);
        Ok(())
    }

    /// `\u0041`, and two of them for one character beyond.
    fn unicode(&mut self, text: &mut String) -> Result<(), String> {
        let broken = || String::from("`\\u` has four digits of a character behind it");
        let mut units = vec![self.unit().ok_or_else(broken)?];
        if matches!(units.first(), Some(0xd800..0xdc00)) && self.rest().starts_with("\\u") {
            self.at += 2;
            units.push(self.unit().ok_or_else(broken)?);
        }
        let read = String::from_utf16(&units).map_err(|_| broken())?;
        if read.contains(ENCODED) {
            return Err(broken());
        }
        text.push_str(&read);
        Ok(())
    }

    fn unit(&mut self) -> Option<u16> {
        let digits = self.rest().get(..4)?;
        let unit = u16::from_str_radix(digits, 16).ok()?;
        self.at += 4;
        Some(unit)
    }

    /// Leaves out blanks and comments.
    fn skip(&mut self) -> Result<(), String> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if let Some(comment) = trimmed.strip_prefix("/*") {
                let end = comment.find("*/").ok_or("the comment has no end")?;
                self.at += end + 4;
            } else if trimmed.starts_with("//") {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else {
                return Ok(());
            }
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += char.len_utf8();
        Some(char)
    }

    fn take(&mut self, char: char) -> bool {
        let is_next = self.peek() == Some(char);
        if is_next {
            self.at += char.len_utf8();
        }
        is_next
    }

    fn expect(&mut self, char: char) -> Result<(), String> {
        match self.take(char) {
            true => Ok(()),
            false => Err(format!("`{char}` is missing")),
        }
    }

    fn placed(&self, why: &str) -> String {
        let before = self.text.get(..self.at).unwrap_or(self.text);
        format!("line {}: {why}", 1 + before.matches('\n').count())
    }
}

/// What `btoa` makes of a text. One with a secret in it stays open for the host; of a placeholder
/// nobody could tell what it is encoded for.
fn encoded(text: &str) -> Result<String, String> {
    if has_secret(text) {
        return Ok(format!("{ENCODED}{text}"));
    }
    if text.contains("{{") {
        return Err("a placeholder may not stand in `btoa`".into());
    }
    base64(text)
}

fn base64(text: &str) -> Result<String, String> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bytes: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
    let bytes = bytes.map_err(|_| "`btoa` takes characters up to U+00FF, as in a browser")?;
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let at = |index: usize| chunk.get(index).map_or(0, |byte| u32::from(*byte));
        let group = at(0) << 16 | at(1) << 8 | at(2);
        for index in 0..4 {
            let letter = usize::try_from(group >> (18 - 6 * index) & 63).ok();
            let letter = letter.filter(|_| index <= chunk.len());
            let letter = letter.and_then(|letter| LETTERS.get(letter));
            out.push(letter.map_or('=', |letter| char::from(*letter)));
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_script_reads_as_the_json_it_stands_for() {
        for (text, want) in [
            (
                r#"{"a":[1,-0.5,true,null]}"#,
                json!({"a": [1, -0.5, true, null]}),
            ),
            (
                "{ a : 'x', 'b-c': \"y\", $d: `z`, }",
                json!({"a": "x", "b-c": "y", "$d": "z"}),
            ),
            ("[ // one\n 'a' /* two */ , ];", json!(["a"])),
            (
                "{a: 'it\\'s \\\"so\\\" \\u00e5\\ud83d\\ude00\\n'}",
                json!({"a": "it's \"so\" å😀\n"}),
            ),
            (
                "'Basic ' + btoa('me' + \":\" + 'X')",
                json!("Basic bWU6WA=="),
            ),
            ("btoa('ab') + btoa('abc') + btoa('')", json!("YWI=YWJj")),
            (
                "JSON.stringify({ e: '{{user.email}}' })",
                json!("{\"e\":\"{{user.email}}\"}"),
            ),
            (
                "btoa('{{secret.key}}' + ':X')",
                json!("\u{1}{{secret.key}}:X"),
            ),
            ("(undefined)", json!(null)),
        ] {
            assert_eq!(read(text), Ok(want), "{text}");
        }
    }

    #[test]
    fn what_is_no_value_is_an_error_with_its_line() {
        let deep = "[".repeat(20);
        for (text, why) in [
            ("", "line 1: a value is missing"),
            ("{\n a: location.href }", "line 2: `location.href` is code"),
            ("{\n a: 1\n b: 2 }", "line 3: `,` or `}` is missing"),
            ("{a: 1, a: 2}", "line 1: `a` stands here twice"),
            ("'a\nb'", "line 2: the text has no end on this line"),
            ("'a", "the text has no end"),
            ("`${a}`", "`${…}` is code"),
            ("/* a", "the comment has no end"),
            ("1 + 1", "`+` joins texts"),
            ("01", "`01` is no number"),
            ("'\\x41'", "no such escape"),
            ("'\\ud800'", "four digits"),
            ("'\\u0001'", "four digits"),
            ("btoa('{{user.email}}')", "may not stand in `btoa`"),
            ("btoa('ł')", "up to U+00FF"),
            ("btoa(1)", "takes a text"),
            ("[1] [2]", "more behind the end"),
            (&deep, "more than 16 levels"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
