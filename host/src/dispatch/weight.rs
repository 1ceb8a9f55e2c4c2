//! About how many bytes of memory an answer takes. Texts alone would not do: a card may have a
//! hundred thousand rows with nothing in them.

use crate::model::action::{Command, Pressed};
use crate::model::card::{Block, Button, Card, Cell, Content, Element, Row};
use crate::model::context::{Context, Pairs};
use crate::model::manifest::{Choice, Field, FieldKind};
use crate::model::outcome::{Answer, Outcome};

/// The bytes of an outcome's card.
pub(super) fn of_outcome(outcome: &Outcome) -> usize {
    match &outcome.answer {
        Answer::Card(card) => of_card(card),
        Answer::Empty | Answer::Failed(_) => 0,
    }
}

/// The bytes of what was said beside the card, the message aside.
pub(super) fn of_words(result: &Pressed) -> usize {
    let Pressed::Done {
        commands, extra, ..
    } = result
    else {
        return 0;
    };
    each(commands, command) + pairs(extra)
}

/// The bytes of what a plugin is told.
pub(super) fn of_context(context: &Context) -> usize {
    let texts = context.texts().into_iter().flatten().map(str::len);
    let pairs = context.pairs().into_iter().map(pairs);
    let names = context.view.len() + context.account.as_str().len();
    size_of_val(context) + names + texts.sum::<usize>() + pairs.sum::<usize>()
}

fn of_card(card: &Card) -> usize {
    let link = card.contact_link.as_ref();
    let name = optional(card.contact_name.as_ref());
    let link = link.map_or(0, |link| link.url.len() + optional(link.text.as_ref()));
    name + link + each(&card.blocks, block) + pairs(&card.extra)
}

fn block(block: &Block) -> usize {
    block.name.len() + optional(block.icon.as_ref()) + each(&block.data, element)
}

fn element(element: &Element) -> usize {
    match element {
        Element::Content(one) => content(one),
        Element::Accordion(fold) => fold.name.len() + each(&fold.data, content),
        Element::Actions(buttons) => each(buttons, button),
    }
}

fn content(content: &Content) -> usize {
    let row = |row: &Row| row.label.len() + row.text.len() + optional(row.url.as_ref());
    let cell = |cell: &Cell| cell.text.len() + optional(cell.url.as_ref());
    match content {
        Content::List(rows) => each(rows, row),
        Content::Table(table) => {
            each(&table.headers, String::len) + each(&table.rows, |cells| each(cells, cell))
        }
        Content::Html(html) => html.len(),
        Content::Other(other) => other.kind.len() + other.text.len() + other.json.len(),
    }
}

fn button(button: &Button) -> usize {
    let confirm = button.confirm.as_ref().map_or(0, |confirm| {
        confirm.title.len() + optional(confirm.text.as_ref()) + confirm.button.len()
    });
    button.id.len()
        + button.label.len()
        + button.value.len()
        + confirm
        + each(&button.fields, field)
}

fn field(field: &Field) -> usize {
    let choice = |choice: &Choice| choice.value.len() + choice.label.len();
    let kind = match &field.kind {
        FieldKind::Select(choices) | FieldKind::MultiSelect(choices) => each(choices, choice),
        FieldKind::Other(name) => name.len(),
        _ => 0,
    };
    let texts = [field.help.as_ref(), field.default_value.as_ref()];
    let texts: usize = texts.into_iter().map(optional).sum();
    field.name.len() + field.label.len() + texts + kind
}

fn command(command: &Command) -> usize {
    match command {
        Command::OpenUrl(text)
        | Command::Copy(text)
        | Command::InsertDraft(text)
        | Command::SetStatus(text)
        | Command::Notify(text) => text.len(),
        Command::AddTags(tags) => each(tags, String::len),
        Command::Assign { agent, group } => optional(agent.as_ref()) + optional(group.as_ref()),
        Command::AddLink(link) => link.url.len() + optional(link.text.as_ref()),
        Command::Other { kind, text, json } => kind.len() + text.len() + json.len(),
    }
}

fn pairs(pairs: &Pairs) -> usize {
    each(pairs, |(name, text)| name.len() + text.len())
}

fn optional(text: Option<&String>) -> usize {
    text.map_or(0, String::len)
}

/// The items, and what each has elsewhere.
fn each<T>(items: &[T], of: impl Fn(&T) -> usize) -> usize {
    size_of_val(items) + items.iter().map(of).sum::<usize>()
}
