//! What stands between an AI agent and a button: a confirmation for one press, in words that cannot be
//! changed afterwards, which only the program round the AI agent can hand back.

use super::super::keys::Seals;
use super::super::strict::wrong;
use super::super::{Caller, press};
use super::wish::Wish;
use crate::model::action::Press;
use crate::model::card::{Button, Card, Element};
use crate::model::outcome::{Answer, Pane};
use crate::model::problem::{Code, Problem};
use crate::model::time::Millis;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What a confirmation begins with.
const PREFIX: &str = "spc_";

/// A press that waits for a human.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What the human reads: the button's words and what is filled in.
    pub question: String,
    /// What comes back when the human has agreed.
    pub confirmation: String,
}

/// A confirmation as it is sealed: the button's own token, and the call it is for.
#[derive(Serialize, Deserialize)]
struct Sealed {
    token: String,
    wish: String,
}

/// What a human has to be asked before `wish` is carried out. `pane` is the plugin's card as it is
/// now, its buttons signed.
///
/// # Errors
/// `request.unknown_action` when the card has no such button, `request.invalid_field` with what is
/// wrong with the value or the form, and what the plugin failed with.
pub fn asked(
    seals: &Seals,
    caller: &Caller,
    wish: &Wish,
    pane: &Pane,
    now: Millis,
) -> Result<Asked, Problem> {
    let button = button(wish, card(pane)?)?;
    let token = button.token.clone().ok_or_else(unsigned)?;
    // What is wrong with the form is said now, not to the human.
    let (context, fields) = (wish.context.clone(), wish.fields.clone());
    let press = press::read(&seals.presses, caller, &token, context, fields, now)?;
    let sealed = Sealed {
        token,
        wish: digest(wish),
    };
    // Texts written to memory: there is nothing that could fail.
    let payload = serde_json::to_vec(&sealed).unwrap_or_default();
    Ok(Asked {
        question: question(button, &press),
        confirmation: seals.presses.seal(PREFIX, &payload),
    })
}

/// The press that `confirmation` was given for.
///
/// # Errors
/// `auth.action_invalid` when it was given for another call, `auth.action_expired`,
/// `request.invalid_field`.
pub fn confirmed(
    seals: &Seals,
    caller: &Caller,
    wish: Wish,
    confirmation: &str,
    now: Millis,
) -> Result<Press, Problem> {
    let invalid = || {
        Problem::new(
            Code::AuthActionInvalid,
            "This confirmation was given for another call. Repeat the call as it was confirmed.",
        )
    };
    let payload = seals
        .presses
        .open(PREFIX, confirmation)
        .ok_or_else(invalid)?;
    let sealed: Sealed = serde_json::from_slice(&payload).map_err(|_| invalid())?;
    if sealed.wish != digest(&wish) {
        return Err(invalid());
    }
    let (context, fields) = (wish.context, wish.fields);
    press::read(&seals.presses, caller, &sealed.token, context, fields, now)
}

fn digest(wish: &Wish) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(&wish.text))
}

fn card(pane: &Pane) -> Result<&Card, Problem> {
    match pane.outcomes.first().map(|outcome| &outcome.answer) {
        Some(Answer::Card(card)) => Ok(card),
        Some(Answer::Failed(problem)) => Err(problem.clone()),
        Some(Answer::Empty) | None => Err(no_button("The plugin has no card for this contact")),
    }
}

fn button<'a>(wish: &Wish, card: &'a Card) -> Result<&'a Button, Problem> {
    let elements = card.blocks.iter().flat_map(|block| &block.data);
    let buttons = elements.filter_map(|element| match element {
        Element::Actions(buttons) => Some(buttons),
        Element::Content(_) | Element::Accordion(_) => None,
    });
    let same: Vec<&Button> = buttons
        .flatten()
        .filter(|button| button.id == wish.action)
        .collect();
    let Some(value) = &wish.value else {
        return match same.as_slice() {
            [] => Err(no_button("The card has no such button now")),
            [only] => Ok(only),
            _ => Err(wrong(
                "value",
                "the card has several such buttons; say which by its value",
            )),
        };
    };
    let mut named = same.into_iter().filter(|button| button.value == *value);
    named
        .next()
        .ok_or_else(|| wrong("value", "the card has no such button with this value now"))
}

fn no_button(what: &str) -> Problem {
    Problem::new(
        Code::RequestUnknownAction,
        format!("{what}; look at it with `contact_cards`."),
    )
}

fn unsigned() -> Problem {
    Problem::new(Code::AuthActionInvalid, "This host signs no buttons.")
}

/// What the human reads. The plugin's words stand in lines of their own.
fn question(button: &Button, press: &Press) -> String {
    let mut lines = vec![format!(
        "Press \u{201c}{}\u{201d} ({})?",
        button.label, press.plugin
    )];
    if let Some(confirm) = &button.confirm {
        lines.push(confirm.title.clone());
        lines.extend(confirm.text.clone());
    }
    let filled = press.fields.iter().filter(|(_, value)| !value.is_empty());
    for (name, value) in filled {
        let field = button.fields.iter().find(|field| field.name == *name);
        let label = field.map_or(name.as_str(), |field| &field.label);
        lines.push(format!("{label}: {value}"));
    }
    lines.join("\n")
}

#[cfg(test)]
#[path = "confirm_tests.rs"]
mod tests;
