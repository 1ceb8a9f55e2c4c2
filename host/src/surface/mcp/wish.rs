//! What the arguments of a tool ask for.

use super::super::json::Json;
use super::super::native::forms::ContextForm;
use super::super::native::parse;
use super::super::strict::{Strict, wrong};
use super::super::{Caller, Question};
use super::NAME;
use crate::model::context::Context;
use crate::model::id::{PluginId, RequestId};
use crate::model::problem::{Code, Problem};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The arguments of an action's tool.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "its shape is all that is used")]
pub(super) struct WishForm {
    /// The contact, in the words that its card was asked for with.
    context: ContextForm,
    /// Which button, by its `value` on the card; not needed where the card has one alone.
    value: Option<String>,
    /// What the button's form asks for, by the field's name.
    fields: Option<BTreeMap<String, Value>>,
}

/// What is to be pressed, for whom.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Whose button.
    pub plugin: PluginId,
    /// Its action.
    pub action: String,
    /// The contact.
    pub context: Context,
    /// Which of several buttons.
    pub(super) value: Option<String>,
    /// What is filled in.
    pub(super) fields: Vec<(String, Json)>,
    /// All of it in one text, for whoever confirms it.
    pub(super) text: String,
}

impl Wish {
    /// What shows whether there is such a button, and what it would do: the plugin's card.
    pub fn question(&self) -> Question {
        Question {
            context: self.context.clone(),
            plugins: vec![self.plugin.clone()],
            // What the button stands on now, and not on a card of before.
            anew: true,
        }
    }
}

/// What `contact_cards` asks.
///
/// # Errors
/// `request.*` with the argument at fault, `auth.account_mismatch`.
pub fn question(
    arguments: Map<String, Value>,
    caller: &Caller,
    request_id: RequestId,
) -> Result<Question, Problem> {
    let arguments = read(arguments)?;
    let mut question = parse::told("arguments", arguments, caller, request_id)?;
    question.context.surface = NAME;
    Ok(question)
}

/// What an action's tool asks.
///
/// # Errors
/// `request.*` with the argument at fault, `auth.scope`, `auth.account_mismatch`.
pub fn wish(
    plugin: PluginId,
    action: &str,
    arguments: Map<String, Value>,
    caller: &Caller,
    request_id: RequestId,
) -> Result<Wish, Problem> {
    caller.may_act()?;
    let text = format!(
        "{plugin} {action} {}",
        sorted(&Value::Object(arguments.clone()))
    );
    let mut whole = Strict::of("", read(arguments)?)?;
    let value = whole.words("value")?;
    let fields = match whole.take("fields") {
        None => Vec::new(),
        Some(Json::Object(fields)) => fields,
        Some(_) => return Err(wrong("fields", "it must be an object")),
    };
    let context = whole.take("context").unwrap_or(Json::Object(Vec::new()));
    if let Some((name, _)) = whole.rest().first() {
        return Err(wrong(
            name,
            "the arguments are `context`, `value` and `fields`",
        ));
    }
    let mut context = parse::repeated(context, caller, request_id)?;
    context.surface = NAME;
    Ok(Wish {
        plugin,
        action: action.to_owned(),
        context,
        value,
        fields,
        text,
    })
}

/// The arguments as every door reads JSON.
fn read(arguments: Map<String, Value>) -> Result<Json, Problem> {
    serde_json::from_value(Value::Object(arguments))
        .map_err(|_| Problem::new(Code::RequestMalformed, "The arguments cannot be read."))
}

/// A value with the members of every object in the order of their names: who repeats a call may write
/// them in another.
fn sorted(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<&str, String> = members
                .iter()
                .map(|(name, value)| (name.as_str(), sorted(value)))
                .collect();
            format!("{members:?}")
        }
        Value::Array(items) => format!("{:?}", items.iter().map(sorted).collect::<Vec<_>>()),
        other => other.to_string(),
    }
}
