//! One object of the file, taken apart by name. A file that a host wrote has all of it; one that was
//! changed by hand says where it is wrong.

use serde_json::{Map, Value};

/// An object, or nothing in its place.
#[derive(Clone, Copy)]
pub(super) struct Form<'a>(Option<&'a Map<String, Value>>);

impl<'a> Form<'a> {
    pub(super) fn of(value: &'a Value) -> Self {
        Self(value.as_object())
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.0?.get(name).filter(|value| !value.is_null())
    }

    /// The text of this name; none when there is none.
    pub(super) fn maybe(&self, name: &str) -> Option<String> {
        self.get(name)?.as_str().map(str::to_owned)
    }

    /// The text of this name, which has to be there.
    #[track_caller]
    pub(super) fn text(&self, name: &str) -> String {
        match self.maybe(name) {
            Some(text) => text,
            None => panic!("the recording has no text `{name}` where one belongs"),
        }
    }

    /// The number of this name; 0 when there is none.
    pub(super) fn number(&self, name: &str) -> u64 {
        self.get(name).and_then(Value::as_u64).unwrap_or(0)
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// The object of this name.
    pub(super) fn form(&self, name: &str) -> Self {
        Self(self.get(name).and_then(Value::as_object))
    }

    /// The object of this name, if it is there.
    pub(super) fn maybe_form(&self, name: &str) -> Option<Self> {
        let form = self.get(name)?.as_object()?;
        Some(Self(Some(form)))
    }

    /// The items of the list of this name.
    pub(super) fn list(&self, name: &str) -> &'a [Value] {
        let list = self.get(name).and_then(Value::as_array);
        list.map_or(&[], Vec::as_slice)
    }

    /// The texts of the object of this name, in its order.
    pub(super) fn pairs(&self, name: &str) -> Vec<(String, String)> {
        let members = self.form(name).0.into_iter().flatten();
        members
            .map(|(name, value)| (name.clone(), as_text(value)))
            .collect()
    }

    /// The only member, as records of one case are written.
    pub(super) fn case(&self) -> Option<(&'a str, &'a Value)> {
        let (name, value) = self.0?.iter().next()?;
        Some((name, value))
    }
}

/// The text itself, or the JSON of anything else.
pub(super) fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
