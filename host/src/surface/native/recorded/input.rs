//! What a recorded call was asked: a context, an event or a press, each as the host's own doors take
//! them, and what those leave out.

use super::super::context::ContextView;
use super::super::{event, form, parse};
use super::values::Ordered;
use crate::model::action::Press;
use crate::model::context::Context;
use crate::model::id::{AccountId, PluginId, RequestId};
use crate::model::problem::Problem;
use crate::model::recording::Input;
use crate::model::time::Millis;
use crate::surface::json::Json;
use crate::surface::strict::{Strict, wrong};
use crate::surface::{self, Caller};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One of the three.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum InputForm {
    /// A question for a card.
    Card { question: QuestionForm },
    /// An event.
    Event { event: Value, attempt: u32 },
    /// A press.
    Press {
        plugin: String,
        action: String,
        value: String,
        fields: Ordered,
        key: String,
        question: QuestionForm,
    },
}

/// A context, and what the door knew beside it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuestionForm {
    surface: String,
    request_id: String,
    context: Value,
    extra: Ordered,
}

impl InputForm {
    pub(super) fn of(input: &Input) -> Self {
        match input {
            Input::Card(context) => Self::Card {
                question: QuestionForm::of(context),
            },
            Input::Event { event, attempt } => Self::Event {
                event: Value::Object(form(event)),
                attempt: *attempt,
            },
            Input::Press(press) => Self::Press {
                plugin: press.plugin.to_string(),
                action: press.action.clone(),
                value: press.value.clone(),
                fields: Ordered(press.fields.clone()),
                key: press.key.clone(),
                question: QuestionForm::of(&press.context),
            },
        }
    }

    pub(super) fn input(self, account: &AccountId) -> Result<Input, Problem> {
        Ok(match self {
            Self::Card { question } => Input::Card(question.context(account)?),
            Self::Event { event, attempt } => {
                let form = Strict::of("input.event", json(event)?)?;
                let defaults = event::Defaults {
                    account: account.clone(),
                    now: Millis::default(),
                    id: String::new(),
                    raw: String::new(),
                };
                let event = Box::new(event::read(form, defaults)?);
                Input::Event { event, attempt }
            }
            Self::Press {
                plugin,
                action,
                value,
                fields,
                key,
                question,
            } => Input::Press(Press {
                plugin: PluginId::parse(&plugin)
                    .ok_or_else(|| wrong("input.plugin", "it is no plugin's id"))?,
                action,
                value,
                fields: fields.0,
                key,
                context: question.context(account)?,
            }),
        })
    }
}

impl QuestionForm {
    fn of(context: &Context) -> Self {
        Self {
            surface: context.surface.to_owned(),
            request_id: context.request_id.to_string(),
            // Texts alone: there is nothing that could fail.
            context: serde_json::to_value(ContextView::new(context)).unwrap_or_default(),
            extra: Ordered(context.extra.clone()),
        }
    }

    fn context(self, account: &AccountId) -> Result<Context, Problem> {
        let surface = surface::named(&self.surface);
        let surface = surface.ok_or_else(|| wrong("input.surface", "there is no such desk"))?;
        let caller = Caller::program(account.clone());
        let request_id = RequestId::new(self.request_id);
        let context = parse::repeated(json(self.context)?, &caller, request_id)?;
        Ok(Context {
            surface,
            extra: self.extra.0,
            ..context
        })
    }
}

/// The same JSON as the doors read it.
fn json(value: Value) -> Result<Json, Problem> {
    // Written and read again: there is nothing that could fail.
    let text = serde_json::to_vec(&value).unwrap_or_default();
    Json::read(&text)
}
