//! The answer of `/v1/context`: every plugin's outcome, cards whole.

use super::super::answer::{self, Each, ErrorView};
use super::super::{Reply, Reveal};
use super::button::ButtonView;
use super::explain::ExplainedView;
use crate::model::card::{Block, Button, Card, Cell, Content, Element, Link, Other, Row};
use crate::model::explain::Explained;
use crate::model::id::Generation;
use crate::model::outcome::{Answer, Outcome, Pane};
use crate::model::problem::{Code, Problem};
use crate::model::usage::{Usage, Used};
use http::StatusCode;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::{Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Writes all outcomes of one request.
pub(super) fn pane(pane: &Pane, reveal: Reveal) -> Reply {
    let outcome = match reveal {
        Reveal::Cards => |outcome| Some(OutcomeView::new(outcome, Reveal::Cards)),
        Reveal::Inside => |outcome| Some(OutcomeView::new(outcome, Reveal::Inside)),
    };
    let view = PaneView {
        request_id: pane.request_id.as_str(),
        contact_name: pane.contact_name(),
        contact_link: pane.contact_link().map(LinkView::new),
        cards: Each(&pane.outcomes, outcome),
        explain: pane
            .explained
            .as_deref()
            .filter(|_| reveal == Reveal::Inside)
            .map(|all| Each(all, |one| Some(ExplainedView::new(one)))),
    };
    answer::json(StatusCode::OK, &view, expected(pane))
}

/// About how many bytes the answer has: enough for a usual card each, so that the body rarely moves.
fn expected(pane: &Pane) -> usize {
    pane.outcomes
        .len()
        .saturating_mul(2_048)
        .saturating_add(512)
}

#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "Pane")]
pub(super) struct PaneView<'a> {
    request_id: &'a str,
    contact_name: Option<&'a str>,
    contact_link: Option<LinkView<'a>>,
    cards: Each<'a, Outcome, OutcomeView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explain: Option<Each<'a, Explained, ExplainedView<'a>>>,
}

/// One plugin's outcome, as it stands in `cards`.
#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "Outcome")]
pub(super) struct OutcomeView<'a> {
    plugin: &'a str,
    generation: Digest<'a>,
    #[schemars(extend("enum" = ["ok", "empty", "busy", "error"]))]
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    age_ms: Option<u64>,
    error: Option<ErrorView<'a>>,
    card: Option<CardView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<UsageView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<Each<'a, Problem, ErrorView<'a>>>,
}

impl<'a> OutcomeView<'a> {
    pub(super) fn new(outcome: &'a Outcome, reveal: Reveal) -> Self {
        let stale = outcome.kept.as_ref().and_then(|kept| kept.stale.as_ref());
        let (status, card, error) = match &outcome.answer {
            Answer::Card(card) => match stale {
                None => ("ok", Some(CardView::new(card)), None),
                why => ("stale", Some(CardView::new(card)), why),
            },
            Answer::Empty => ("empty", None, None),
            Answer::Failed(problem) if problem.code == Code::CallBusy => {
                ("busy", None, Some(problem))
            }
            Answer::Failed(problem) => ("error", None, Some(problem)),
        };
        let inside = reveal == Reveal::Inside;
        Self {
            plugin: outcome.plugin.as_str(),
            generation: Digest(&outcome.generation),
            status,
            age_ms: match &outcome.answer {
                Answer::Failed(_) => None,
                Answer::Card(_) | Answer::Empty => Some(age_ms(outcome)),
            },
            error: error.map(|problem| match inside {
                true => ErrorView::of_card(problem),
                false => ErrorView::brief(problem),
            }),
            card,
            usage: outcome.usage.as_ref().filter(|_| inside).map(UsageView),
            notes: (inside && !outcome.notes.is_empty())
                .then(|| Each(&outcome.notes, |note| Some(ErrorView::of_card(note)))),
        }
    }
}

fn age_ms(outcome: &Outcome) -> u64 {
    let age = outcome.kept.as_ref().map(|kept| kept.age.as_millis());
    u64::try_from(age.unwrap_or_default()).unwrap_or(u64::MAX)
}

/// `sha256:` and the digest in hex, without an allocation for each byte.
pub(super) struct Digest<'a>(pub(super) &'a Generation);

impl Serialize for Digest<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const HEX: [char; 16] = [
            '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
        ];
        let digit = |value: u8| HEX.get(usize::from(value)).copied().unwrap_or('0');
        let mut text = String::with_capacity(71);
        text.push_str("sha256:");
        for byte in &self.0.0 {
            text.push(digit(byte >> 4));
            text.push(digit(byte & 15));
        }
        serializer.serialize_str(&text)
    }
}

impl JsonSchema for Digest<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Generation".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"})
    }
}

pub(super) struct UsageView<'a>(pub(super) &'a Usage);

impl Serialize for UsageView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(
            self.0
                .each()
                .map(|(name, measure)| (name, UsedView::new(measure))),
        )
    }
}

impl JsonSchema for UsageView<'_> {
    fn schema_name() -> Cow<'static, str> {
        "Usage".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        BTreeMap::<String, UsedView>::json_schema(generator)
    }
}

#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "Used")]
pub(super) struct UsedView {
    used: u64,
    limit: u64,
}

impl UsedView {
    pub(super) fn new(measure: Used) -> Self {
        Self {
            used: measure.used,
            limit: measure.limit,
        }
    }
}

#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "Card")]
struct CardView<'a> {
    contact_name: Option<&'a str>,
    contact_link: Option<LinkView<'a>>,
    cache_s: Option<u32>,
    blocks: Each<'a, Block, BlockView<'a>>,
}

impl<'a> CardView<'a> {
    fn new(card: &'a Card) -> Self {
        Self {
            contact_name: card.contact_name.as_deref(),
            contact_link: card.contact_link.as_ref().map(LinkView::new),
            cache_s: card.cache_s,
            blocks: Each(&card.blocks, |block| {
                Some(BlockView {
                    name: &block.name,
                    icon: block.icon.as_deref(),
                    data: Each(&block.data, |item| Some(ElementView::new(item))),
                })
            }),
        }
    }
}

#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "Link")]
pub(super) struct LinkView<'a> {
    url: &'a str,
    text: Option<&'a str>,
}

impl<'a> LinkView<'a> {
    pub(super) fn new(link: &'a Link) -> Self {
        Self {
            url: &link.url,
            text: link.text.as_deref(),
        }
    }
}

#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "Block")]
struct BlockView<'a> {
    name: &'a str,
    icon: Option<&'a str>,
    data: Each<'a, Element, ElementView<'a>>,
}

#[derive(serde::Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schemars(rename = "Element")]
enum ElementView<'a> {
    List {
        rows: Each<'a, Row, RowView<'a>>,
    },
    Table {
        headers: Each<'a, String, TextView<'a>>,
        rows: Each<'a, Vec<Cell>, Each<'a, Cell, CellView<'a>>>,
    },
    Html {
        html: &'a str,
    },
    Accordion {
        name: &'a str,
        open: bool,
        data: Each<'a, Content, ElementView<'a>>,
    },
    Actions {
        actions: Each<'a, Button, ButtonView<'a>>,
    },
    Other {
        kind: &'a str,
        text: &'a str,
        json: &'a str,
    },
}

impl<'a> ElementView<'a> {
    fn new(element: &'a Element) -> Self {
        match element {
            Element::Content(content) => Self::content(content),
            Element::Accordion(accordion) => Self::Accordion {
                name: &accordion.name,
                open: accordion.open,
                data: Each(&accordion.data, |content| Some(Self::content(content))),
            },
            Element::Actions(buttons) => Self::Actions {
                actions: Each(buttons, |button| Some(ButtonView::new(button))),
            },
        }
    }

    fn content(content: &'a Content) -> Self {
        match content {
            Content::List(rows) => Self::List {
                rows: Each(rows, |row| {
                    Some(RowView {
                        label: &row.label,
                        text: &row.text,
                        url: row.url.as_deref(),
                    })
                }),
            },
            Content::Table(table) => Self::Table {
                headers: Each(&table.headers, |text| Some(TextView { text })),
                rows: Each(&table.rows, |row| {
                    Some(Each(row, |cell| {
                        Some(CellView {
                            text: &cell.text,
                            url: cell.url.as_deref(),
                        })
                    }))
                }),
            },
            Content::Html(html) => Self::Html { html },
            Content::Other(Other { kind, text, json }) => Self::Other { kind, text, json },
        }
    }
}

#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "Row")]
struct RowView<'a> {
    label: &'a str,
    text: &'a str,
    url: Option<&'a str>,
}

#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "Text")]
struct TextView<'a> {
    text: &'a str,
}

/// A cell has a `url` only when it is a link: a card can have thousands of cells.
#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "Cell")]
struct CellView<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}
