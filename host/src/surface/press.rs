//! Buttons' signatures: a token on each button of an answer, and the press that a token vouches for.
//!
//! A token says whose button it is, for which account and context, which action with which value,
//! what its form asks for, and until when. An agent's browser carries it and cannot alter it.

use super::caller::Caller;
use super::filled;
use super::json::Json;
use super::seal::Seal;
use crate::model::action::Press;
use crate::model::card::{Button, Card, Element};
use crate::model::context::{Context, Pairs};
use crate::model::id::PluginId;
use crate::model::manifest::{Choice, Field, FieldKind};
use crate::model::outcome::{Answer, Outcome};
use crate::model::problem::{Code, Problem};
use crate::model::time::Millis;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;

/// What a button's token begins with.
const PREFIX: &str = "spa_";

/// How long a button may be pressed: an agent reads, talks to the customer and decides. The memory of
/// what was pressed (`dispatch/once.rs`) is longer than this.
const LASTS: Duration = Duration::from_secs(30 * 60);

/// Signs the buttons of one answer.
#[derive(Debug)]
pub struct Signer<'a> {
    seal: &'a Seal,
    context: &'a Context,
    until: Millis,
}

/// A button as it is sealed.
#[derive(Serialize, Deserialize)]
struct Sealed {
    plugin: String,
    account: String,
    context: String,
    action: String,
    value: String,
    fields: Vec<SealedField>,
    key: String,
    until: i64,
}

#[derive(Serialize, Deserialize)]
struct SealedField {
    name: String,
    kind: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    choices: Vec<String>,
    required: bool,
}

impl<'a> Signer<'a> {
    /// Signs for the context that was asked about, from `now` on.
    pub fn new(seal: &'a Seal, context: &'a Context, now: Millis) -> Self {
        Self {
            seal,
            context,
            until: now.after(LASTS),
        }
    }

    /// Puts a token on every button of an outcome.
    pub fn stamp(&self, outcome: &mut Outcome) {
        let Answer::Card(card) = &mut outcome.answer else {
            return;
        };
        // A card that others share is copied for its tokens, and one without buttons is not.
        if !card.has_buttons() {
            return;
        }
        let card = Arc::make_mut(card);
        let of_context = digest(self.context);
        for (at, button) in buttons(card).enumerate() {
            button.token = Some(self.token(&outcome.plugin, at, button, &of_context));
        }
    }

    fn token(&self, plugin: &PluginId, at: usize, button: &Button, digest: &str) -> String {
        let sealed = Sealed {
            plugin: plugin.to_string(),
            account: self.context.account.to_string(),
            context: digest.to_owned(),
            action: button.id.clone(),
            value: button.value.clone(),
            fields: button.fields.iter().map(SealedField::of).collect(),
            // A request's name is used once, so this is a name for this button of this answer.
            key: format!("{}-{plugin}-{at}", self.context.request_id),
            until: self.until.0,
        };
        // Texts and numbers written to memory: there is nothing that could fail.
        let payload = serde_json::to_vec(&sealed).unwrap_or_default();
        self.seal.seal(PREFIX, &payload)
    }
}

/// The press of the button that `token` stands for, in the context its card was shown for.
///
/// # Errors
/// `auth.action_invalid` when this host made no such button for this caller and context,
/// `auth.action_expired`, `request.invalid_field` with the field of the form at fault.
pub(super) fn read(
    seal: &Seal,
    caller: &Caller,
    token: &str,
    context: Context,
    given: Vec<(String, Json)>,
    now: Millis,
) -> Result<Press, Problem> {
    let payload = seal.open(PREFIX, token).ok_or_else(invalid)?;
    let sealed: Sealed = serde_json::from_slice(&payload).map_err(|_| invalid())?;
    if Millis(sealed.until) <= now {
        return Err(Problem::new(
            Code::AuthActionExpired,
            "This button is too old. Load the card again and press it there.",
        ));
    }
    if sealed.account != caller.account.as_str() || sealed.context != digest(&context) {
        return Err(invalid());
    }
    let fields = sealed.fields.into_iter().map(SealedField::field);
    Ok(Press {
        plugin: PluginId::parse(&sealed.plugin).ok_or_else(invalid)?,
        fields: filled::check(&fields.collect::<Vec<_>>(), given)?,
        action: sealed.action,
        value: sealed.value,
        key: sealed.key,
        context,
    })
}

fn invalid() -> Problem {
    Problem::new(
        Code::AuthActionInvalid,
        "This is no button of a card that was shown for this contact. Load the card again.",
    )
}

fn buttons(card: &mut Card) -> impl Iterator<Item = &mut Button> {
    card.blocks
        .iter_mut()
        .flat_map(|block| &mut block.data)
        .filter_map(|element| match element {
            Element::Actions(buttons) => Some(buttons),
            Element::Content(_) | Element::Accordion(_) => None,
        })
        .flatten()
}

/// What a plugin is told of a context, but for the request's own name, as one short text.
fn digest(context: &Context) -> String {
    let mut hash = Hash(Sha256::new());
    hash.text(Some(context.surface));
    hash.text(Some(&context.view));
    hash.text(Some(context.account.as_str()));
    hash.text(context.contact_linked.then_some("linked"));
    for text in context.texts() {
        hash.text(text);
    }
    for pairs in context.pairs() {
        hash.pairs(pairs);
    }
    URL_SAFE_NO_PAD.encode(hash.0.finalize())
}

/// Every text with its length before it, so that no two contexts read the same.
struct Hash(Sha256);

impl Hash {
    fn text(&mut self, text: Option<&str>) {
        let length = text.map_or(u64::MAX, |text| text.len() as u64);
        self.0.update(length.to_le_bytes());
        self.0.update(text.unwrap_or_default());
    }

    fn pairs(&mut self, pairs: &Pairs) {
        self.0.update((pairs.len() as u64).to_le_bytes());
        for (name, value) in pairs {
            self.text(Some(name));
            self.text(Some(value));
        }
    }
}

impl SealedField {
    /// What is needed to check what was filled in; labels are for people.
    fn of(field: &Field) -> Self {
        let choices = match &field.kind {
            FieldKind::Select(choices) | FieldKind::MultiSelect(choices) => {
                choices.iter().map(|choice| choice.value.clone()).collect()
            }
            _ => Vec::new(),
        };
        Self {
            name: field.name.clone(),
            kind: filled::kind(&field.kind).to_owned(),
            choices,
            required: field.required,
        }
    }

    fn field(self) -> Field {
        let choices = self.choices.into_iter().map(|value| Choice {
            value,
            label: String::new(),
        });
        Field {
            name: self.name,
            label: String::new(),
            help: None,
            kind: filled::kind_of(&self.kind, choices.collect()),
            default_value: None,
            required: self.required,
        }
    }
}

#[cfg(test)]
#[path = "press_tests.rs"]
mod tests;
