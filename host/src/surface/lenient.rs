//! Reading JSON as desks write it: absent, null, `{}` and an empty text all say nothing.

use super::identity;
use super::json::Json;
use crate::model::context::Pairs;
use std::collections::HashMap;

/// What a member says when it is not there.
pub(super) const NOTHING: &Json = &Json::Null;

/// The members of a rich message that people see. Freshchat writes the second also with a capital
/// letter.
const SEEN: &[&str] = &[
    "label",
    "custom_reply_text",
    "content",
    "response_text",
    "title",
    "description",
];

impl Json {
    /// Whether it says anything. An object of nothing but such members says nothing either.
    pub(super) fn is_said(&self) -> bool {
        match self {
            Json::Null => false,
            Json::Text(text) => !text.is_empty(),
            Json::Object(members) => members.iter().any(|(_, value)| value.is_said()),
            Json::Bool(_) | Json::Number(_) | Json::List(_) => true,
        }
    }

    /// The member `name`, when it says anything.
    pub(super) fn at(&self, name: &str) -> Option<&Json> {
        let Json::Object(members) = self else {
            return None;
        };
        let mut named = members.iter().filter(|(known, _)| known == name);
        named.find_map(|(_, value)| value.is_said().then_some(value))
    }

    /// The member `name`, or nothing.
    pub(super) fn group(&self, name: &str) -> &Json {
        self.at(name).unwrap_or(NOTHING)
    }

    /// The members that say anything, by name, for looking up many.
    pub(super) fn index(&self) -> HashMap<&str, &Json> {
        let said = self.members().iter().filter(|(_, value)| value.is_said());
        let mut index = HashMap::new();
        for (name, value) in said {
            index.entry(name.as_str()).or_insert(value);
        }
        index
    }

    /// The members of an object.
    pub(super) fn members(&self) -> &[(String, Json)] {
        match self {
            Json::Object(members) => members,
            _ => &[],
        }
    }

    /// The items of a list.
    pub(super) fn items(&self) -> &[Json] {
        match self {
            Json::List(items) => items,
            _ => &[],
        }
    }

    /// The member `name` where it is a text, or a number that stands for one.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.at(name)? {
            Json::Text(text) => Some(text.clone()),
            Json::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// The member `name` where it can be an id.
    pub(super) fn id(&self, name: &str) -> Option<String> {
        self.text(name).filter(|id| identity::is_id(id))
    }

    /// Whether the member `name` is true.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.at(name) == Some(&Json::Bool(true))
    }

    /// What it says, as a change tells it: text as it is, all else as JSON.
    pub(super) fn told(&self) -> Option<String> {
        self.is_said().then(|| self.clone().into_text())
    }

    /// The whole of it as JSON, a text in its quotes.
    pub(super) fn json(&self) -> String {
        // Nothing here can fail to be written: every name is a text.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether it says the same, whatever the order of an object's members.
    pub(super) fn same(&self, other: &Json) -> bool {
        match (self, other) {
            (Json::List(ours), Json::List(theirs)) => {
                let mut pairs = ours.iter().zip(theirs);
                ours.len() == theirs.len() && pairs.all(|(one, other)| one.same(other))
            }
            (Json::Object(_), Json::Object(_)) => {
                let (ours, theirs) = (self.index(), other.index());
                let alike = |(name, value): (&&str, &&Json)| {
                    theirs.get(name).is_some_and(|other| value.same(other))
                };
                ours.len() == theirs.len() && ours.iter().all(alike)
            }
            (one, other) if !one.is_said() => !other.is_said(),
            (one, other) => one.told() == other.told(),
        }
    }

    /// The words in it that people see, one piece a line.
    pub(super) fn seen_words(&self) -> String {
        let mut words = Vec::new();
        if let Json::Text(text) = self {
            words.push(text.as_str());
        }
        self.collect_words(&mut words);
        words.join("\n")
    }

    fn collect_words<'a>(&'a self, words: &mut Vec<&'a str>) {
        for (name, value) in self.members() {
            let seen = SEEN.iter().any(|known| name.eq_ignore_ascii_case(known));
            match value {
                Json::Text(text)
                    if seen && !text.is_empty() && words.last() != Some(&text.as_str()) =>
                {
                    words.push(text);
                }
                value => value.collect_words(words),
            }
        }
        for item in self.items() {
            item.collect_words(words);
        }
    }

    /// Names and values, from an object or from a list of `{name, value}`. Of a name that comes
    /// twice the last value that says something counts.
    pub(super) fn named_values(&self) -> Pairs {
        let listed = self.items().iter();
        let listed = listed.filter_map(|item| Some((item.text("name")?, item.group("value"))));
        let members = self.members().iter();
        let mut pairs = Pairs::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for (name, value) in members
            .map(|(name, value)| (name.clone(), value))
            .chain(listed)
        {
            let Some(told) = value.told() else {
                continue;
            };
            let known = places.get(&name).and_then(|at| pairs.get_mut(*at));
            match known {
                Some((_, earlier)) => *earlier = told,
                None => {
                    places.insert(name.clone(), pairs.len());
                    pairs.push((name, told));
                }
            }
        }
        pairs
    }

    /// The same without all members of these names, however deep and in whatever case.
    pub(super) fn without(self, names: &[&str]) -> Json {
        match self {
            Json::Object(members) => {
                let named =
                    |member: &str| names.iter().any(|name| member.eq_ignore_ascii_case(name));
                let kept = members.into_iter().filter(|(name, _)| !named(name));
                Json::Object(
                    kept.map(|(name, value)| (name, value.without(names)))
                        .collect(),
                )
            }
            Json::List(items) => {
                Json::List(items.into_iter().map(|item| item.without(names)).collect())
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json {
        Json::read(text.as_bytes()).expect("JSON")
    }

    #[test]
    fn nothing_is_written_in_many_ways() {
        let it =
            json(r#"{"a":null,"b":{},"c":"","d":[],"e":0,"f":false,"h":{"i":{"j":null}},"a":"x"}"#);
        for unsaid in ["b", "c", "g", "h"] {
            assert_eq!(it.at(unsaid), None, "{unsaid}");
        }
        for said in ["a", "d", "e", "f"] {
            assert!(it.at(said).is_some(), "{said}");
        }
        assert_eq!(
            (it.text("a"), it.text("e")),
            (Some("x".into()), Some("0".into()))
        );
    }

    #[test]
    fn values_have_names_in_two_ways() {
        let want = [("a", "1"), ("b", "x")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        for text in [
            r#"{"a":1,"b":"x","c":null}"#,
            r#"[{"name":"a","value":0},{"name":"a","value":1},{"name":"b","value":"x"},{"value":9},7]"#,
        ] {
            assert_eq!(json(text).named_values(), want, "{text}");
        }
    }

    #[test]
    fn the_order_of_members_says_nothing() {
        for (one, other, want) in [
            (
                r#"{"a":1,"b":[1,{"c":2,"d":3}]}"#,
                r#"{"b":[1,{"d":3,"c":2}],"a":1}"#,
                true,
            ),
            (r#"{"a":1,"b":null}"#, r#"{"a":1}"#, true),
            (r#"{"a":1}"#, r#"{"a":1,"b":2}"#, false),
            ("[1,2]", "[2,1]", false),
            ("[1]", "[1,2]", false),
            ("1", "\"1\"", true),
            ("null", "{}", true),
            ("null", "0", false),
            ("{\"a\":1}", "null", false),
        ] {
            assert_eq!(json(one).same(&json(other)), want, "{one} {other}");
            assert_eq!(json(other).same(&json(one)), want, "{other} {one}");
        }
    }

    #[test]
    fn what_is_taken_out_is_nowhere() {
        let it = json(r#"{"key":1,"a":[{"KEY":{"b":2},"c":3}],"d":"key"}"#);
        assert_eq!(it.without(&["key"]), json(r#"{"a":[{"c":3}],"d":"key"}"#));
    }
}
