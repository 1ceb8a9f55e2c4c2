//! What is shown of an answer: lists, tables and accordions, by what the configuration says or by
//! the answer's own form.

use crate::pick::{Path, Pick};
use serde_json::Value;
use sidepane_sdk::card::{AccordionElement, Element};
use sidepane_sdk::{Accordion, Block, Cell, Row, Table};

/// Rows of one list or table, and accordions of one answer; what is more is counted. A card takes
/// 200 rows and 32 elements.
const ROWS: usize = 50;
const FOLDS: usize = 12;

/// Columns and rows of what is shown without being told.
const COLUMNS: usize = 6;

/// One element of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Show {
    /// Labels with their values.
    List(Vec<Cells>),
    /// A row for each item of a list.
    Table(Path, Vec<Cells>),
    /// A part that folds for each item of a list.
    Folds(Path, Pick, Vec<Show>),
}

/// A label, or a column's heading, with what stands there and where that leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cells {
    label: String,
    text: Pick,
    link: Option<Pick>,
}

impl Show {
    /// Reads the elements at `at`.
    ///
    /// # Errors
    ///
    /// One of them is none, with its place.
    pub(crate) fn parse_all(at: &str, value: &Value) -> Result<Vec<Self>, String> {
        let items = value
            .as_array()
            .ok_or_else(|| format!("`{at}` is a list of elements"))?;
        let numbered = items.iter().enumerate();
        numbered
            .map(|(index, item)| Self::parse(&format!("{at}[{index}]"), item))
            .collect()
    }

    fn parse(at: &str, value: &Value) -> Result<Self, String> {
        let known = || {
            format!(
                "`{at}` is {{ list: […] }}, {{ table: \"…\", columns: […] }} or {{ accordion: \"…\", \
                 name: \"…\", show: […] }}"
            )
        };
        let members = value.as_object().ok_or_else(known)?;
        let mut names: Vec<&str> = members.keys().map(String::as_str).collect();
        names.sort_unstable();
        let member = |name: &str| members.get(name).unwrap_or(&Value::Null);
        match names.as_slice() {
            ["list"] => Ok(Self::List(Cells::parse_all(
                &format!("{at}.list"),
                member("list"),
            )?)),
            ["columns", "table"] => Ok(Self::Table(
                Path::parse(member("table")).ok_or_else(known)?,
                Cells::parse_all(&format!("{at}.columns"), member("columns"))?,
            )),
            ["accordion", "name", "show"] => {
                let name = member("name").as_str().ok_or_else(known)?;
                let inside = Self::parse_all(&format!("{at}.show"), member("show"))?;
                if inside.iter().any(|show| matches!(show, Self::Folds(..))) {
                    return Err(format!("`{at}.show` has an accordion in an accordion"));
                }
                Ok(Self::Folds(
                    Path::parse(member("accordion")).ok_or_else(known)?,
                    Pick::parse(name)?,
                    inside,
                ))
            }
            _ => Err(known()),
        }
    }

    /// The elements that this makes of an answer; those without anything in them are left out.
    fn elements(&self, answer: &Value) -> Vec<Element> {
        let Self::Folds(path, name, inside) = self else {
            return self.contents(answer).into_iter().map(element).collect();
        };
        let items = path.items(answer);
        let folds = items.iter().take(FOLDS).map(|item| {
            let data = inside.iter().flat_map(|show| show.contents(item));
            data.fold(Accordion::new(heading(name.text(item))), Accordion::element)
        });
        let mut elements: Vec<Element> = folds
            .filter(|fold| !fold.data.is_empty())
            .map(Element::Accordion)
            .collect();
        elements.extend(more(items.len(), FOLDS).map(element));
        elements
    }

    fn contents(&self, answer: &Value) -> Vec<AccordionElement> {
        match self {
            Self::List(cells) => {
                let rows = cells.iter().filter_map(|cells| cells.row(answer));
                let rows: Vec<Row> = rows.take(ROWS).collect();
                (!rows.is_empty())
                    .then_some(AccordionElement::List(rows))
                    .into_iter()
                    .collect()
            }
            Self::Table(path, columns) => {
                let items = path.items(answer);
                if items.is_empty() {
                    return Vec::new();
                }
                let headers = columns.iter().map(|column| column.label.as_str());
                let rows = items
                    .iter()
                    .take(ROWS)
                    .map(|item| columns.iter().map(|column| column.cell(item)));
                let table = Table::new(headers).rows(rows);
                let table = std::iter::once(AccordionElement::Table(table));
                table.chain(more(items.len(), ROWS)).collect()
            }
            Self::Folds(..) => Vec::new(),
        }
    }
}

impl Cells {
    fn parse_all(at: &str, value: &Value) -> Result<Vec<Self>, String> {
        let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
        if !(1..=ROWS).contains(&items.len()) {
            return Err(format!("`{at}` is a list of 1 to {ROWS} pairs"));
        }
        items.iter().map(|item| Self::parse(at, item)).collect()
    }

    /// `["Label", "{{path}}"]`, and a third text for a link.
    fn parse(at: &str, value: &Value) -> Result<Self, String> {
        let texts: Option<Vec<&str>> = value
            .as_array()
            .and_then(|texts| texts.iter().map(Value::as_str).collect());
        match texts.as_deref() {
            Some([label, text, link @ ..]) if link.len() < 2 => Ok(Self {
                label: (*label).to_owned(),
                text: Pick::parse(text)?,
                link: link.first().map(|link| Pick::parse(link)).transpose()?,
            }),
            _ => Err(format!(
                "`{at}` has [\"Label\", \"{{{{path.in.the.answer}}}}\"], with a link behind where there is one"
            )),
        }
    }

    fn row(&self, answer: &Value) -> Option<Row> {
        let row = Row::new(
            &self.label,
            Some(self.text.text(answer)).filter(|text| !text.is_empty())?,
        );
        Some(match self.link(answer) {
            Some(link) => row.link(link),
            None => row,
        })
    }

    fn cell(&self, item: &Value) -> Cell {
        let cell = Cell::new(self.text.text(item));
        match self.link(item) {
            Some(link) => cell.link(link),
            None => cell,
        }
    }

    fn link(&self, item: &Value) -> Option<String> {
        self.link.as_ref()?.link(item)
    }
}

/// The block of one answer; none when the answer has nothing to show.
pub(crate) fn block(block: Block, show: &[Show], answer: &Value) -> Option<Block> {
    let elements = match show {
        [] => automatic(answer),
        show => show.iter().flat_map(|show| show.elements(answer)).collect(),
    };
    (!elements.is_empty()).then(|| elements.into_iter().fold(block, Block::element))
}

/// What an answer shows that nobody said anything about: its values, and what it holds folded.
fn automatic(answer: &Value) -> Vec<Element> {
    let own = contents_of(answer).into_iter().map(element);
    let members = answer.as_object().into_iter().flatten();
    let held = members.filter(|(_, value)| holds_objects(value));
    let folds = held.filter_map(|(name, value)| {
        let data = contents_of(value).into_iter();
        let fold = data.fold(Accordion::new(words(name)), Accordion::element);
        (!fold.data.is_empty()).then_some(Element::Accordion(fold))
    });
    own.chain(folds.take(FOLDS)).collect()
}

/// A table of a list of objects, the values of an object, or one value.
fn contents_of(value: &Value) -> Vec<AccordionElement> {
    let plain = |members: &serde_json::Map<String, Value>| -> Vec<Cells> {
        let plain = members.iter().filter(|(_, value)| !holds_objects(value));
        let cells = plain.map(|(name, _)| Cells {
            label: words(name),
            text: Pick::member(name),
            link: None,
        });
        cells.collect()
    };
    let first = value.as_array().and_then(|items| items.first());
    let show = match (value, first) {
        (Value::Object(members), _) => Show::List(plain(members)),
        (_, Some(Value::Object(first))) => {
            let mut columns = plain(first);
            columns.truncate(COLUMNS);
            Show::Table(Path::root(), columns)
        }
        _ => Show::List(vec![Cells {
            label: "Answer".into(),
            text: Pick::whole(),
            link: None,
        }]),
    };
    match show {
        Show::Table(_, columns) if columns.is_empty() => Vec::new(),
        show => show.contents(value),
    }
}

fn holds_objects(value: &Value) -> bool {
    match value {
        Value::Object(_) => true,
        Value::Array(items) => items.iter().any(|item| item.is_object() || item.is_array()),
        _ => false,
    }
}

fn element(content: AccordionElement) -> Element {
    match content {
        AccordionElement::List(rows) => Element::List(rows),
        AccordionElement::Table(table) => Element::Table(table),
        AccordionElement::Html(html) => Element::Html(html),
        AccordionElement::Other(other) => Element::Other(other),
    }
}

/// How many are left out.
fn more(count: usize, most: usize) -> Option<AccordionElement> {
    let left = count.checked_sub(most).filter(|left| *left > 0)?;
    Some(AccordionElement::List(vec![Row::new(
        "More",
        left.to_string(),
    )]))
}

/// `first_name` as `First name`.
fn words(name: &str) -> String {
    let spaced = name.replace(['_', '-'], " ");
    let mut chars = spaced.trim().chars();
    let first = chars.next().map(|char| char.to_uppercase().to_string());
    heading(first.unwrap_or_default() + chars.as_str())
}

/// A heading is never empty.
fn heading(text: String) -> String {
    match text.trim().is_empty() {
        true => "–".into(),
        false => text,
    }
}
