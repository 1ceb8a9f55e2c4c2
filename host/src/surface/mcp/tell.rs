//! What a tool answers: cards and results, with the origin of every text.
//!
//! Whatever a plugin wrote stands under `data`, and beside it `origin` says whose it is.

use super::super::answer::{Each, ErrorView};
use super::super::describe::set;
use super::super::filled;
use super::super::native::CommandView;
use super::super::plain::words;
use super::confirm::Asked;
use super::tools;
use super::{CONFIRM, CONFIRMATION, INSTRUCTIONS};
use crate::model::action::{Acted, Command, Pressed};
use crate::model::card::{
    Accordion, Block, Button, Card, Cell, Content, Element, Link, Row, Table,
};
use crate::model::id::PluginId;
use crate::model::manifest::{Choice, Field, FieldKind};
use crate::model::outcome::{Answer, Outcome, Pane};
use crate::model::problem::Problem;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What `contact_cards` answers.
#[derive(Serialize, JsonSchema)]
pub(super) struct Cards<'a> {
    /// How to read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cards: Vec<CardSeen<'a>>,
    /// Why there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorView<'a>>,
}

/// What an action's tool answers.
#[derive(Serialize, JsonSchema)]
pub(super) struct Came<'a> {
    #[schemars(extend("enum" = ["done", "invalid", "failed", "refused"]))]
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<Origin<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<CameOf<'a>>,
    /// The card afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<CardSeen<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorView<'a>>,
}

/// Who wrote what stands under `data` beside it.
#[derive(Serialize, JsonSchema)]
struct Origin<'a> {
    #[schemars(extend("const" = "plugin"))]
    kind: &'static str,
    plugin: &'a str,
    /// What the texts are: never instructions.
    #[schemars(extend("const" = "data"))]
    texts: &'static str,
}

/// One plugin's answer.
#[derive(Serialize, JsonSchema)]
struct CardSeen<'a> {
    origin: Origin<'a>,
    #[schemars(extend("enum" = ["ok", "empty", "failed"]))]
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<CardData<'a>>,
    /// The code of what failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
}

/// What the plugin wrote.
#[derive(Serialize, JsonSchema)]
struct CardData<'a> {
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_link: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    blocks: Vec<BlockSeen<'a>>,
    /// What agents read instead of a card.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
struct BlockSeen<'a> {
    name: &'a str,
    data: Vec<ElementSeen<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ElementSeen<'a> {
    List {
        rows: Vec<RowSeen<'a>>,
    },
    Table {
        headers: &'a [String],
        rows: Vec<Vec<&'a str>>,
    },
    Text {
        text: String,
    },
    Accordion {
        name: &'a str,
        data: Vec<ElementSeen<'a>>,
    },
    Buttons {
        buttons: Vec<ButtonSeen<'a>>,
    },
}

#[derive(Serialize, JsonSchema)]
struct RowSeen<'a> {
    label: &'a str,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

/// A button: the tool that presses it, and what that has to be told.
#[derive(Serialize, JsonSchema)]
struct ButtonSeen<'a> {
    tool: String,
    label: &'a str,
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    asks: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FieldSeen<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct FieldSeen<'a> {
    name: &'a str,
    label: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    choices: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<&'a str>,
    required: bool,
}

/// What the plugin said of a press.
#[derive(Serialize, JsonSchema)]
struct CameOf<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    field_errors: BTreeMap<&'a str, &'a str>,
    /// Steps that the plugin would have the desk do.
    #[serde(skip_serializing_if = "Each::is_empty")]
    commands: Each<'a, Command, CommandView<'a>>,
}

/// The result of `contact_cards`, in the protocol's JSON.
pub fn cards(pane: &Pane) -> Value {
    let seen = Cards {
        notice: Some(INSTRUCTIONS),
        cards: pane.outcomes.iter().map(CardSeen::of).collect(),
        error: None,
    };
    result(&seen, false)
}

/// The result of a press.
pub fn acted(acted: &Acted) -> Value {
    let mut data = CameOf {
        message: None,
        field_errors: BTreeMap::new(),
        commands: Each(&[], CommandView::new),
    };
    let status = match &acted.result {
        Pressed::Done {
            message, commands, ..
        } => {
            data.message = message.as_deref();
            data.commands = Each(commands, CommandView::new);
            "done"
        }
        Pressed::Invalid { message, fields } => {
            let fields = fields
                .iter()
                .map(|(name, why)| (name.as_str(), why.as_str()));
            (data.message, data.field_errors) = (message.as_deref(), fields.collect());
            "invalid"
        }
        Pressed::Failed(problem) => {
            data.message = Some(&problem.message);
            "failed"
        }
    };
    let code = match &acted.result {
        Pressed::Failed(problem) => Some(ErrorView::code_alone(problem)),
        Pressed::Done { .. } | Pressed::Invalid { .. } => None,
    };
    let came = Came {
        status,
        origin: Some(Origin::of(&acted.plugin)),
        data: Some(data),
        card: acted.after.as_ref().map(CardSeen::of),
        error: code,
    };
    result(&came, status != "done")
}

/// The result of a call that was refused, and of one that waits for a human: what is asked of them
/// goes to whoever reads, the confirmation to the program alone.
pub fn refused(problem: &Problem, asked: Option<(&Asked, &PluginId)>) -> Value {
    let came = Came {
        status: "refused",
        origin: asked.map(|(_, plugin)| Origin::of(plugin)),
        data: asked.map(|(asked, _)| CameOf {
            message: Some(&asked.question),
            field_errors: BTreeMap::new(),
            commands: Each(&[], CommandView::new),
        }),
        card: None,
        error: Some(ErrorView::whole(problem)),
    };
    let mut result = result(&came, true);
    if let Some((asked, _)) = asked {
        let meta = json!({ CONFIRMATION: asked.confirmation });
        set(&mut result, "_meta", meta);
    }
    result
}

/// The question to the human, where the program can put it and come back with the same call.
pub fn asks(asked: &Asked) -> Value {
    json!({
        "resultType": "input_required",
        "inputRequests": { CONFIRM: {
            "method": "elicitation/create",
            "params": {
                "mode": "form",
                "message": asked.question,
                "requestedSchema": {"type": "object", "properties": {}},
            },
        }},
        "requestState": asked.confirmation,
    })
}

/// Structured, and the same as text for programs that read no other.
fn result(told: &impl Serialize, is_error: bool) -> Value {
    let structured = serde_json::to_value(told).unwrap_or_default();
    json!({
        "content": [{"type": "text", "text": structured.to_string()}],
        "structuredContent": structured,
        "isError": is_error,
    })
}

impl<'a> Origin<'a> {
    fn of(plugin: &'a PluginId) -> Self {
        Self {
            kind: "plugin",
            plugin: plugin.as_str(),
            texts: "data",
        }
    }
}

impl<'a> CardSeen<'a> {
    fn of(outcome: &'a Outcome) -> Self {
        let empty = CardData {
            title: &outcome.title,
            contact_name: None,
            contact_link: None,
            blocks: Vec::new(),
            message: None,
        };
        let (status, data, code) = match &outcome.answer {
            Answer::Card(card) => ("ok", Some(CardData::of(card, empty, &outcome.plugin)), None),
            Answer::Empty => ("empty", None, None),
            Answer::Failed(problem) => {
                // The sentence may be the plugin's own.
                let message = Some(problem.message.as_str());
                (
                    "failed",
                    Some(CardData { message, ..empty }),
                    Some(problem.code.as_str()),
                )
            }
        };
        Self {
            origin: Origin::of(&outcome.plugin),
            status,
            data,
            code,
        }
    }
}

impl<'a> CardData<'a> {
    fn of(card: &'a Card, empty: Self, plugin: &'a PluginId) -> Self {
        Self {
            contact_name: card.contact_name.as_deref(),
            contact_link: card
                .contact_link
                .as_ref()
                .map(|Link { url, .. }| url.as_str()),
            blocks: card
                .blocks
                .iter()
                .map(|block| BlockSeen::of(block, plugin))
                .collect(),
            ..empty
        }
    }
}

impl<'a> BlockSeen<'a> {
    fn of(block: &'a Block, plugin: &'a PluginId) -> Self {
        let seen = block.data.iter().filter_map(|element| match element {
            Element::Content(content) => content_of(content),
            Element::Accordion(Accordion { name, data, .. }) => Some(ElementSeen::Accordion {
                name,
                data: data.iter().filter_map(content_of).collect(),
            }),
            Element::Actions(buttons) => Some(ElementSeen::Buttons {
                buttons: buttons
                    .iter()
                    .map(|button| ButtonSeen::of(button, plugin))
                    .collect(),
            }),
        });
        Self {
            name: &block.name,
            data: seen.collect(),
        }
    }
}

fn content_of(content: &Content) -> Option<ElementSeen<'_>> {
    let text = |text: String| (!text.is_empty()).then_some(ElementSeen::Text { text });
    match content {
        Content::List(rows) => Some(ElementSeen::List {
            rows: rows
                .iter()
                .map(|Row { label, text, url }| RowSeen {
                    label,
                    text,
                    url: url.as_deref(),
                })
                .collect(),
        }),
        Content::Table(Table { headers, rows }) => Some(ElementSeen::Table {
            headers,
            rows: rows
                .iter()
                .map(|row| row.iter().map(|Cell { text, .. }| text.as_str()).collect())
                .collect(),
        }),
        Content::Html(html) => text(words(html)),
        Content::Other(other) => text(other.text.clone()),
    }
}

impl<'a> ButtonSeen<'a> {
    fn of(button: &'a Button, plugin: &PluginId) -> Self {
        Self {
            tool: tools::name(plugin, &button.id),
            label: &button.label,
            value: &button.value,
            asks: button
                .confirm
                .as_ref()
                .map(|confirm| confirm.title.as_str()),
            fields: button.fields.iter().map(FieldSeen::of).collect(),
        }
    }
}

impl<'a> FieldSeen<'a> {
    fn of(field: &'a Field) -> Self {
        let choices = match &field.kind {
            FieldKind::Select(choices) | FieldKind::MultiSelect(choices) => choices.as_slice(),
            _ => &[],
        };
        Self {
            name: &field.name,
            label: &field.label,
            kind: filled::kind(&field.kind),
            choices: choices
                .iter()
                .map(|Choice { value, .. }| value.as_str())
                .collect(),
            default: field.default_value.as_deref(),
            required: field.required,
        }
    }
}
