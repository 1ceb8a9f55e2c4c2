//! Fields of settings and of button forms.

use crate::model::manifest::{Choice, Field, FieldKind};
use sidepane_bindings::imports::form as wit;

/// A field as the plugin describes it; bounds are checked by whoever asked for it.
pub(in crate::engine) fn field_from_wit(field: wit::Field) -> Field {
    Field {
        name: field.name,
        label: field.label,
        help: field.help,
        kind: match field.kind {
            wit::FieldKind::Text => FieldKind::Text,
            wit::FieldKind::Paragraph => FieldKind::Paragraph,
            wit::FieldKind::Number => FieldKind::Number,
            wit::FieldKind::Date => FieldKind::Date,
            wit::FieldKind::Email => FieldKind::Email,
            wit::FieldKind::Url => FieldKind::Url,
            wit::FieldKind::Checkbox => FieldKind::Checkbox,
            wit::FieldKind::Select(choices) => FieldKind::Select(choices_from_wit(choices)),
            wit::FieldKind::MultiSelect(choices) => {
                FieldKind::MultiSelect(choices_from_wit(choices))
            }
            wit::FieldKind::Other(name) => FieldKind::Other(name),
        },
        default_value: field.default_value,
        required: field.required,
    }
}

fn choices_from_wit(choices: Vec<wit::Choice>) -> Vec<Choice> {
    choices
        .into_iter()
        .map(|choice| Choice {
            value: choice.value,
            label: choice.label,
        })
        .collect()
}
