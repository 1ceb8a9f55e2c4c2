//! Reading a TOML file so that all its errors come at once, each with its line.
//!
//! A reader takes a table apart key by key; what is left over when it is finished is unknown, and
//! an error too. Whoever reads a file only says what it wants.

use crate::model::problem::{Code, Problem};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// The errors of one file so far.
#[derive(Debug)]
pub(crate) struct Errors<'t> {
    text: &'t str,
    found: Vec<(usize, String)>,
}

/// One table of a file, being taken apart.
#[derive(Debug)]
pub(crate) struct Fields<'t> {
    path: String,
    span: Range<usize>,
    left: BTreeMap<String, Spanned<DeValue<'t>>>,
}

/// Parses `text` and hands its root table to `read`.
///
/// # Errors
/// One problem of `code` that names `file` and lists every error with its line.
pub(crate) fn read<T>(
    file: &str,
    text: &str,
    code: Code,
    read: impl FnOnce(&mut Fields<'_>, &mut Errors<'_>) -> T,
) -> Result<T, Problem> {
    let mut errors = Errors {
        text,
        found: Vec::new(),
    };
    let root = match DeTable::parse(text) {
        Ok(root) => root,
        Err(error) => {
            errors.found.push((
                error.span().map_or(0, |span| span.start),
                error.message().into(),
            ));
            return Err(errors.problem(file, code));
        }
    };
    let mut fields = Fields::of(String::new(), root);
    let value = read(&mut fields, &mut errors);
    fields.finish(&mut errors);
    match errors.found.is_empty() {
        true => Ok(value),
        false => Err(errors.problem(file, code)),
    }
}

impl Errors<'_> {
    /// Notes an error at a place of the file.
    pub(crate) fn add(&mut self, at: usize, what: impl Into<String>) {
        self.found.push((at, what.into()));
    }

    fn problem(mut self, file: &str, code: Code) -> Problem {
        self.found.sort_by_key(|(at, _)| *at);
        let lines: Vec<String> = self
            .found
            .iter()
            .map(|(at, what)| format!("{file}:{}: {what}", self.line(*at)))
            .collect();
        let count = match lines.len() {
            1 => "1 error".to_owned(),
            n => format!("{n} errors"),
        };
        Problem::new(code, format!("{file} has {count}.")).detail(lines.join("\n"))
    }

    fn line(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or(self.text);
        1 + before.bytes().filter(|byte| *byte == b'\n').count()
    }
}

impl<'t> Fields<'t> {
    fn of(path: String, table: Spanned<DeTable<'t>>) -> Self {
        let span = table.span();
        let left = table
            .into_inner()
            .into_iter()
            .map(|(name, value)| (name.into_inner().into_owned(), value))
            .collect();
        Self { path, span, left }
    }

    /// Where the table stands in the file.
    pub(crate) fn at(&self) -> usize {
        self.span.start
    }

    /// The value of `key`, where there is one and it has the right type.
    pub(crate) fn take<T: DeserializeOwned>(&mut self, key: &str, errors: &mut Errors<'_>) -> Option<T> {
        self.take_at(key, errors).map(|(value, _)| value)
    }

    /// The value of `key`, and where it stands.
    pub(crate) fn take_at<T: DeserializeOwned>(
        &mut self,
        key: &str,
        errors: &mut Errors<'_>,
    ) -> Option<(T, usize)> {
        let value = self.left.remove(key)?;
        let at = value.span().start;
        match T::deserialize(ValueDeserializer::from(value)) {
            Ok(value) => Some((value, at)),
            Err(error) => {
                errors.add(at, format!("{}: {}", self.name(key), error.message()));
                None
            }
        }
    }

    /// The table at `key`.
    pub(crate) fn table(&mut self, key: &str, errors: &mut Errors<'_>) -> Option<Fields<'t>> {
        let value = self.left.remove(key)?;
        self.as_table(key, value, errors)
    }

    /// All tables at `key`, which is an array of tables.
    pub(crate) fn tables(&mut self, key: &str, errors: &mut Errors<'_>) -> Option<Vec<Fields<'t>>> {
        let value = self.left.remove(key)?;
        let at = value.span().start;
        let DeValue::Array(items) = value.into_inner() else {
            let name = self.name(key);
            errors.add(at, format!("{name} is written as `[[{name}]]`"));
            return None;
        };
        let fields = items
            .into_iter()
            .enumerate()
            .filter_map(|(index, item)| self.as_table(&format!("{key}[{index}]"), item, errors));
        Some(fields.collect())
    }

    /// Every key that is left, as values of one type.
    pub(crate) fn rest<T: DeserializeOwned>(mut self, errors: &mut Errors<'_>) -> Vec<(String, T, usize)> {
        let keys: Vec<String> = self.left.keys().cloned().collect();
        keys.into_iter()
            .filter_map(|key| {
                self.take_at(&key, errors)
                    .map(|(value, at)| (key, value, at))
            })
            .collect()
    }

    /// Every key that is left, as tables.
    pub(crate) fn rest_tables(mut self, errors: &mut Errors<'_>) -> Vec<(String, Fields<'t>)> {
        let keys: Vec<String> = self.left.keys().cloned().collect();
        keys.into_iter()
            .filter_map(|key| self.table(&key, errors).map(|table| (key, table)))
            .collect()
    }

    /// What is left was not asked for by anybody.
    pub(crate) fn finish(&mut self, errors: &mut Errors<'_>) {
        for (key, value) in std::mem::take(&mut self.left) {
            let name = self.name(&key);
            errors.add(value.span().start, format!("{name} is no key of this file"));
        }
    }

    /// The whole name of `key`, as an error shows it.
    pub(crate) fn name(&self, key: &str) -> String {
        match self.path.is_empty() {
            true => key.to_owned(),
            false => format!("{}.{key}", self.path),
        }
    }

    fn as_table(
        &self,
        key: &str,
        value: Spanned<DeValue<'t>>,
        errors: &mut Errors<'_>,
    ) -> Option<Fields<'t>> {
        let span = value.span();
        let name = self.name(key);
        match value.into_inner() {
            DeValue::Table(table) => Some(Fields::of(name, Spanned::new(span, table))),
            _ => {
                errors.add(span.start, format!("{name} is written as `[{name}]`"));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str) -> String {
        read("x.toml", text, Code::GrantInvalid, |fields, errors| {
            fields.take::<u32>("order", errors);
            if let Some(mut limits) = fields.table("limits", errors) {
                limits.take::<u64>("fuel", errors);
                limits.finish(errors);
            }
        })
        .expect_err("errors")
        .detail
    }

    #[test]
    fn all_errors_come_at_once_with_their_lines() {
        let found = errors("order = \"x\"\nodrer = 1\n\n[limits]\nfuel = -1\nfule = 1\n");
        let lines: Vec<&str> = found.lines().collect();
        assert_eq!(lines.len(), 4, "{found}");
        assert!(lines[0].starts_with("x.toml:1: order: "), "{found}");
        assert_eq!(lines[1], "x.toml:2: odrer is no key of this file");
        assert!(lines[2].starts_with("x.toml:5: limits.fuel: "), "{found}");
        assert_eq!(lines[3], "x.toml:6: limits.fule is no key of this file");
    }

    #[test]
    fn a_file_that_is_no_toml_names_the_line() {
        assert!(errors("order = 1\nnonsense").starts_with("x.toml:2: "));
    }

    #[test]
    fn a_value_where_a_table_belongs_says_how_it_is_written() {
        assert_eq!(
            errors("limits = 1"),
            "x.toml:1: limits is written as `[limits]`"
        );
    }
}
