//! Rules of the contract that a host holds a plugin to.

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
