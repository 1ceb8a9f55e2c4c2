//! ImBox's answer: the blocks of all cards in one list.

use super::super::Reply;
use super::super::answer::{self, Each};
use crate::model::card::{Block, Cell, Content, Element, Link, Row};
use crate::model::outcome::{Answer, Outcome, Pane};
use http::{HeaderName, HeaderValue, StatusCode};
use schemars::JsonSchema;
use std::fmt::Write;

/// Writes what the cards show. A plugin without a card is missing from it and named in a header:
/// any status but 200 would take the other cards away too.
pub(super) fn pane(pane: &Pane) -> Reply {
    let blocks: Vec<BlockView<'_>> = pane
        .cards()
        .flat_map(|card| &card.blocks)
        .filter_map(BlockView::new)
        .collect();
    let view = PaneView {
        contact_name: pane.contact_name(),
        contact_link: pane.contact_link().map(LinkView::new),
        blocks: &blocks,
    };
    let expected = blocks.len().saturating_mul(512).saturating_add(256);
    let mut reply = answer::json(StatusCode::OK, &view, expected);
    let failures = failures(&pane.outcomes);
    if let Ok(value) = HeaderValue::from_str(&failures)
        && !failures.is_empty()
    {
        reply.headers.insert(STATUS, value);
    }
    reply
}

/// Names the plugins that have no card, each with its code.
const STATUS: HeaderName = HeaderName::from_static("sidepane-status");

/// The longest value of the header. Proxies commonly take 8 KiB of headers in all.
const MAX_STATUS: usize = 2 << 10;

/// `<id>=<code>, …`, and `+<n>` for those that do not fit.
fn failures(outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    let mut left_out = 0_usize;
    for outcome in outcomes {
        let Answer::Failed(problem) = &outcome.answer else {
            continue;
        };
        if text.len() > MAX_STATUS {
            left_out = left_out.saturating_add(1);
            continue;
        }
        let comma = if text.is_empty() { "" } else { ", " };
        // Writing to a text cannot fail.
        let _ = write!(text, "{comma}{}={}", outcome.plugin, problem.code);
    }
    if left_out > 0 {
        let _ = write!(text, ", +{left_out}");
    }
    text
}

#[derive(serde::Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ImBoxPane")]
pub(super) struct PaneView<'a> {
    contact_name: Option<&'a str>,
    contact_link: Option<LinkView<'a>>,
    blocks: &'a [BlockView<'a>],
}

#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "ImBoxLink")]
struct LinkView<'a> {
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

impl<'a> LinkView<'a> {
    fn new(link: &'a Link) -> Self {
        Self {
            url: &link.url,
            text: link.text.as_deref(),
        }
    }
}

#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "ImBoxBlock")]
struct BlockView<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<&'a str>,
    data: Each<'a, Element, ElementView<'a>>,
}

impl<'a> BlockView<'a> {
    /// None when nothing of the block can be shown in ImBox.
    fn new(block: &'a Block) -> Option<Self> {
        let view = Self {
            name: &block.name,
            icon: block.icon.as_deref(),
            data: Each(&block.data, ElementView::new),
        };
        (!view.data.is_empty()).then_some(view)
    }
}

#[derive(serde::Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schemars(rename = "ImBoxElement")]
enum ElementView<'a> {
    List {
        rows: Each<'a, Row, RowView<'a>>,
    },
    /// An element that ImBox has no kind for, as a list of one line.
    #[serde(rename = "list")]
    #[schemars(skip)]
    Line {
        rows: [RowView<'a>; 1],
    },
    Table {
        headers: Each<'a, String, TextView<'a>>,
        rows: Each<'a, Vec<Cell>, Each<'a, Cell, TextView<'a>>>,
    },
    Html {
        html: &'a str,
    },
    Accordion {
        name: &'a str,
        open: bool,
        data: Each<'a, Content, ElementView<'a>>,
    },
}

impl<'a> ElementView<'a> {
    /// None for what ImBox cannot show: buttons that no link stands in for, and what would be empty without them.
    fn new(element: &'a Element) -> Option<Self> {
        match element {
            Element::Content(content) => Self::content(content),
            Element::Accordion(accordion) => {
                let data = Each(&accordion.data, Self::content);
                (!data.is_empty()).then_some(Self::Accordion {
                    name: &accordion.name,
                    open: accordion.open,
                    data,
                })
            }
            Element::Actions(_) => None,
        }
    }

    fn content(content: &'a Content) -> Option<Self> {
        Some(match content {
            Content::List(rows) => Self::List {
                rows: Each(rows, |row| {
                    Some(RowView {
                        label: &row.label,
                        text: &row.text,
                    })
                }),
            },
            Content::Table(table) => Self::Table {
                headers: Each(&table.headers, |text| Some(TextView { text })),
                rows: Each(&table.rows, |row| {
                    Some(Each(row, |cell| Some(TextView { text: &cell.text })))
                }),
            },
            Content::Html(html) => Self::Html { html },
            Content::Other(other) if other.text.is_empty() => return None,
            Content::Other(other) => Self::Line {
                rows: [RowView {
                    label: "",
                    text: &other.text,
                }],
            },
        })
    }
}

#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "ImBoxRow")]
struct RowView<'a> {
    label: &'a str,
    text: &'a str,
}

#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "ImBoxText")]
struct TextView<'a> {
    text: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::{Generation, PluginId};
    use crate::model::problem::{Code, Problem};

    #[test]
    fn the_status_header_stays_short() {
        let outcome = |n: usize| Outcome {
            plugin: PluginId::parse(&format!("plugin-{n}")).unwrap(),
            title: String::new(),
            generation: Generation([0; 32]),
            answer: Answer::Failed(Problem::new(Code::CallTrap, "no")),
            notes: Vec::new(),
            usage: None,
            kept: None,
        };
        let outcomes: Vec<_> = (0..1_000).map(outcome).collect();
        let all = failures(&outcomes);
        assert!(all.len() < MAX_STATUS + 128, "{}", all.len());
        assert!(all.starts_with("plugin-0=call.trap, plugin-1=call.trap"));
        let named = all.matches('=').count();
        assert!(all.ends_with(&format!(", +{}", 1_000 - named)), "{all}");
    }
}
