//! An object of ours taken apart by name: what is left over, or written twice, is refused.

use super::bounds;
use super::json::Json;
use crate::model::context::Pairs;
use crate::model::problem::{Code, Problem};
use std::collections::HashSet;

/// The most items of one list. A message has a handful of parts, a change a handful of fields.
const MAX_ITEMS: usize = 256;

/// One object of a request, being taken apart.
pub(super) struct Strict {
    path: String,
    left: Vec<(String, Json)>,
}

impl Strict {
    /// The object at `path`; the body itself has an empty path.
    ///
    /// # Errors
    /// `request.invalid_field` when it is no object, or has a name twice.
    pub(super) fn of(path: &str, value: Json) -> Result<Self, Problem> {
        let name = if path.is_empty() { "body" } else { path };
        let left = value.into_object().map_err(|kind| {
            let what = format!("`{name}` is {kind}; it must be an object.");
            Problem::new(Code::RequestInvalidField, what).field(name)
        })?;
        let mut seen = HashSet::with_capacity(left.len());
        if let Some((name, _)) = left.iter().find(|(name, _)| !seen.insert(name.as_str())) {
            return Err(wrong(&bounds::member(path, name), "it is given twice"));
        }
        Ok(Self {
            path: path.into(),
            left,
        })
    }

    /// The value of `name`; a null is none.
    pub(super) fn take(&mut self, name: &str) -> Option<Json> {
        let at = self.left.iter().position(|(known, _)| known == name)?;
        Some(self.left.swap_remove(at).1).filter(|value| *value != Json::Null)
    }

    /// Lets `name` also be written as `alias`.
    ///
    /// # Errors
    /// `request.invalid_field` when it is written as both.
    pub(super) fn alias(&mut self, alias: &str, name: &str) -> Result<(), Problem> {
        let both = self.left.iter().any(|(known, _)| known == name);
        for (known, _) in self.left.iter_mut().filter(|(known, _)| known == alias) {
            if both {
                let field = bounds::member(&self.path, alias);
                return Err(wrong(&field, &format!("it is given as `{name}` too")));
            }
            name.clone_into(known);
        }
        Ok(())
    }

    /// The text at `name`; an empty one is none.
    ///
    /// # Errors
    /// `request.invalid_field` when it is no text, or too long.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Problem> {
        match self.words(name)? {
            Some(text) => bounds::text(&self.member(name), text),
            None => Ok(None),
        }
    }

    /// The text at `name`, however long the body lets it be, also an empty one.
    ///
    /// # Errors
    /// `request.invalid_field` when it is no text.
    pub(super) fn words(&mut self, name: &str) -> Result<Option<String>, Problem> {
        match self.take(name) {
            Some(Json::Text(text)) => Ok(Some(text)),
            Some(other) => Err(self.unlike(name, &other, "a text")),
            None => Ok(None),
        }
    }

    /// The value of `name` among `words`.
    ///
    /// # Errors
    /// `request.invalid_field` when it is none of them.
    pub(super) fn one_of<T: Copy>(
        &mut self,
        name: &str,
        words: &[(&str, T)],
    ) -> Result<Option<T>, Problem> {
        let Some(given) = self.text(name)? else {
            return Ok(None);
        };
        let found = words.iter().find(|(word, _)| *word == given);
        found.map(|(_, value)| Some(*value)).ok_or_else(|| {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            wrong(
                &self.member(name),
                &format!("it must be one of {}", known.join(", ")),
            )
        })
    }

    /// Whether `name` is true; absent is false.
    ///
    /// # Errors
    /// `request.invalid_field` when it is neither.
    pub(super) fn flag(&mut self, name: &str) -> Result<bool, Problem> {
        match self.take(name) {
            Some(Json::Bool(flag)) => Ok(flag),
            Some(other) => Err(self.unlike(name, &other, "true or false")),
            None => Ok(false),
        }
    }

    /// The object at `name`.
    ///
    /// # Errors
    /// As [`Strict::of`].
    pub(super) fn object(&mut self, name: &str) -> Result<Option<Self>, Problem> {
        let path = self.member(name);
        self.take(name)
            .map(|value| Self::of(&path, value))
            .transpose()
    }

    /// The items of the list at `name`, each with its path.
    ///
    /// # Errors
    /// `request.invalid_field` when it is no list, or too long.
    pub(super) fn list(&mut self, name: &str) -> Result<Vec<(String, Json)>, Problem> {
        let path = self.member(name);
        match self.take(name) {
            Some(Json::List(items)) => {
                bounds::within(&path, "items", items.len(), MAX_ITEMS)?;
                let numbered = items.into_iter().enumerate();
                Ok(numbered
                    .map(|(at, item)| (format!("{path}[{at}]"), item))
                    .collect())
            }
            Some(other) => Err(self.unlike(name, &other, "a list")),
            None => Ok(Vec::new()),
        }
    }

    /// The members of the object at `name`, whose names the sender chose. A null is left out.
    ///
    /// # Errors
    /// As [`Strict::of`], and when there are too many.
    pub(super) fn pairs(&mut self, name: &str) -> Result<Pairs, Problem> {
        let group = self.member(name);
        let mut pairs = Pairs::new();
        let Some(chosen) = self.object(name)? else {
            return Ok(pairs);
        };
        for (name, value) in chosen.left {
            if value != Json::Null {
                bounds::pair(&mut pairs, &group, name, value.into_text())?;
            }
        }
        Ok(pairs)
    }

    /// What nobody took.
    pub(super) fn rest(self) -> Vec<(String, Json)> {
        self.left
    }

    /// Refuses what nobody took: a misspelt name would be lost without a word.
    ///
    /// # Errors
    /// `request.invalid_field` with the first of them.
    pub(super) fn finish(self) -> Result<(), Problem> {
        match self.left.first() {
            Some((name, _)) => {
                let field = bounds::member(&self.path, name);
                Err(wrong(&field, "there is no such field")
                    .hint("what the event's form has no field for goes into `raw` or `extra`"))
            }
            None => Ok(()),
        }
    }

    /// The path of the member `name`.
    pub(super) fn member(&self, name: &str) -> String {
        bounds::member(&self.path, name)
    }

    fn unlike(&self, name: &str, value: &Json, wanted: &str) -> Problem {
        let field = self.member(name);
        Problem::new(
            Code::RequestInvalidField,
            format!("`{field}` is {}; it must be {wanted}.", value.kind()),
        )
        .field(field)
    }
}

/// A field that cannot be what it is, with the reason.
pub(super) fn wrong(field: &str, why: &str) -> Problem {
    Problem::new(
        Code::RequestInvalidField,
        format!("`{field}` cannot be taken: {why}."),
    )
    .field(field)
}
