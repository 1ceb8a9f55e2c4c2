//! What an update changed.
//!
//! A change is a list of two. The documentation calls it new and old; the wire has old first: so
//! Freshworks' own rule engine reads it, and so the samples of users show it. The order is never
//! turned round. Where the object of the same event contradicts it, the change is marked as disputed.

use super::super::json::Json;
use super::super::lenient::NOTHING;
use crate::model::event::{Change, ChangeKind};
use std::collections::HashMap;

/// The headings that changes stand under in newer events; in older ones they stand under none.
const HEADINGS: &[(&str, ChangeKind)] = &[
    ("model_changes", ChangeKind::Model),
    ("system_changes", ChangeKind::System),
    ("misc_changes", ChangeKind::Misc),
];

/// Reads all changes of `data`. `object` is what they are about.
pub(super) fn read(data: &Json, object: &Json) -> Vec<Change> {
    let mut found = Vec::new();
    let object = object.index();
    for (name, value) in data.group("changes").members() {
        match HEADINGS.iter().find(|(heading, _)| heading == name) {
            Some((_, kind)) => {
                let fields = value.members().iter();
                found.extend(fields.map(|(field, value)| change(*kind, field, value, &object)));
            }
            None => found.push(change(ChangeKind::Model, name, value, &object)),
        }
    }
    found
}

fn change(kind: ChangeKind, field: &str, value: &Json, object: &HashMap<&str, &Json>) -> Change {
    let (from, to) = match value {
        Json::List(pair) => match pair.as_slice() {
            [from, to] => (from, to),
            _ => (NOTHING, value),
        },
        other => (NOTHING, other),
    };
    // An object that says nothing of the field contradicts nobody: absent and null are alike.
    let disputed = object.get(field).is_some_and(|now| !now.same(to));
    Change {
        kind,
        field: field.into(),
        from: from.told(),
        to: to.told(),
        disputed: disputed && kind == ChangeKind::Model,
    }
}
