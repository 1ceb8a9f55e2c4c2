//! What a pressed component stands for.

use super::super::json::Json;
use super::super::keys::Keys;
use super::super::{Caller, Inbound, Question, Submitted, press};
use super::canvas::{ALL, BACK, Style};
use super::parse::{self, Sent};
use super::{Whole, render};
use crate::model::id::RequestId;
use crate::model::problem::Problem;
use crate::model::time::Millis;

/// Reads a request. What a teammate can mend is a canvas that says so.
///
/// # Errors
/// `request.malformed`, `request.invalid_field` where Intercom's own part of it is at fault.
pub(super) fn submitted(
    inbound: &Inbound<'_>,
    caller: &Caller,
    keys: &Keys,
    request_id: RequestId,
    now: Millis,
) -> Result<Submitted, Problem> {
    let sent = parse::sent(inbound.body, caller, request_id)?;
    let say = |text: &str| Ok(Submitted::Answered(render::said(text, Style::Error)));
    let pressed = match sent.component.as_deref() {
        Some(ALL | BACK) => {
            let question = Question {
                context: sent.context,
                plugins: Vec::new(),
                anew: false,
            };
            return Ok(Submitted::Ask(Box::new(question), &Whole));
        }
        component => component.and_then(Pressed::read),
    };
    let Some(Pressed {
        number,
        asks,
        token,
    }) = pressed
    else {
        return say("This canvas is of an earlier version of the app.");
    };
    if asks && !is_ticked(&sent, number) {
        return say("Nothing was done: tick the question above the button first.");
    }
    let Some(seals) = &keys.seals else {
        return say("This host signs no buttons.");
    };
    let (token, fields) = (token.to_owned(), fields(&sent, number));
    match press::read(&seals.presses, caller, &token, sent.context, fields, now) {
        Ok(press) => Ok(Submitted::Press(Box::new(press))),
        Err(problem) => say(&problem.message),
    }
}

/// A button's component, by its id.
struct Pressed<'a> {
    number: &'a str,
    /// Whether a question has to be ticked before.
    asks: bool,
    token: &'a str,
}

impl<'a> Pressed<'a> {
    fn read(id: &'a str) -> Option<Self> {
        let (head, token) = id.split_once('.')?;
        let asks = head.starts_with('c');
        let number = head.strip_prefix(['c', 'p'])?;
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then_some(Self {
            number,
            asks,
            token,
        })
    }
}

fn is_ticked(sent: &Sent, number: &str) -> bool {
    let id = format!("c{number}");
    let mut named = sent.inputs.iter().filter(|(name, _)| *name == id);
    named.any(|(_, value)| value.is_said() && *value != Json::List(Vec::new()))
}

/// What stands in the inputs of one button's form, as a form takes it.
fn fields(sent: &Sent, number: &str) -> Vec<(String, Json)> {
    let of_form = format!("f{number}");
    let given = sent.inputs.iter().filter_map(|(id, value)| {
        let (head, name) = id.split_once('.')?;
        let value = match (head.strip_prefix(&of_form)?, value) {
            ("b", value) => Json::Bool(value.is_said() && *value != Json::List(Vec::new())),
            ("m", Json::Text(one)) => Json::List(vec![Json::Text(one.clone())]),
            ("l", Json::Text(typed)) => {
                let each = typed
                    .split(',')
                    .map(str::trim)
                    .filter(|value| !value.is_empty());
                Json::List(each.map(|value| Json::Text(value.into())).collect())
            }
            ("t" | "m" | "l", value) => value.clone(),
            _ => return None,
        };
        Some((name.to_owned(), value))
    });
    given.collect()
}
