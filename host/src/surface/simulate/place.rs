//! Where in a text of JSON something stands, for a person who reads it in an editor: line and column
//! from 1, the column in characters.

use serde::de::IgnoredAny;

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

/// Where the text stops being JSON; none where it is JSON to its end.
pub(super) fn of_break(text: &str) -> Option<Place> {
    let error = serde_json::from_str::<IgnoredAny>(text).err()?;
    let line = text.lines().nth(error.line().saturating_sub(1));
    // The parser counts bytes, and counts those that it has taken.
    let before = line.and_then(|line| line.get(..error.column().saturating_sub(1)));
    Some(Place {
        line: error.line().max(1),
        column: before.map_or(error.column().max(1), |before| before.chars().count() + 1),
    })
}

/// Where `field` stands in a text that is JSON: its name, where it is a member; where it is not there,
/// what it would belong to.
pub(super) fn of_field(text: &str, field: &str) -> Place {
    let mut walk = Walk { text, at: 0 };
    walk.space();
    let mut found = walk.at;
    for step in steps(field) {
        match walk.enter(&step) {
            Some(place) => found = place,
            None => break,
        }
    }
    place(text, found)
}

fn place(text: &str, at: usize) -> Place {
    let before = text.get(..at).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |feed| feed + 1);
    Place {
        line: before.matches('\n').count() + 1,
        column: before.get(start..).map_or(0, |line| line.chars().count()) + 1,
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Step {
    Member(String),
    Item(usize),
}

/// The steps of a path such as `data.messages[0].id` or `params["a b"]`.
fn steps(field: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = field;
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let (index, after) = inside.split_once(']').unwrap_or((inside, ""));
            steps.push(match index.parse() {
                Ok(item) => Step::Item(item),
                Err(_) => Step::Member(serde_json::from_str(index).unwrap_or_default()),
            });
            rest = after;
        } else {
            let name = rest.strip_prefix('.').unwrap_or(rest);
            let end = name.find(['.', '[']).unwrap_or(name.len());
            let (name, after) = name.split_at(end);
            steps.push(Step::Member(name.to_owned()));
            rest = after;
        }
    }
    steps
}

/// A walk through a text that is known to be JSON.
struct Walk<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Walk<'a> {
    /// Goes from a value to one inside of it, and tells where that stands. None where it has none.
    fn enter(&mut self, step: &Step) -> Option<usize> {
        let opens = match step {
            Step::Member(_) => b'{',
            Step::Item(_) => b'[',
        };
        self.take(opens)?;
        let mut item = 0;
        loop {
            self.space();
            let place = self.at;
            let here = match step {
                Step::Member(name) => {
                    let key = self.string()?;
                    self.take(b':')?;
                    self.space();
                    serde_json::from_str::<String>(key).is_ok_and(|key| key == *name)
                }
                Step::Item(wanted) => item == *wanted,
            };
            if here {
                return Some(place);
            }
            self.value()?;
            self.take(b',')?;
            item += 1;
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while self.byte().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Passes this byte, and the white space before it.
    fn take(&mut self, wanted: u8) -> Option<()> {
        self.space();
        (self.byte()? == wanted).then(|| self.at += 1)
    }

    /// Passes a text, and gives it with its quotes.
    fn string(&mut self) -> Option<&'a str> {
        let start = self.at;
        self.take(b'"')?;
        loop {
            let byte = self.byte()?;
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                return self.text.get(start..self.at);
            }
        }
    }

    /// Passes any value.
    fn value(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.byte()? {
                b'"' => drop(self.string()?),
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' | b',' if depth == 0 => return Some(()),
                b'}' | b']' => {
                    depth -= 1;
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: usize, column: usize) -> Place {
        Place { line, column }
    }

    #[test]
    fn a_field_is_found_by_its_path() {
        let text = "{\n  \"ä\": [\"}\\\"]\", {\"b\": 1}],\n  \"c d\": {\"e\": null, \"f\": [[], {\"g\": 2}]}\n}";
        for (field, line, column) in [
            ("ä", 2, 3),
            ("ä[1]", 2, 17),
            ("ä[1].b", 2, 18),
            ("[\"c d\"].e", 3, 11),
            ("[\"c d\"].f[1].g", 3, 33),
            // What is not there: the innermost that it would belong to.
            ("ä[1].x", 2, 17),
            ("ä[7]", 2, 3),
            ("[\"c d\"].e.x.y", 3, 11),
            ("nothing", 1, 1),
            ("", 1, 1),
        ] {
            assert_eq!(of_field(text, field), at(line, column), "{field}");
        }
        assert_eq!(of_field(" 7", "a"), at(1, 2));
    }

    #[test]
    fn where_json_ends_is_told_in_characters() {
        assert_eq!(of_break("{\"a\": 1}"), None);
        assert_eq!(of_break("{\n  \"äö\": ]"), Some(at(2, 9)));
        assert_eq!(of_break("{\n  \"a\": 1,,\n}"), Some(at(2, 10)));
        assert_eq!(of_break(""), Some(at(1, 1)));
    }
}
