//! The card as JSON, in the shape of `POST /v1/context`, for a server without a sandbox.

use serde::Serialize;

use crate::profile::{HEADERS, LINK_TEXT, Profile};

/// What the plugin's card says, computed and written here.
///
/// # Errors
///
/// The JSON cannot be written; it consists of texts, so that does not happen.
pub fn json(
    email: Option<String>,
    view: String,
    ticket: Option<String>,
) -> Result<String, serde_json::Error> {
    let profile = Profile::of(email, view, ticket);
    let facts = profile.facts().map(|(label, text)| Row {
        label,
        text,
        url: None,
    });
    let history = Element::Accordion {
        name: "History",
        open: false,
        data: [Folded::Table(table(&profile, 5))],
    };
    serde_json::to_string(&Card {
        contact_name: None,
        contact_link: Link {
            url: profile.link(),
            text: LINK_TEXT,
        },
        cache_s: None,
        blocks: [
            block("Customer", "person", Element::List { rows: facts.into() }),
            block(
                "Orders",
                "receipt_long",
                Element::Table(table(&profile, 20)),
            ),
            block(
                "Notes",
                "sticky_note",
                Element::Html {
                    html: profile.note(),
                },
            ),
            block("History", "history", history),
        ],
    })
}

fn block(name: &'static str, icon: &'static str, element: Element) -> Block {
    Block {
        name,
        icon,
        data: [element],
    }
}

fn table(profile: &Profile, rows: u32) -> Table {
    let rows = profile
        .orders(rows)
        .into_iter()
        .map(|row| row.map(|text| Cell { text }))
        .collect();
    Table {
        headers: HEADERS.map(|text| Heading { text }),
        rows,
    }
}

#[derive(Serialize)]
struct Card {
    contact_name: Option<String>,
    contact_link: Link,
    cache_s: Option<u32>,
    blocks: [Block; 4],
}

#[derive(Serialize)]
struct Link {
    url: String,
    text: &'static str,
}

#[derive(Serialize)]
struct Block {
    name: &'static str,
    icon: &'static str,
    data: [Element; 1],
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Element {
    List {
        rows: Vec<Row>,
    },
    Table(Table),
    Html {
        html: String,
    },
    Accordion {
        name: &'static str,
        open: bool,
        data: [Folded; 1],
    },
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Folded {
    Table(Table),
}

#[derive(Serialize)]
struct Row {
    label: &'static str,
    text: String,
    url: Option<String>,
}

#[derive(Serialize)]
struct Table {
    headers: [Heading; 5],
    rows: Vec<[Cell; 5]>,
}

#[derive(Serialize)]
struct Heading {
    text: &'static str,
}

#[derive(Serialize)]
struct Cell {
    text: String,
}
