//! Rules of the contract that a host holds a plugin to.

use crate::action::{ActionResult, Actions};
use crate::bindings::host::sidepane::plugin::card::{AccordionElement, Button, Element, Table};
use crate::card::Card;
use crate::manifest::Manifest;

/// The settings as the plugin reads them: what the test set, the manifest's defaults for the rest,
/// in the manifest's order. And what is wrong with them.
pub(super) fn settings(
    manifest: &Manifest,
    set: &[(String, String)],
) -> (Vec<(String, String)>, Vec<String>) {
    let (mut settings, mut problems) = (Vec::new(), Vec::new());
    for field in &manifest.settings {
        let value = set.iter().rev().find(|(name, _)| *name == field.name);
        let value = value
            .map(|(_, value)| value)
            .or(field.default_value.as_ref());
        match value {
            Some(value) => settings.push((field.name.clone(), value.clone())),
            None if field.required => {
                problems.push(format!("the required setting `{}` is not set", field.name));
            }
            None => {}
        }
    }
    for (name, _) in set {
        if !manifest.settings.iter().any(|field| field.name == *name) {
            problems.push(format!("the manifest has no setting `{name}`"));
        }
    }
    (settings, problems)
}

/// What of the contract's rules a card breaks.
pub(super) fn broken_by(manifest: &Manifest, card: &Card) -> Vec<String> {
    let mut problems = Vec::new();
    for block in &card.blocks {
        for element in &block.data {
            match element {
                Element::Table(table) => problems.extend(uneven(&block.name, table)),
                Element::Actions(buttons) => problems.extend(unserved(manifest, buttons)),
                Element::Accordion(accordion) => {
                    for element in &accordion.data {
                        if let AccordionElement::Table(table) = element {
                            problems.extend(uneven(&accordion.name, table));
                        }
                    }
                }
                Element::List(_) | Element::Html(_) | Element::Other(_) => {}
            }
        }
    }
    problems
}

/// Which of a plugin's functions stand for no action of the manifest, and whether one is pressed that
/// has no function.
pub(super) fn unnamed(manifest: &Manifest, actions: &Actions, pressed: &str) -> Vec<String> {
    let named = |id: &str| manifest.actions.iter().any(|action| action.id == id);
    let unnamed = actions.ids().filter(|id| !named(id));
    let mut problems: Vec<String> = unnamed
        .map(|id| format!("the manifest has no action `{id}`"))
        .collect();
    if !actions.ids().any(|id| id == pressed) {
        problems.push(format!(
            "the plugin has no function for the action `{pressed}`"
        ));
    }
    problems
}

/// What of the contract's rules the outcome of a press breaks.
pub(super) fn broken_by_result(manifest: &Manifest, result: &ActionResult) -> Vec<String> {
    let card = result.card.as_ref();
    let mut problems = card.map_or_else(Vec::new, |card| broken_by(manifest, card));
    let is_name = |name: &str| {
        let mut bytes = name.bytes();
        (1..=64).contains(&name.len())
            && bytes.all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
    };
    for (name, _) in &result.field_errors {
        if !is_name(name) {
            problems.push(format!("no field can have the name `{name}`"));
        }
    }
    problems
}

fn uneven(place: &str, table: &Table) -> Option<String> {
    let columns = table.headers.len();
    let row = table.rows.iter().find(|row| row.len() != columns)?;
    Some(format!(
        "a table in `{place}` has {columns} headers and a row of {}",
        row.len()
    ))
}

fn unserved(manifest: &Manifest, buttons: &[Button]) -> Option<String> {
    let serves = |id: &str| manifest.actions.iter().any(|action| action.id == id);
    let button = buttons.iter().find(|button| !serves(&button.id))?;
    Some(format!("the manifest has no action `{}`", button.id))
}
