//! SnapEngage's answer: the cards as plain text that reads well in any font.

use super::super::Reply;
use super::super::plain::{BETWEEN, one_line, words};
use crate::model::card::{Accordion, Block, Card, Content, Element, Link, Table};
use crate::model::id::RequestId;
use crate::model::outcome::{Answer, Pane};
use crate::model::problem::Problem;
use bytes::Bytes;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue, X_CONTENT_TYPE_OPTIONS};

/// The visitor is nobody yet.
pub(super) fn nothing() -> Reply {
    text(StatusCode::OK, String::new())
}

/// Name and link of the contact, then every block, an empty line between them.
pub(super) fn pane(pane: &Pane) -> Reply {
    let mut parts = Vec::new();
    let name = pane.contact_name().map(one_line);
    let link = pane.contact_link().map(link);
    let head: Vec<String> = name.into_iter().chain(link).collect();
    if !head.is_empty() {
        parts.push(head.join("\n"));
    }
    for outcome in &pane.outcomes {
        match &outcome.answer {
            Answer::Card(card) => parts.extend(blocks(card)),
            Answer::Failed(problem) => parts.push(one_line(&problem.message)),
            Answer::Empty => {}
        }
    }
    let mut whole = parts.join("\n\n");
    if !whole.is_empty() {
        whole.push('\n');
    }
    text(StatusCode::OK, whole)
}

/// A refusal, in a line that an administrator can look up.
pub(super) fn refusal(problem: &Problem, status: StatusCode, request_id: &RequestId) -> Reply {
    let line = format!("{} ({}, {request_id})\n", problem.message, problem.code);
    text(status, line)
}

fn text(status: StatusCode, body: String) -> Reply {
    let mut headers = HeaderMap::with_capacity(4);
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    headers.insert(CONTENT_TYPE, kind);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Reply {
        status,
        headers,
        body: Bytes::from(body),
    }
}

fn blocks(card: &Card) -> impl Iterator<Item = String> {
    card.blocks.iter().filter_map(block)
}

/// Heading and lines; nothing of a block without any.
fn block(block: &Block) -> Option<String> {
    let lines: Vec<String> = block.data.iter().flat_map(element).collect();
    let heading = std::iter::once(one_line(&block.name));
    let whole: Vec<String> = heading.chain(lines).collect();
    (whole.len() > 1).then(|| whole.join("\n"))
}

fn element(element: &Element) -> Vec<String> {
    match element {
        Element::Content(content) => lines(content),
        Element::Accordion(Accordion { name, data, .. }) => {
            let inside: Vec<String> = data.iter().flat_map(lines).collect();
            match inside.is_empty() {
                true => Vec::new(),
                false => std::iter::once(one_line(name)).chain(inside).collect(),
            }
        }
        // There is no way to press one.
        Element::Actions(_) => Vec::new(),
    }
}

fn lines(content: &Content) -> Vec<String> {
    match content {
        Content::List(rows) => rows
            .iter()
            .map(|row| format!("{}: {}", one_line(&row.label), one_line(&row.text)))
            .collect(),
        Content::Table(table) => table_lines(table),
        Content::Html(html) => words(html).lines().map(str::to_owned).collect(),
        Content::Other(other) => match other.text.trim() {
            "" => Vec::new(),
            text => vec![one_line(text)],
        },
    }
}

fn table_lines(table: &Table) -> Vec<String> {
    let headers: Vec<String> = table.headers.iter().map(|text| one_line(text)).collect();
    let rows = table.rows.iter().map(|row| {
        let cells: Vec<String> = row.iter().map(|cell| one_line(&cell.text)).collect();
        cells.join(BETWEEN).trim_end_matches(BETWEEN).to_owned()
    });
    std::iter::once(headers.join(BETWEEN))
        .chain(rows)
        .filter(|line| !line.is_empty())
        .collect()
}

fn link(link: &Link) -> String {
    match &link.text {
        Some(text) => format!("{}: {}", one_line(text), link.url),
        None => link.url.clone(),
    }
}
