//! Cards as components.

use super::super::Reply;
use super::super::describe::set;
use super::super::filled;
use super::super::plain::{BETWEEN, one_line, words};
use super::canvas::{self, BACK, Piece, Style};
use crate::model::action::{Acted, Command, Pressed};
use crate::model::card::{Block, Button, ButtonStyle, Content, Element, Table};
use crate::model::manifest::{Choice, Field, FieldKind};
use crate::model::outcome::{Answer, Outcome, Pane};
use serde_json::{Value, json};

/// Options of one choice that Intercom takes.
const OPTIONS: std::ops::RangeInclusive<usize> = 2..=10;

/// The first canvas of a conversation.
pub(super) fn first(pane: &Pane) -> Reply {
    canvas::first(pieces(&pane.outcomes))
}

/// The canvas with all of it.
pub(super) fn whole(pane: &Pane) -> Reply {
    canvas::whole(pieces(&pane.outcomes))
}

/// A canvas that says one thing, and a way back from it.
pub(super) fn said(text: &str, style: Style) -> Reply {
    canvas::whole(vec![Piece::text(text, style), back()])
}

/// What came of a press: the plugin's words, what the desk is to do, the card as it is now.
pub(super) fn acted(acted: &Acted) -> Reply {
    let mut pieces = Vec::new();
    match &acted.result {
        Pressed::Done {
            message, commands, ..
        } => {
            let message = message.as_deref().unwrap_or("Done.");
            pieces.push(Piece::text(message, Style::Paragraph));
            let told = commands.iter().enumerate();
            pieces.extend(told.map(|(at, command)| told_command(at, command)));
        }
        Pressed::Invalid { message, fields } => {
            let message = message
                .as_deref()
                .unwrap_or("Nothing was done: something has to be mended.");
            pieces.push(Piece::text(message, Style::Error));
            pieces.extend(
                fields
                    .iter()
                    .map(|(name, why)| Piece::Row(name.clone(), why.clone())),
            );
        }
        Pressed::Failed(problem) => pieces.push(Piece::text(&problem.message, Style::Error)),
    }
    let mut count = 0;
    if let Some(after) = &acted.after {
        pieces.extend(of_outcome(after, &mut count));
    }
    pieces.push(back());
    canvas::whole(pieces)
}

fn back() -> Piece {
    Piece::button(BACK, "Back to all cards", "secondary")
}

/// A step that a canvas cannot do by itself, in words.
fn told_command(at: usize, command: &Command) -> Piece {
    let say = |text: String| Piece::text(&text, Style::Muted);
    match command {
        Command::OpenUrl(url) => Piece::link(&format!("o{at}"), "Open", url),
        Command::AddLink(link) => {
            let label = link.text.as_deref().unwrap_or("Open");
            Piece::link(&format!("o{at}"), label, &link.url)
        }
        Command::Copy(text) => say(format!("To copy: {text}")),
        Command::InsertDraft(text) => say(format!("To write: {text}")),
        Command::AddTags(tags) => say(format!("To tag: {}", tags.join(", "))),
        Command::Assign { agent, group } => {
            let who = agent.as_ref().or(group.as_ref());
            say(format!("To hand over: {}", who.map_or("nobody", |who| who)))
        }
        Command::SetStatus(status) => say(format!("To set: {status}")),
        Command::Notify(text) => Piece::text(text, Style::Paragraph),
        Command::Other { text, .. } => say(text.clone()),
    }
}

fn pieces(outcomes: &[Outcome]) -> Vec<Piece> {
    let mut count = 0;
    let mut pieces: Vec<Piece> = outcomes
        .iter()
        .flat_map(|outcome| of_outcome(outcome, &mut count))
        .collect();
    if pieces.is_empty() {
        pieces.push(Piece::text(
            "Nothing is known of this contact.",
            Style::Muted,
        ));
    }
    pieces
}

/// `count` numbers what has an id, over the whole canvas.
fn of_outcome(outcome: &Outcome, count: &mut usize) -> Vec<Piece> {
    match &outcome.answer {
        Answer::Card(card) => {
            let mut pieces: Vec<Piece> = card
                .blocks
                .iter()
                .flat_map(|block| of_block(block, count))
                .collect();
            if let Some(link) = &card.contact_link {
                let label = link.text.as_deref().unwrap_or("Open the contact");
                pieces.push(Piece::link(&numbered("l", count), label, &link.url));
            }
            pieces
        }
        Answer::Failed(problem) => vec![Piece::text(&problem.message, Style::Error)],
        Answer::Empty => Vec::new(),
    }
}

fn numbered(kind: &str, count: &mut usize) -> String {
    *count += 1;
    format!("{kind}{count}")
}

/// Heading and contents; an accordion is its heading and what is in it.
fn of_block(block: &Block, count: &mut usize) -> Vec<Piece> {
    let mut inside = Vec::new();
    for element in &block.data {
        match element {
            Element::Content(content) => inside.extend(of_content(content)),
            Element::Accordion(accordion) => {
                let data: Vec<Piece> = accordion.data.iter().flat_map(of_content).collect();
                if !data.is_empty() {
                    inside.push(Piece::text(&one_line(&accordion.name), Style::Muted));
                    inside.extend(data);
                }
            }
            Element::Actions(buttons) => {
                inside.extend(buttons.iter().filter_map(|button| of_button(button, count)));
            }
        }
    }
    match inside.is_empty() {
        true => Vec::new(),
        false => std::iter::once(Piece::text(&one_line(&block.name), Style::Header))
            .chain(inside)
            .collect(),
    }
}

fn of_content(content: &Content) -> Vec<Piece> {
    let text = |text: String| match text.is_empty() {
        true => Vec::new(),
        false => vec![Piece::text(&text, Style::Paragraph)],
    };
    match content {
        Content::List(rows) => rows
            .iter()
            .map(|row| Piece::Row(one_line(&row.label), row.text.clone()))
            .collect(),
        Content::Table(table) => of_table(table),
        Content::Html(html) => text(words(html)),
        Content::Other(other) => text(other.text.trim().to_owned()),
    }
}

/// Two columns are labels with values; more are a line a row, under the headings.
fn of_table(table: &Table) -> Vec<Piece> {
    if let [_, _] = table.headers.as_slice() {
        let rows = table.rows.iter().filter_map(|row| match row.as_slice() {
            [field, value] => Some(Piece::Row(one_line(&field.text), value.text.clone())),
            _ => None,
        });
        return rows.collect();
    }
    let headings: Vec<String> = table.headers.iter().map(|text| one_line(text)).collect();
    let lines = table.rows.iter().map(|row| {
        let cells: Vec<String> = row.iter().map(|cell| one_line(&cell.text)).collect();
        Piece::text(
            cells.join(BETWEEN).trim_end_matches(BETWEEN),
            Style::Paragraph,
        )
    });
    std::iter::once(Piece::text(&headings.join(BETWEEN), Style::Muted))
        .chain(lines)
        .collect()
}

/// A button with what is asked before it acts; none where nobody could press it.
fn of_button(button: &Button, count: &mut usize) -> Option<Piece> {
    let token = button.token.as_deref()?;
    *count += 1;
    let number = *count;
    let fields = button.fields.iter().map(|field| of_field(field, number));
    let confirm = button.confirm.as_ref().map(|confirm| {
        let more = confirm
            .text
            .as_deref()
            .map(|text| Piece::text(text, Style::Muted));
        let tick = Piece::input(json!({
            "type": "checkbox", "id": format!("c{number}"), "label": confirm.title,
            "option": [{"type": "option", "id": "yes", "text": confirm.button}],
        }));
        Piece::together(more.into_iter().chain([tick]))
    });
    let style = match button.style {
        ButtonStyle::Primary => "primary",
        ButtonStyle::Plain | ButtonStyle::Danger => "secondary",
    };
    let kind = if confirm.is_some() { 'c' } else { 'p' };
    let press = Piece::button(&format!("{kind}{number}.{token}"), &button.label, style);
    Some(Piece::together(fields.chain(confirm).chain([press])))
}

/// An input of a form. Its id says how what is filled in is to be read.
fn of_field(field: &Field, number: usize) -> Piece {
    let id = |kind: char| format!("f{number}{kind}.{}", field.name);
    let label = match field.required {
        true => format!("{} *", field.label),
        false => field.label.clone(),
    };
    let text = |kind: &str, label: &str| {
        json!({
            "type": kind, "id": id('t'), "label": label,
            "value": field.default_value.as_deref().unwrap_or_default(),
        })
    };
    let component = match &field.kind {
        FieldKind::Paragraph => text("textarea", &label),
        FieldKind::Checkbox => {
            let ticked = field.default_value.as_deref() == Some("true");
            json!({
                "type": "checkbox", "id": id('b'), "label": label,
                "option": [{"type": "option", "id": "true", "text": field.help.as_deref().unwrap_or("Yes")}],
                "value": if ticked { vec!["true"] } else { Vec::new() },
            })
        }
        FieldKind::Select(choices) if OPTIONS.contains(&choices.len()) => {
            let mut it = json!({"type": "dropdown", "id": id('t'), "label": label, "options": options(choices)});
            if let Some(value) = &field.default_value {
                set(&mut it, "value", json!(value));
            }
            it
        }
        FieldKind::MultiSelect(choices) if OPTIONS.contains(&choices.len()) => json!({
            "type": "checkbox", "id": id('m'), "label": label, "option": options(choices),
        }),
        // A choice of one, or of more than Intercom shows, is typed.
        FieldKind::Select(choices) => text("input", &typed(&label, choices)),
        FieldKind::MultiSelect(choices) => {
            let mut it = text("input", &typed(&label, choices));
            set(&mut it, "id", json!(id('l')));
            it
        }
        kind => text("input", &format!("{label} ({})", filled::kind(kind))),
    };
    Piece::input(component)
}

fn options(choices: &[Choice]) -> Vec<Value> {
    let option =
        |choice: &Choice| json!({"type": "option", "id": choice.value, "text": choice.label});
    choices.iter().map(option).collect()
}

fn typed(label: &str, choices: &[Choice]) -> String {
    let values: Vec<&str> = choices.iter().map(|choice| choice.value.as_str()).collect();
    format!("{label}: {}", values.join(", "))
}
