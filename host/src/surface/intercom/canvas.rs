//! A canvas: components one below the other, as many as fit.

use super::super::Reply;
use super::super::answer;
use http::StatusCode;
use serde_json::{Value, json};

/// The most bytes of a canvas's content that Intercom takes are 64 KB; what stands around the
/// components has its room in between.
const BYTES: usize = 62 << 10;

/// How high the first canvas may be, in pixels.
const FIRST: usize = 400;

/// About how many letters a line of the inbox's side bar has.
const LINE: usize = 38;

/// What a component takes, in pixels: Intercom says nothing of it, so these are on the safe side.
const TEXT_LINE: usize = 22;
const HEADER: usize = 32;
const TABLE_ROW: usize = 30;
const BUTTON: usize = 44;
const INPUT: usize = 72;

/// What is pressed to see all of it, and what to come back.
pub(super) const ALL: &str = "all";
pub(super) const BACK: &str = "back";

/// A part of a canvas that is shown whole or not at all.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// A label and its value; neighbours become one table.
    Row(String, String),
    /// Components that belong together, and how high they are.
    Whole(Vec<Value>, usize),
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(super) enum Style {
    Header,
    Paragraph,
    Muted,
    Error,
}

impl Piece {
    /// A text.
    pub(super) fn text(text: &str, style: Style) -> Self {
        let (name, line) = match style {
            Style::Header => ("header", HEADER),
            Style::Paragraph => ("paragraph", TEXT_LINE),
            Style::Muted => ("muted", TEXT_LINE),
            Style::Error => ("error", TEXT_LINE),
        };
        let component = json!({"type": "text", "text": plain(text), "style": name});
        Self::Whole(vec![component], line * lines(text))
    }

    /// A button that submits.
    pub(super) fn button(id: &str, label: &str, style: &str) -> Self {
        let action = json!({"type": "submit"});
        Self::Whole(vec![button(id, label, style, &action)], BUTTON)
    }

    /// A button that opens a page. `id` is no other component's.
    pub(super) fn link(id: &str, label: &str, url: &str) -> Self {
        let action = json!({"type": "url", "url": url});
        Self::Whole(vec![button(id, label, "link", &action)], BUTTON)
    }

    /// Several pieces that belong together.
    pub(super) fn together(pieces: impl IntoIterator<Item = Self>) -> Self {
        let (mut all, mut high) = (Vec::new(), 0);
        for piece in pieces {
            high += piece.high();
            match piece {
                Self::Row(field, value) => all.push(table(vec![row(&field, &value)])),
                Self::Whole(components, _) => all.extend(components),
            }
        }
        Self::Whole(all, high)
    }

    /// Any input.
    pub(super) fn input(component: Value) -> Self {
        Self::Whole(vec![component], INPUT)
    }

    fn is_heading(&self) -> bool {
        match self {
            Self::Row(..) => false,
            Self::Whole(components, _) => components.iter().all(|it| it["style"] == "header"),
        }
    }

    fn high(&self) -> usize {
        match self {
            Self::Row(field, value) => TABLE_ROW * lines(field).max(lines(value)),
            Self::Whole(_, high) => *high,
        }
    }

    /// How many bytes it adds, a little more rather than less.
    fn bytes(&self) -> usize {
        match self {
            Self::Row(field, value) => row(field, value).to_string().len() + 64,
            Self::Whole(components, _) => components
                .iter()
                .map(|component| component.to_string().len() + 1)
                .sum(),
        }
    }
}

/// The first canvas: as much as is seen without scrolling, and a button for the rest.
pub(super) fn first(pieces: Vec<Piece>) -> Reply {
    let high: usize = pieces.iter().map(Piece::high).sum();
    if high <= FIRST {
        return whole(pieces);
    }
    let mut left = FIRST - BUTTON;
    let fits = |piece: &Piece| {
        let fits = piece.high() <= left;
        left = left.saturating_sub(piece.high());
        fits
    };
    let mut shown: Vec<Piece> = pieces.into_iter().take_while(fits).collect();
    // A heading with nothing below it says nothing.
    while shown.last().is_some_and(Piece::is_heading) {
        shown.pop();
    }
    shown.push(Piece::button(ALL, "Show all", "secondary"));
    whole(shown)
}

/// A canvas with as many pieces as Intercom takes, and a word about those that are left out.
pub(super) fn whole(pieces: Vec<Piece>) -> Reply {
    let left_out = Piece::text("There is more than fits here.", Style::Muted);
    let mut left = BYTES - left_out.bytes();
    let count = pieces.len();
    let fits = |piece: &Piece| {
        let fits = piece.bytes() <= left;
        left = left.saturating_sub(piece.bytes());
        fits
    };
    let mut shown: Vec<Piece> = pieces.into_iter().take_while(fits).collect();
    if shown.len() < count {
        shown.push(left_out);
    }
    let content = json!({ "components": components(shown) });
    answer::json(
        StatusCode::OK,
        &json!({"canvas": {"content": content}}),
        4_096,
    )
}

/// The components of pieces, neighbouring rows in one table.
fn components(pieces: Vec<Piece>) -> Vec<Value> {
    let (mut all, mut rows) = (Vec::new(), Vec::new());
    for piece in pieces {
        match piece {
            Piece::Row(field, value) => rows.push(row(&field, &value)),
            Piece::Whole(components, _) => {
                all.extend((!rows.is_empty()).then(|| table(std::mem::take(&mut rows))));
                all.extend(components);
            }
        }
    }
    all.extend((!rows.is_empty()).then(|| table(rows)));
    all
}

fn table(rows: Vec<Value>) -> Value {
    json!({"type": "data-table", "items": rows})
}

fn row(field: &str, value: &str) -> Value {
    // Intercom shows no row with a side that is empty.
    let side = |text: &str| match text.trim() {
        "" => "–".into(),
        text => plain(text),
    };
    json!({"type": "field-value", "field": side(field), "value": side(value)})
}

fn button(id: &str, label: &str, style: &str, action: &Value) -> Value {
    json!({"type": "button", "id": id, "label": label, "style": style, "action": action})
}

fn lines(text: &str) -> usize {
    let of = |line: &str| 1 + line.chars().count() / LINE;
    text.lines().map(of).sum::<usize>().max(1)
}

/// A text in which nothing begins a link, an image or emphasis: what could is kept apart by a space
/// without width.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\n' => plain.push('\n'),
            char if char.is_control() => plain.push(' '),
            '[' | ']' | '*' | '_' | '`' | '!' | '<' => {
                plain.push(char);
                plain.push('\u{200b}');
            }
            char => plain.push(char),
        }
    }
    plain
}
