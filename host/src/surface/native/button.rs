//! Buttons as answers have them, with their questions and forms.

use super::super::answer::Each;
use super::super::filled;
use crate::model::card::{Button, ButtonStyle, Confirm};
use crate::model::manifest::{Choice, Field, FieldKind};
use schemars::JsonSchema;

/// A button.
#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "Button")]
pub(super) struct ButtonView<'a> {
    id: &'a str,
    label: &'a str,
    #[schemars(extend("enum" = ["plain", "primary", "danger"]))]
    style: &'static str,
    confirm: Option<ConfirmView<'a>>,
    fields: Each<'a, Field, FieldView<'a>>,
    /// What `/v1/actions` takes; null where the asker may only look.
    token: Option<&'a str>,
}

impl<'a> ButtonView<'a> {
    pub(super) fn new(button: &'a Button) -> Self {
        Self {
            id: &button.id,
            label: &button.label,
            style: match button.style {
                ButtonStyle::Plain => "plain",
                ButtonStyle::Primary => "primary",
                ButtonStyle::Danger => "danger",
            },
            confirm: button.confirm.as_ref().map(ConfirmView::new),
            fields: Each(&button.fields, |field| Some(FieldView::new(field))),
            token: button.token.as_deref(),
        }
    }
}

#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "Confirm")]
struct ConfirmView<'a> {
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    button: &'a str,
}

impl<'a> ConfirmView<'a> {
    fn new(confirm: &'a Confirm) -> Self {
        Self {
            title: &confirm.title,
            text: confirm.text.as_deref(),
            button: &confirm.button,
        }
    }
}

#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "Field")]
struct FieldView<'a> {
    name: &'a str,
    label: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<Each<'a, Choice, ChoiceView<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_value: Option<&'a str>,
    required: bool,
}

impl<'a> FieldView<'a> {
    fn new(field: &'a Field) -> Self {
        let choices = match &field.kind {
            FieldKind::Select(choices) | FieldKind::MultiSelect(choices) => Some(choices),
            _ => None,
        };
        Self {
            name: &field.name,
            label: &field.label,
            help: field.help.as_deref(),
            kind: filled::kind(&field.kind),
            options: choices.map(|choices| {
                Each(choices, |choice| {
                    Some(ChoiceView {
                        value: &choice.value,
                        label: &choice.label,
                    })
                })
            }),
            default_value: field.default_value.as_deref(),
            required: field.required,
        }
    }
}

#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "Choice")]
struct ChoiceView<'a> {
    value: &'a str,
    label: &'a str,
}
